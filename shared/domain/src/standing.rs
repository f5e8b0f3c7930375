//! How a destination stands: the state machine of pause, hold, resume and disable. Pure, total, the
//! same for every ledger. Not what a person typed (`destination`), and not its deliveries.

use jiff::{SignedDuration, Timestamp};

/// A destination is paused after this long, …
const PAUSED_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// … and at least this many attempts, of nothing but failures.
const PAUSED_FAILURES: u32 = 5;
/// A paused destination is disabled after this long.
const DISABLED_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether a destination is sent to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    /// It is.
    #[default]
    Active,
    /// Its deliveries are held.
    Paused {
        /// Since when.
        since: Timestamp,
        /// Why.
        cause: Cause,
    },
    /// New deliveries fail at once; what was held before stays.
    Disabled {
        /// Since when.
        since: Timestamp,
    },
}

/// Why a destination is paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Nothing but failures for a day.
    Failing,
    /// Its channel said that it is no more, in these words.
    Dead(String),
    /// An operator paused it: it is not probed, and time does not end it.
    Operator,
}

/// Attempts with no success between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// When the first of them was.
    pub since: Timestamp,
    /// How many of them were failures.
    pub failures: u32,
}

/// The last probe: when, and where in the order of the held ones it was, so that they take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// When it went out.
    pub at: Timestamp,
    /// The place of the delivery that it was, in the order of [`crate::Survey::held`].
    pub place: String,
}

/// How a destination stands. What was never written stands as the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Whether it is sent to.
    pub mode: Mode,
    /// The failures since the last success.
    pub streak: Option<Streak>,
    /// The last probe.
    pub probed: Option<Probed>,
    /// When it last came back.
    pub resumed: Option<Timestamp>,
    /// Whether the last change of mode was announced.
    pub told: bool,
}

/// Something that happened to a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// It failed an attempt.
    Failed,
    /// It asked for patience: no failure, and nothing taken either.
    Limited,
    /// It took something.
    Taken,
    /// Its channel said that it is no more.
    Dead(String),
    /// A held delivery goes out as a probe; only if the last probe, and the pause, are older than this.
    Probe {
        /// Its place in the order of the held ones.
        place: String,
        /// How long after the last one.
        every: SignedDuration,
    },
    /// An operator pauses it.
    Pause,
    /// An operator resumes it.
    Resume,
    /// Time has passed.
    Look,
    /// The change to this mode was announced.
    Told(Mode),
}

impl Standing {
    /// Whether deliveries to it are attempted.
    pub fn is_active(&self) -> bool {
        self.mode == Mode::Active
    }

    /// Whether a success must be written down: something waits for it.
    pub fn awaits_success(&self) -> bool {
        match self.mode {
            Mode::Active | Mode::Paused { cause: Cause::Operator, .. } => self.streak.is_some(),
            Mode::Paused { cause: Cause::Failing | Cause::Dead(_), .. } => true,
            Mode::Disabled { .. } => false,
        }
    }

    /// Whether a held delivery is to find out, every so often, if the destination has come back.
    pub fn is_probed(&self) -> bool {
        match self.mode {
            Mode::Active => self.fails(),
            Mode::Paused { cause: Cause::Failing | Cause::Dead(_), .. } => true,
            Mode::Paused { cause: Cause::Operator, .. } | Mode::Disabled { .. } => false,
        }
    }

    /// Whether what is held may go.
    pub fn releases(&self) -> bool {
        self.is_active() && !self.fails()
    }

    /// Whether it failed since it took something, or since an operator resumed it.
    fn fails(&self) -> bool {
        self.streak.is_some_and(|streak| streak.failures > 0)
    }

    /// Whether nothing has arrived since `then`, by the failures since.
    pub fn took_nothing_since(&self, then: Timestamp) -> bool {
        self.streak.is_some_and(|streak| streak.since <= then)
    }

