//! Whoever fails to prove itself again and again has to wait, longer each time. Kept by this process:
//! it slows a guesser down and is no proof of anything.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// So many failures in a row cost nothing: people mistype.
const FREE: u32 = 5;
/// The longest wait; after as long without a failure all is forgotten.
const LONGEST: Duration = Duration::from_secs(60);
/// So many names are remembered at once.
const MOST: usize = 1_000;

/// Failures in a row, by the name that was said.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<String, Streak>>);

#[derive(Debug, Clone, Copy)]
struct Streak {
    failures: u32,
    last: Timestamp,
}

impl Streak {
    /// When the next try is heard.
    fn over(self) -> Timestamp {
        let doublings = self.failures.checked_sub(FREE);
        let wait = doublings.map_or(0, |n| 1_u64.checked_shl(n).unwrap_or(u64::MAX));
        let wait = Duration::from_secs(wait).min(LONGEST);
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        self.last.saturating_add(wait).unwrap_or(Timestamp::MAX)
    }

    fn is_forgotten(self, now: Timestamp) -> bool {
        let quiet = now.duration_since(self.last).abs();
        Duration::try_from(quiet).is_ok_and(|quiet| quiet > LONGEST)
    }
}

impl Throttle {
    /// How long this name has to wait; nothing where it may try.
    pub(crate) fn wait(&self, who: &str, now: Timestamp) -> Option<Duration> {
        let streak = self.streaks().get(who).copied().filter(|streak| !streak.is_forgotten(now))?;
        let left = Duration::try_from(streak.over().duration_since(now)).ok()?;
        (!left.is_zero()).then_some(left)
    }

    /// A try was in vain.
    pub(crate) fn failed(&self, who: &str, now: Timestamp) {
        let mut streaks = self.streaks();
        if streaks.len() >= MOST {
            streaks.retain(|_, streak| !streak.is_forgotten(now));
        }
        // Whoever says a thousand names in a minute does not make the others' failures forgotten.
        if streaks.len() >= MOST {
            let fewest = streaks.values().map(|streak| streak.failures).min().unwrap_or_default();
            streaks.retain(|_, streak| streak.failures > fewest);
        }
        let streak = streaks.entry(who.to_owned()).or_insert(Streak { failures: 0, last: now });
        let before = if streak.is_forgotten(now) { 0 } else { streak.failures };
        *streak = Streak { failures: before.saturating_add(1), last: now };
    }

    /// A try succeeded.
    pub(crate) fn succeeded(&self, who: &str) {
        self.streaks().remove(who);
    }

    fn streaks(&self) -> MutexGuard<'_, HashMap<String, Streak>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_141_000 + second).unwrap()
    }

    #[test]
    fn each_failure_after_the_fifth_doubles_the_wait_up_to_a_minute() {
        let throttle = Throttle::default();
        let mut waits = Vec::new();
        for _ in 0..14 {
            throttle.failed("a", at(0));
            waits.push(throttle.wait("a", at(0)).map_or(0, |wait| wait.as_secs()));
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!(throttle.wait("b", at(0)), None, "each name by itself");
        assert_eq!(throttle.wait("a", at(59)), Some(Duration::from_secs(1)));
        assert_eq!(throttle.wait("a", at(60)), None);
        throttle.failed("a", at(60));
        assert_eq!(throttle.wait("a", at(60)), Some(LONGEST), "it goes on where it was");
        throttle.succeeded("a");
        assert_eq!(throttle.wait("a", at(60)), None);
    }

    #[test]
    fn a_minute_of_peace_and_a_clock_set_back_forget() {
        for later in [61, -3600] {
            let throttle = Throttle::default();
            (0..9).for_each(|_| throttle.failed("a", at(0)));
            assert_eq!(throttle.wait("a", at(later)), None, "{later}");
            throttle.failed("a", at(later));
            assert_eq!(throttle.wait("a", at(later)), None, "{later}");
        }
    }

    #[test]
    fn a_thousand_names_are_not_kept() {
        let throttle = Throttle::default();
        (0..9).for_each(|_| throttle.failed("guessed", at(0)));
        (0..3_000).for_each(|n| throttle.failed(&n.to_string(), at(0)));
        assert!(throttle.streaks().len() <= MOST);
        assert_eq!(throttle.wait("guessed", at(0)), Some(Duration::from_secs(16)));
    }
}
