//! Lanes within one instance of a Lambda. Between instances nothing in memory can count: how many there
//! are is the event source's MaximumConcurrency. But an instance can learn that a destination hangs,
//! and then not have every batch wait for it: one attempt at a time finds out whether it has come back,
//! after a rest, and whoever else wants to go there is put off.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::{Clock, DestinationName, Lane, Lanes};
use jiff::{SignedDuration, Timestamp};

/// Whoever held a lane for so long met a destination that hangs. For half of it an attempt may
/// have waited for its moment.
const HANGS: SignedDuration = SignedDuration::from_secs(10);
/// How long one that hangs is left alone by this instance.
const REST: SignedDuration = SignedDuration::from_secs(30);
/// How long who is put off stays away. A bell costs three requests.
const PUT_OFF: Duration = Duration::from_secs(45);

/// The lanes of all destinations, as this instance sees them.
#[expect(missing_debug_implementations, reason = "a clock has nothing to show")]
pub struct InstanceLanes {
    clock: Arc<dyn Clock>,
    roads: Arc<Mutex<HashMap<DestinationName, Road>>>,
}

/// The lanes of one destination.
#[derive(Debug, Default)]
struct Road {
    taken: u32,
    /// Since it hung: when it may be tried again, one at a time.
    tried_from: Option<Timestamp>,
}

/// A lane that is taken.
struct Taken {
    of: DestinationName,
    since: Timestamp,
    clock: Arc<dyn Clock>,
    roads: Arc<Mutex<HashMap<DestinationName, Road>>>,
}

impl InstanceLanes {
    /// All lanes free.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, roads: Arc::default() }
    }
}

#[async_trait]
impl Lanes for InstanceLanes {
    fn try_enter(&self, destination: &DestinationName, lanes: u32) -> Option<Lane> {
        let now = self.clock.now();
        let mut roads = lock(&self.roads);
        let road = roads.entry(destination.clone()).or_default();
        let free = match road.tried_from {
            Some(from) => road.taken == 0 && now >= from,
            None => road.taken < lanes,
        };
        if !free {
            return None;
        }
        road.taken += 1;
        let (clock, roads) = (Arc::clone(&self.clock), Arc::clone(&self.roads));
        Some(Box::new(Taken { of: destination.clone(), since: now, clock, roads }))
    }

    async fn enter(&self, destination: &DestinationName, lanes: u32) -> Result<Lane, Duration> {
        self.try_enter(destination, lanes).ok_or(PUT_OFF)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let now = self.clock.now();
        if let Some(road) = lock(&self.roads).get_mut(&self.of) {
            road.taken = road.taken.saturating_sub(1);
            let hung = now.duration_since(self.since) >= HANGS;
            road.tried_from = hung.then(|| now.saturating_add(REST).unwrap_or(Timestamp::MAX));
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use domain::Name;

    use super::*;

    #[derive(Default)]
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
        }
    }

    #[test]
    fn one_that_hangs_is_left_alone_and_then_tried_one_at_a_time() {
        let hand = Arc::new(Hand::default());
        let lanes = InstanceLanes::new(Arc::clone(&hand) as _);
        let pass = |seconds| _ = hand.0.fetch_add(seconds, Ordering::Relaxed);
        let (slow, other) = (Name::parse("slow").unwrap(), Name::parse("other").unwrap());
        let enter = |name| lanes.try_enter(name, 2);

        let (first, second) = (enter(&slow), enter(&slow));
        assert!(first.is_some() && second.is_some());
        assert!(enter(&slow).is_none(), "there are two");
        pass(9);
        drop(first);
        assert!(enter(&slow).is_some(), "slow is not hanging");
        pass(1);
        drop(second);
        assert!(enter(&slow).is_none(), "it hung");
        assert!(enter(&other).is_some(), "others are not held up");
        pass(29);
        assert!(enter(&slow).is_none(), "it rests");
        pass(1);
        let probe = enter(&slow);
        assert!(probe.is_some());
        assert!(enter(&slow).is_none(), "one finds out");
        drop(probe);
        let (one, two) = (enter(&slow), enter(&slow));
        assert!(one.is_some() && two.is_some(), "it has come back");
    }
}