    /// The standing after something happened at `now`; `None` where nothing changes.
    pub fn after(&self, mark: &Mark, now: Timestamp) -> Option<Self> {
        let next = match mark {
            Mark::Failed => self.failed(now).looked_at(now),
            Mark::Limited => {
                let streak = self.streak.unwrap_or(Streak { since: now, failures: 0 });
                Self { streak: Some(streak), ..self.clone() }
            }
            Mark::Taken => self.taken(now),
            Mark::Dead(why) => self.failed(now).dead(why, now),
            Mark::Probe { place, every } => self.probed(place, *every, now),
            Mark::Pause => self.paused(Cause::Operator, now),
            Mark::Resume => self.resumed(now),
            Mark::Look => self.clone().looked_at(now),
            // It may have changed again meanwhile: that is to be announced still.
            Mark::Told(mode) => Self { told: self.told || self.mode == *mode, ..self.clone() },
        };
        (next != *self).then_some(next)
    }

    fn failed(&self, now: Timestamp) -> Self {
        let streak = self.streak.unwrap_or(Streak { since: now, failures: 0 });
        let failures = streak.failures.saturating_add(1);
        // Clocks differ: the earliest that anybody saw.
        let since = streak.since.min(now);
        Self { streak: Some(Streak { since, failures }), ..self.clone() }
    }

    fn taken(&self, now: Timestamp) -> Self {
        let next = Self { streak: None, ..self.clone() };
        match &self.mode {
            Mode::Paused { cause: Cause::Failing | Cause::Dead(_), .. } => next.resumed(now),
            Mode::Active | Mode::Paused { cause: Cause::Operator, .. } | Mode::Disabled { .. } => {
                next
            }
        }
    }

    fn dead(self, why: &str, now: Timestamp) -> Self {
        match &self.mode {
            Mode::Active => self.paused(Cause::Dead(why.to_owned()), now),
            Mode::Paused { .. } | Mode::Disabled { .. } => self,
        }
    }

    fn paused(&self, cause: Cause, now: Timestamp) -> Self {
        let since = match &self.mode {
            // Disabled by time stays so until somebody resumes it.
            Mode::Disabled { .. } => return self.clone(),
            Mode::Paused { since, .. } => *since,
            Mode::Active => now,
        };
        let told = self.mode == Mode::Paused { since, cause: cause.clone() } && self.told;
        Self { mode: Mode::Paused { since, cause }, told, ..self.clone() }
    }

    fn resumed(&self, now: Timestamp) -> Self {
        match self.mode {
            Mode::Active => self.clone(),
            Mode::Paused { .. } | Mode::Disabled { .. } => Self {
                mode: Mode::Active,
                // That it took nothing stays true until it takes something: where an operator was
                // too early it is paused again soon, and no delivery fails for it.
                streak: self.streak.map(|streak| Streak { failures: 0, ..streak }),
                probed: None,
                resumed: Some(now),
                told: false,
            },
        }
    }

    fn looked_at(self, now: Timestamp) -> Self {
        let over = |since: Timestamp, limit| now.duration_since(since) >= limit;
        match (&self.mode, self.streak) {
            (Mode::Active, Some(Streak { since, failures }))
                if over(since, PAUSED_AFTER) && failures >= PAUSED_FAILURES =>
            {
                self.paused(Cause::Failing, now)
            }
            (Mode::Paused { since, cause: Cause::Failing | Cause::Dead(_) }, _)
                if over(*since, DISABLED_AFTER) =>
            {
                Self { mode: Mode::Disabled { since: now }, told: false, ..self }
            }
            (Mode::Active | Mode::Paused { .. } | Mode::Disabled { .. }, _) => self,
        }
    }

    fn probed(&self, place: &str, every: SignedDuration, now: Timestamp) -> Self {
        let early = |since: Timestamp| now.duration_since(since).abs() < every;
        if !self.is_probed() || self.left_alone_since().is_some_and(early) {
            return self.clone();
        }
        Self { probed: Some(Probed { at: now, place: place.to_owned() }), ..self.clone() }
    }

    /// The last probe, or the pause if that was later: the next probe goes out so long after it.
    pub fn left_alone_since(&self) -> Option<Timestamp> {
        let paused = match self.mode {
            Mode::Paused { since, .. } => Some(since),
            Mode::Active | Mode::Disabled { .. } => None,
        };
        self.probed.as_ref().map(|last| last.at).max(paused)
    }
}

#[cfg(test)]
mod tests;
