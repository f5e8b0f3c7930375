//! How many requests may be under way to each destination, in this process. A destination that hangs
//! fills its lanes and then holds up nobody: whoever has waited in vain for a moment goes away, and
//! until a lane is left others do not even wait.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::{DestinationName, Lane, Lanes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a delivery waits for a lane: longer than healthy destinations take to answer.
const A_MOMENT: Duration = Duration::from_secs(1);

/// How long whoever has found none stays away, at least.
const AWAY: Duration = Duration::from_secs(10);

/// The lanes of all destinations.
#[derive(Debug, Default)]
pub(super) struct LocalLanes(Mutex<HashMap<DestinationName, Arc<Road>>>);

/// The lanes of one destination.
#[derive(Debug)]
struct Road {
    lanes: Arc<Semaphore>,
    jammed: AtomicBool,
}

/// A lane that is taken.
struct Taken {
    road: Arc<Road>,
    _lane: OwnedSemaphorePermit,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.road.jammed.store(false, Ordering::Relaxed);
    }
}

#[async_trait]
impl Lanes for LocalLanes {
    fn try_enter(&self, destination: &DestinationName, lanes: u32) -> Option<Lane> {
        let road = self.road(destination, lanes);
        let lane = Arc::clone(&road.lanes).try_acquire_owned().ok()?;
        Some(Box::new(Taken { road, _lane: lane }))
    }

    async fn enter(&self, destination: &DestinationName, lanes: u32) -> Result<Lane, Duration> {
        let road = self.road(destination, lanes);
        let free = Arc::clone(&road.lanes).try_acquire_owned();
        let lane = match free {
            Ok(lane) => lane,
            Err(_) if road.jammed.load(Ordering::Relaxed) => return Err(AWAY),
            Err(_) => {
                let wait = Arc::clone(&road.lanes).acquire_owned();
                match tokio::time::timeout(A_MOMENT, wait).await {
                    Ok(Ok(lane)) => lane,
                    Ok(Err(_)) | Err(_) => {
                        road.jammed.store(true, Ordering::Relaxed);
                        return Err(AWAY);
                    }
                }
            }
        };
        Ok(Box::new(Taken { road, _lane: lane }))
    }
}

impl LocalLanes {
    fn road(&self, destination: &DestinationName, lanes: u32) -> Arc<Road> {
        let mut roads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let road = roads.entry(destination.clone()).or_insert_with(|| {
            let lanes = usize::try_from(lanes).unwrap_or(Semaphore::MAX_PERMITS);
            let lanes = Arc::new(Semaphore::new(lanes));
            Arc::new(Road { lanes, jammed: AtomicBool::new(false) })
        });
        Arc::clone(road)
    }
}

#[cfg(test)]
mod tests {
    use domain::Name;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_full_destination_is_waited_for_a_moment_and_then_not_at_all() {
        let lanes = LocalLanes::default();
        let (slow, other) = (Name::parse("slow").unwrap(), Name::parse("other").unwrap());
        let first = lanes.enter(&slow, 2).await;
        let second = lanes.enter(&slow, 2).await;
        assert!(first.is_ok() && second.is_ok());
        let start = Instant::now();
        assert!(lanes.enter(&slow, 2).await.is_err());
        assert_eq!(start.elapsed(), A_MOMENT);
        assert!(lanes.enter(&slow, 2).await.is_err(), "jammed");
        assert_eq!(start.elapsed(), A_MOMENT, "nobody waits behind a jam");
        assert!(lanes.enter(&other, 2).await.is_ok(), "others are not held up");
        drop(first);
        assert!(lanes.enter(&slow, 2).await.is_ok(), "a lane was left");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_gets_the_lane_that_is_left() {
        let lanes = LocalLanes::default();
        let name = Name::parse("busy").unwrap();
        let taken = lanes.enter(&name, 1).await;
        let (waited, ()) = tokio::join!(lanes.enter(&name, 1), async { drop(taken) });
        assert!(waited.is_ok());
    }
}
