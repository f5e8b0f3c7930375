//! What a ledger and its directory keep, one thing at a time, in a form that every backend can write and
//! take: for moving from one to another. Not the queue: a bell that was not taken along is rung again
//! by the sweep.

mod line;
mod parts;

use async_trait::async_trait;
use jiff::Timestamp;

pub use line::{Line, LineError};

use crate::{
    Attempt, Delivery, DestinationName, Drawer, Entry, Event, HourTotals, Parked, PortError,
    SourceId, Standing, Stored,
};

/// One thing that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// An event, and whether it is taken.
    Event(Stored),
    /// An event that came with the key of another.
    Conflict {
        /// The event.
        event: Event,
        /// Whether operators were told.
        told: bool,
    },
    /// Authentic bytes that could not be read.
    Parked {
        /// Whose.
        source: SourceId,
        /// The bytes, and why.
        parked: Parked,
        /// What reading them again needs.
        context: String,
        /// When they came.
        at: Timestamp,
    },
    /// The newest state seen of an object.
    Snapshot {
        /// The object.
        object: String,
        /// When it was last modified.
        modified: Timestamp,
    },
    /// A delivery with its attempts, oldest first.
    Delivery(Delivery, Vec<Attempt>),
    /// How a destination stands.
    Standing(DestinationName, Standing),
    /// Where a destination has moved to.
    Moved {
        /// Which.
        destination: DestinationName,
        /// The SHA-256 of where it was, in hex: an endpoint may be as good as a password.
        from: String,
        /// Where it is.
        to: String,
    },
    /// A note that a flow left itself.
    Note {
        /// Its name.
        name: String,
        /// What it says.
        text: String,
    },
    /// What an hour brought.
    Totals(HourTotals),
    /// A card of the cabinet.
    Card(Card),
    /// An entry of the directory.
    Entry(Entry),
}

/// A card of the cabinet.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// Where it is.
    pub drawer: Drawer,
    /// Its name.
    pub name: String,
    /// What it says.
    pub text: String,
    /// When it may be forgotten.
    pub until: Option<Timestamp>,
}

/// Without the text, which may be a key.
impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { drawer, name, .. } = self;
        f.debug_struct("Card").field("drawer", drawer).field("name", name).finish_non_exhaustive()
    }
}

/// A part of all that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leaf {
    /// What is on it. May be nothing where there is more.
    pub kept: Vec<Kept>,
    /// The place to go on after; nothing at the end.
    pub next: Option<String>,
}

/// How many things were put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filed {
    /// Not there before.
    pub new: u64,
    /// There already, and left as they were.
    pub known: u64,
}

impl Filed {
    /// Counts one.
    pub fn count(&mut self, new: bool) {
        *(if new { &mut self.new } else { &mut self.known }) += 1;
    }
}

/// An envelope that a backend keeps beside its ledger: on the queue, or set aside.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its place, rising from 1, among those on the queue or among those set aside.
    pub place: u64,
    /// The envelope's text.
    pub envelope: String,
    /// Why it was set aside; nothing on the queue.
    pub reason: Option<String>,
}

/// Without the envelope, which holds payers' data.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("place", &self.place).finish_non_exhaustive()
    }
}

/// Everything that a ledger and its directory keep. For a ledger that nobody else works on, but for
/// replacing, which is safe beside others.
#[async_trait]
pub trait Archive: Send + Sync {
    /// What is kept, in an order that stays, each event before its deliveries: after the place `after`,
    /// about `most` at once.
    async fn leaf(&self, after: Option<&str>, most: usize) -> Result<Leaf, PortError>;

    /// Puts each thing, in order, where there is none of its identity.
    async fn file(&self, kept: &[Kept]) -> Result<Filed, PortError>;

    /// Puts of each pair the second in the place of the first, under the identity that the first was
    /// kept under; of each whether it did. A pair whose first is no longer there as it was read is left.
    /// Of an event, a conflict and a parked body what they say is replaced; of a delivery what its
    /// attempts and its state tell, never the state itself. Nothing else is.
    async fn replace(&self, pairs: &[(Kept, Kept)]) -> Result<Vec<bool>, PortError>;

    /// The envelopes after a place, in the order of their places: those set aside, or those on the
    /// queue. None where the queue is none of this backend's.
    async fn letters(
        &self,
        set_aside: bool,
        after: u64,
        most: usize,
    ) -> Result<Vec<Letter>, PortError> {
        _ = (set_aside, after, most);
        Ok(Vec::new())
    }

    /// Puts an envelope's text and reason in the place of what was read; whether it was still there.
    async fn replace_letter(&self, was: &Letter, now: &Letter) -> Result<bool, PortError> {
        _ = (was, now);
        Ok(false)
    }
}
