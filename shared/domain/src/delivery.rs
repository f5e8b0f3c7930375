//! A delivery and where it stands: with its [`moves`] the state machine that every ledger shares.
//! Pure, total, with named outcomes. Which move is wanted is the flows' business.

mod moves;

use jiff::{SignedDuration, Timestamp};

use crate::{DeliveryRef, EventKey};

pub use moves::{Finish, Move, Start, Stay};

/// A delivery ends so long after its event at the latest, but for what was paused and resumed late.
pub const ENDS_WITHIN: SignedDuration = SignedDuration::from_hours(9 * 24);

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
    /// A member of a digest, whose attempt and verdict are its own.
    Gathered {
        /// The digest's event.
        into: EventKey,
        /// Since when. A digest that was never written does not keep its members.
        since: Timestamp,
    },
    /// It waits for its destination to come back, using no attempts; and why.
    Held(String),
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
    /// Never again part of a digest: one that held it was refused.
    pub alone: bool,
}

impl DeliveryState {
    /// The words of all states.
    pub const WORDS: [&str; 8] =
        ["pending", "sending", "waiting", "gathered", "held", "delivered", "failed", "cancelled"];

    /// The state's word, in rows, items and answers.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending { .. } => "sending",
            Self::Waiting { .. } => "waiting",
            Self::Gathered { .. } => "gathered",
            Self::Held(_) => "held",
            Self::Delivered => "delivered",
            Self::Failed(_) => "failed",
            Self::Cancelled(_) => "cancelled",
        }
    }
}

/// How long after the last look the next one is, by how often it was rung already: 5, 10, 20, 40 …
/// minutes, so that a backlog is not fed by its own sweep.
pub fn look_again(rung: u32) -> SignedDuration {
    SignedDuration::from_mins(5) * 2_i32.pow(rung.min(6))
}

impl Delivery {
    /// A new delivery.
    pub fn new(of: DeliveryRef, state: DeliveryState, created: Timestamp) -> Self {
        let (attempts, failures, first_attempt, alone) = (0, 0, None, false);
        Self { of, created, state, attempts, failures, first_attempt, alone }
    }

    /// Whether it has not ended.
    pub fn is_open(&self) -> bool {
        match self.state {
            DeliveryState::Pending
            | DeliveryState::Sending { .. }
            | DeliveryState::Waiting { .. }
            | DeliveryState::Gathered { .. }
            | DeliveryState::Held(_) => true,
            DeliveryState::Delivered | DeliveryState::Failed(_) | DeliveryState::Cancelled(_) => {
                false
            }
        }
    }

    /// When somebody must look at it if nobody rang; nothing for a held or ended one.
    pub fn look_at(&self) -> Option<Timestamp> {
        let soon = |since: Timestamp| since.saturating_add(look_again(0)).unwrap_or(Timestamp::MAX);
        match &self.state {
            DeliveryState::Pending => Some(soon(self.created)),
            // Longer than a healthy one takes, so that leasing moves nothing in an index.
            DeliveryState::Sending { until, .. } => Some(soon(self.created).max(*until)),
            DeliveryState::Waiting { due } => Some(*due),
            DeliveryState::Gathered { since, .. } => Some(soon(*since)),
            DeliveryState::Held(_)
            | DeliveryState::Delivered
            | DeliveryState::Failed(_)
            | DeliveryState::Cancelled(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
