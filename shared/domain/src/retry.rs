//! When a delivery is attempted again: one pure function. Its answer is stored in the ledger.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The waits of Casso's ladder in minutes (providers.md §4): each the sum of the two before it.
const CASSO_MINUTES: [u64; 17] =
    [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597];
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A destination's schedule of retries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Casso's ladder: at most 17 retries, none later than 24 h after the first attempt; where the
    /// ladder overshoots, one last attempt at 24 h.
    Casso,
    /// Abaha's way: every `every`, at most `times` attempts in all.
    Every {
        /// The wait between two attempts.
        every: Duration,
        /// Attempts in all, the first included.
        times: u32,
    },
    /// A list of waits; as many retries as it has items.
    Waits(Vec<Duration>),
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// Attempt again, no earlier than this.
    At(Timestamp),
    /// The schedule is used up.
    Exhausted,
}

impl Schedule {
    /// The wait before retry number `retry` (from 1).
    fn wait(&self, retry: u32) -> Option<Duration> {
        let index = usize::try_from(retry.checked_sub(1)?).ok()?;
        match self {
            Self::Casso => CASSO_MINUTES.get(index).map(|m| Duration::from_secs(m * 60)),
            Self::Every { every, times } => (retry < *times).then_some(*every),
            Self::Waits(waits) => waits.get(index).copied(),
        }
    }

    /// How long after the first attempt the last may be: 24 h, or longer if the schedule itself is
    /// (its jitter included).
    fn horizon(&self) -> Duration {
        let own: Duration = match self {
            Self::Casso => DAY,
            Self::Every { every, times } => every.saturating_mul(*times),
            Self::Waits(waits) => {
                waits.iter().fold(Duration::ZERO, |sum, w| sum.saturating_add(*w))
            }
        };
        if own <= DAY { DAY } else { own.saturating_add(own / 5) }
    }

    /// When to attempt again after a failure at `now` that used up a retry.
    ///
    /// `failures` counts those failures, this one included; `first` is when the first attempt
    /// began; `after` is the wait the peer asked for; `jitter` is 0..=65535 and spreads the wait
    /// by ±10 %.
    pub fn after_failure(
        &self,
        failures: u32,
        first: Timestamp,
        now: Timestamp,
        after: Option<Duration>,
        jitter: u16,
    ) -> Next {
        let Some(wait) = self.wait(failures) else { return Next::Exhausted };
        let asked = after.unwrap_or(Duration::ZERO);
        self.cut(first, now, jittered(wait, jitter).max(asked))
    }

    /// When to attempt again after an answer that limits the rate: uses up no retry, but the time.
    /// Jitter only lengthens the wait, by up to a fifth: the peer is obeyed, and those it turned
    /// away together do not come back together.
    pub fn after_limit(
        &self,
        first: Timestamp,
        now: Timestamp,
        after: Duration,
        jitter: u16,
    ) -> Next {
        let after = after.max(Duration::from_secs(1));
        self.cut(first, now, jittered(after, jitter).saturating_add(after / 10))
    }

    /// A wait longer than what is left of the horizon is cut to it; nothing left is exhausted.
    fn cut(&self, first: Timestamp, now: Timestamp, wait: Duration) -> Next {
        let end = later(first, self.horizon());
        if now >= end { Next::Exhausted } else { Next::At(later(now, wait).min(end)) }
    }
}

fn jittered(wait: Duration, jitter: u16) -> Duration {
    let tenth = wait / 10;
    let spread = tenth.saturating_mul(2).saturating_mul(u32::from(jitter)) / u32::from(u16::MAX);
    wait.saturating_sub(tenth).saturating_add(spread)
}

/// A moment later, or the end of time.
fn later(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds after the first attempt at which each further attempt falls, without jitter, when
    /// every attempt fails at once.
    fn falls(schedule: &Schedule) -> Vec<i64> {
        let first: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let (mut now, mut out) = (first, Vec::new());
        for failures in 1.. {
            match schedule.after_failure(failures, first, now, None, u16::MAX / 2 + 1) {
                Next::Exhausted => return out,
                Next::At(at) => {
                    let exact = at.duration_since(first).as_secs();
                    now = first + SignedDuration::from_secs((exact + 30) / 60 * 60);
                    out.push((exact + 30) / 60 * 60);
                }
            }
        }
        unreachable!("a schedule ends")
    }

    #[test]
    fn cassos_ladder_ends_with_one_attempt_at_24_hours() {
        let minutes: Vec<i64> = falls(&Schedule::Casso).iter().map(|s| s / 60).collect();
        let expected = [1, 2, 4, 7, 12, 20, 33, 54, 88, 143, 232, 376, 609, 986, 1440];
        assert_eq!(minutes, expected);
    }

    #[test]
    fn every_and_waits_are_as_typed() {
        let every = Schedule::Every { every: Duration::from_secs(300), times: 3 };
        assert_eq!(falls(&every), [300, 600]);
        let waits = Schedule::Waits(vec![Duration::from_secs(60), Duration::from_secs(120)]);
        assert_eq!(falls(&waits), [60, 180]);
        assert_eq!(falls(&Schedule::Waits(vec![])), [0_i64; 0]);
    }

    #[test]
    fn a_wait_is_spread_by_a_tenth() {
        let minute = Duration::from_secs(60);
        assert_eq!(jittered(minute, 0), Duration::from_secs(54));
        assert_eq!(jittered(minute, u16::MAX), Duration::from_secs(66));
    }

    #[test]
    fn what_the_peer_asks_for_is_obeyed_and_cut_to_the_day() {
        let first: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let hour = |n: i64| first + SignedDuration::from_hours(n);
        let wait = Duration::from_secs(7200);
        let schedule = Schedule::Casso;
        assert_eq!(schedule.after_failure(1, first, first, Some(wait), 0), Next::At(hour(2)));
        assert_eq!(schedule.after_limit(first, first, wait, 0), Next::At(hour(2)));
        let late = first + SignedDuration::from_mins(144);
        assert_eq!(schedule.after_limit(first, first, wait, u16::MAX), Next::At(late));
        assert_eq!(schedule.after_limit(first, hour(23), wait, 0), Next::At(hour(24)));
        assert_eq!(schedule.after_limit(first, hour(24), wait, 0), Next::Exhausted);
        assert_eq!(schedule.after_failure(18, first, first, None, 0), Next::Exhausted);
    }
}
