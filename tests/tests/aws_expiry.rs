//! What is forgotten on AWS, and by whom: DynamoDB deletes items by their attribute `expires`; the sweep
//! takes the bodies out of events whose keys are kept for longer, along the log, a day of hours at a
//! time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::{DynamoLedger, DynamoSurvey};
use domain::{
    Attempt, Claim, Delivery, DeliveryState, Event, Facts, Finish, Ledger as _, ListedSource, Name,
    Notes as _, Parked, Refused, Retention, SourceRecord, Start, Survey as _,
};
use jiff::{SignedDuration, Timestamp};
use testkit::aws::{Place, Server, TableShelf, text};
use testkit::contract::{at, event, transfer};
use testkit::memory::MemoryDirectory;

const SERVERS: [fn() -> &'static Server; 2] = [Server::moto, Server::ministack];

const KEPT: Retention = Retention {
    keys: SignedDuration::from_hours(24 * 20),
    bodies: SignedDuration::from_hours(24 * 10),
};

fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

/// A directory with the one source that all these events are from.
fn directory() -> Arc<MemoryDirectory> {
    let record = r#"{"provider":"casso","name":"shop","secrets":["token"]}"#;
    let record: SourceRecord = serde_json::from_str(record).unwrap();
    let directory = MemoryDirectory::default();
    directory.put_source(ListedSource::Ready(Arc::new(record.parse_alone().unwrap())));
    Arc::new(directory)
}

fn attempt(n: u32, now: Timestamp) -> Attempt {
    let (verdict, detail) = ("retry", "ORDER 12 NGUYEN VAN AN".to_owned());
    let (started, finished, status) = (now, now, Some(500));
    Attempt { n, started, finished, verdict, status, detail, counted: true }
}

/// An event that was taken, whose one delivery was attempted once and then stood so.
async fn event_with(ledger: &DynamoLedger, event: &Event, next: DeliveryState) {
    assert_eq!(ledger.claim(event).await.unwrap(), Claim::Fresh);
    let of = event.delivery_to(&Name::parse("sales").unwrap());
    let pending = Delivery::new(of.clone(), DeliveryState::Pending, event.received);
    let Start::Go(leased) = pending.start(1, at(1), at(40), false) else { panic!("it is free") };
    _ = ledger.enlist(&[leased]).await.unwrap();
    ledger.take(&event.key, false).await.unwrap();
    let finish = ledger.finish(&of, 1, &attempt(1, at(2)), &next).await.unwrap();
    assert_eq!(finish, Finish::Written);
}

/// What the sweep has walked so far is told, so that it begins where the events are.
async fn walked(ledger: &DynamoLedger) {
    let begin = at(0).to_string();
    assert!(ledger.set_note("stripped/casso/shop", None, &begin).await.unwrap());
}

async fn expire(survey: &DynamoSurvey, now: Timestamp, most: usize) -> usize {
    survey.expire(KEPT, now, most).await.unwrap()
}

#[tokio::test]
async fn the_body_of_an_old_event_is_taken_out_and_its_key_stays() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        let (ledger, survey) = (place.keeping(KEPT), place.survey(directory()));
        walked(&ledger).await;
        let young = Event { received: at(0) + days(1), ..event("young") };
        let long = Event { object: format!("{:?}", "dài ".repeat(200)), ..event("long") };
        for old in [&event("1"), &long, &young] {
            event_with(&ledger, old, DeliveryState::Delivered).await;
        }
        event_with(&ledger, &event("held"), DeliveryState::Held("paused".to_owned())).await;
        assert_eq!(ledger.claim(&event("untaken")).await.unwrap(), Claim::Fresh);
        assert_eq!(expire(&survey, at(3000) + days(10), 9).await, 0, "its hour is not over");
        assert_eq!(expire(&survey, at(3600) + days(10), 9).await, 2);
        assert_eq!(expire(&survey, at(3600) + days(10), 9).await, 0);
        for old in [event("1"), long] {
            let left = ledger.stored(&old.key).await.unwrap().unwrap().event;
            let of = old.delivery_to(&Name::parse("sales").unwrap());
            let object = "null".to_owned();
            let facts = Facts::default();
            assert_eq!(left, Event { balance: None, facts, object, ..old.clone() });
            assert_eq!(ledger.claim(&old).await.unwrap(), Claim::Settled);
            let (delivery, attempts) = ledger.delivery(&of).await.unwrap().unwrap();
            assert_eq!((delivery.state, attempts), (DeliveryState::Delivered, vec![]));
        }
        for whole in [young, event("held"), event("untaken")] {
            assert_eq!(ledger.stored(&whole.key).await.unwrap().unwrap().event, whole);
        }
        let held = survey.held(&Name::parse("sales").unwrap(), None, 9).await.unwrap();
        assert_eq!(held.len(), 1, "what is held can still be told");
    }
}

