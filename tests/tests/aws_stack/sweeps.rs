//! What only the schedule can do, through the deployed template: the sweep runs because its schedule
//! says so. Real minutes pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{Clock as _, DeliveryState, DestinationName, Ledger as _, Mark, Mode};
use jiff::SignedDuration;
use testkit::sink::Sink;
use testkit::stack::Functions;

use crate::shop::{Machine, Shop, until};
use crate::{SOURCES, calls, destination, post};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `make test-aws`, which builds the functions first"]
async fn a_dead_destination_is_paused_told_of_resumed_and_gets_what_was_held() {
    let gone = Arc::new(AtomicBool::new(true));
    let is_gone = Arc::clone(&gone);
    let sink = Sink::start(move |_, _| match is_gone.load(Ordering::SeqCst) {
        true => (410, String::new()),
        false => (200, String::new()),
    });
    let (sink, told) = (sink.await, Sink::answering(200, "").await);
    let tables = [
        SOURCES.to_owned(),
        destination("sink", "webhook", &sink.url("/"), ""),
        destination("operators", "webhook", &told.url("/"), "events = [\"change\"]\nalarms = true"),
    ];
    let shop = Shop::open(Functions::Built, &tables.concat()).await;
    let (ledger, name) = (shop.stack.ledger(), DestinationName::parse("sink").unwrap());
    assert_eq!(post(&shop, &calls()[0]).await.status, 200);
    let first = sink.wait_for(1).await[0].json()["data"]["key"].as_str().unwrap().to_owned();
    let standing = until("the destination is paused", async || {
        Some(ledger.standing(&name).await.unwrap()).filter(|standing| !standing.is_active())
    });
    assert!(matches!(standing.await.mode, Mode::Paused { .. }));
    let state = shop.delivery(&first, "sink").await.state;
    assert!(matches!(state, DeliveryState::Held(_)), "{state:?}");
    assert_eq!(post(&shop, &calls()[3]).await.status, 200);
    // Told by the sweep, which its schedule starts.
    let alarm = told.wait_for(1).await[0].json();
    assert_eq!(alarm["data"]["object"]["alarm"], "paused", "{alarm}");
    assert_eq!(sink.received().len(), 1, "what came meanwhile is held");

    gone.store(false, Ordering::SeqCst);
    ledger.mark(&name, &Mark::Resume, Machine.now()).await.unwrap();
    // Released by the next run, and spread over the minute after it.
    until("what was held has arrived", async || (sink.received().len() == 3).then_some(())).await;
    for received in &sink.received()[1..] {
        let key = received.json()["data"]["key"].as_str().unwrap().to_owned();
        assert_eq!(shop.ended(&key, "sink").await.0.state, DeliveryState::Delivered);
    }
    let alarm = told.wait_for(2).await[1].json();
    assert_eq!(alarm["data"]["object"]["alarm"], "resumed", "{alarm}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `make test-aws`, which builds the functions first"]
async fn an_event_whose_bell_was_lost_is_rung_by_the_sweep() {
    let sink = Sink::answering(200, "").await;
    let tables = format!("{SOURCES}{}", destination("sink", "webhook", &sink.url("/"), ""));
    let shop = Shop::open(Functions::Built, &tables).await;
    let received = Machine.now() - SignedDuration::from_mins(10);
    let event = domain::Event { received, ..testkit::contract::event("lost") };
    _ = shop.stack.ledger().claim(&event).await.unwrap();
    let arrived = &sink.wait_for(1).await[0];
    assert_eq!(arrived.json()["data"]["key"], event.key.as_str());
    let (delivery, attempts) = shop.ended(event.key.as_str(), "sink").await;
    assert_eq!((delivery.state, attempts.len()), (DeliveryState::Delivered, 1));
}
