//! The moves of a delivery: who wants what of it, and whether it may be. [`Delivery::after`] has every
//! state and every move; ARCHITECTURE.md draws its table, and a test keeps the drawing true.

use jiff::Timestamp;

use super::{Delivery, DeliveryState};
use crate::EventKey;

/// A move that somebody wants a delivery to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Leases it for one attempt.
    Start {
        /// Who will finish it.
        owner: u64,
        /// When the lease ends.
        until: Timestamp,
        /// A held one too: the attempt finds out whether its destination has come back.
        probe: bool,
    },
    /// Writes what came of the attempt.
    Finish {
        /// Who leased it.
        owner: u64,
        /// Whether the attempt used up a retry.
        counted: bool,
        /// What follows.
        next: DeliveryState,
    },
    /// Waits at least until then. A wait is never shortened.
    Postpone {
        /// No earlier than this.
        due: Timestamp,
    },
    /// Waits for its destination to come back.
    Hold {
        /// Why.
        reason: String,
    },
    /// Its destination has come back.
    Release {
        /// No earlier than this: the released ones are spread.
        due: Timestamp,
    },
    /// Nobody wants it any more.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Becomes part of a digest, if nobody has attempted it since it was counted.
    Gather {
        /// The digest's event.
        into: EventKey,
        /// Its attempts, when it was counted.
        attempts: u32,
    },
    /// Its digest arrived.
    Arrive {
        /// The digest's event.
        from: EventKey,
    },
    /// Its digest is no more, or never was: it is attempted by itself.
    Scatter {
        /// The digest's event.
        from: EventKey,
        /// Whether no digest may have it again.
        alone: bool,
    },
    /// Its digest would have been held: it is, by itself.
    Withhold {
        /// The digest's event.
        from: EventKey,
        /// Why.
        reason: String,
    },
    /// An operator has it sent, again or now: on a schedule of its own, and in no digest.
    Resend,
}

/// Why a delivery does not make a move. Nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Stay {
    /// It may start, not before this time.
    NotDue(Timestamp),
    /// An attempt is in flight, until this time at the latest.
    Busy(Timestamp),
    /// Its digest has it.
    Gathered(EventKey),
    /// Its destination has not come back.
    Held,
    /// Delivered, failed or cancelled already.
    Done,
    /// The move is somebody else's: the lease, the digest or the count has changed hands.
    Fenced,
}

/// What came of wanting to start an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Start {
    /// Go ahead: the delivery is leased. As it stands now, this attempt counted.
    Go(Delivery),
    /// It stays where it is.
    Not(Stay),
    /// No such delivery.
    Missing,
}

/// What came of wanting to write a delivery's next state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Finish {
    /// Written.
    Written,
    /// It may not make this move (any more): nothing was written.
    Fenced,
}

