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
    /// The change of mode was announced.
    Told,
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
            Mode::Active => self.streak.is_some(),
            Mode::Paused { cause: Cause::Failing | Cause::Dead(_), .. } => true,
            Mode::Paused { cause: Cause::Operator, .. } | Mode::Disabled { .. } => false,
        }
    }

    /// Whether what is held may go.
    pub fn releases(&self) -> bool {
        self.is_active() && self.streak.is_none()
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
            Mark::Told => Self { told: true, ..self.clone() },
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
                streak: None,
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
mod tests {
    use super::*;

    const MINUTES: SignedDuration = SignedDuration::from_mins(15);

    fn hour(n: i64) -> Timestamp {
        Timestamp::from_second(1_772_330_400 + n * 3600).unwrap()
    }

    fn paused(cause: Cause) -> Standing {
        Standing {
            mode: Mode::Paused { since: hour(0), cause },
            streak: Some(Streak { since: hour(-24), failures: 9 }),
            ..Standing::default()
        }
    }

    /// The standing after all these, each at its hour.
    fn through(from: Standing, marks: &[(i64, Mark)]) -> Standing {
        marks
            .iter()
            .fold(from, |standing, (at, mark)| standing.after(mark, hour(*at)).unwrap_or(standing))
    }

    fn failed(hours: &[i64]) -> Vec<(i64, Mark)> {
        hours.iter().map(|at| (*at, Mark::Failed)).collect()
    }

    #[test]
    fn a_day_and_five_attempts_of_nothing_but_failures_pause_it() {
        let active = Standing::default;
        let by_failure = Mode::Paused { since: hour(24), cause: Cause::Failing };
        for (hours, expected) in [
            (vec![0, 1, 2, 3, 24], by_failure.clone()),
            (vec![0, 1, 2, 3, 23], Mode::Active),
            (vec![0, 1, 2, 24], Mode::Active),
        ] {
            assert_eq!(through(active(), &failed(&hours)).mode, expected, "{hours:?}");
        }
        let mut marks = failed(&[0, 1, 2, 3, 4]);
        marks.push((24, Mark::Look));
        assert_eq!(through(active(), &marks).mode, by_failure, "time alone tells too");
        marks.insert(5, (5, Mark::Taken));
        assert_eq!(through(active(), &marks), Standing::default(), "one success clears it all");
    }

    #[test]
    fn a_dead_one_is_paused_at_once_and_its_cause_is_kept() {
        let dead = through(Standing::default(), &[(1, Mark::Dead("no_service".into()))]);
        let cause = Cause::Dead("no_service".into());
        assert_eq!(dead.mode, Mode::Paused { since: hour(1), cause });
        assert!(!dead.told && dead.is_probed() && !dead.is_active());
        assert_eq!(through(dead.clone(), &[(2, Mark::Dead("gone".into()))]).mode, dead.mode);
    }

    #[test]
    fn a_success_ends_a_pause_but_not_an_operators() {
        let resumed = Standing { resumed: Some(hour(1)), ..Standing::default() };
        for (cause, mark, expected) in [
            (Cause::Failing, Mark::Taken, resumed.clone()),
            (Cause::Dead("x".into()), Mark::Taken, resumed.clone()),
            (Cause::Operator, Mark::Resume, resumed.clone()),
            (Cause::Failing, Mark::Resume, resumed.clone()),
            (Cause::Operator, Mark::Taken, Standing { streak: None, ..paused(Cause::Operator) }),
        ] {
            let what = format!("{cause:?} {mark:?}");
            assert_eq!(through(paused(cause), &[(1, mark)]), expected, "{what}");
        }
        assert!(resumed.releases());
    }

    #[test]
    fn seven_days_disable_it_unless_an_operator_paused_it() {
        let disabled = Mode::Disabled { since: hour(168) };
        for (cause, at, expected) in [
            (Cause::Failing, 168, disabled.clone()),
            (Cause::Dead("x".into()), 168, disabled.clone()),
            (Cause::Failing, 167, paused(Cause::Failing).mode),
            (Cause::Operator, 999, paused(Cause::Operator).mode),
        ] {
            assert_eq!(through(paused(cause.clone()), &[(at, Mark::Look)]).mode, expected);
        }
        let disabled = Standing { mode: disabled, ..paused(Cause::Failing) };
        assert_eq!(disabled.after(&Mark::Pause, hour(200)), None);
        assert_eq!(through(disabled.clone(), &[(200, Mark::Taken)]).mode, disabled.mode);
        assert_eq!(through(disabled, &[(200, Mark::Resume)]).mode, Mode::Active);
    }

    #[test]
    fn one_probe_goes_out_at_a_time() {
        let probe = |place: &str| Mark::Probe { place: place.into(), every: MINUTES };
        let standing = paused(Cause::Failing);
        assert_eq!(standing.after(&probe("a"), hour(0)), None, "it has just failed");
        let first = standing.after(&probe("a"), hour(1)).unwrap();
        assert_eq!(first.probed, Some(Probed { at: hour(1), place: "a".into() }));
        assert_eq!(first.after(&probe("b"), hour(1)), None);
        let later = hour(1) + MINUTES;
        assert_eq!(first.after(&probe("b"), later).unwrap().probed.unwrap().place, "b");
        assert_eq!(paused(Cause::Operator).after(&probe("a"), hour(1)), None);
    }

    #[test]
    fn whose_fault_is_told_by_the_streak() {
        let streak = |since| Some(Streak { since: hour(since), failures: 2 });
        let standing = |since| Standing { streak: streak(since), ..Standing::default() };
        assert!(standing(1).took_nothing_since(hour(1)));
        assert!(!standing(2).took_nothing_since(hour(1)));
        assert!(!Standing::default().took_nothing_since(hour(1)));
    }
}
