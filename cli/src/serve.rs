//! Everything in one process, on SQLite: the front door, the flows, the delivering loop and
//! those that go round.

mod client;
mod consume;
mod counts;
mod http;
mod lanes;
mod logs;
mod metrics;
mod outlet;
mod rounds;
mod screen;
mod start;
#[cfg(test)]
mod tests;

pub use client::FirstClient;
pub use logs::{Logs, follow};
pub use outlet::Outlet;
pub use screen::Terminal;
pub use start::{Options, Running, serve};
