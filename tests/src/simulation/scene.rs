//! One run's stage: the ports behind all processes, the processes, and when there is something to do.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{Channel, Delivery, DeliveryState, Mode, Provider, Standing, Stored};
use jiff::{SignedDuration, Timestamp};

use super::hall::{Hall, Idle};
use super::journey::Journey;
use super::plan::{Blow, Shape, Skew};
use super::record::Record;
use super::wire::Counts;
use crate::memory::{MemoryDirectory, MemoryLedger, MemoryNotes, MemoryQueue};

/// How often the sweep runs.
const PERIOD: i64 = 60;
/// How late a bell may be before the sweep looks.
const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// The protocols, handed in: this crate does not link them.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "protocols have nothing to show")]
pub struct Protocols {
    /// The providers listened to.
    pub providers: &'static [&'static dyn Provider],
    /// The channels spoken, labelled.
    pub channels: &'static [&'static dyn Channel],
}

/// Which blows fall.
pub(super) enum Blows {
    /// These, by call.
    At(BTreeMap<usize, Blow>),
    /// One call in so many, until this moment.
    OneIn(u64, Timestamp),
}

/// One run's stage.
pub(super) struct Scene {
    pub(super) hall: Arc<Hall>,
    pub(super) ledger: Arc<MemoryLedger>,
    pub(super) notes: Arc<MemoryNotes>,
    pub(super) queue: Arc<MemoryQueue>,
    pub(super) directory: Arc<MemoryDirectory>,
    pub(super) record: Record,
    pub(super) counts: Counts,
    pub(super) journey: Arc<Journey>,
    pub(super) protocols: Protocols,
    pub(super) shape: Shape,
    pub(super) skew: Skew,
    pub(super) steady: bool,
    pub(super) start: Timestamp,
    pub(super) blows: Blows,
    pub(super) processes: Vec<Process>,
    /// Calls and acts that are still to come.
    pub(super) pending: AtomicUsize,
    /// When the sweep ran last.
    pub(super) swept: Mutex<Option<Timestamp>>,
    pub(super) calls: AtomicUsize,
}

/// A process, dead or alive.
pub(super) struct Process {
    pub(super) name: &'static str,
    pub(super) skew: SignedDuration,
    pub(super) state: Mutex<Life>,
}

/// How a process is.
#[derive(Default)]
pub(super) struct Life {
    /// How often it died.
    pub(super) deaths: u32,
    /// Its flows, while it lives.
    pub(super) flows: Option<Arc<super::actors::Flows>>,
}

impl Scene {
    /// Counts a port call; its number, and what it meets.
    pub(super) fn count(&self) -> (usize, Option<Blow>) {
        let n = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let blow = match &self.blows {
            Blows::At(at) => at.get(&n).copied(),
            Blows::OneIn(one_in, until) if self.hall.now() < *until => {
                let hit = self.hall.chance(*one_in) == 0;
                let which = self.hall.chance(Blow::ALL.len() as u64);
                let which = usize::try_from(which).ok().and_then(|n| Blow::ALL.get(n).copied());
                which.filter(|_| hit)
            }
            Blows::OneIn(..) => None,
        };
        (n, blow)
    }

    /// How late a message is for no reason.
    pub(super) fn dawdle(&self) -> Duration {
        if self.steady || self.hall.chance(5) > 0 {
            return Duration::ZERO;
        }
        Duration::from_millis(self.hall.chance(3_000))
    }

    /// Notes how long a delivery that starts was overdue.
    pub(super) fn overdue(&self, delivery: &Delivery) {
        let since = match &delivery.state {
            DeliveryState::Pending => delivery.created,
            DeliveryState::Waiting { due } => *due,
            // A lease that a restart has ended ran out long ago by its own account.
            DeliveryState::Sending { until, .. } if *until > self.start => *until,
            DeliveryState::Sending { .. }
            | DeliveryState::Gathered { .. }
            | DeliveryState::Held(_)
            | DeliveryState::Delivered
            | DeliveryState::Failed(_)
            | DeliveryState::Cancelled(_) => return,
        };
        self.late_since(since);
    }

    /// Notes how long an event that is taken had waited for it.
    pub(super) fn untaken(&self, stored: &Stored) {
        if !stored.taken {
            self.late_since(stored.event.received);
        }
    }

    fn late_since(&self, since: Timestamp) {
        let mut seen = self.record.seen();
        seen.overdue = seen.overdue.max(self.hall.now().duration_since(since));
    }

    /// When there is something to do for whoever idles; exact only if that is before `before`.
    pub(super) fn work(&self, what: Idle, before: Option<Timestamp>) -> Option<Timestamp> {
        match what {
            Idle::Message => self.queue.next_visible(),
            Idle::Mending => {
                let last = *self.swept.lock().unwrap_or_else(PoisonError::into_inner);
                let earliest = last.map_or(self.start, |last| last + SignedDuration::from_secs(1));
                let next = minute(earliest);
                if before.is_some_and(|before| next >= before) {
                    return Some(next);
                }
                Some(minute(self.mending()?.max(earliest)))
            }
        }
    }

    /// When a sweep would find something: between those moments it is not run, for it would find
    /// nothing, and the days of a journey would take long.
    fn mending(&self) -> Option<Timestamp> {
        let look = self.ledger.next_look().map(|at| at + GRACE);
        let of_standing = self.ledger.all_standings().into_iter();
        let standing = of_standing.filter_map(|(name, standing)| {
            let held = self.ledger.has_held(&name);
            let known = self.journey.destinations.iter().any(|one| one.name == name.as_str());
            let removed = known && !self.directory.has_destination(&name);
            if removed { Some(self.start) } else { self.moves_on(&standing, held) }
        });
        look.into_iter().chain(standing).min()
    }

    /// When a standing is to be looked at.
    fn moves_on(&self, standing: &Standing, held: bool) -> Option<Timestamp> {
        let changed = standing.mode != Mode::Active || standing.resumed.is_some();
        if (changed && !standing.told) || (standing.releases() && held) {
            return Some(self.start);
        }
        if !standing.is_probed() || !held {
            return None;
        }
        Some(standing.left_alone_since().map_or(self.start, |at| at + self.journey.probe_every))
    }
}

/// The next full period.
fn minute(at: Timestamp) -> Timestamp {
    let second = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    let next = (second + PERIOD - 1).div_euclid(PERIOD) * PERIOD;
    Timestamp::from_second(next).unwrap_or(Timestamp::MAX)
}
