//! The ports on SQLite, for one process on one machine.
//!
//! [`Database`] is all of them: `Ledger`, `Survey`, `Notes`, `Directory`, `Queue`, `Inbox` and
//! `DeadLetters` over one file. Whatever it answered with `Ok` is on the disk. One thread writes, and
//! writers share commits: many callers pay for one fsync (see `writer`).
//!
//! What is deliberately absent: a second process that writes the same file (it is refused), a
//! connection pool, and rules. Which move of a delivery is legal is decided by `domain::Delivery`.

mod claims;
mod columns;
mod database;
mod deliveries;
mod directory;
mod entries;
mod failure;
mod ledger;
mod messages;
mod expiry;
mod log;
mod notes;
mod open;
mod overdue;
mod pace;
mod queue;
mod reports;
mod schema;
mod standings;
mod survey;
#[cfg(test)]
mod upgrade;
mod writer;

pub use database::Database;
pub use directory::{DirectoryError, Followed, Origin};
pub use failure::Failure;
pub use open::OpenError;
pub use reports::{DeadLetter, ParkedBody, Stats};
