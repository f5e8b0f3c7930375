//! What was seen from outside while a journey ran: what arrived on the wire, what was written of it,
//! which blows fell, what was acknowledged. The promises are judged by this and by the books.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{DeliveryRef, DestinationName, EventKey};
use jiff::{SignedDuration, Timestamp};

use super::hall::ProcessId;
use super::plan::Blow;

/// One request that arrived at a destination.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When.
    pub at: Timestamp,
    /// The delivery that it attempts.
    pub of: DeliveryRef,
    /// The number of the attempt.
    pub attempt: u32,
    /// The events that it tells of: a digest tells of many.
    pub tells: Vec<EventKey>,
    /// The id that a receiver deduplicates by, where the channel has one.
    pub webhook_id: Option<String>,
    /// Whether the destination took it, whatever the sender learnt.
    pub taken: bool,
    /// Until when it was in flight: answered, given up, or its sender dead.
    pub until: Option<Timestamp>,
    /// Nothing of it is in flight after this: the sender gives up.
    pub at_most: Timestamp,
    /// Whether it was written down as delivered.
    pub written: bool,
    /// Whether a blow fell on it between its arrival and its being written down.
    pub struck: bool,
    pub(super) process: ProcessId,
    pub(super) life: u32,
    pub(super) closed: bool,
}

/// A blow that fell.
#[derive(Debug, Clone)]
pub struct Fallen {
    /// Which port call it was.
    pub call: usize,
    /// What it was.
    pub blow: Blow,
    /// When.
    pub at: Timestamp,
    /// What the call was.
    pub what: String,
}

/// Everything that was seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// Requests that arrived, in their order.
    pub arrivals: Vec<Arrival>,
    /// Blows that fell, in their order.
    pub blows: Vec<Fallen>,
    /// What providers were told is safe: the event's key and its amount.
    pub acknowledged: Vec<(EventKey, i64)>,
    /// Calls that providers gave up.
    pub given_up: usize,
    /// For how long a delivery was overdue before it was attempted, at most.
    pub overdue: SignedDuration,
    /// Port calls.
    pub calls: usize,
    /// The trace, where it is wanted.
    pub trace: Option<Vec<String>>,
}

/// The record of one run.
#[derive(Debug, Default)]
pub(super) struct Record(Mutex<Seen>);

impl Record {
    /// An empty record, with or without a trace.
    pub(super) fn new(traced: bool) -> Self {
        Self(Mutex::new(Seen { trace: traced.then(Vec::new), ..Seen::default() }))
    }

    /// What was seen.
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line of the trace.
    pub(super) fn trace(&self, at: Timestamp, who: &str, line: &dyn Fn() -> String) {
        if let Some(trace) = &mut self.seen().trace {
            trace.push(format!("{at:.3} {who:9} {}", line()));
        }
    }

    /// A request arrives; its number.
    pub(super) fn arrived(&self, arrival: Arrival) -> usize {
        let mut seen = self.seen();
        seen.arrivals.push(arrival);
        seen.arrivals.len() - 1
    }

    /// The sender of a request knows how it ended, or gave up.
    pub(super) fn answered(&self, n: usize, at: Timestamp) {
        if let Some(arrival) = self.seen().arrivals.get_mut(n) {
            arrival.until = Some(at);
        }
    }

    /// An attempt was written down, or fenced off.
    pub(super) fn finished(&self, of: &DeliveryRef, attempt: u32, delivered: bool) {
        let mut seen = self.seen();
        let mine = |one: &&mut Arrival| one.of == *of && one.attempt == attempt;
        for arrival in seen.arrivals.iter_mut().filter(mine) {
            arrival.written |= arrival.taken && delivered && !arrival.closed;
            arrival.closed = true;
        }
    }

    /// An error or a stall falls on a call that concerns a destination: whatever this process has
    /// under way there and has not written down is excused. One on any other call excuses nothing.
    pub(super) fn struck(&self, process: ProcessId, life: u32, to: Option<&DestinationName>) {
        for arrival in &mut self.seen().arrivals {
            let same = arrival.process == process && arrival.life == life && !arrival.closed;
            arrival.struck |= same && to.is_some_and(|to| arrival.of.destination == *to);
        }
    }

    /// A process dies with everything that it has under way.
    pub(super) fn died(&self, process: usize, life: u32, at: Timestamp) {
        for arrival in &mut self.seen().arrivals {
            if arrival.process == Some(process) && arrival.life == life && !arrival.closed {
                arrival.struck = true;
                arrival.closed = true;
                arrival.until.get_or_insert(at);
            }
        }
    }
}
