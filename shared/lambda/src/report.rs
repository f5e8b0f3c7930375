//! What a line says of a batch. Of an answer only our own words are told: it may quote what it was
//! sent.

use std::time::Duration;

use domain::{DeliveryState, Made, shown};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::batch::Fate;
use crate::line::{Level, Line};
use crate::metric::Metric;
use crate::told::millis;

/// A batch when all is done.
pub(crate) struct Report<'a> {
    pub(crate) began: Timestamp,
    pub(crate) took: Duration,
    pub(crate) fates: &'a [Fate],
}

impl Report<'_> {
    /// The line of an event that is no batch.
    pub(crate) fn unreadable(at: Timestamp) -> Line {
        Line::new(at, Level::Error, "not handled").with("error", "this is no event of an SQS queue")
    }

    pub(crate) fn line(&self) -> Line {
        let (mut attempts, mut buried, mut put_back, mut failed) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut delivered, mut given_up, mut held) = (0, 0, 0);
        for fate in self.fates {
            let made = match fate {
                Fate::Done(made) => made,
                Fate::Buried { key, reason } => {
                    buried.push(json!({ "event.key": key, "reason": reason }));
                    continue;
                }
                Fate::PutBack { made, error } => {
                    put_back.push(error.as_str());
                    made
                }
                Fate::Failed { made, error } => {
                    failed.push(error.as_str());
                    made
                }
            };
            attempts.extend(made.iter().map(attempt));
            delivered += ended(made, |state| *state == DeliveryState::Delivered);
            given_up += ended(made, |state| matches!(state, DeliveryState::Failed(_)));
            held += ended(made, |state| matches!(state, DeliveryState::Held(_)));
        }
        let back = put_back.len() as u64;
        let level = if !buried.is_empty() || !put_back.is_empty() || !failed.is_empty() {
            Level::Error
        } else if given_up > 0 || held > 0 {
            Level::Warn
        } else {
            Level::Info
        };
        let mut line = Line::new(self.began, level, "dispatched");
        if self.fates.len() > 1 {
            line = line.with("messages", self.fates.len());
        }
        for (name, values) in [("attempts", attempts), ("dead_lettered", buried)] {
            if !values.is_empty() {
                line = line.with(name, values);
            }
        }
        for (name, errors) in [("put_back", put_back), ("failed", failed)] {
            if !errors.is_empty() {
                line = line.with(name, errors);
            }
        }
        line.with("duration_ms", millis(self.took))
            .count(Metric::DeliveriesDelivered, delivered)
            .count(Metric::DeliveriesFailed, given_up)
            .count(Metric::Faults, back)
    }
}

fn ended(made: &[Made], so: impl Fn(&DeliveryState) -> bool) -> u64 {
    made.iter().map(|made| u64::from(so(&made.next))).sum()
}

fn attempt(made: &Made) -> Value {
    let Made { of, attempt, next } = made;
    let mut said = Map::new();
    let mut say = |name: &str, value: Value| said.insert(name.to_owned(), value);
    say("event.key", shown(&of.event).into());
    say("delivery.id", of.id().as_str().into());
    say("destination", of.destination.as_str().into());
    if let Some(attempt) = attempt {
        say("attempt.n", attempt.n.into());
        say("verdict", attempt.verdict.into());
        match attempt.status {
            Some(status) => _ = say("status", status.into()),
            // Without an answer the words are ours alone.
            None if !attempt.detail.is_empty() => _ = say("reason", attempt.detail.as_str().into()),
            None => {}
        }
        let took = Duration::try_from(attempt.finished.duration_since(attempt.started));
        say("duration_ms", millis(took.unwrap_or_default()).into());
    }
    match next {
        DeliveryState::Waiting { due } => _ = say("due", due.to_string().into()),
        DeliveryState::Failed(reason) => _ = say("given_up", reason.as_str().into()),
        DeliveryState::Held(reason) => _ = say("held", reason.as_str().into()),
        DeliveryState::Pending
        | DeliveryState::Sending { .. }
        | DeliveryState::Gathered { .. }
        | DeliveryState::Delivered
        | DeliveryState::Cancelled(_) => {}
    }
    Value::Object(said)
}
