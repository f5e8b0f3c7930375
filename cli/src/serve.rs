//! Everything in one process, on SQLite: the front door, the two flows, the delivering loop.

mod consume;
mod counts;
mod http;
mod lanes;
mod logs;
mod metrics;
mod outlet;
mod screen;
mod start;
#[cfg(test)]
mod tests;

pub use logs::{Logs, follow};
pub use outlet::Outlet;
pub use screen::Terminal;
pub use start::{Options, Running, serve};
