//! What the flows need from outside, as object-safe traits. A flow takes only the ports it may use.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use crate::{
    Answer, DestinationName, Display, Edited, Entry, EntryId, Listed, ListedSource, Origin, Over,
};

mod cabinet;
mod ledger;
mod log;
mod survey;

pub use cabinet::{Cabinet, Drawer};
pub use ledger::{Claim, Enlisted, Ledger, Marked, Refused, Stored};
pub use log::{History, Log, ParkedCall, Placed, Stretch, Stretched};
pub use survey::{AccountTotal, HourTotals, MOST_ACCOUNTS, MoneyTotal, Overdue, Retention, Survey};

/// A port, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Port {
    /// Claims, deliveries, attempts.
    #[error("ledger")]
    Ledger,
    /// Sources and destinations.
    #[error("directory")]
    Directory,
    /// Envelopes.
    #[error("queue")]
    Queue,
}

/// Our infrastructure failed. Ours and transient: the provider is answered 503, a message goes back
/// to the queue.
#[derive(Debug, thiserror::Error)]
#[error("the {port} could not be reached")]
pub struct PortError {
    /// Which port.
    pub port: Port,
    /// What it said.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl PortError {
    /// An error of a port.
    pub fn new(port: Port, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { port, source: source.into() }
    }
}

/// Where sources and destinations are kept.
#[async_trait]
pub trait Directory: Send + Sync {
    /// All sources of a provider, readable or not.
    async fn sources(&self, provider: &str) -> Result<Vec<ListedSource>, PortError>;

    /// All destinations, readable or not.
    async fn destinations(&self) -> Result<Arc<Vec<Listed>>, PortError>;
}

/// The directory as people and files change it, entry by entry.
#[async_trait]
pub trait Entries: Send + Sync {
    /// All entries: sources by provider and name, then destinations by name.
    async fn entries(&self) -> Result<Vec<Entry>, PortError>;

    /// Writes an entry, never over one of another origin.
    async fn put(&self, entry: &Entry, over: Over<'_>) -> Result<Edited, PortError>;

    /// Removes an entry of this origin; where there is none, nothing is to do.
    async fn remove(&self, id: &EntryId, origin: Origin) -> Result<Edited, PortError>;
}

/// An envelope on its way to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbound {
    /// The envelope's text.
    pub envelope: String,
    /// How long it stays invisible.
    pub delay: Duration,
}

/// The bell: what is on it may ring twice or late, and never carries the truth.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends all of these; on an error some may have been sent. A delay may be cut to the most
    /// that the queue can do.
    async fn send(&self, messages: &[Outbound]) -> Result<(), PortError>;
}

/// A received message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What [`Inbox::delete`] needs; good until the visibility ends.
    pub receipt: String,
    /// The envelope's text.
    pub envelope: String,
    /// How often it was received, this time included.
    pub receives: u32,
}

/// The queue's other end, for a process that polls it.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Up to `most` visible messages, invisible to others for `visibility`.
    async fn receive(
        &self,
        most: usize,
        now: Timestamp,
        visibility: Duration,
    ) -> Result<Vec<Message>, PortError>;

    /// Deletes messages that were handled.
    async fn delete(&self, receipts: &[String]) -> Result<(), PortError>;

    /// Sets a message aside that can never be handled, with the reason.
    async fn bury(&self, receipt: &str, reason: &str, at: Timestamp) -> Result<(), PortError>;
}

/// Where messages go that can never be handled, for a process that is handed its messages instead
/// of polling for them.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Sets a copy of the envelope aside, with the reason.
    async fn bury(&self, envelope: &str, reason: &str) -> Result<(), PortError>;

    /// How many have been set aside and are still there.
    async fn count(&self) -> Result<u64, PortError>;
}

/// Why no answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No connection: name, route, TLS, reset.
    #[error("no connection: {0}")]
    Connection(String),
    /// No whole answer in time. The message may have arrived.
    #[error("no answer in time")]
    Timeout,
    /// The address guard forbids where the name leads.
    #[error("the address {0} is not allowed for destinations")]
    Blocked(String),
    /// The deadline had passed before anything was written.
    #[error("out of time before sending")]
    Late,
}

/// The only door HTTP leaves by.
#[async_trait]
pub trait Egress: Send + Sync {
    /// Sends a request: whole exchange within `timeout`, nothing written after `not_after`, no
    /// redirect followed, at most 16 KiB of the answer read.
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
        not_after: Timestamp,
    ) -> Result<Answer, SendError>;
}

/// The time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Randomness.
pub trait Entropy: Send + Sync {
    /// Sixty-four random bits.
    fn next(&self) -> u64;
}

/// A place to send from; dropping it leaves the lane.
pub type Lane = Box<dyn Send + Sync>;

/// How many requests may be under way to one destination, so that one that hangs holds up nobody
/// but itself.
#[async_trait]
pub trait Lanes: Send + Sync {
    /// Enters one of a destination's `lanes` if one is free.
    fn try_enter(&self, destination: &DestinationName, lanes: u32) -> Option<Lane>;

    /// Enters one of a destination's `lanes`, waiting a moment where all are taken; or says how long
    /// to stay away when the destination answers so slowly that none becomes free.
    async fn enter(&self, destination: &DestinationName, lanes: u32) -> Result<Lane, Duration>;
}

/// The operator's terminal, for the channel `preview`. Never the log.
pub trait Screen: Send + Sync {
    /// Shows a notification.
    fn show(&self, display: &Display, destination: &DestinationName);
}