#[tokio::test]
async fn no_more_is_taken_out_at_once_than_was_asked_and_all_in_the_end() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        let (ledger, survey) = (place.keeping(KEPT), place.survey(directory()));
        walked(&ledger).await;
        // All of one hook: received at the same moment.
        for n in 0..8 {
            event_with(&ledger, &event(&n.to_string()), DeliveryState::Delivered).await;
        }
        let mut done = Vec::new();
        for _ in 0..5 {
            done.push(expire(&survey, at(0) + days(11), 3).await);
        }
        assert_eq!(done, [3, 3, 2, 0, 0]);
        // Where keys are kept no longer, DynamoDB does it all.
        let same = Retention { keys: KEPT.bodies, ..KEPT };
        assert_eq!(survey.expire(same, at(0) + days(11), 3).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn every_item_says_when_it_expires() {
    let place = Place::make(Server::moto()).await;
    let ledger = place.keeping(KEPT);
    let huge = Event { object: format!("{:?}", noise()), ..event("huge") };
    event_with(&ledger, &huge, DeliveryState::Waiting { due: at(5) }).await;
    let of = huge.delivery_to(&Name::parse("sales").unwrap());
    assert!(matches!(ledger.start(&of, 2, at(5), at(9), false).await.unwrap(), Start::Go(_)));
    let finish = ledger.finish(&of, 2, &attempt(2, at(6)), &DeliveryState::Delivered).await;
    assert_eq!(finish.unwrap(), Finish::Written);
    let conflict = ledger.claim(&transfer("huge", "1")).await.unwrap();
    assert_eq!(conflict, Claim::Conflict { first: true });
    let source = event("1").source;
    let parked = Parked { bytes: "x".into(), reason: "no JSON".into() };
    ledger.park(&source, &parked, "{}", at(1)).await.unwrap();
    let (reason, summary) = ("no".to_owned(), "POST".to_owned());
    ledger.refuse(&Refused { source, at: at(1), reason, summary }).await.unwrap();
    let mut kept: BTreeMap<String, i64> = BTreeMap::new();
    for item in TableShelf(place).everything().await {
        let (pk, sk) = (text(&item, "pk"), text(&item, "sk"));
        let kind = if pk.ends_with("#refused") { "refused" } else { sk.as_str() };
        let kind = if kind.ends_with("/0002") { "second attempt" } else { kind };
        let kind = kind.split('/').next().unwrap().to_owned();
        let expires: i64 = item["expires"].as_n().unwrap().parse().unwrap();
        kept.insert(kind, (expires - at(0).as_second()) / 86_400);
    }
    let expected = [
        ("conflict", 10),
        ("delivery", 20),
        ("event", 20),
        ("parked", 10),
        ("part", 17),
        ("refused", 10),
        ("second attempt", 10),
    ];
    let expected = expected.map(|(kind, days)| (kind.to_owned(), days));
    assert_eq!(kept, BTreeMap::from(expected));
}

/// What does not deflate to one item.
fn noise() -> String {
    let mut state = 7_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'!' + u8::try_from(state >> 58).unwrap())
    };
    (0..600_000).map(next).filter(|c| *c != '"' && *c != '\\').collect()
}
