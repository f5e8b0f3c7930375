//! How much happens in a model, and which mistake is planted in it. What is bounded here is what
//! makes the model finite; what is not (how the steps interleave, how slow anybody is) is free.

/// How much happens. Everything that is counted here may happen at any step, or never.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Events that a provider tells.
    pub events: u8,
    /// Destinations, each of which wants every event.
    pub destinations: u8,
    /// Calls the provider makes about an event, as long as none was acknowledged. With none, the
    /// events begin claimed, sent and acknowledged.
    pub calls: u8,
    /// Crashes: of a call, a dispatcher or the sweep.
    pub crashes: u8,
    /// Bells that the queue loses.
    pub losses: u8,
    /// Bells that ring twice: repeats of the queue, needless ones of the sweep, visibility that ended.
    pub copies: u8,
    /// Answers that are lost on their way: ours to the provider, a destination's to us.
    pub unheard: u8,
    /// Attempts that a destination fails.
    pub failures: u8,
    /// Retries before a delivery's schedule is used up.
    pub retries: u8,
    /// Attempts after which the channel calls the destination dead. With one, or with `holds`,
    /// destinations are paused, and deliveries held, probed and released.
    pub deads: u8,
    /// Times that a dispatcher sleeps past its deadline before it has written anything. Sleeping
    /// later is free.
    pub stalls: u8,
    /// By how many ticks the second dispatcher's clock is fast.
    pub skew: i8,
    /// How many ticks a lease has beyond the work.
    pub margin: i8,
    /// Whether a delivery with a used-up schedule may be held.
    pub holds: bool,
    /// The mistake.
    pub bug: Option<Bug>,
}

impl Bounds {
    /// One acknowledged event for one destination, and nothing ever goes wrong.
    pub const QUIET: Self = Self {
        events: 1,
        destinations: 1,
        calls: 0,
        crashes: 0,
        losses: 0,
        copies: 0,
        unheard: 0,
        failures: 0,
        retries: 0,
        deads: 0,
        stalls: 0,
        skew: 0,
        margin: 2,
        holds: false,
        bug: None,
    };

    /// Whether the standing of destinations is part of the model.
    pub(crate) fn stand(&self) -> bool {
        self.deads > 0 || self.holds
    }

    pub(crate) fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
}

/// A mistake that the checker must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The provider is answered first, and the event claimed then.
    AckBeforeClaim,
    /// The event is marked taken first, and its rows written then.
    TakeBeforeEnlist,
    /// What came of an attempt is written whoever holds the lease.
    FinishWithoutFence,
    /// Nobody rings again for what has lost its bell.
    NoSweep,
    /// That a destination holds deliveries is a mark of its own: made before one is held, taken away
    /// when none was seen. What is held between the look and the mark is never looked for again.
    HoldingIsAMark,
}
