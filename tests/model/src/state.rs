//! What a model's moment consists of: calls, the queue, the ledger, the dispatchers, the sweep, and
//! what only the checker knows (what arrived, and which blows excuse a repeat).

use crate::ledger::{At, Row, Stand, earlier};

/// Ticks that the work of an attempt may take.
pub(crate) const WORK: i8 = 2;

/// A bell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bell {
    /// Fan this event out.
    Event(u8),
    /// Attempt this delivery; a probe may have one that is held.
    Delivery(u8, bool),
}

/// A call of the provider that is being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Call {
    /// Received; nothing written.
    Received,
    /// The claim is written, the bell is to be sent.
    Claimed,
    /// All is durable; to be answered.
    Durable,
    /// Answered before the claim: a planted mistake.
    Hasty,
}

/// An event, and the provider that tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    /// Calls made.
    pub called: u8,
    /// Calls being answered, in no order.
    pub calls: Vec<Call>,
    /// The provider knows that we have it.
    pub acknowledged: bool,
    /// It is in the ledger.
    pub claimed: bool,
    /// Its rows are there.
    pub taken: bool,
    /// The sweep does not ring for it before that.
    pub stamp: i8,
}

/// How far a dispatcher is with one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Try {
    /// To find out how the destination stands.
    Look {
        /// Whether a held one may start.
        probe: bool,
    },
    /// To take the lease.
    Start {
        /// Whether a held one may start.
        probe: bool,
        /// Whether the destination, when it was looked at, awaited a success.
        awaits: bool,
    },
    /// To hold the delivery.
    HoldRow,
    /// It has the lease and has written nothing.
    Leased {
        /// Nothing is written after that, by the dispatcher's clock.
        not_after: i8,
        /// As in `Start`.
        awaits: bool,
    },
    /// The request is written; what came of it.
    Wrote {
        /// When the exchange is given up.
        not_after: i8,
        /// As in `Start`.
        awaits: bool,
        /// What came of it.
        got: Got,
    },
    /// To write down what follows.
    Finish {
        /// Whether the destination has it.
        arrived: bool,
        /// Whether a retry is used up.
        counted: bool,
        /// As in `Start`.
        awaits: bool,
        /// What follows.
        next: At,
    },
    /// To tell that the destination took something.
    Tell,
    /// To ring again at that time.
    Ring {
        /// When, by the dispatcher's clock.
        at: i8,
    },
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Got {
    /// Taken, and we heard it.
    Took,
    /// Taken, and the answer was lost.
    Unheard,
    /// Failed.
    Failed,
    /// The channel says that the destination is no more.
    Dead,
}

/// How far a dispatcher is with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Rows are being written; the next is this destination's.
    Enlist(u8),
    /// The event is to be marked taken.
    Take,
    /// The deliveries are attempted.
    Attempt,
}

/// A dispatcher.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Dispatcher {
    /// The bell in its hand, and how far it is.
    pub work: Option<(Bell, Stage)>,
    /// By destination.
    pub tries: Vec<Option<Try>>,
}

/// What the sweep has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sweeping {
    /// The stamp is written, the bell is to be sent.
    Ring(Bell),
    /// It saw nothing held at the destination, and is to mark that: a planted mistake.
    Drain(u8),
}

/// What may still happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Left {
    pub crashes: u8,
    pub losses: u8,
    pub copies: u8,
    pub unheard: u8,
    pub failures: u8,
    pub deads: u8,
    pub stalls: u8,
}

/// What only the checker knows about a delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    /// How often it arrived.
    pub arrivals: u8,
    /// How often something fell between "sent" and "written down".
    pub blows: u8,
    /// A state that had ended was written over.
    pub overwritten: bool,
}

/// A moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    pub events: Vec<Event>,
    /// Bells, each with its delay, in order: the queue has none.
    pub queue: Vec<(Bell, i8)>,
    /// By event and destination.
    pub rows: Vec<Option<Row>>,
    pub stands: Vec<Stand>,
    pub dispatchers: [Dispatcher; 2],
    pub sweep: Option<Sweeping>,
    pub left: Left,
    pub seen: Vec<Seen>,
}

impl State {
    pub(crate) fn send(&mut self, bell: Bell, delay: i8) {
        self.queue.push((bell, delay));
        self.queue.sort_unstable();
    }

    /// Whether a bell for this is on the queue or in somebody's hand.
    pub(crate) fn is_rung(&self, bell: Bell) -> bool {
        let destinations = u8::try_from(self.stands.len()).expect("few");
        let covers = |other: Bell| match (bell, other) {
            (Bell::Event(one), Bell::Event(two)) => one == two,
            (Bell::Event(_), Bell::Delivery(..)) => false,
            (Bell::Delivery(of, _), Bell::Event(event)) => of / destinations == event,
            (Bell::Delivery(one, _), Bell::Delivery(two, _)) => one == two,
        };
        let sweep = matches!(self.sweep, Some(Sweeping::Ring(other)) if covers(other));
        let hand = |d: &Dispatcher| d.work.is_some_and(|(other, _)| covers(other));
        sweep
            || self.queue.iter().any(|(other, _)| covers(*other))
            || self.dispatchers.iter().any(hand)
    }

    /// Which delivery a dispatcher's try at a destination is about.
    pub(crate) fn delivery(&self, bell: Bell, slot: usize) -> usize {
        match bell {
            Bell::Event(event) => usize::from(event) * self.stands.len() + slot,
            Bell::Delivery(of, _) => usize::from(of),
        }
    }

    /// The deliveries to a destination.
    pub(crate) fn deliveries_to(&self, to: usize) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).skip(to).step_by(self.stands.len())
    }

    /// Time passes. Deadlines that were missed are worth no more than one tick.
    pub(crate) fn tick(&mut self) {
        self.rows.iter_mut().flatten().for_each(Row::tick);
        for event in &mut self.events {
            event.stamp = earlier(event.stamp);
        }
        for stand in &mut self.stands {
            stand.probe = earlier(stand.probe);
        }
        for (_, delay) in &mut self.queue {
            *delay = earlier(*delay);
        }
        self.queue.sort_unstable();
        for one in self.dispatchers.iter_mut().flat_map(|d| d.tries.iter_mut().flatten()) {
            match one {
                Try::Leased { not_after, .. } | Try::Wrote { not_after, .. } => {
                    *not_after = (*not_after - 1).max(-1);
                }
                Try::Finish { next: At::Waiting { due: at }, .. } | Try::Ring { at } => {
                    *at = earlier(*at);
                }
                Try::Look { .. }
                | Try::Start { .. }
                | Try::HoldRow
                | Try::Finish { .. }
                | Try::Tell => {}
            }
        }
    }
}
