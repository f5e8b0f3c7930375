//! The delivering flow: ladders walked with the clock in hand, waits that peers ask for, and every
//! way in which a delivery ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod trouble;

use std::time::Duration;

use domain::{
    Answer, Attempt, Delivery, DeliveryState, DestinationRecord, Envelope, Event, Fact, Facts,
    Kind, Money, Name, Outbound, Provenance, Queue as _, RetryRecord, SendError, SourceId, Text,
};
use jiff::Timestamp;
use testkit::faults::Faults;
use testkit::world::{Sent, World, answer};

fn webhook(name: &str) -> DestinationRecord {
    DestinationRecord {
        name: name.into(),
        channel: "webhook".into(),
        endpoint: Some(Text::Text(format!("https://example.com/{name}"))),
        ..DestinationRecord::default()
    }
}

fn waits(list: &[&str]) -> Option<RetryRecord> {
    let waits = Some(list.iter().map(|&wait| wait.to_owned()).collect());
    Some(RetryRecord { waits, ..RetryRecord::default() })
}

fn world(
    record: &DestinationRecord,
    script: impl Fn(usize, &Sent) -> Result<Answer, SendError> + Send + Sync + 'static,
) -> World {
    World::new(providers::ALL, channels::ALL, Faults::none(), script).with_destination(record)
}

fn event(world: &World, id: &str) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    Event {
        key: domain::EventKey::new(&source, id),
        source,
        kind: Kind::TransferIn,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: None,
        received: domain::Clock::now(&*world.clock),
        money: Money::parse("50000", domain::Currency::VND).ok(),
        balance: None,
        facts: Facts::default().with(Fact::Account, "123".to_owned()),
        object: "{}".into(),
    }
}

/// Claims and rings, as `ingest` does.
async fn ring(world: &World, event: &Event) {
    assert_eq!(domain::Ledger::claim(&*world.ledger, event).await.unwrap(), domain::Claim::Fresh);
    let envelope = Envelope::for_event(event).unwrap();
    world.queue.send(&[Outbound { envelope, delay: Duration::ZERO }]).await.unwrap();
}

/// Rings and lets time pass until all is quiet.
async fn deliver(world: &mut World, event: &Event) {
    ring(world, event).await;
    world.drain().await;
    world.check_the_books();
}

