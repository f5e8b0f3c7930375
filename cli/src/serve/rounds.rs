//! The loops that go round by themselves: the sweep every minute, reconcile where its time has come. Not
//! what they do: that is `domain`'s.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{Alarm, Clock, Ledger, Queue, Reconcile, Sweep, Timer, chain, raise};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::logs::{log_reconciled, log_swept};
use super::metrics::Metrics;

/// Between two runs of the sweep, and two looks at whose time has come.
const EVERY: Duration = Duration::from_secs(60);
/// One round of questions to the providers takes no longer.
const QUESTIONS: SignedDuration = SignedDuration::from_mins(10);

/// The flows that go round, and what they tell.
pub(super) struct Rounds {
    pub(super) sweep: Sweep,
    pub(super) reconcile: Reconcile,
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: Arc<Metrics>,
}

impl Rounds {
    /// Sweeps every minute until told to stop; what is cut off is repeated by the next run.
    pub(super) async fn sweep(self: Arc<Self>, stopped: watch::Receiver<bool>) {
        let sweeping = async {
            loop {
                let swept = self.sweep.run().await;
                self.metrics.swept(&swept);
                log_swept(&swept);
                tokio::time::sleep(EVERY).await;
            }
        };
        until_stopped(stopped, sweeping).await;
    }

    /// Asks the providers, each when its time has come, until told to stop.
    pub(super) async fn reconcile(self: Arc<Self>, stopped: watch::Receiver<bool>) {
        let asking = async {
            loop {
                self.ask().await;
                tokio::time::sleep(EVERY).await;
            }
        };
        until_stopped(stopped, asking).await;
    }

    async fn ask(&self) {
        let until = self.clock.now().saturating_add(QUESTIONS).unwrap_or(Timestamp::MAX);
        match self.reconcile.run(until).await {
            Ok(reports) => {
                for report in reports {
                    self.metrics.reconciled(&report);
                    log_reconciled(&report);
                    for (alarm, change) in report.alarms(self.clock.now()) {
                        self.tell(&alarm, &change).await;
                    }
                }
            }
            Err(error) => {
                tracing::error!(error = chain(&error), "the providers could not be asked");
            }
        }
    }

    async fn tell(&self, alarm: &Alarm, change: &str) {
        let now = self.clock.now();
        let told = raise(self.ledger.as_ref(), self.queue.as_ref(), alarm, change, now).await;
        if let Err(error) = told {
            tracing::error!(error = chain(&error), "an alarm could not be raised");
        }
    }
}

async fn until_stopped(mut stopped: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        _ = stopped.wait_for(|stop| *stop) => {}
        () = work => {}
    }
}

/// Waits by the runtime's clock.
pub(super) struct Sleeper(pub(super) Arc<dyn Clock>);

#[async_trait]
impl Timer for Sleeper {
    async fn wait_until(&self, at: Timestamp) {
        let left = at.duration_since(self.0.now());
        if let Ok(left) = Duration::try_from(left) {
            tokio::time::sleep(left).await;
        }
    }
}
