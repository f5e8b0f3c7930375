//! AWS for tests: two servers that speak DynamoDB and SQS, started by the tests themselves, with
//! tables and queues of their own for every case; and what stands between us and them when AWS is to
//! be in trouble.

#![expect(clippy::unwrap_used, reason = "what tests stand on: to panic is how it says no")]

mod inbox;
mod meddler;
mod place;
mod schema;
mod server;
mod shelf;

pub use inbox::{SqsInbox, TimedQueue};
pub use meddler::{Call, Meddler, Reply};
pub use place::{Place, patient, services};
pub use server::Server;
pub use shelf::{Item, TableShelf, text};
