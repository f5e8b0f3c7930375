//! Counters for Prometheus. Labels come from our own small sets, never from callers or destinations,
//! so that strangers cannot make new series.

use std::time::Duration;

use domain::{Ack, Attempt, Outcome, Reconciled, Refusal, Swept};
use embedded::Stats;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Seconds; finest where acknowledgements should be.
const BUCKETS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByHook {
    provider: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByOutcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByVerdict {
    verdict: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByState {
    state: String,
}

/// Everything that is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    hooks: Family<ByHook, Counter>,
    ack: Histogram,
    events: Family<ByOutcome, Counter>,
    attempts: Family<ByVerdict, Counter>,
    recorded: Gauge,
    not_taken: Gauge,
    queued: Gauge,
    dead_letters: Gauge,
    deliveries: Family<ByState, Gauge>,
    rung: Counter,
    alarms: Counter,
    paused: Gauge,
    silent: Gauge,
    gaps: Counter,
}

impl Metrics {
    /// What a page of these is.
    pub(super) const CONTENT_TYPE: &'static str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// All at zero.
    pub(super) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("tingting"),
            hooks: Family::default(),
            ack: Histogram::new(BUCKETS),
            events: Family::default(),
            attempts: Family::default(),
            recorded: Gauge::default(),
            not_taken: Gauge::default(),
            queued: Gauge::default(),
            dead_letters: Gauge::default(),
            deliveries: Family::default(),
            rung: Counter::default(),
            alarms: Counter::default(),
            paused: Gauge::default(),
            silent: Gauge::default(),
            gaps: Counter::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("hooks", "Calls by provider and outcome", metrics.hooks.clone());
        registry.register("ack_seconds", "From head to acknowledgement", metrics.ack.clone());
        registry.register("events", "Events by what the ledger said", metrics.events.clone());
        registry.register("attempts", "Attempts by verdict", metrics.attempts.clone());
        registry.register("events_recorded", "Events in the ledger", metrics.recorded.clone());
        registry.register(
            "events_not_taken",
            "Events whose deliveries are not written yet",
            metrics.not_taken.clone(),
        );
        registry.register("queue_length", "Messages on the queue", metrics.queued.clone());
        registry.register("dead_letters", "Messages set aside", metrics.dead_letters.clone());
        registry.register("deliveries", "Deliveries by state", metrics.deliveries.clone());
        registry.register("rung", "Bells rung again by the sweep", metrics.rung.clone());
        registry.register("alarms", "Alarms raised by the sweep", metrics.alarms.clone());
        registry.register(
            "destinations_paused",
            "Destinations paused or disabled",
            metrics.paused.clone(),
        );
        registry.register("sources_silent", "Sources that are silent", metrics.silent.clone());
        registry.register("gaps", "Events that never came and were filled", metrics.gaps.clone());
        metrics
    }

    /// Counts an answered call.
    pub(super) fn answered(&self, ack: &Ack, took: Duration) {
        // Only a known provider has a source here: a made-up word must not become a series.
        let provider = ack.source.as_ref().map_or("none", |source| source.provider());
        let outcome = outcome(&ack.outcome);
        self.hooks.get_or_create(&ByHook { provider: provider.to_owned(), outcome }).inc();
        self.ack.observe(took.as_secs_f64());
        if let Outcome::Taken { fresh, repeated, conflicts, parked, .. } = &ack.outcome {
            let conflicts = u32::try_from(conflicts.len()).unwrap_or(u32::MAX);
            for (outcome, count) in [
                ("fresh", *fresh),
                ("repeated", *repeated),
                ("conflict", conflicts),
                ("parked", *parked),
            ] {
                if count > 0 {
                    self.events.get_or_create(&ByOutcome { outcome }).inc_by(u64::from(count));
                }
            }
        }
    }

    /// Counts an attempt.
    pub(super) fn attempted(&self, attempt: &Attempt) {
        self.attempts.get_or_create(&ByVerdict { verdict: attempt.verdict }).inc();
    }

    /// Counts a run of the sweep.
    pub(super) fn swept(&self, swept: &Swept) {
        self.rung.inc_by(u64::from(swept.rung));
        self.alarms.inc_by(swept.alarms.len() as u64);
        self.paused.set(i64::from(swept.paused));
        self.silent.set(i64::from(swept.silent));
    }

    /// Counts what asking a provider brought.
    pub(super) fn reconciled(&self, report: &Reconciled) {
        self.gaps.inc_by(u64::from(report.gaps));
    }

    /// Takes over the database's own counts.
    pub(super) fn counted(&self, stats: &Stats) {
        self.recorded.set(gauge(stats.events));
        self.not_taken.set(gauge(stats.not_taken));
        self.queued.set(gauge(stats.queued));
        self.dead_letters.set(gauge(stats.dead_letters));
        self.deliveries.clear();
        for (state, count) in &stats.deliveries {
            let label = ByState { state: state.clone() };
            self.deliveries.get_or_create(&label).set(gauge(*count));
        }
    }

    /// The page.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        _ = encode(&mut text, &self.registry);
        text
    }
}

fn gauge(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Taken { .. } => "taken",
        Outcome::Answered => "answered",
        Outcome::Refused(refusal) => match refusal {
            Refusal::NotFound => "not_found",
            Refusal::NotAllowed(_) => "not_allowed",
            Refusal::TooLarge => "too_large",
            Refusal::TimedOut => "timed_out",
            Refusal::Unauthorized(_) => "unauthorized",
            Refusal::Unavailable(_) => "unavailable",
            Refusal::Overdue => "overdue",
        },
    }
}
