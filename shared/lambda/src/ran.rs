//! What a line says of a run of the sweep, or of asking the providers. Of the providers' answers only
//! our own words are told, and never whom a row is about.

use std::time::Duration;

use domain::{Blame, Reconciled, Swept, shown};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::line::{Level, Line};
use crate::metric::Metric;
use crate::told::{millis, some};

/// The most keys that are told of one source.
const KEYS: usize = 10;

/// What asking all providers came to.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) reports: Vec<Reconciled>,
    /// Alarms that were raised for the first time.
    pub(crate) alarms: u64,
    /// What our own tables kept from being done.
    pub(crate) failed: Vec<String>,
}

/// The line of a run that time ran out for.
pub(crate) fn of_cut_off(began: Timestamp, took: Duration) -> Line {
    Line::new(began, Level::Error, "cut off")
        .with("error", "out of time; the next run goes on")
        .with("duration_ms", millis(took))
        .count(Metric::Faults, 1)
}

/// The line of a sweep.
pub(crate) fn of_swept(swept: &Swept, began: Timestamp, took: Duration) -> Line {
    let Swept { rung, held, released, probes, cancelled, paused, .. } = *swept;
    let Swept { alarms, summaries, silent, expired, faults, .. } = swept;
    let level = match (faults.is_empty(), alarms.is_empty()) {
        (false, _) => Level::Error,
        (true, false) => Level::Warn,
        (true, true) => Level::Info,
    };
    let mut line = Line::new(began, level, "swept");
    for (name, count) in [
        ("rung", rung),
        ("held", held),
        ("released", released),
        ("probes", probes),
        ("cancelled", cancelled),
        ("silent", *silent),
        ("expired", *expired),
        ("summaries", *summaries),
    ] {
        line = some(line, name, (count > 0).then_some(count));
    }
    if !alarms.is_empty() {
        line = line.with("alarms", alarms.clone());
    }
    failing(line, faults)
        .with("duration_ms", millis(took))
        .count(Metric::Attention, alarms.len() as u64)
        .measure(Metric::DestinationsPaused, u64::from(paused))
}

/// The line of asking the providers.
pub(crate) fn of_asked(asked: &Asked, began: Timestamp, took: Duration) -> Line {
    let Asked { reports, alarms, failed } = asked;
    let ours = reports.iter().filter_map(|report| match &report.fault {
        Some(fault) if fault.blame == Blame::Ours => {
            Some(format!("{}: {}", report.source, fault.reason))
        }
        Some(_) | None => None,
    });
    let faults: Vec<String> = failed.iter().cloned().chain(ours).collect();
    let parked: u64 = reports.iter().map(|report| u64::from(report.parked)).sum();
    let odd = |report: &Reconciled| {
        report.gaps > 0 || report.fault.is_some() || !report.conflicts.is_empty()
    };
    let level = if !faults.is_empty() {
        Level::Error
    } else if parked > 0 || reports.iter().any(odd) {
        Level::Warn
    } else {
        Level::Info
    };
    let line = Line::new(began, level, "reconciled");
    let sources: Vec<Value> = reports.iter().map(source).collect();
    failing(some(line, "sources", (!sources.is_empty()).then_some(sources)), &faults)
        .with("duration_ms", millis(took))
        .count(Metric::Attention, alarms + parked)
}

/// Says and counts what our own tables kept from being done.
fn failing(line: Line, faults: &[String]) -> Line {
    let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
    some(line, "failed", (count > 0).then(|| faults.to_vec())).count(Metric::Faults, count)
}

fn source(report: &Reconciled) -> Value {
    let mut said = Map::new();
    let mut say = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            said.insert(name.to_owned(), value);
        }
    };
    let count = |count: u32| (count > 0).then(|| count.into());
    say("source.id", Some(report.source.as_str().into()));
    say("pages", Some(report.pages.into()));
    say("known", count(report.known));
    say("gaps", count(report.gaps));
    say("oldest", report.oldest.map(|at| at.to_string().into()));
    say("late_s", report.late.map(|late| late.as_secs().into()));
    say("parked", count(report.parked));
    say("young", count(report.young));
    let conflicts: Vec<String> = report.conflicts.iter().take(KEYS).map(shown).collect();
    say("conflicts", (!conflicts.is_empty()).then(|| conflicts.into()));
    say("unfinished", report.unfinished.then(|| true.into()));
    if let Some(fault) = &report.fault {
        say("blame", Some(word(fault.blame).into()));
        say("reason", Some(fault.reason.as_str().into()));
    }
    Value::Object(said)
}

fn word(blame: Blame) -> &'static str {
    match blame {
        Blame::Operator => "operator",
        Blame::Provider => "provider",
        Blame::Pace => "pace",
        Blame::Ours => "ours",
    }
}
