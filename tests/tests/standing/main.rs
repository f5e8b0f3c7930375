//! Destinations that fail and come back: paused, held, probed, released, disabled; and what operators
//! are told of it all. With the clock in hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod digests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use domain::{
    Answer, Cause, Clock as _, DeliveryState, DestinationRecord, Envelope, Event, EventKey, Fact,
    Facts, Kind, Ledger as _, Mark, Mode, Money, Name, Outbound, Provenance, Queue as _, SendError,
    SourceId, Survey as _, Text,
};
use jiff::SignedDuration;
use testkit::faults::Faults;
use testkit::world::{Sent, World, answer};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn webhook(name: &str) -> DestinationRecord {
    DestinationRecord {
        name: name.into(),
        channel: "webhook".into(),
        endpoint: Some(Text::Text(format!("https://example.com/{name}"))),
        ..DestinationRecord::default()
    }
}

fn slack(name: &str) -> DestinationRecord {
    DestinationRecord {
        name: name.into(),
        channel: "slack".into(),
        endpoint: Some(Text::Text(format!("https://hooks.slack.com/services/T0/B0/{name}"))),
        ..DestinationRecord::default()
    }
}

fn world(
    script: impl Fn(usize, &Sent) -> Result<Answer, SendError> + Send + Sync + 'static,
) -> World {
    World::new(providers::ALL, channels::ALL, Faults::none(), script)
}

fn event(world: &World, id: &str) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    Event {
        key: EventKey::new(&source, id),
        source,
        kind: Kind::TransferIn,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: None,
        received: world.clock.now(),
        money: Money::parse("50000", domain::Currency::VND).ok(),
        balance: None,
        facts: Facts::default().with(Fact::Content, format!("DH{id}")),
        object: "{}".into(),
    }
}

async fn ring(world: &World, id: &str) {
    let event = event(world, id);
    assert_eq!(world.ledger.claim(&event).await.unwrap(), domain::Claim::Fresh);
    let envelope = Envelope::for_event(&event).unwrap();
    world.queue.send(&[Outbound { envelope, delay: Duration::ZERO }]).await.unwrap();
}

async fn pass(world: &mut World, span: SignedDuration) {
    let until = world.clock.now() + span;
    world.live(until).await;
}

fn mode(world: &World, name: &str) -> Mode {
    let standings = world.ledger.all_standings();
    standings.get(&Name::parse(name).unwrap()).cloned().unwrap_or_default().mode
}

/// How many deliveries to a destination are in each state.
fn states(world: &World, name: &str) -> Vec<(&'static str, usize)> {
    let of = |delivery: &domain::Delivery| delivery.of.destination.as_str() == name;
    let all: Vec<_> = world.ledger.deliveries().into_iter().map(|(d, _)| d).collect();
    let ours = all.iter().filter(|d| of(d) && !d.of.event.is_own());
    let found: Vec<_> = ours.map(|d| d.state.word()).collect();
    let count = |known: &&'static str| (*known, found.iter().filter(|w| *w == known).count());
    DeliveryState::WORDS.iter().map(count).filter(|(_, n)| *n > 0).collect()
}

/// What operators were told, as the alarms' words in the order of telling.
fn alarms(world: &World) -> Vec<String> {
    let told = world.sent().into_iter().filter(|sent| sent.path == "/operators");
    told.map(|sent| {
        let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
        body["data"]["object"]["alarm"].as_str().unwrap_or("none").to_owned()
    })
    .collect()
}

fn operators() -> DestinationRecord {
    DestinationRecord { alarms: Some(true), events: vec!["change".into()], ..webhook("operators") }
}

#[tokio::test]
async fn a_day_of_failures_pauses_holds_probes_and_releases_everything_once() {
    let status = Arc::new(AtomicU16::new(500));
    let answers = Arc::clone(&status);
    let mut world = world(move |_, sent| {
        let down = sent.path == "/sink";
        Ok(answer(if down { answers.load(Ordering::SeqCst) } else { 200 }, ""))
    })
    .with_destination(&webhook("sink"))
    .with_destination(&operators());
    for id in ["1", "2", "3"] {
        ring(&world, id).await;
    }
    pass(&mut world, HOUR * 23).await;
    assert_eq!(mode(&world, "sink"), Mode::Active);
    pass(&mut world, HOUR * 2).await;
    assert!(matches!(mode(&world, "sink"), Mode::Paused { cause: Cause::Failing, .. }));
    let before = world.sent().len();
    for id in ["4", "5", "6", "7"] {
        ring(&world, id).await;
    }
    pass(&mut world, HOUR).await;
    assert_eq!(states(&world, "sink"), [("held", 7)]);
    let probes = world.sent().iter().skip(before).filter(|s| s.path == "/sink").count();
    assert!((3..=5).contains(&probes), "one probe in a quarter of an hour: {probes}");
    assert_eq!(alarms(&world), ["paused"]);

    status.store(200, Ordering::SeqCst);
    pass(&mut world, MINUTE * 20).await;
    assert_eq!(mode(&world, "sink"), Mode::Active);
    assert_eq!(states(&world, "sink"), [("delivered", 7)]);
    assert_eq!(alarms(&world), ["paused", "resumed"]);
    let taken = world.sent().iter().rev().take_while(|s| s.path != "/operators").count();
    assert!(taken <= 7, "each arrived once");
    world.check_the_books();
}

