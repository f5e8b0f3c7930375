//! The ports on AWS against the contract, on two servers that speak DynamoDB and SQS and were written
//! apart from one another: what both take for right is not one author's error.

use std::sync::Arc;

use aws::DynamoArchive;
use testkit::aws::{Place, Server, SqsInbox, TableShelf, TimedQueue};
use testkit::clock::HandClock;
use testkit::contract::{self, Fixture};

/// What forgets keys, parked, refused and set aside things.
const BY_ITSELF: &str = "AWS deletes by itself, within days, what has expired";

/// What AWS does not promise.
const NOT_PROMISED: &[(&str, &str)] = &[
    (
        "messages that wait longest come first",
        "a standard queue promises no order, and nothing of ours needs one",
    ),
    (
        "a payer is erased from what is queued and set aside",
        "SQS replaces no message; it deletes by itself, within two weeks",
    ),
    (
        "an event older than bodies are kept keeps its key alone",
        "the log is walked a day at a time: see aws_expiry.rs",
    ),
    ("an event older than keys are kept is forgotten", BY_ITSELF),
    ("what is open or not taken is never forgotten", BY_ITSELF),
    ("what was parked, refused or in conflict is forgotten", BY_ITSELF),
    ("what was set aside is forgotten", BY_ITSELF),
    ("no more is forgotten at once than was asked", BY_ITSELF),
];

async fn fixture(server: &'static Server) -> Fixture {
    let place = Place::make(server).await;
    let clock = Arc::new(HandClock::default());
    let directory = Arc::new(place.directory(Arc::clone(&clock)));
    Fixture {
        ledger: Arc::new(place.ledger()),
        survey: Arc::new(place.survey(Arc::clone(&directory) as _)),
        log: Arc::new(place.survey(Arc::clone(&directory) as _)),
        notes: Arc::new(place.ledger()),
        archive: Arc::new(DynamoArchive::new(place.ledger(), Arc::clone(&directory))),
        dead_letters: Arc::new(place.dead_letters()),
        cabinet: Arc::new(place.ledger()),
        entries: Arc::clone(&directory) as _,
        directory,
        queue: Arc::new(TimedQueue::new(&place, Arc::clone(&clock))),
        inbox: Arc::new(SqsInbox::new(&place)),
        clock,
        shelf: Arc::new(TableShelf(place)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_is_kept_on_moto() {
    contract::run_but(NOT_PROMISED, async || fixture(Server::moto()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_is_kept_on_ministack() {
    contract::run_but(NOT_PROMISED, async || fixture(Server::ministack()).await).await;
}
