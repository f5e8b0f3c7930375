//! The rows of the model's ledger. They are small, so that millions fit into memory, and have no
//! rules: every move is made by `domain`'s own tables, [`Delivery::after`] and [`Standing::after`].
//!
//! Times are ticks from now, no earlier than now: what is over is over. A tick is five seconds.

use std::sync::LazyLock;

use domain::{
    Cause, Delivery, DeliveryRef, DeliveryState, EventKey, Mark, Mode, Move, Name, Probed,
    Standing, Stay, Streak,
};
use jiff::{SignedDuration, Timestamp};

const TICK_S: i64 = 5;
/// Ticks between two probes.
const PROBE: i64 = 1;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    Pending,
    Sending { owner: u8, until: i8 },
    Waiting { due: i8 },
    Held,
    Delivered,
    Failed,
}

/// A delivery's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Row {
    /// Where it stands.
    pub at: At,
    /// Attempts that used up a retry.
    pub failures: u8,
    /// The sweep does not ring for it before that.
    pub stamp: i8,
}

/// How a destination stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Stand {
    /// Its channel has called it dead, and it has taken nothing since.
    pub paused: bool,
    /// Failures were marked, and no success since.
    pub streak: bool,
    /// Deliveries may be held: a mark that only [`Bug::HoldingIsAMark`](crate::Bug) trusts.
    pub holding: bool,
    /// When the next probe may go out.
    pub probe: i8,
}

impl At {
    /// Whether it has ended.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed)
    }

    fn real(self) -> DeliveryState {
        match self {
            Self::Pending => DeliveryState::Pending,
            Self::Sending { owner, until } => {
                DeliveryState::Sending { owner: u64::from(owner), until: time(until) }
            }
            Self::Waiting { due } => DeliveryState::Waiting { due: time(due) },
            Self::Held => DeliveryState::Held(String::new()),
            Self::Delivered => DeliveryState::Delivered,
            Self::Failed => DeliveryState::Failed(String::new()),
        }
    }

    fn small(state: &DeliveryState) -> Self {
        match state {
            DeliveryState::Pending => Self::Pending,
            DeliveryState::Sending { owner, until } => {
                let owner = u8::try_from(*owner).expect("the model's owners are small");
                Self::Sending { owner, until: ticks(*until) }
            }
            DeliveryState::Waiting { due } => Self::Waiting { due: ticks(*due) },
            DeliveryState::Held(_) => Self::Held,
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Failed(_) => Self::Failed,
            DeliveryState::Gathered { .. } => unreachable!("the model gathers nothing"),
            DeliveryState::Cancelled(_) => unreachable!("the model cancels nothing"),
        }
    }
}

impl Row {
    /// A new row.
    pub(crate) fn new(at: At) -> Self {
        Self { at, failures: 0, stamp: 0 }
    }

    /// Makes a move at a time by somebody's clock, or says why not.
    pub(crate) fn make(&mut self, step: &Move, now: i8) -> Result<(), Stay> {
        static OF: LazyLock<DeliveryRef> = LazyLock::new(|| DeliveryRef {
            event: EventKey::from_stored("casso/shop/1"),
            destination: Name::parse("sales").expect("a name"),
        });
        let mut real = Delivery::new(OF.clone(), self.at.real(), time(0));
        real.failures = u32::from(self.failures);
        let moved = real.after(step, time(now))?;
        self.at = At::small(&moved.state);
        self.failures = u8::try_from(moved.failures).expect("few failures");
        Ok(())
    }

    pub(crate) fn start(&mut self, owner: u8, now: i8, until: i8, probe: bool) -> Result<(), Stay> {
        self.make(&Move::Start { owner: u64::from(owner), until: time(until), probe }, now)
    }

    pub(crate) fn finish(
        &mut self,
        owner: u8,
        now: i8,
        counted: bool,
        next: At,
    ) -> Result<(), Stay> {
        self.make(&Move::Finish { owner: u64::from(owner), counted, next: next.real() }, now)
    }

    pub(crate) fn hold(&mut self, now: i8) -> Result<(), Stay> {
        self.make(&Move::Hold { reason: String::new() }, now)
    }

    pub(crate) fn release(&mut self) -> Result<(), Stay> {
        self.make(&Move::Release { due: time(0) }, 0)
    }

    /// Whether the sweep finds it due.
    pub(crate) fn is_due(&self) -> bool {
        match self.at {
            At::Pending => true,
            At::Sending { until: at, .. } | At::Waiting { due: at } => at <= 0,
            At::Held | At::Delivered | At::Failed => false,
        }
    }

    pub(crate) fn tick(&mut self) {
        match &mut self.at {
            At::Sending { until: at, .. } | At::Waiting { due: at } => *at = earlier(*at),
            At::Pending | At::Held | At::Delivered | At::Failed => {}
        }
        self.stamp = earlier(self.stamp);
    }
}

impl Stand {
    fn real(self) -> Standing {
        let every = SignedDuration::from_secs(PROBE * TICK_S);
        let (since, cause) = (time(0) - every, Cause::Dead(String::new()));
        Standing {
            mode: if self.paused { Mode::Paused { since, cause } } else { Mode::Active },
            streak: self.streak.then(|| Streak { since: time(0), failures: 1 }),
            probed: Some(Probed { at: time(self.probe) - every, place: String::new() }),
            ..Standing::default()
        }
    }

    /// Writes down what happened to the destination; whether anything changed.
    pub(crate) fn mark(&mut self, mark: &Mark) -> bool {
        let Some(next) = self.real().after(mark, time(0)) else { return false };
        let probe = match (mark, &next.probed) {
            (Mark::Probe { .. }, _) => i8::try_from(PROBE).expect("few ticks"),
            (_, Some(_)) => self.probe,
            (_, None) => 0,
        };
        let (paused, streak) = (!next.is_active(), next.streak.is_some());
        *self = Self { paused, streak, probe, ..*self };
        true
    }

    /// Marks a probe, if one may go out.
    pub(crate) fn probe(&mut self) -> bool {
        let every = SignedDuration::from_secs(PROBE * TICK_S);
        self.mark(&Mark::Probe { place: "next".to_owned(), every })
    }

    pub(crate) fn is_probed(self) -> bool {
        self.real().is_probed()
    }

    pub(crate) fn releases(self) -> bool {
        self.real().releases()
    }

    pub(crate) fn awaits_success(self) -> bool {
        self.real().awaits_success()
    }
}

/// A tick later.
pub(crate) fn earlier(at: i8) -> i8 {
    (at - 1).max(0)
}

pub(crate) fn time(ticks: i8) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(i64::from(ticks) * TICK_S + 1_700_000_000)
}

pub(crate) fn ticks(at: Timestamp) -> i8 {
    let ticks = at.duration_since(time(0)).as_secs() / TICK_S;
    i8::try_from(ticks).expect("few ticks").max(0)
}
