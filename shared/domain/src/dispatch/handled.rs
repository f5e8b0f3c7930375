//! What became of a message. Not how it was handled.

use crate::{Attempt, DeliveryRef, DeliveryState, EventKey, Port, PortError};

/// What became of a message.
#[derive(Debug)]
pub enum Handled {
    /// Done with: delete it. The attempts that were made, for logs and metrics.
    Done(Vec<Made>),
    /// Our infrastructure failed after some attempts were made: back to the queue with it, as with
    /// an `Err`, once these are told.
    Unfinished {
        /// The attempts that were made.
        made: Vec<Made>,
        /// What failed.
        error: PortError,
    },
    /// It can never be handled: set it aside with this reason.
    Poison {
        /// Why.
        reason: String,
        /// The event it is about, where that is known. Not for logs as it is: some providers'
        /// keys hold an account number.
        key: Option<EventKey>,
    },
}

/// What was made of a delivery: an attempt, or an end without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Of which delivery.
    pub of: DeliveryRef,
    /// The attempt's record; nothing where its destination is disabled.
    pub attempt: Option<Attempt>,
    /// The state that follows; a reason in it may quote a product's error line, never the answer whole.
    pub next: DeliveryState,
}

/// What became of an event whose deliveries ended like this. What was made is told in any case: when
/// the message comes back, those deliveries have ended and nothing more is said of them.
pub(super) fn together(ended: Vec<Result<Handled, PortError>>) -> Handled {
    let (mut made, mut failed, mut poison) = (Vec::new(), None, None);
    for one in ended {
        match one {
            Ok(Handled::Done(attempts)) => made.extend(attempts),
            Ok(Handled::Unfinished { made: attempts, error }) => {
                made.extend(attempts);
                failed = failed.or(Some(error));
            }
            Ok(Handled::Poison { reason, key }) => poison = Some((reason, key)),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match (failed, poison) {
        (Some(error), _) => Handled::Unfinished { made, error },
        (None, Some((reason, key))) if made.is_empty() => Handled::Poison { reason, key },
        // Told when it comes back, and has nothing else to tell.
        (None, Some((reason, _))) => {
            Handled::Unfinished { made, error: PortError::new(Port::Ledger, reason) }
        }
        (None, None) => Handled::Done(made),
    }
}
