//! What only the schedule can do, through the deployed template: the sweep runs because its schedule
//! says so. Real minutes pass.

use domain::{Clock as _, DeliveryState, Ledger as _};
use jiff::SignedDuration;
use testkit::sink::Sink;
use testkit::stack::Functions;

use crate::shop::{Machine, Shop};
use crate::{SOURCES, destination};

#[tokio::test(flavor = "multi_thread")]
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
