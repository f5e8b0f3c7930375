//! Logs: one line each that reads alone and filters by field. Never a body, a secret, an account
//! number or a payer's name.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use domain::{
    Ack, DeliveryState, EventKey, Made, Outcome, Reconciled, Refusal, Swept, chain, shown,
};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use super::outlet::Outlet;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logs {
    /// For people, in colours.
    Terminal,
    /// For machines: one JSON object per line.
    Json,
}

/// Writes the process's logs to stderr from here on; what is on its way when the process ends wants
/// to be drained. `filter` is a level or a list of directives (`info`, `tingting=debug`); one that
/// cannot be read means `info`.
pub fn follow(logs: Logs, filter: Option<&str>) -> io::Result<Arc<Outlet>> {
    let gap = match logs {
        Logs::Terminal => |dropped| format!("{dropped} log lines were dropped: nobody read them\n"),
        Logs::Json => |dropped| {
            let message = "log lines were dropped: nobody read them";
            format!("{{\"level\":\"WARN\",\"message\":\"{message}\",\"dropped\":{dropped}}}\n")
        },
    };
    let outlet = Arc::new(Outlet::start("stderr", io::stderr(), gap)?);
    let targets = filter.and_then(|text| text.parse().ok());
    let targets: Targets =
        targets.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let layer = fmt::layer().with_writer(Arc::clone(&outlet)).with_target(false);
    // A second call finds the first one's subscriber and leaves it.
    _ = match logs {
        Logs::Terminal => registry().with(layer.with_filter(targets)).try_init(),
        Logs::Json => {
            registry().with(layer.json().flatten_event(true).with_filter(targets)).try_init()
        }
    };
    Ok(outlet)
}

/// One line for an answered call.
pub(super) fn log_ack(ack: &Ack, took: Duration) {
    let source = ack.source.as_ref().map_or("-", |source| source.as_str());
    let status = ack.status.as_u16();
    let duration_ms = millis(took);
    match &ack.outcome {
        Outcome::Taken { fresh, repeated, conflicts, parked, parked_because, stale_s } => {
            tracing::info!(source.id = source, status, fresh, repeated, duration_ms, "taken");
            for key in conflicts {
                tracing::error!(
                    source.id = source,
                    event.key = shown(key),
                    "came again with other facts (kind, amount or currency); both are kept, the \
                     second is not delivered: compare it with the provider's own page"
                );
            }
            if *parked > 0 {
                tracing::warn!(
                    source.id = source,
                    parked,
                    reason = parked_because,
                    "authentic, but not understood; the bytes are kept"
                );
            }
            if let Some(age_s) = stale_s {
                tracing::warn!(source.id = source, age_s, "the signed time stamp is old");
            }
        }
        Outcome::Answered => tracing::info!(source.id = source, status, duration_ms, "answered"),
        Outcome::Refused(refusal) => log_refusal(source, status, duration_ms, refusal),
    }
}

fn log_refusal(source: &str, status: u16, duration_ms: u64, refusal: &Refusal) {
    match refusal {
        Refusal::Unavailable(error) => {
            let error = chain(error);
            tracing::error!(source.id = source, status, duration_ms, error, "not recorded");
        }
        Refusal::Overdue => tracing::error!(
            source.id = source,
            status,
            duration_ms,
            error = "recording took too long",
            "not recorded"
        ),
        Refusal::Unauthorized(reject) => {
            tracing::warn!(source.id = source, status, reason = %reject, duration_ms, "refused");
        }
        Refusal::NotFound | Refusal::NotAllowed(_) | Refusal::TooLarge | Refusal::TimedOut => {
            tracing::warn!(source.id = source, status, duration_ms, "refused");
        }
    }
}

/// One line for an attempt, and one more where it was the last and in vain. Of an answer only our own
/// words are told: it may quote what it was sent.
pub(super) fn log_attempt(made: &Made) {
    let Made { of, attempt, next } = made;
    if let Some(attempt) = attempt {
        let took = attempt.finished.duration_since(attempt.started);
        let duration_ms = millis(Duration::try_from(took).unwrap_or_default());
        let due = match next {
            DeliveryState::Waiting { due } => Some(due.to_string()),
            DeliveryState::Pending
            | DeliveryState::Sending { .. }
            | DeliveryState::Gathered { .. }
            | DeliveryState::Held(_)
            | DeliveryState::Delivered
            | DeliveryState::Failed(_)
            | DeliveryState::Cancelled(_) => None,
        };
        // Without an answer the words are ours alone.
        let detail = Some(attempt.detail.as_str()).filter(|detail| !detail.is_empty());
        tracing::info!(
            event.key = shown(&of.event),
            delivery.id = %of.id(),
            destination = %of.destination,
            attempt.n = attempt.n,
            verdict = attempt.verdict,
            status = attempt.status,
            reason = detail.filter(|_| attempt.status.is_none()),
            due,
            duration_ms,
            "attempted"
        );
    }
    let n = attempt.as_ref().map(|attempt| attempt.n);
    if let DeliveryState::Failed(reason) = next {
        tracing::warn!(
            event.key = shown(&of.event),
            delivery.id = %of.id(),
            destination = %of.destination,
            attempt.n = n,
            reason,
            "given up: this notification will not arrive"
        );
    }
    if let DeliveryState::Held(reason) = next {
        tracing::warn!(
            event.key = shown(&of.event),
            delivery.id = %of.id(),
            destination = %of.destination,
            attempt.n = n,
            reason,
            "held: it is sent when the destination takes messages again"
        );
    }
}

/// One line for a run of the sweep that did something, and one for each step that failed.
pub(super) fn log_swept(swept: &Swept) {
    let Swept { rung, held, released, probes, cancelled, expired, summaries, .. } = *swept;
    if *swept != (Swept { paused: swept.paused, silent: swept.silent, ..Swept::default() }) {
        let alarms = swept.alarms.len();
        tracing::info!(
            rung, held, released, probes, cancelled, alarms, expired, summaries, "swept"
        );
    }
    for alarm in &swept.alarms {
        tracing::warn!(alarm, "told to operators");
    }
    if cancelled > 0 {
        tracing::warn!(
            cancelled,
            "what was held for a removed destination was cancelled: it will not arrive"
        );
    }
    for fault in &swept.faults {
        tracing::error!(fault, "a step of the sweep failed; the next run takes it again");
    }
}

/// One line for a source whose provider was asked.
pub(super) fn log_reconciled(report: &Reconciled) {
    let Reconciled { pages, known, gaps, parked, young, unfinished, .. } = *report;
    let late_s = report.late.map(|late| late.as_secs());
    tracing::info!(
        source.id = %report.source,
        pages,
        known,
        gaps,
        late_s,
        parked,
        young,
        unfinished,
        "reconciled"
    );
    if let Some(fault) = &report.fault {
        tracing::warn!(source.id = %report.source, %fault, "the provider could not be asked");
    }
}

/// One line for a message that can never be handled.
pub(super) fn log_poison(key: Option<&EventKey>, reason: &str) {
    tracing::error!(
        event.key = key.map(shown),
        reason,
        "a message can never be handled; it was set aside in dead_letters"
    );
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