impl Delivery {
    /// The delivery after a move at `now`, or why it stays where it is: every state and every move.
    pub fn after(&self, step: &Move, now: Timestamp) -> Result<Self, Stay> {
        match step {
            Move::Start { owner, until, probe } => {
                self.free(now, *probe)?;
                if let DeliveryState::Waiting { due } = self.state
                    && now < due
                {
                    return Err(Stay::NotDue(due));
                }
                Ok(Self {
                    attempts: self.attempts.saturating_add(1),
                    first_attempt: self.first_attempt.or(Some(now)),
                    ..self.at(DeliveryState::Sending { owner: *owner, until: *until })
                })
            }
            Move::Finish { owner, counted, next } => {
                self.if_owned(*owner)?;
                let failures = self.failures.saturating_add(u32::from(*counted));
                Ok(Self { failures, ..self.at(next.clone()) })
            }
            Move::Postpone { due } => {
                self.free(now, false)?;
                let known = match self.state {
                    DeliveryState::Waiting { due } => due,
                    DeliveryState::Pending
                    | DeliveryState::Sending { .. }
                    | DeliveryState::Gathered { .. }
                    | DeliveryState::Held(_)
                    | DeliveryState::Delivered
                    | DeliveryState::Failed(_)
                    | DeliveryState::Cancelled(_) => *due,
                };
                Ok(self.at(DeliveryState::Waiting { due: known.max(*due) }))
            }
            Move::Hold { reason } => {
                self.free(now, false)?;
                Ok(self.at(DeliveryState::Held(reason.clone())))
            }
            Move::Release { due } => match self.state {
                DeliveryState::Held(_) => Ok(self.at(DeliveryState::Waiting { due: *due })),
                DeliveryState::Pending
                | DeliveryState::Sending { .. }
                | DeliveryState::Waiting { .. }
                | DeliveryState::Gathered { .. }
                | DeliveryState::Delivered
                | DeliveryState::Failed(_)
                | DeliveryState::Cancelled(_) => Err(Stay::Fenced),
            },
            Move::Cancel { reason } => {
                self.free(now, true)?;
                Ok(self.at(DeliveryState::Cancelled(reason.clone())))
            }
            Move::Gather { into, attempts } => {
                self.free(now, false)?;
                if self.alone || self.attempts != *attempts {
                    return Err(Stay::Fenced);
                }
                Ok(self.at(DeliveryState::Gathered { into: into.clone(), since: now }))
            }
            Move::Arrive { from } => {
                self.if_member(from)?;
                Ok(self.at(DeliveryState::Delivered))
            }
            Move::Scatter { from, alone } => {
                self.if_member(from)?;
                let alone = self.alone || *alone;
                Ok(Self { alone, ..self.at(DeliveryState::Waiting { due: now }) })
            }
            Move::Withhold { from, reason } => {
                self.if_member(from)?;
                Ok(self.at(DeliveryState::Held(reason.clone())))
            }
            Move::Resend => {
                match self.free(now, false) {
                    Ok(()) | Err(Stay::Done) => {}
                    Err(stay) => return Err(stay),
                }
                let waiting = self.at(DeliveryState::Waiting { due: now });
                Ok(Self { failures: 0, first_attempt: None, alone: true, ..waiting })
            }
        }
    }

    /// Leases the delivery, or says why not.
    pub fn start(&self, owner: u64, now: Timestamp, until: Timestamp, probe: bool) -> Start {
        match self.after(&Move::Start { owner, until, probe }, now) {
            Ok(leased) => Start::Go(leased),
            Err(stay) => Start::Not(stay),
        }
    }

    fn at(&self, state: DeliveryState) -> Self {
        Self { state, ..self.clone() }
    }

    /// Nobody has it at `now`: it is open, and in no lease, digest or (unless `held` may) hold.
    fn free(&self, now: Timestamp, held: bool) -> Result<(), Stay> {
        match &self.state {
            DeliveryState::Pending | DeliveryState::Waiting { .. } => Ok(()),
            DeliveryState::Sending { until, .. } if now < *until => Err(Stay::Busy(*until)),
            DeliveryState::Sending { .. } => Ok(()),
            DeliveryState::Gathered { into, .. } => Err(Stay::Gathered(into.clone())),
            DeliveryState::Held(_) if held => Ok(()),
            DeliveryState::Held(_) => Err(Stay::Held),
            DeliveryState::Delivered | DeliveryState::Failed(_) | DeliveryState::Cancelled(_) => {
                Err(Stay::Done)
            }
        }
    }

    fn if_owned(&self, owner: u64) -> Result<(), Stay> {
        match self.state {
            DeliveryState::Sending { owner: holder, .. } if holder == owner => Ok(()),
            DeliveryState::Pending
            | DeliveryState::Sending { .. }
            | DeliveryState::Waiting { .. }
            | DeliveryState::Gathered { .. }
            | DeliveryState::Held(_)
            | DeliveryState::Delivered
            | DeliveryState::Failed(_)
            | DeliveryState::Cancelled(_) => Err(Stay::Fenced),
        }
    }

    fn if_member(&self, from: &EventKey) -> Result<(), Stay> {
        match &self.state {
            DeliveryState::Gathered { into, .. } if into == from => Ok(()),
            DeliveryState::Pending
            | DeliveryState::Sending { .. }
            | DeliveryState::Waiting { .. }
            | DeliveryState::Gathered { .. }
            | DeliveryState::Held(_)
            | DeliveryState::Delivered
            | DeliveryState::Failed(_)
            | DeliveryState::Cancelled(_) => Err(Stay::Fenced),
        }
    }
}
