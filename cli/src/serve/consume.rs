//! The delivering loop: receives messages, has each handled by `Dispatch`, deletes what is done.
//! A message that could not be handled comes again when its visibility ends; that is all the retry
//! there is here, because waits for destinations are the ledger's.

use std::sync::Arc;
use std::time::Duration;

use domain::{
    Clock, Dispatch, Handled, Inbox as _, LEASE_MARGIN, LONGEST_TIMEOUT, Made, Message, PortError,
    chain,
};
use embedded::Database;
use tokio::sync::{Semaphore, watch};

use super::logs::{log_attempt, log_poison};
use super::metrics::Metrics;

/// Messages handled at once.
const AT_ONCE: usize = 128;
/// Messages received at once.
const BATCH: usize = 64;
/// The waits between tries where our own infrastructure fails: a disk that was full for a moment
/// must not cost a whole visibility.
const AGAIN_AFTER: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// And between the tries after these.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// The longest sleep: a clock that was set, or a machine that slept, costs no more than this.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The loop and what it needs.
pub(super) struct Consumer {
    pub(super) dispatch: Arc<Dispatch>,
    pub(super) database: Database,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: Arc<Metrics>,
}

impl Consumer {
    /// Handles messages until told to stop, then lets those in hand end.
    pub(super) async fn run(
        self: Arc<Self>,
        mut stopped: watch::Receiver<bool>,
        patience: Duration,
    ) {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => {}
            () = self.work(&room) => {}
        }
        let everything = room.acquire_many(u32::try_from(AT_ONCE).unwrap_or(u32::MAX));
        if tokio::time::timeout(patience, everything).await.is_err() {
            tracing::warn!(
                "attempts in flight were cut off; they are repeated after the next start"
            );
        }
    }

    async fn work(self: &Arc<Self>, room: &Arc<Semaphore>) {
        let mut waits = AGAIN_AFTER.into_iter();
        loop {
            // Only this loop takes permits: what is free now is free until it does.
            let Ok(first) = Arc::clone(room).acquire_owned().await else { return };
            let mut permits = vec![first];
            while permits.len() < BATCH
                && let Ok(permit) = Arc::clone(room).try_acquire_owned()
            {
                permits.push(permit);
            }
            let received =
                self.database.receive(permits.len(), self.clock.now(), visibility()).await;
            let messages = match received {
                Ok(messages) => messages,
                Err(error) => {
                    let wait = waits.next().unwrap_or(LONGEST_WAIT);
                    let again_s = wait.as_secs();
                    tracing::error!(error = chain(&error), again_s, "the queue cannot be read");
                    tokio::time::sleep(wait).await;
                    continue;
                }
            };
            waits = AGAIN_AFTER.into_iter();
            let none = messages.is_empty();
            for (message, permit) in messages.into_iter().zip(permits) {
                let consumer = Arc::clone(self);
                tokio::spawn(async move {
                    consumer.handle(message).await;
                    drop(permit);
                });
            }
            if none {
                self.rest().await;
            }
        }
    }

    /// Sleeps until something is sent or falls due.
    async fn rest(&self) {
        let nap = match self.database.next_visible().await {
            Ok(Some(at)) => {
                let left = Duration::try_from(at.duration_since(self.clock.now()));
                left.unwrap_or_default().min(LONGEST_SLEEP)
            }
            Ok(None) | Err(_) => LONGEST_SLEEP,
        };
        tokio::select! {
            () = self.database.rung() => {}
            () = tokio::time::sleep(nap) => {}
        }
    }

    /// Handles a message to its end. Where our own infrastructure fails it is tried again here a few
    /// times, and by the queue when its visibility ends.
    async fn handle(&self, message: Message) {
        let mut waits = AGAIN_AFTER.into_iter();
        while let Err(error) = self.try_to_handle(&message).await {
            tracing::error!(
                error = chain(&error),
                receives = message.receives,
                "a message will be handled again"
            );
            let Some(wait) = waits.next() else { return };
            tokio::time::sleep(wait).await;
        }
    }

    fn tell(&self, made: &[Made]) {
        for made in made {
            if let Some(attempt) = &made.attempt {
                self.metrics.attempted(attempt);
            }
            log_attempt(made);
        }
    }

    async fn try_to_handle(&self, message: &Message) -> Result<(), PortError> {
        match self.dispatch.handle(&message.envelope).await? {
            Handled::Unfinished { made, error } => {
                self.tell(&made);
                Err(error)
            }
            Handled::Done(made) => {
                self.tell(&made);
                self.database.delete(std::slice::from_ref(&message.receipt)).await
            }
            Handled::Poison { reason, key } => {
                log_poison(key.as_ref(), &reason);
                self.database.bury(&message.receipt, &reason, self.clock.now()).await
            }
        }
    }
}

/// Longer than the longest lease, so that a message comes again only when its handler is gone.
fn visibility() -> Duration {
    LONGEST_TIMEOUT + LEASE_MARGIN.unsigned_abs() * 2
}
