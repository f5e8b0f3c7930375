//! The ports in plain maps, for tests of the flows. They pass the same contract as the real ones and
//! take the same moves (`domain::Delivery`), so that what a test shows with them holds for all.
//!
//! Not durable: a test that stops and starts "a process" keeps these and drops the flow above them.

mod archive;
mod cabinet;
mod directory;
mod expiry;
mod ledger;
mod log;
mod notes;
mod queue;
mod survey;

pub use archive::MemoryArchive;
pub use cabinet::MemoryCabinet;
pub use directory::MemoryDirectory;
pub use ledger::{Bound, MemoryLedger};
pub use notes::MemoryNotes;
pub use queue::MemoryQueue;
