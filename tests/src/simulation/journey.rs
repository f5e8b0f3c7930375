//! A journey: who calls, where it must go, how the destinations answer, what an operator does; and
//! which of it must arrive whatever happens.

use std::time::Duration;

use domain::{Answer, DestinationRecord, SendError, SourceRecord};
use jiff::SignedDuration;

/// One hook as its provider has it.
#[derive(Debug, Clone)]
pub struct Call {
    /// How long after the start.
    pub after: Duration,
    /// The path.
    pub path: &'static str,
    /// The header that proves who calls.
    pub proof: (&'static str, &'static str),
    /// The body.
    pub body: String,
    /// The events that it brings, and their amounts.
    pub brings: Vec<(String, i64)>,
    /// The waits before the provider calls again.
    pub again: Vec<Duration>,
}

/// What an operator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Pauses a destination.
    Pause(&'static str),
    /// Resumes it.
    Resume(&'static str),
    /// Removes it.
    Remove(&'static str),
}

/// A request as a destination sees it.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The destination's name.
    pub destination: &'a str,
    /// The event's key.
    pub event: &'a str,
    /// How many events it tells of: none, if it is no digest.
    pub members: usize,
    /// The body.
    pub body: &'a [u8],
    /// How many requests arrived here before.
    pub before: usize,
    /// How long after the start.
    pub after: Duration,
}

/// How a destination answers.
#[derive(Debug)]
pub struct Reply {
    /// Whether it took the message.
    pub takes: bool,
    /// What it says.
    pub says: Result<Answer, SendError>,
    /// After how long.
    pub wait: Duration,
}

/// A journey.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "a script has nothing to show")]
pub struct Journey {
    /// Its name.
    pub name: &'static str,
    /// Who may call.
    pub sources: Vec<SourceRecord>,
    /// Where it goes.
    pub destinations: Vec<DestinationRecord>,
    /// The hooks.
    pub calls: Vec<Call>,
    /// What an operator does, and how long after the start.
    pub acts: Vec<(Duration, Act)>,
    /// How destinations answer.
    pub script: fn(&Asked<'_>) -> Reply,
    /// Destinations that get everything they want, whatever happens to us.
    pub sure: Vec<&'static str>,
    /// How often a paused destination is probed.
    pub probe_every: SignedDuration,
    /// How long it may take until all is quiet.
    pub days: i64,
    /// Whether the sweep adds up the hours: in a week there are many.
    pub hours: bool,
    /// So short that every pair of blows is tried.
    pub short: bool,
}

impl Journey {
    /// Whether it lasts for days: a run of it takes long.
    pub fn lasts_for_days(&self) -> bool {
        let last = self.calls.iter().map(|call| call.after).max();
        last.is_some_and(|last| last > Duration::from_secs(12 * 3600))
    }
}
