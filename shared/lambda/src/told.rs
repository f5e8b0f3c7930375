//! What a line says of an acknowledgement. Never a body, a secret, an account number or a payer's
//! name. Where several things are to be told, the message is of the gravest.

use std::time::Duration;

use domain::{Ack, Outcome, Refusal, chain, shown};
use jiff::Timestamp;
use serde_json::Value;

use crate::event::EventFault;
use crate::line::{Level, Line};
use crate::metric::Metric;

/// The most keys a line names.
const KEYS: usize = 10;

const TAKEN: &str = "taken";
const CONFLICT: &str = "an event came again with other facts (kind, amount or currency); both are \
     kept, the second is not delivered: compare it with the provider's own page";
const PARKED: &str = "authentic, but not understood; the bytes are kept";
const STALE: &str = "taken, but the signed time stamp is old";
const REFUSED: &str = "refused";
const NOT_RECORDED: &str = "not recorded; the provider will call again";

/// The line of an acknowledgement that took so long. `bug` says where the flow broke, if it did.
pub(crate) fn of_ack(ack: &Ack, at: Timestamp, took: Duration, bug: Option<&'static str>) -> Line {
    let duration_ms = millis(took);
    let line = match &ack.outcome {
        Outcome::Taken { fresh, repeated, conflicts, parked, parked_because, stale_s } => {
            let (level, message) = match (conflicts.is_empty(), parked, stale_s) {
                (false, _, _) => (Level::Error, CONFLICT),
                (true, 1.., _) => (Level::Warn, PARKED),
                (true, 0, Some(_)) => (Level::Warn, STALE),
                (true, 0, None) => (Level::Info, TAKEN),
            };
            let mut line = begun(ack, at, level, message).with("fresh", *fresh);
            line = some(line, "repeated", (*repeated > 0).then_some(*repeated));
            if !conflicts.is_empty() {
                let keys: Vec<String> = conflicts.iter().take(KEYS).map(shown).collect();
                line = line.with("event.keys", keys);
            }
            line = some(line, "reason", parked_because.as_deref());
            line = some(line, "age_s", *stale_s);
            // A conflict is counted by the sweep, which raises its alarm.
            let conflicts = u64::try_from(conflicts.len()).unwrap_or(u64::MAX);
            let line = some(line, "conflicts", (conflicts > 0).then_some(conflicts));
            let line = some(line, "parked", (*parked > 0).then_some(*parked));
            accepted(line, duration_ms).count(Metric::Attention, u64::from(*parked))
        }
        Outcome::Answered if ack.is_success() => {
            accepted(begun(ack, at, Level::Info, "answered"), duration_ms)
        }
        Outcome::Answered => begun(ack, at, Level::Warn, REFUSED).count(Metric::HooksRefused, 1),
        Outcome::Refused(refusal) => of_refusal(ack, at, refusal, bug),
    };
    line.with("duration_ms", duration_ms)
}

fn of_refusal(ack: &Ack, at: Timestamp, refusal: &Refusal, bug: Option<&'static str>) -> Line {
    match refusal {
        Refusal::Unavailable(error) => begun(ack, at, Level::Error, NOT_RECORDED)
            .with("port", error.port.to_string())
            .with("error", chain(error))
            .count(Metric::HooksUnavailable, 1),
        Refusal::Overdue => begun(ack, at, Level::Error, NOT_RECORDED)
            .with("error", bug.unwrap_or("recording took too long"))
            .count(Metric::HooksUnavailable, 1),
        Refusal::Unauthorized(reject) => begun(ack, at, Level::Warn, REFUSED)
            .with("reason", reject.to_string())
            .count(Metric::HooksRefused, 1),
        Refusal::NotFound | Refusal::NotAllowed(_) | Refusal::TooLarge | Refusal::TimedOut => {
            begun(ack, at, Level::Warn, REFUSED)
        }
    }
}

fn begun(ack: &Ack, at: Timestamp, level: Level, message: &'static str) -> Line {
    let source = ack.source.as_ref().map(|source| source.as_str());
    some(Line::new(at, level, message), "source.id", source).with("status", ack.status.as_u16())
}

fn accepted(line: Line, duration_ms: u64) -> Line {
    line.count(Metric::HooksAccepted, 1).measure(Metric::AcknowledgeMs, duration_ms)
}

/// The line of an event that is no request. What came is not quoted, nor the parser's words, which
/// quote it.
pub(crate) fn of_fault(fault: &EventFault, at: Timestamp) -> Line {
    Line::new(at, Level::Warn, REFUSED).with("status", 400).with("reason", fault.to_string())
}

/// Adds a field if there is something to say.
pub(crate) fn some(line: Line, name: &'static str, value: Option<impl Into<Value>>) -> Line {
    match value {
        Some(value) => line.with(name, value),
        None => line,
    }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