#[tokio::test]
async fn where_nobody_is_chosen_for_alarms_a_change_is_told_to_the_people_of_another() {
    let only_out = |name| DestinationRecord { events: vec!["out".into()], ..slack(name) };
    let mut world = world(|_, sent| match sent.path.as_str() {
        "/sink" => Ok(answer(410, "")),
        _ => Ok(answer(200, "ok")),
    })
    .with_destination(&webhook("a-program"))
    .with_destination(&only_out("sales"))
    .with_destination(&only_out("team"))
    .with_destination(&webhook("sink"));
    ring(&world, "1").await;
    pass(&mut world, MINUTE * 2).await;
    let mut told: Vec<_> = world.sent().into_iter().map(|sent| sent.path).collect();
    told.sort();
    assert_eq!(told, ["/a-program", "/services/T0/B0/sales", "/sink"]);
}

#[tokio::test]
async fn a_dead_destination_is_paused_at_once_and_disabled_after_a_week() {
    let mut world = world(|_, sent| Ok(answer(if sent.path == "/sink" { 410 } else { 200 }, "")))
        .with_destination(&webhook("sink"))
        .with_destination(&operators());
    ring(&world, "1").await;
    pass(&mut world, MINUTE * 2).await;
    let Mode::Paused { cause: Cause::Dead(why), .. } = mode(&world, "sink") else { panic!() };
    assert!(why.contains("410"), "{why}");
    ring(&world, "2").await;
    pass(&mut world, HOUR * 24 * 7 + MINUTE * 2).await;
    assert!(matches!(mode(&world, "sink"), Mode::Disabled { .. }));
    let sent = world.sent().len();
    ring(&world, "3").await;
    pass(&mut world, HOUR).await;
    assert_eq!(states(&world, "sink"), [("held", 2), ("failed", 1)]);
    let third =
        world.ledger.deliveries().into_iter().find(|(d, _)| d.of.event.as_str() == "casso/shop/3");
    assert_eq!(third.unwrap().0.state, DeliveryState::Failed("disabled".into()));
    assert_eq!(world.sent().len(), sent, "no probe any more");
    assert_eq!(alarms(&world), ["paused", "disabled"]);
    assert!(
        world.ledger.deliveries().iter().all(|(d, attempts)| d.attempts as usize == attempts.len())
    );
}

#[tokio::test]
async fn a_pause_by_hand_is_neither_probed_nor_ended_by_time_and_resuming_releases() {
    let mut world = world(|_, _| Ok(answer(200, ""))).with_destination(&webhook("sink"));
    let name = Name::parse("sink").unwrap();
    world.ledger.mark(&name, &Mark::Pause, world.clock.now()).await.unwrap();
    for id in 0..12 {
        ring(&world, &id.to_string()).await;
    }
    pass(&mut world, HOUR * 24 * 8).await;
    assert_eq!((states(&world, "sink"), world.sent().len()), (vec![("held", 12)], 0));
    assert_eq!(world.ledger.count_held(&name).await.unwrap(), 12, "a dry run's answer");
    world.ledger.mark(&name, &Mark::Resume, world.clock.now()).await.unwrap();
    pass(&mut world, MINUTE * 3).await;
    assert_eq!((states(&world, "sink"), world.sent().len()), (vec![("delivered", 12)], 12));
    assert_eq!(world.ledger.count_held(&name).await.unwrap(), 0);
}

/// Whoever resumes a destination that is still down loses nothing by it.
#[tokio::test]
async fn resuming_too_early_fails_nothing() {
    let status = Arc::new(AtomicU16::new(500));
    let answers = Arc::clone(&status);
    let mut world = world(move |_, _| Ok(answer(answers.load(Ordering::SeqCst), "")))
        .with_destination(&webhook("sink"));
    for id in 0..12 {
        ring(&world, &id.to_string()).await;
    }
    pass(&mut world, HOUR * 48).await;
    assert_eq!(states(&world, "sink"), [("held", 12)]);
    let name = Name::parse("sink").unwrap();
    world.ledger.mark(&name, &Mark::Resume, world.clock.now()).await.unwrap();
    pass(&mut world, HOUR).await;
    assert_eq!(states(&world, "sink"), [("held", 12)]);
    assert!(matches!(mode(&world, "sink"), Mode::Paused { cause: Cause::Failing, .. }));
    status.store(200, Ordering::SeqCst);
    pass(&mut world, HOUR).await;
    assert_eq!(states(&world, "sink"), [("delivered", 12)]);
    world.check_the_books();
}

