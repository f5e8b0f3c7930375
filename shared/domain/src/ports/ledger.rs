//! The ledger's port: claims, deliveries, attempts, and how destinations stand.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::PortError;
use crate::{
    Attempt, Delivery, DeliveryRef, DeliveryState, DestinationName, Event, EventKey, Finish, Limit,
    Mark, Move, Parked, Slot, Snapshot, SourceId, Standing, Start, Turn,
};

/// What the ledger says when a key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Claim {
    /// No such key before.
    Fresh,
    /// The same event, claimed before and not yet taken: ring again.
    Unfinished,
    /// The same event, taken: nothing to do.
    Settled,
    /// The key of another event. Kept; `first` when this fingerprint was not kept before.
    Conflict {
        /// Whether to raise the alarm.
        first: bool,
    },
}

/// What the ledger says when a delivery is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Enlisted {
    /// No such delivery before: it is written as it was put.
    New,
    /// It was there, and is left as it is.
    Known,
}

/// What came of a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// How the destination stands now.
    pub standing: Standing,
    /// Whether this mark changed that.
    pub changed: bool,
}

/// An event as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The event; `late` as it was found when it was taken.
    pub event: Event,
    /// Whether its delivery rows exist.
    pub taken: bool,
}

/// A call that was refused, for the operator who asks why. Holds no secret and no payer's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The source it was addressed to.
    pub source: SourceId,
    /// When.
    pub at: Timestamp,
    /// Why: the sentence of the reject.
    pub reason: String,
    /// What came, redacted: method, names of headers, the body's length.
    pub summary: String,
}

/// Where claims, deliveries and attempts are written; only legal moves. Everything that returned
/// `Ok` is durable.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Puts the event under its key if there is none, and says what was found.
    async fn claim(&self, event: &Event) -> Result<Claim, PortError>;

    /// The event of a key.
    async fn stored(&self, key: &EventKey) -> Result<Option<Stored>, PortError>;

    /// Keeps authentic bytes that could not be read; once per source and content. `context` is what
    /// reading them again needs: the path's tail, the query, the content type. `true` when they were
    /// not kept before.
    async fn park(
        &self,
        source: &SourceId,
        parked: &Parked,
        context: &str,
        at: Timestamp,
    ) -> Result<bool, PortError>;

    /// Records a refused call; the last 50 per source are kept.
    async fn refuse(&self, refused: &Refused) -> Result<(), PortError>;

    /// Remembers a state of an object; `true` when a newer one was seen before.
    async fn observe(&self, snapshot: &Snapshot) -> Result<bool, PortError>;

    /// Puts each delivery if it is absent, and says of each, in order, what was found. One that is
    /// put already leased (`Sending`) needs no [`start`](Self::start).
    async fn enlist(&self, deliveries: &[Delivery]) -> Result<Vec<Enlisted>, PortError>;

    /// Marks the event as taken, after all its deliveries were enlisted and never before.
    async fn take(&self, key: &EventKey, late: bool) -> Result<(), PortError>;

    /// Leases a delivery for one attempt, until `until`, to the holder of `owner`.
    async fn start(
        &self,
        of: &DeliveryRef,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
        probe: bool,
    ) -> Result<Start, PortError>;

    /// Writes an attempt and the state that follows, if the lease is still `owner`'s.
    async fn finish(
        &self,
        of: &DeliveryRef,
        owner: u64,
        attempt: &Attempt,
        next: &DeliveryState,
    ) -> Result<Finish, PortError>;

    /// Makes a move that is neither a start nor a finish, if it may be made.
    async fn shift(
        &self,
        of: &DeliveryRef,
        step: &Move,
        now: Timestamp,
    ) -> Result<Finish, PortError>;

    /// A delivery with its attempts, oldest first.
    async fn delivery(
        &self,
        of: &DeliveryRef,
    ) -> Result<Option<(Delivery, Vec<Attempt>)>, PortError>;

    /// Where a destination has moved to, if it moved away from `endpoint`.
    async fn moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
    ) -> Result<Option<String>, PortError>;

    /// Remembers that a destination has moved.
    async fn set_moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
        to: &str,
    ) -> Result<(), PortError>;

    /// A destination's waiting deliveries that are due by `until`, oldest due first, at most `most`.
    async fn waiting(
        &self,
        destination: &DestinationName,
        until: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, PortError>;

    /// How a destination stands; the default where nothing was ever marked.
    async fn standing(&self, destination: &DestinationName) -> Result<Standing, PortError>;

    /// Marks what happened to a destination, in one atomic step, by [`Standing::after`].
    async fn mark(
        &self,
        destination: &DestinationName,
        mark: &Mark,
        now: Timestamp,
    ) -> Result<Marked, PortError>;

    /// Reserves a destination's next moment, in one atomic step, by [`crate::Reserved::reserve`].
    async fn reserve(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        now: Timestamp,
        patience: SignedDuration,
    ) -> Result<Turn, PortError>;

    /// Gives a moment back that was reserved and not used, by [`crate::Reserved::give_back`].
    async fn give_back(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        moment: Timestamp,
    ) -> Result<(), PortError>;

    /// Takes one of a destination's slots, as a lease until `until`.
    async fn occupy(
        &self,
        destination: &DestinationName,
        slots: u32,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Slot, PortError>;

    /// Gives a slot back, if it is still the owner's.
    async fn vacate(
        &self,
        destination: &DestinationName,
        slot: u32,
        owner: u64,
    ) -> Result<(), PortError>;
}
