//! The memory ports against the contract.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{Event, Parked, Refused, SourceId};
use jiff::Timestamp;
use testkit::clock::HandClock;
use testkit::contract::{self, Fixture, Shelf};
use testkit::memory::{
    MemoryArchive, MemoryCabinet, MemoryDirectory, MemoryLedger, MemoryNotes, MemoryQueue,
};

struct MemoryShelf {
    ledger: Arc<MemoryLedger>,
    queue: Arc<MemoryQueue>,
}

#[async_trait]
impl Shelf for MemoryShelf {
    async fn refused(&self, source: &SourceId) -> Vec<Refused> {
        self.ledger.refused().into_iter().filter(|r| r.source == *source).rev().collect()
    }

    async fn parked(&self, source: &SourceId) -> Vec<(Parked, String, Timestamp)> {
        let of_source = self.ledger.parked().into_iter().filter(|(of, ..)| of == source);
        of_source.map(|(_, parked, context, at)| (parked, context, at)).collect()
    }

    async fn conflicts(&self, source: &SourceId) -> Vec<Event> {
        self.ledger.conflicts().into_iter().filter(|event| event.source == *source).collect()
    }

    async fn buried(&self) -> Vec<(String, String)> {
        self.queue.buried()
    }
}

/// What no test needs of maps.
const NOT_PROMISED: &[(&str, &str)] =
    &[("what was set aside is forgotten", "it is the queue's here, and a test's queue is young")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_keeps_the_contract() {
    contract::run_but(NOT_PROMISED, async || {
        let clock = Arc::new(HandClock::default());
        let ledger = Arc::new(MemoryLedger::default());
        let notes = Arc::new(MemoryNotes::default());
        let directory = Arc::new(MemoryDirectory::default());
        let cabinet = Arc::new(MemoryCabinet::default());
        let queue = Arc::new(MemoryQueue::new(Arc::clone(&clock)));
        let shelf = MemoryShelf { ledger: Arc::clone(&ledger), queue: Arc::clone(&queue) };
        Fixture {
            survey: Arc::clone(&ledger) as _,
            log: Arc::clone(&ledger) as _,
            archive: Arc::new(MemoryArchive::new(
                Arc::clone(&ledger),
                Arc::clone(&notes),
                Arc::clone(&queue),
                Arc::clone(&directory),
                Arc::clone(&cabinet),
            )),
            ledger,
            notes,
            dead_letters: Arc::clone(&queue) as _,
            cabinet,
            entries: Arc::clone(&directory) as _,
            directory,
            inbox: Arc::clone(&queue) as _,
            queue,
            clock,
            shelf: Arc::new(shelf),
        }
    })
    .await;
}
