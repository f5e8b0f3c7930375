//! Everything in one process, on SQLite: the front door, the two flows, the delivering loop.

mod consume;
mod http;
mod logs;
mod metrics;
mod screen;
mod start;
#[cfg(test)]
mod tests;

pub use logs::{Logs, follow};
pub use screen::Terminal;
pub use start::{Options, Running, serve};
