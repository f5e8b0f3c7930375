//! The ports on AWS against the contract, on two servers that speak DynamoDB and SQS and were written
//! apart from one another: what both take for right is not one author's error.

use std::sync::Arc;

use testkit::aws::{Place, Server, SqsInbox, TableShelf, TimedQueue};
use testkit::clock::HandClock;
use testkit::contract::{self, Fixture};

/// What SQS does not promise.
const NOT_PROMISED: &[(&str, &str)] = &[(
    "messages that wait longest come first",
    "a standard queue promises no order, and nothing of ours needs one",
)];

async fn fixture(server: &'static Server) -> Fixture {
    let place = Place::make(server).await;
    let clock = Arc::new(HandClock::default());
    Fixture {
        ledger: Arc::new(place.ledger()),
        directory: Arc::new(place.directory(Arc::clone(&clock))),
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
