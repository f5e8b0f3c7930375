//! The way in to a destination: a lane of this process, and at the ledger a moment (chats) or a slot
//! (webhooks), so that its pace holds across processes. Taken before an attempt starts.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Dispatch, LEASE_MARGIN, Place, later};
use crate::{Destination, Lane, Pace, PortError, Slot, Turn};

/// How far away a moment may be for a delivery that has waited.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_secs(5);
/// How far away it may be for a new one: less, so that live traffic leaves moments to what waits.
pub(super) const HASTE: SignedDuration = SignedDuration::from_secs(2);
/// Requests under way to one chat, in one process; more would only wait for their moments.
const CHAT_LANES: u32 = 8;
/// The longest wait for a slot: its lease may end much later than its work.
const SLOT_WAIT: Duration = Duration::from_secs(10);

/// The right to one attempt, at its moment.
pub(crate) struct Way {
    /// The place in this process.
    pub(crate) lane: Lane,
    /// When to send.
    pub(crate) at: Timestamp,
    /// Nothing is sent after this.
    pub(crate) not_after: Timestamp,
    /// When the lease ends.
    pub(crate) until: Timestamp,
    slot: Option<u32>,
}

/// What came of wanting a way in.
pub(super) enum Entry {
    Open(Way),
    /// Not before this.
    Later(Timestamp),
}

impl Place<'_> {
    /// How many requests may be under way to it from one process.
    pub(super) fn lanes(&self) -> u32 {
        match self.channel.pace(self.destination) {
            Pace::Free | Pace::Limits(_) => CHAT_LANES,
            Pace::Slots(slots) => slots,
        }
    }
}

impl Dispatch {
    /// Reserves a moment or takes a slot for one attempt.
    pub(super) async fn enter(
        &self,
        place: &Place<'_>,
        owner: u64,
        lane: Lane,
        patience: SignedDuration,
    ) -> Result<Entry, PortError> {
        let now = self.clock.now();
        let Place { destination, channel, .. } = place;
        let name = &destination.name;
        Ok(match channel.pace(destination) {
            Pace::Free => Entry::Open(way(destination, lane, now, None)),
            Pace::Limits(limits) => match self.ledger.reserve(name, limits, now, patience).await? {
                Turn::At(at) => Entry::Open(way(destination, lane, at, None)),
                Turn::Later(at) => Entry::Later(at),
            },
            Pace::Slots(slots) => {
                let until = way(destination, Box::new(()), now, None).until;
                match self.ledger.occupy(name, slots, owner, now, until).await? {
                    Slot::Yours(slot) => Entry::Open(way(destination, lane, now, Some(slot))),
                    Slot::Full(until) => {
                        let spread = Duration::from_millis(1_000 + self.entropy.next() % 5_000);
                        Entry::Later(later(until.min(later(now, SLOT_WAIT)).max(now), spread))
                    }
                }
            }
        })
    }

    /// Leaves without having sent: the moment is another's.
    pub(super) async fn waive(&self, place: &Place<'_>, way: Way, owner: u64) {
        if let Pace::Limits(limits) = place.channel.pace(place.destination) {
            // Where the ledger cannot be told, one moment passes unused.
            _ = self.ledger.give_back(&place.destination.name, limits, way.at).await;
        }
        self.leave(place.destination, way, owner).await;
    }

    /// Leaves: the slot as far as the ledger can be told (one that stays taken is free when its lease
    /// ends), then the lane.
    pub(super) async fn leave(&self, destination: &Destination, way: Way, owner: u64) {
        if let Some(slot) = way.slot {
            _ = self.ledger.vacate(&destination.name, slot, owner).await;
        }
        drop(way.lane);
    }
}

/// Beside every pace and every lane.
pub(super) fn alone(destination: &Destination, at: Timestamp) -> Way {
    way(destination, Box::new(()), at, None)
}

/// As long as an attempt at this destination may take, and a margin.
fn way(destination: &Destination, lane: Lane, at: Timestamp, slot: Option<u32>) -> Way {
    let not_after = later(at, destination.timeout);
    let until = not_after.saturating_add(LEASE_MARGIN).unwrap_or(Timestamp::MAX);
    Way { lane, at, not_after, until, slot }
}
