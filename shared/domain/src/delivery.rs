//! The state machine of a delivery, shared by every ledger: pure, total, with named outcomes.
//!
//! pending → sending (lease, owner) → delivered | waiting (due) | failed (reason) | cancelled (reason);
//! waiting → sending. A lease that ran out lets another owner start; the late one is fenced.

use jiff::Timestamp;

use crate::DeliveryRef;

/// Where a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryState {
    /// Never attempted, may start at once.
    Pending,
    /// One attempt is in flight.
    Sending {
        /// Who may finish it.
        owner: u64,
        /// When the lease ends: from then on another may start.
        until: Timestamp,
    },
    /// To be attempted again.
    Waiting {
        /// No earlier than this.
        due: Timestamp,
    },
    /// It arrived.
    Delivered,
    /// It will not arrive, and why.
    Failed(String),
    /// Nobody wants it any more, and why.
    Cancelled(String),
}

/// The duty: this event must reach this destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which event to which destination.
    pub of: DeliveryRef,
    /// When it was enlisted.
    pub created: Timestamp,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts begun.
    pub attempts: u32,
    /// Attempts that used up a retry.
    pub failures: u32,
    /// When the first attempt began.
    pub first_attempt: Option<Timestamp>,
}

/// What came of wanting to start an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Start {
    /// Go ahead: the delivery is leased. As it stands now, this attempt counted.
    Go(Delivery),
    /// Not before this time.
    NotDue(Timestamp),
    /// Another attempt is in flight, until this time at the latest.
    Busy(Timestamp),
    /// Delivered, failed or cancelled already.
    Done,
    /// No such delivery.
    Missing,
}

/// What came of wanting to write a delivery's next state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Finish {
    /// Written.
    Written,
    /// The lease is another's or nobody's any more: nothing was written.
    Fenced,
}

impl Delivery {
    /// A new delivery.
    pub fn new(of: DeliveryRef, state: DeliveryState, created: Timestamp) -> Self {
        Self { of, created, state, attempts: 0, failures: 0, first_attempt: None }
    }

    /// Whether it has not ended.
    pub fn is_open(&self) -> bool {
        match self.state {
            DeliveryState::Pending
            | DeliveryState::Sending { .. }
            | DeliveryState::Waiting { .. } => true,
            DeliveryState::Delivered | DeliveryState::Failed(_) | DeliveryState::Cancelled(_) => {
                false
            }
        }
    }

    /// Leases the delivery, or says why not.
    pub fn start(&self, owner: u64, now: Timestamp, until: Timestamp) -> Start {
        match &self.state {
            DeliveryState::Sending { until, .. } if now < *until => return Start::Busy(*until),
            DeliveryState::Waiting { due } if now < *due => return Start::NotDue(*due),
            DeliveryState::Pending
            | DeliveryState::Sending { .. }
            | DeliveryState::Waiting { .. } => {}
            DeliveryState::Delivered | DeliveryState::Failed(_) | DeliveryState::Cancelled(_) => {
                return Start::Done;
            }
        }
        Start::Go(Self {
            state: DeliveryState::Sending { owner, until },
            attempts: self.attempts.saturating_add(1),
            first_attempt: self.first_attempt.or(Some(now)),
            ..self.clone()
        })
    }

    /// The delivery after its attempt, if the lease is still the owner's.
    pub fn finish(&self, owner: u64, counted: bool, next: &DeliveryState) -> Option<Self> {
        let DeliveryState::Sending { owner: holder, .. } = self.state else { return None };
        (holder == owner).then(|| Self {
            state: next.clone(),
            failures: self.failures.saturating_add(u32::from(counted)),
            ..self.clone()
        })
    }

    /// The delivery moved without an attempt, unless it has ended or is being sent. A wait is never
    /// shortened.
    pub fn resolve(&self, now: Timestamp, next: &DeliveryState) -> Option<Self> {
        let sending = matches!(self.state, DeliveryState::Sending { until, .. } if now < until);
        let state = match (&self.state, next) {
            (DeliveryState::Waiting { due: known }, DeliveryState::Waiting { due }) => {
                DeliveryState::Waiting { due: *known.max(due) }
            }
            _ => next.clone(),
        };
        (self.is_open() && !sending).then(|| Self { state, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventKey, Name};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn delivery(state: DeliveryState) -> Delivery {
        let of = DeliveryRef {
            event: EventKey::from_stored("casso/shop/1"),
            destination: Name::parse("sales").unwrap(),
        };
        Delivery::new(of, state, at(0))
    }

    #[test]
    fn only_an_open_delivery_that_is_due_and_free_starts() {
        let sending = DeliveryState::Sending { owner: 1, until: at(20) };
        for (state, now, expected) in [
            (DeliveryState::Pending, 10, "Go"),
            (DeliveryState::Waiting { due: at(11) }, 10, "NotDue"),
            (DeliveryState::Waiting { due: at(10) }, 10, "Go"),
            (sending.clone(), 19, "Busy"),
            (sending, 20, "Go"),
            (DeliveryState::Delivered, 10, "Done"),
            (DeliveryState::Failed("x".into()), 10, "Done"),
            (DeliveryState::Cancelled("x".into()), 10, "Done"),
        ] {
            let started = delivery(state.clone()).start(7, at(now), at(99));
            assert!(format!("{started:?}").starts_with(expected), "{state:?}: {started:?}");
            if let Start::Go(d) = started {
                assert_eq!(d.state, DeliveryState::Sending { owner: 7, until: at(99) });
                assert_eq!((d.attempts, d.first_attempt), (1, Some(at(now))));
            }
        }
    }

    #[test]
    fn a_late_finisher_writes_nothing() {
        let sending = delivery(DeliveryState::Sending { owner: 2, until: at(20) });
        assert_eq!(sending.finish(1, true, &DeliveryState::Delivered), None);
        let done = sending.finish(2, true, &DeliveryState::Delivered).unwrap();
        assert_eq!((done.state.clone(), done.failures), (DeliveryState::Delivered, 1));
        assert_eq!(done.finish(2, true, &DeliveryState::Pending), None);
    }

    #[test]
    fn resolving_leaves_alone_what_is_being_sent_or_has_ended() {
        let next = DeliveryState::Cancelled("gone".into());
        let sending = delivery(DeliveryState::Sending { owner: 2, until: at(20) });
        assert_eq!(sending.resolve(at(19), &next), None);
        assert_eq!(sending.resolve(at(20), &next).unwrap().state, next);
        assert_eq!(delivery(DeliveryState::Delivered).resolve(at(1), &next), None);
        for (known, due, expected) in [(50, 20, 50), (20, 50, 50)] {
            let waiting = delivery(DeliveryState::Waiting { due: at(known) });
            let moved = waiting.resolve(at(1), &DeliveryState::Waiting { due: at(due) }).unwrap();
            assert_eq!(moved.state, DeliveryState::Waiting { due: at(expected) });
        }
    }
}
