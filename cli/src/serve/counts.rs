//! The database's own counts on the metrics page. They read whole tables, and anybody may ask for
//! the page: so one count at a time, and not again for ten seconds.

use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, chain};
use embedded::Database;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::metrics::Metrics;

/// How long counts are good.
const KEPT: SignedDuration = SignedDuration::from_secs(10);

/// Counts, and when they were taken.
pub(super) struct Counts {
    database: Database,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    last: Arc<Mutex<Option<Timestamp>>>,
}

impl Counts {
    /// Nothing counted yet.
    pub(super) fn new(database: Database, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Self {
        Self { database, clock, metrics, last: Arc::default() }
    }

    /// Counts again where it is time to. A count that takes longer than `patience` goes on by
    /// itself, and until it ends the earlier numbers stand.
    pub(super) async fn refresh(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.count()).await.is_err() {
            tracing::warn!("counting the database takes long; the metrics show earlier counts");
        }
    }

    async fn count(&self) {
        let mut last = Arc::clone(&self.last).lock_owned().await;
        let now = self.clock.now();
        if last.is_some_and(|at| now.duration_since(at).abs() < KEPT) {
            return;
        }
        let (database, metrics) = (self.database.clone(), Arc::clone(&self.metrics));
        // A task of its own keeps the lock when nobody waits any more: SQLite counts on, too.
        let counting = tokio::spawn(async move {
            match database.stats().await {
                Ok(stats) => {
                    metrics.counted(&stats);
                    *last = Some(now);
                }
                Err(error) => {
                    tracing::error!(error = chain(&error), "the database cannot be counted");
                }
            }
        });
        if let Err(error) = counting.await {
            tracing::error!(error = chain(&error), "counting the database ended badly");
        }
    }
}
