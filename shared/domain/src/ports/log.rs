//! What operators ask of the ledger: its log, newest first; one event's whole history; what was parked
//! and what is in conflict. Apart from [`Ledger`](super::Ledger) and [`Survey`](super::Survey), because
//! no flow on a webhook's way may ask it. Which events an operator means is `search`'s business.

use async_trait::async_trait;
use jiff::Timestamp;

use super::PortError;
use crate::{
    Attempt, Delivery, DestinationName, Event, EventKey, Fingerprint, Parked, SourceId, Stored,
};

/// A stretch of the log, by what ledgers find without looking at every event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// When it is asked.
    pub now: Timestamp,
    /// Received no earlier than this.
    pub from: Timestamp,
    /// Received before this.
    pub until: Timestamp,
    /// Of these sources; of all where none is named.
    pub sources: Vec<SourceId>,
    /// With a delivery to this destination, …
    pub destination: Option<DestinationName>,
    /// … that stands so, by [`DeliveryState::word`](crate::DeliveryState::word).
    pub state: Option<&'static str>,
    /// With exactly this reference.
    pub reference: Option<String>,
}

impl Stretch {
    /// All of the log from one moment until before another.
    pub fn between(now: Timestamp, from: Timestamp, until: Timestamp) -> Self {
        let (sources, destination, state, reference) = (Vec::new(), None, None, None);
        Self { now, from, until, sources, destination, state, reference }
    }
}

/// An event and its place in the order of what was asked for.
pub type Placed = (String, Stored);

/// A part of a stretch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stretched {
    /// Events with their places, newest first. May be none where there is more.
    pub events: Vec<Placed>,
    /// What was looked at for them counts as so many, of those that may be ([`Log::breadth`]).
    pub looked_at: usize,
    /// The place to go on after; nothing at the end.
    pub next: Option<String>,
}

/// All that is known of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The event.
    pub stored: Stored,
    /// Its deliveries by destination, each with its attempts, oldest first.
    pub deliveries: Vec<(Delivery, Vec<Attempt>)>,
    /// What came with its key and was another, oldest first.
    pub conflicts: Vec<Event>,
}

/// Authentic bytes that could not be read, as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedCall {
    /// By what it is known: the SHA-256 of context and bytes, in hex.
    pub id: String,
    /// Whose.
    pub source: SourceId,
    /// The bytes, and why they could not be read.
    pub parked: Parked,
    /// What reading them again needs.
    pub context: String,
    /// When they came first.
    pub at: Timestamp,
}

/// What operators ask of the ledger.
#[async_trait]
pub trait Log: Send + Sync {
    /// How many entries of the log may be looked at for one answer.
    fn breadth(&self) -> usize;

    /// Events of a stretch after the place `after`, newest first, at most `most`. One whose delivery
    /// stands as asked is placed by when the delivery was made, due or ended.
    async fn stretch(
        &self,
        stretch: &Stretch,
        after: Option<&str>,
        most: usize,
    ) -> Result<Stretched, PortError>;

    /// All that is known of an event.
    async fn history(&self, key: &EventKey) -> Result<Option<History>, PortError>;

    /// What came to a source with the key of another event, newest first, at most `most`.
    async fn conflicts(&self, source: &SourceId, most: usize) -> Result<Vec<Event>, PortError>;

    /// Forgets what came with the key of another event; whether it was there.
    async fn settle(&self, key: &EventKey, fingerprint: &Fingerprint) -> Result<bool, PortError>;

    /// What a source sent and could not be read, newest first, at most `most`.
    async fn parked(&self, source: &SourceId, most: usize) -> Result<Vec<ParkedCall>, PortError>;

    /// The parked call of an id.
    async fn parked_call(
        &self,
        source: &SourceId,
        id: &str,
    ) -> Result<Option<ParkedCall>, PortError>;

    /// Forgets a parked call; whether it was there.
    async fn unpark(&self, source: &SourceId, id: &str) -> Result<bool, PortError>;
}
