//! The ports on SQLite, for one process on one machine.
//!
//! [`Database`] is all of them: `Ledger`, `Survey`, `Notes`, `Directory`, `Queue`, `Inbox` and
//! `DeadLetters` over one file. Whatever it answered with `Ok` is on the disk. One thread writes, and
//! writers share commits: many callers pay for one fsync (see `writer`).
//!
//! What is deliberately absent: a second owner of the same file (it is refused; an operator's command
//! may mark a destination beside the owner, see [`Database::open_beside`]), a connection pool, and rules. Which move of a delivery is legal is decided by `domain::Delivery`.

mod archive;
mod cabinet;
mod claims;
mod columns;
mod copies;
mod database;
mod deliveries;
mod directory;
mod entries;
mod expiry;
mod failure;
#[cfg(test)]
mod fixtures;
mod ledger;
mod log;
mod messages;
mod notes;
mod open;
mod overdue;
mod pace;
#[cfg(test)]
mod plans;
mod queue;
mod replace;
mod reports;
mod schema;
mod scrub;
mod search;
mod standings;
mod stretch;
mod survey;
#[cfg(test)]
mod upgrade;
mod writer;

pub use copies::{CopyError, Counts, backup, has_database, restore};
pub use database::Database;
pub use directory::{FollowError, Followed};
pub use failure::Failure;
pub use open::OpenError;
pub use reports::{DeadLetter, ParkedBody, Stats};
pub use scrub::scrub;
