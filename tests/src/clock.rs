//! Time and chance in the test's hand: a clock that moves when told to, and randomness that is the
//! same in every run.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::{Clock, Entropy, Timer};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct HandClock(Mutex<Timestamp>);

impl HandClock {
    /// A clock that shows this.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves it on.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
    }

    /// Sets it, backwards too.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Default for HandClock {
    /// A morning in March 2026.
    fn default() -> Self {
        Self::at(Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_772_330_400))
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waiting that moves the clock instead.
#[derive(Debug)]
pub struct HandTimer(pub Arc<HandClock>);

#[async_trait]
impl Timer for HandTimer {
    async fn wait_until(&self, at: Timestamp) {
        if at > self.0.now() {
            self.0.set(at);
        }
    }
}

/// Randomness that a seed decides.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// The randomness of a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn next(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_only_by_hand() {
        let clock = HandClock::default();
        let start = clock.now();
        assert_eq!((clock.now(), start.to_string().as_str()), (start, "2026-03-01T02:00:00Z"));
        clock.advance(SignedDuration::from_secs(5));
        assert_eq!(clock.now(), start + SignedDuration::from_secs(5));
        clock.set(start);
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn a_seed_decides_everything() {
        let of = |seed| {
            let entropy = SeededEntropy::new(seed);
            [entropy.next(), entropy.next()]
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert_ne!(of(1)[0], of(1)[1]);
    }
}