fn only(world: &World) -> (Delivery, Vec<Attempt>) {
    let mut all = world.ledger.deliveries();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// Minutes after the first attempt at which the others fell.
fn minutes(attempts: &[Attempt]) -> Vec<i64> {
    let first = attempts[0].started;
    let since = |at: Timestamp| (at.duration_since(first).as_secs() + 30) / 60;
    attempts.iter().skip(1).map(|attempt| since(attempt.started)).collect()
}

#[tokio::test]
async fn the_default_ladder_ends_at_24_hours_and_is_held_where_nothing_was_taken() {
    let mut world = world(&webhook("sink"), |_, _| Ok(answer(500, "boom")));
    let event = event(&world, "1");
    deliver(&mut world, &event).await;
    let (delivery, attempts) = only(&world);
    assert_eq!((attempts.len(), delivery.failures), (16, 16));
    let last = minutes(&attempts);
    assert_eq!(last.last(), Some(&1440));
    assert!(last.is_sorted_by(|a, b| a < b), "{last:?}");
    let DeliveryState::Held(why) = &delivery.state else { panic!("{:?}", delivery.state) };
    assert!(why.starts_with("retries used up: "), "{why}");
    assert!(attempts.iter().all(|a| a.status == Some(500) && a.detail.contains("boom")));
}

#[tokio::test]
async fn a_limited_rate_uses_up_no_retry() {
    let record = DestinationRecord { retry: waits(&["1m"]), ..webhook("sink") };
    let mut world = world(&record, |n, _| {
        let mut limited = answer(429, "");
        limited.headers.insert("retry-after", "3600".parse().unwrap());
        Ok(if n < 3 { limited } else { answer(200, "") })
    });
    let event = event(&world, "1");
    deliver(&mut world, &event).await;
    let (delivery, attempts) = only(&world);
    assert_eq!((delivery.state, delivery.failures), (DeliveryState::Delivered, 0));
    let minutes = minutes(&attempts);
    let waits = [minutes[0], minutes[1] - minutes[0], minutes[2] - minutes[1]];
    assert!(waits.iter().all(|wait| (60..=72).contains(wait)), "obeyed, and spread: {waits:?}");
    let words: Vec<_> = attempts.iter().map(|attempt| attempt.verdict).collect();
    assert_eq!(words, ["limited", "limited", "limited", "delivered"]);
}

#[tokio::test]
async fn an_endless_limit_ends_with_the_day() {
    let mut world = world(&webhook("sink"), |_, _| {
        let mut limited = answer(429, "");
        limited.headers.insert("retry-after", "36000".parse().unwrap());
        Ok(limited)
    });
    let event = event(&world, "1");
    deliver(&mut world, &event).await;
    let (delivery, attempts) = only(&world);
    let minutes = minutes(&attempts);
    assert!((600..=720).contains(&minutes[0]), "{minutes:?}");
    assert_eq!((minutes.len(), minutes[2]), (3, 1440), "{minutes:?}");
    assert!(matches!(delivery.state, DeliveryState::Held(_)), "{:?}", delivery.state);
}

#[tokio::test]
async fn every_way_an_attempt_can_end_has_its_state() {
    let retry_on = |words: &[&str]| Some(words.iter().map(|&w| w.to_owned()).collect());
    type Row = (&'static str, DestinationRecord, fn() -> Result<Answer, SendError>, usize, String);
    let sink = || DestinationRecord { retry: waits(&["1m", "2m"]), ..webhook("sink") };
    let rows: [Row; 7] = [
        ("gone", sink(), || Ok(answer(410, "")), 1, "destination dead: ".into()),
        ("server error", sink(), || Ok(answer(500, "")), 3, "retries used up: ".into()),
        ("timeout", sink(), || Err(SendError::Timeout), 3, "retries used up: no answer".into()),
        (
            "no connection",
            sink(),
            || Err(SendError::Connection("refused".into())),
            3,
            "retries used up: no connection: refused".into(),
        ),
        (
            "a forbidden address",
            sink(),
            || Err(SendError::Blocked("10.0.0.1".into())),
            3,
            "retries used up: the address 10.0.0.1".into(),
        ),
        (
            "answers are not retried",
            DestinationRecord { retry_on: retry_on(&["timeout"]), ..sink() },
            || Ok(answer(500, "")),
            1,
            "not retried, by retry_on: ".into(),
        ),
        (
            "connections are not retried",
            DestinationRecord { retry_on: retry_on(&["timeout", "non_2xx"]), ..sink() },
            || Err(SendError::Connection("refused".into())),
            1,
            "not retried, by retry_on: ".into(),
        ),
    ];
    for (name, record, script, attempts, why) in rows {
        let mut world = world(&record, move |_, _| script());
        let event = event(&world, "1");
        deliver(&mut world, &event).await;
        let (delivery, made) = only(&world);
        assert_eq!(made.len(), attempts, "{name}");
        let (DeliveryState::Failed(reason) | DeliveryState::Held(reason)) = &delivery.state else {
            panic!("{name}: {delivery:?}")
        };
        assert!(reason.starts_with(&why), "{name}: {reason}");
        // The destination took nothing at all: what it does not want retried has failed, the rest waits.
        let failed = matches!(&delivery.state, DeliveryState::Failed(_));
        assert_eq!(failed, why.starts_with("not retried"), "{name}: {delivery:?}");
    }
}

#[tokio::test]
async fn what_waits_for_a_removed_destination_is_cancelled() {
    let mut world = world(&webhook("sink"), |_, _| Ok(answer(500, "")));
    let event = event(&world, "1");
    ring(&world, &event).await;
    world.handle_visible().await.unwrap();
    world.directory.remove_destination(&Name::parse("sink").unwrap());
    world.drain().await;
    let (delivery, attempts) = only(&world);
    assert_eq!(delivery.state, DeliveryState::Cancelled("destination removed".into()));
    assert_eq!(attempts.len(), 1);
}

#[tokio::test]
async fn a_telegram_group_that_moved_is_followed_at_once_and_from_then_on() {
    let record = DestinationRecord {
        name: "group".into(),
        channel: "telegram".into(),
        endpoint: Some(Text::Number(-100)),
        bot_token: Some("123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into()),
        ..DestinationRecord::default()
    };
    let mut world = world(&record, |_, sent| {
        let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
        Ok(if body["chat_id"] == -1_000_000_007 {
            answer(200, r#"{"ok":true,"result":{"message_id":1}}"#)
        } else {
            answer(
                400,
                r#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1000000007}}"#,
            )
        })
    });
    for id in ["1", "2"] {
        let event = event(&world, id);
        deliver(&mut world, &event).await;
    }
    assert_eq!(world.sent().len(), 3, "asked once, then known");
    for (delivery, attempts) in world.ledger.deliveries() {
        assert_eq!((delivery.state, attempts.len()), (DeliveryState::Delivered, 1));
    }
}

#[tokio::test]
async fn an_oauth2_token_is_fetched_once_and_anew_after_a_401() {
    let record = DestinationRecord {
        auth: Some(domain::AuthRecord::OAuth2 {
            token_url: "https://example.com/token".into(),
            client_id: "id".into(),
            client_secret: "secret".into(),
        }),
        ..webhook("sink")
    };
    let mut world = world(&record, |n, sent| {
        let bearer = sent.headers.get("authorization").map(|v| v.to_str().unwrap().to_owned());
        Ok(if sent.path == "/token" {
            answer(200, &format!(r#"{{"access_token":"t{n}","expires_in":3600}}"#))
        } else if n == 3 {
            answer(401, "")
        } else {
            answer(if bearer.is_some_and(|b| b.starts_with("Bearer t")) { 200 } else { 403 }, "")
        })
    });
    for id in ["1", "2", "3"] {
        let event = event(&world, id);
        deliver(&mut world, &event).await;
    }
    let paths: Vec<_> = world.sent().iter().map(|sent| sent.path.clone()).collect();
    let expected = ["/token", "/sink", "/sink", "/sink", "/token", "/sink"];
    assert_eq!(paths, expected, "the third delivery's first exchange met a 401");
    assert!(world.ledger.deliveries().iter().all(|(_, attempts)| attempts.len() == 1));
}

#[tokio::test]
async fn an_older_snapshot_is_delivered_and_marked_late() {
    let mut world = world(&webhook("sink"), |_, _| Ok(answer(200, "")));
    for (id, modified) in [("new", "2026-03-01 10:00:00"), ("old", "2026-03-01 09:59:59")] {
        let order = Event {
            kind: Kind::OrderChanged,
            occurred: domain::Moment::parse(modified),
            facts: Facts::default().with(Fact::Id, "7".to_owned()),
            ..event(&world, id)
        };
        deliver(&mut world, &order).await;
    }
    let late: Vec<_> = world
        .sent()
        .iter()
        .map(|sent| serde_json::from_slice::<serde_json::Value>(&sent.body).unwrap())
        .map(|body| body["data"]["late"].clone())
        .collect();
    assert_eq!(late, [false, true]);
}

#[tokio::test]
async fn an_event_too_large_for_the_queue_is_delivered_from_the_ledger() {
    let mut world = world(&webhook("sink"), |_, _| Ok(answer(200, "")));
    let large = Event {
        object: format!("{{\"pad\":\"{}\"}}", "x".repeat(250 * 1024)),
        ..event(&world, "1")
    };
    deliver(&mut world, &large).await;
    assert!(world.sent()[0].body.len() > 250 * 1024);
}
