//! The program and the functions as they are shipped, each a process of its own, and what surrounds
//! them where they are measured or killed: callers, destinations that keep books, and the audit that
//! compares those with the ledger. For the benches; nothing here asserts.

pub mod account;
pub mod audit;
pub mod books;
pub mod caller;
pub mod casso;
pub mod front;
mod function;
pub mod lambdas;
mod runtime;
mod server;
pub mod shipped;
pub mod table;

use std::time::Instant;

use domain::Clock;
use jiff::Timestamp;

pub use function::Function;
pub use server::{Launch, Server};

/// Whatever goes wrong.
pub type Anything = Box<dyn std::error::Error + Send + Sync>;

/// The clock on the wall.
#[derive(Debug)]
pub struct Wall;

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        timestamp()
    }
}

/// The clock that only measures.
#[expect(clippy::disallowed_methods, reason = "a measurement owns its clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// The clock on the wall.
#[expect(clippy::disallowed_methods, reason = "a measurement owns its clock")]
pub fn timestamp() -> Timestamp {
    Timestamp::now()
}
