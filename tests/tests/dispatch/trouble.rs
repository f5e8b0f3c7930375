//! Trouble on the way: what cannot be read, poison, workers beside each other, jams, and writes that
//! fail. Not how answers are judged.

use std::sync::Arc;
use std::time::Duration;

use domain::{
    Answer, Clock as _, DeliveryState, DestinationRecord, Envelope, Handled, Ledger as _, Listed,
    Name, Outbound, Queue as _,
};
use jiff::SignedDuration;
use testkit::faults::{Faults, Lasting, Mode};
use testkit::world::{World, answer};

use super::{deliver, event, ring, webhook, world};

#[tokio::test]
async fn a_destination_that_cannot_be_read_keeps_its_deliveries_until_it_can() {
    let mut world = world(&webhook("sink"), |_, _| Ok(answer(200, "")));
    let unreadable = || Listed::Unreadable {
        name: Name::parse("newer").unwrap(),
        reason: "unknown field".into(),
    };
    world.directory.put_destination(unreadable());
    let event = event(&world, "1");
    ring(&world, &event).await;
    let start = world.clock.now();
    while world.handle_visible().await.unwrap() > 0 {}
    assert_eq!(world.sent().len(), 1, "the readable one was not held up");
    let due = world.queue.next_visible().unwrap();
    assert_eq!(due.duration_since(start), SignedDuration::from_mins(15));
    let newer = webhook("newer").parse(channels::ALL).unwrap();
    world.directory.put_destination(Listed::Ready(Box::new(newer)));
    world.drain().await;
    world.check_the_books();
    let paths: Vec<_> = world.sent().iter().map(|sent| sent.path.clone()).collect();
    assert_eq!(paths, ["/sink", "/newer"]);
}

#[tokio::test]
async fn poison_is_set_aside_with_its_reason_and_blocks_nobody() {
    let mut world = world(&webhook("sink"), |_, _| Ok(answer(200, "")));
    for text in ["nonsense", r#"{"v":0}"#, r#"{"v":1,"event_key":"casso/shop/none"}"#] {
        let poison = Outbound { envelope: text.into(), delay: Duration::ZERO };
        world.queue.send(&[poison]).await.unwrap();
    }
    let event = event(&world, "1");
    deliver(&mut world, &event).await;
    let reasons: Vec<_> = world.queue.buried().into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(
        reasons,
        [
            "not an envelope this version can read",
            "envelope version 0 is not known; known is 2",
            "the ledger has no such event",
        ]
    );
    assert_eq!(world.sent().len(), 1);
}

#[tokio::test]
async fn what_a_newer_program_wrote_is_put_back_for_it() {
    let world = world(&webhook("sink"), |_, _| Ok(answer(200, "")));
    let error = world.dispatch.handle(r#"{"v":3,"event":{"kind":"transfer.reversed"}}"#).await;
    let error = error.unwrap_err();
    assert_eq!(error.port, domain::Port::Queue);
    assert_eq!(error.source.to_string(), "envelope version 3 is not known; known is 2");
}

#[tokio::test]
async fn two_workers_on_one_delivery_send_once() {
    let world = world(&webhook("sink"), |_, _| Ok(answer(200, "")));
    let event = event(&world, "1");
    ring(&world, &event).await;
    let envelope = Envelope::for_event(&event).unwrap();
    let workers = (0..20).map(|_| world.dispatch.handle(&envelope));
    for handled in futures_util::future::join_all(workers).await {
        assert!(matches!(handled, Ok(Handled::Done(_))), "{handled:?}");
    }
    assert_eq!(world.sent().len(), 1);
    assert!(!world.queue.envelopes().is_empty(), "others found it busy and rang for later");
}

/// The request has ended; that it could not be written down is no request under way.
#[tokio::test]
async fn whoever_finds_the_lane_free_finds_the_slot_free_though_nothing_could_be_written() {
    let record = DestinationRecord { concurrency: Some(1), ..webhook("sink") };
    for at in 0..20 {
        let faults = Faults::at(at, Mode::Before, Lasting::Once);
        let world = World::new(providers::ALL, channels::ALL, Arc::clone(&faults), |_, _| {
            Ok(answer(200, ""))
        });
        let world = world.with_destination(&record);
        let [first, second] = ["1", "2"].map(|id| event(&world, id));
        for event in [&first, &second] {
            _ = world.ledger.claim(event).await.unwrap();
        }
        let handled = world.dispatch.handle(&Envelope::for_event(&first).unwrap()).await;
        let unwritten = !matches!(handled, Ok(Handled::Done(_))) && world.sent().len() == 1;
        faults.heal();
        let handled = world.dispatch.handle(&Envelope::for_event(&second).unwrap()).await;
        if unwritten {
            assert!(matches!(handled, Ok(Handled::Done(made)) if made.len() == 1), "{at}");
            return;
        }
    }
    panic!("no fault fell between sent and written down");
}

/// What is held is found by how its destination stands; a hold without a pause would be for ever.
#[tokio::test]
async fn nothing_is_held_for_a_destination_whose_pause_could_not_be_written() {
    for at in 0..20 {
        let faults = Faults::at(at, Mode::Before, Lasting::Once);
        let dead = |_: usize, _: &_| -> Result<Answer, _> { Ok(answer(410, "")) };
        let world = World::new(providers::ALL, channels::ALL, Arc::clone(&faults), dead);
        let world = world.with_destination(&webhook("sink"));
        let event = event(&world, "1");
        _ = world.ledger.claim(&event).await.unwrap();
        _ = world.dispatch.handle(&Envelope::for_event(&event).unwrap()).await;
        let attempted = !world.ledger.deliveries().iter().all(|(_, made)| made.is_empty());
        if attempted && world.ledger.all_standings().is_empty() {
            let (delivery, made) = super::only(&world);
            let due = world.clock.now() + SignedDuration::from_mins(1);
            assert_eq!(delivery.state, DeliveryState::Waiting { due });
            assert_eq!(made[0].verdict, "dead");
            return;
        }
    }
    panic!("no fault fell on the pause");
}

#[tokio::test]
async fn a_destination_that_is_jammed_holds_up_no_other_and_gets_its_own_later() {
    let record = webhook("slow");
    let world = world(&record, |_, _| Ok(answer(200, "")));
    let mut world = world.with_destination(&webhook("swift"));
    world.gate.close(Some(Name::parse("slow").unwrap()));
    let event = event(&world, "1");
    ring(&world, &event).await;
    world.handle_visible().await.unwrap();
    let paths =
        |world: &World| -> Vec<_> { world.sent().iter().map(|sent| sent.path.clone()).collect() };
    assert_eq!(paths(&world), ["/swift"]);
    let wait = world.queue.next_visible().unwrap() - world.clock.now();
    assert!((10..15).contains(&wait.get_seconds()), "{wait}");
    world.gate.close(None);
    world.drain().await;
    world.check_the_books();
    assert_eq!(paths(&world), ["/swift", "/slow"]);
    let attempts: Vec<_> = world.ledger.deliveries().iter().map(|(_, a)| a.len()).collect();
    assert_eq!(attempts, [1, 1], "going away is no attempt");
}
