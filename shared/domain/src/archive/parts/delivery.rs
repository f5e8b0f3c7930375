//! The shape of a delivery with its attempts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Kept, read_name};
use crate::{Attempt, Delivery, DeliveryRef, DeliveryState, EventKey};

/// A delivery.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::archive) struct DeliveryShape {
    event: String,
    destination: String,
    created: Timestamp,
    state: StateShape,
    attempts: u32,
    failures: u32,
    first_attempt: Option<Timestamp>,
    alone: bool,
    history: Vec<AttemptShape>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StateShape {
    Pending,
    Sending { owner: u64, until: Timestamp },
    Waiting { due: Timestamp },
    Gathered { into: String, since: Timestamp },
    Held(String),
    Delivered,
    Failed(String),
    Cancelled(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttemptShape {
    n: u32,
    started: Timestamp,
    finished: Timestamp,
    verdict: String,
    status: Option<u16>,
    detail: String,
    counted: bool,
}

/// The shape of a delivery.
pub(super) fn of_delivery(delivery: &Delivery, attempts: &[Attempt]) -> DeliveryShape {
    let state = match &delivery.state {
        DeliveryState::Pending => StateShape::Pending,
        DeliveryState::Sending { owner, until } => {
            StateShape::Sending { owner: *owner, until: *until }
        }
        DeliveryState::Waiting { due } => StateShape::Waiting { due: *due },
        DeliveryState::Gathered { into, since } => {
            StateShape::Gathered { into: into.to_string(), since: *since }
        }
        DeliveryState::Held(why) => StateShape::Held(why.clone()),
        DeliveryState::Delivered => StateShape::Delivered,
        DeliveryState::Failed(why) => StateShape::Failed(why.clone()),
        DeliveryState::Cancelled(why) => StateShape::Cancelled(why.clone()),
    };
    let attempt = |attempt: &Attempt| AttemptShape {
        n: attempt.n,
        started: attempt.started,
        finished: attempt.finished,
        verdict: attempt.verdict.to_owned(),
        status: attempt.status,
        detail: attempt.detail.clone(),
        counted: attempt.counted,
    };
    DeliveryShape {
        event: delivery.of.event.to_string(),
        destination: delivery.of.destination.to_string(),
        created: delivery.created,
        state,
        attempts: delivery.attempts,
        failures: delivery.failures,
        first_attempt: delivery.first_attempt,
        alone: delivery.alone,
        history: attempts.iter().map(attempt).collect(),
    }
}

/// A delivery of this shape, or what is not understood.
pub(super) fn to_delivery(shape: DeliveryShape) -> Result<Kept, String> {
    let state = match shape.state {
        StateShape::Pending => DeliveryState::Pending,
        StateShape::Sending { owner, until } => DeliveryState::Sending { owner, until },
        StateShape::Waiting { due } => DeliveryState::Waiting { due },
        StateShape::Gathered { into, since } => {
            DeliveryState::Gathered { into: EventKey::from_stored(&into), since }
        }
        StateShape::Held(why) => DeliveryState::Held(why),
        StateShape::Delivered => DeliveryState::Delivered,
        StateShape::Failed(why) => DeliveryState::Failed(why),
        StateShape::Cancelled(why) => DeliveryState::Cancelled(why),
    };
    let attempt = |attempt: AttemptShape| {
        let word = Attempt::WORDS.into_iter().find(|word| *word == attempt.verdict);
        Ok(Attempt {
            n: attempt.n,
            started: attempt.started,
            finished: attempt.finished,
            verdict: word.ok_or_else(|| format!("the verdict {:?}", attempt.verdict))?,
            status: attempt.status,
            detail: attempt.detail,
            counted: attempt.counted,
        })
    };
    let (event, destination) =
        (EventKey::from_stored(&shape.event), read_name(&shape.destination)?);
    let delivery = Delivery {
        of: DeliveryRef { event, destination },
        created: shape.created,
        state,
        attempts: shape.attempts,
        failures: shape.failures,
        first_attempt: shape.first_attempt,
        alone: shape.alone,
    };
    let attempts = shape.history.into_iter().map(attempt).collect::<Result<_, String>>()?;
    Ok(Kept::Delivery(delivery, attempts))
}
