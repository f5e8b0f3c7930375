//! What every ledger, directory and queue must do, as one suite. A backend's test builds a
//! [`Fixture`] per behaviour and runs the tables; a memory port that has not passed may not be used.
//!
//! Each behaviour is a function of its own, named after what it asserts, and listed in its file's
//! table.

#![expect(clippy::unwrap_used, reason = "a suite of assertions: to panic is how it says no")]

mod archive;
mod cabinet;
mod claims;
mod dead_letters;
mod deliveries;
mod directory;
mod erase;
mod events;
mod expiry;
mod log;
mod moves;
mod notes;
mod overdue;
mod pace;
mod queue;
mod records;
mod standings;
mod stretches;
mod summaries;

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Archive, Cabinet, DeadLetters, Directory, Entries, Event, Inbox, Ledger, Log, Notes, Parked,
    Queue, Refused, SourceId, Survey,
};
use jiff::Timestamp;

use crate::clock::HandClock;

pub use archive::everything;
pub use events::{at, event, transfer};

/// One fresh, empty backend.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Fixture {
    /// Claims, deliveries, attempts.
    pub ledger: Arc<dyn Ledger>,
    /// What the sweep asks of the same ledger.
    pub survey: Arc<dyn Survey>,
    /// What operators ask of it.
    pub log: Arc<dyn Log>,
    /// Notes.
    pub notes: Arc<dyn Notes>,
    /// All that ledger and directory keep.
    pub archive: Arc<dyn Archive>,
    /// What was set aside, beside the inbox.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// Clients and keys.
    pub cabinet: Arc<dyn Cabinet>,
    /// Sources and destinations.
    pub directory: Arc<dyn Directory>,
    /// The entries that they are read from.
    pub entries: Arc<dyn Entries>,
    /// The queue's one end.
    pub queue: Arc<dyn Queue>,
    /// The queue's other end.
    pub inbox: Arc<dyn Inbox>,
    /// The time by which the queue counts its delays.
    pub clock: Arc<HandClock>,
    /// What the ports do not show.
    pub shelf: Arc<dyn Shelf>,
}

/// Looking behind the ports.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// The refused calls that are kept, newest first.
    async fn refused(&self, source: &SourceId) -> Vec<Refused>;

    /// The parked bodies with their contexts and times, oldest first.
    async fn parked(&self, source: &SourceId) -> Vec<(Parked, String, Timestamp)>;

    /// The events that came with the key of another, oldest first.
    async fn conflicts(&self, source: &SourceId) -> Vec<Event>;

    /// The buried envelopes and their reasons, oldest first.
    async fn buried(&self) -> Vec<(String, String)>;
}

/// A behaviour and its name.
pub type Case = (&'static str, for<'a> fn(&'a Fixture) -> Asserted<'a>);

/// An assertion under way.
pub type Asserted<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Every behaviour.
pub fn cases() -> Vec<Case> {
    [
        archive::CASES,
        cabinet::CASES,
        claims::CASES,
        dead_letters::CASES,
        deliveries::CASES,
        directory::CASES,
        erase::CASES,
        expiry::CASES,
        log::CASES,
        moves::CASES,
        notes::CASES,
        overdue::CASES,
        pace::CASES,
        queue::CASES,
        records::CASES,
        standings::CASES,
        stretches::CASES,
        summaries::CASES,
    ]
    .concat()
}

/// Runs each behaviour on a fixture of its own.
///
/// # Panics
///
/// With the names of those that the backend does not have.
pub async fn run(make: impl AsyncFn() -> Fixture) {
    run_but(&[], make).await;
}

/// Runs each behaviour but those that a backend by its nature does not promise; each with the reason.
///
/// # Panics
///
/// With the names of those that the backend does not have, and where one is left out that there is not.
pub async fn run_but(not_promised: &[(&str, &str)], make: impl AsyncFn() -> Fixture) {
    let cases = cases();
    for (name, reason) in not_promised {
        let known = cases.iter().any(|(case, _)| case == name);
        assert!(known, "the contract has no {name:?}, left out because {reason}");
    }
    let promised = |name: &str| not_promised.iter().all(|(left_out, _)| *left_out != name);
    let mut lacking = Vec::new();
    for (name, case) in cases.into_iter().filter(|(name, _)| promised(name)) {
        let fixture = make().await;
        if tokio::spawn(async move { case(&fixture).await }).await.is_err() {
            lacking.push(name);
        }
    }
    assert!(lacking.is_empty(), "the contract is broken: {lacking:#?}");
}