/// What is not to be retried is not used up by finding out how its destination is.
#[tokio::test]
async fn a_probe_ends_no_delivery_that_its_destination_does_not_want_retried() {
    let record =
        DestinationRecord { retry_on: Some(vec!["timeout".to_owned()]), ..webhook("sink") };
    let status = Arc::new(AtomicU16::new(410));
    let answers = Arc::clone(&status);
    let mut world =
        world(move |_, _| Ok(answer(answers.load(Ordering::SeqCst), ""))).with_destination(&record);
    ring(&world, "1").await;
    pass(&mut world, MINUTE * 2).await;
    status.store(500, Ordering::SeqCst);
    for id in ["2", "3"] {
        ring(&world, id).await;
    }
    pass(&mut world, HOUR * 3).await;
    assert_eq!(states(&world, "sink"), [("held", 3)]);
}

#[tokio::test]
async fn one_bad_message_fails_alone_where_others_are_taken() {
    let mut world = world(|_, sent| {
        let body = String::from_utf8_lossy(&sent.body).into_owned();
        Ok(answer(if body.contains("DHbad") { 500 } else { 200 }, ""))
    })
    .with_destination(&webhook("sink"));
    ring(&world, "bad").await;
    for n in 0..30 {
        ring(&world, &n.to_string()).await;
        pass(&mut world, HOUR).await;
    }
    assert_eq!(states(&world, "sink"), [("delivered", 30), ("failed", 1)]);
    assert_eq!(mode(&world, "sink"), Mode::Active);
}

#[tokio::test]
async fn what_nobody_rang_for_is_rung_by_the_sweep() {
    let mut world = world(|n, _| Ok(answer(if n == 0 { 500 } else { 200 }, "")))
        .with_destination(&webhook("sink"));
    let lost = event(&world, "1");
    assert_eq!(world.ledger.claim(&lost).await.unwrap(), domain::Claim::Fresh);
    pass(&mut world, MINUTE * 4).await;
    assert_eq!(world.sent().len(), 0);
    pass(&mut world, SignedDuration::from_secs(150)).await;
    assert_eq!(world.sent().len(), 1, "five minutes old, and a run of the sweep");
    world.queue.purge();
    pass(&mut world, MINUTE * 5).await;
    assert_eq!(states(&world, "sink"), [("delivered", 1)], "the wait's bell was lost, too");
}

#[tokio::test]
async fn a_conflict_is_told_once() {
    let mut world = world(|_, _| Ok(answer(200, ""))).with_destination(&operators());
    let first = event(&world, "1");
    assert_eq!(world.ledger.claim(&first).await.unwrap(), domain::Claim::Fresh);
    let other = Event { money: Money::parse("70000", domain::Currency::VND).ok(), ..first };
    for _ in 0..2 {
        let claim = world.ledger.claim(&other).await.unwrap();
        assert!(matches!(claim, domain::Claim::Conflict { .. }), "{claim:?}");
    }
    pass(&mut world, HOUR).await;
    assert_eq!(alarms(&world), ["conflict"]);
}

#[tokio::test]
async fn what_was_held_for_a_removed_destination_is_cancelled() {
    let mut world = world(|_, _| Ok(answer(410, ""))).with_destination(&webhook("sink"));
    ring(&world, "1").await;
    ring(&world, "2").await;
    pass(&mut world, MINUTE * 2).await;
    assert_eq!(states(&world, "sink"), [("held", 2)]);
    let name = Name::parse("sink").unwrap();
    world.directory.remove_destination(&name);
    pass(&mut world, MINUTE * 3).await;
    assert_eq!(states(&world, "sink"), [("cancelled", 2)]);
    // Whoever read the directory before and writes only now.
    let third = event(&world, "3");
    assert_eq!(world.ledger.claim(&third).await.unwrap(), domain::Claim::Fresh);
    let held = DeliveryState::Held("paused".into());
    let held = domain::Delivery::new(third.delivery_to(&name), held, world.clock.now());
    _ = world.ledger.enlist(&[held]).await.unwrap();
    world.ledger.take(&third.key, false).await.unwrap();
    pass(&mut world, MINUTE * 3).await;
    assert_eq!(states(&world, "sink"), [("cancelled", 3)]);
    pass(&mut world, MINUTE * 20).await;
    assert!(world.ledger.all_standings().is_empty());
}
