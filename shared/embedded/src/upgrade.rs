//! A file of version 1 with rows of every kind, brought up to date: nothing is lost, and what was left
//! half done is found.

use std::path::Path;
use std::sync::Arc;

use domain::{
    Claim, Delivery, DeliveryRef, DeliveryState, DestinationName, Event, Ledger as _, Name,
    Notes as _, Overdue, Standing, Start, Survey as _,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use crate::Database;
use crate::columns::{State, micros};
use crate::fixtures::{Still, at, transfer};

/// Each with its word, as version 1 knew them.
fn states() -> Vec<(&'static str, DeliveryState)> {
    vec![
        ("pending", DeliveryState::Pending),
        ("sending", DeliveryState::Sending { owner: u64::MAX, until: at(2000) }),
        ("waiting", DeliveryState::Waiting { due: at(4000) }),
        ("delivered", DeliveryState::Delivered),
        ("failed", DeliveryState::Failed("refused".to_owned())),
        ("cancelled", DeliveryState::Cancelled("removed".to_owned())),
    ]
}

/// An event for each state, and one that is not taken. Their times are as fine as they come.
fn events() -> Vec<Event> {
    let words = states().into_iter().map(|(word, _)| word).chain(["untaken"]);
    let received = ["", ".5", ".123456", ".123456789", ".000001", ".1", ""];
    words
        .zip(received)
        .map(|(word, fraction)| {
            let received = format!("2026-03-01T02:00:01{fraction}Z").parse().unwrap();
            Event { received, ..transfer(word, "5000") }
        })
        .collect()
}

fn write_version_1(path: &Path) {
    let db = Connection::open(path).unwrap();
    db.execute_batch(include_str!("schema.sql")).unwrap();
    db.execute_batch("PRAGMA user_version = 1").unwrap();
    for (n, event) in (1_i64..).zip(events()) {
        let (fingerprint, body) = (event.fingerprint(), event.to_json().unwrap());
        let row = params![n, event.key.as_str(), fingerprint.as_str(), body];
        db.execute("INSERT INTO events VALUES (?1, ?2, ?3, 0, ?4)", row).unwrap();
    }
    db.execute("INSERT INTO unfinished VALUES (7)", []).unwrap();
    for (n, (word, state)) in (1_i64..).zip(states()) {
        let State { owner, at: time, reason, .. } = State::of(&state);
        let row = params![n, micros(at(2)), word, owner, time, reason];
        db.execute(
            "INSERT INTO deliveries VALUES (?1, 'sales', ?2, ?3, ?4, ?5, ?6, 2, 1, ?2)",
            row,
        )
        .unwrap();
        let sql = "INSERT INTO attempts VALUES (?1, 'sales', 1, ?2, ?2, 'retry', 500, 'x', 1)";
        db.execute(sql, params![n, micros(at(3))]).unwrap();
    }
    let other = transfer("delivered", "6000");
    let (fingerprint, body) = (other.fingerprint(), other.to_json().unwrap());
    let row = params![other.key.as_str(), fingerprint.as_str(), body];
    let sql = "INSERT INTO conflicts VALUES (1, ?1, ?2, 'casso/shop', ?3)";
    db.execute(sql, row).unwrap();
    let now = micros(at(1));
    let sql = format!(
        "INSERT INTO parked VALUES (1, 'casso/shop', 'x', {now}, 'no JSON', '{{}}', x'FF');
         INSERT INTO refused VALUES (1, 'casso/shop', {now}, 'no token', 'POST');
         INSERT INTO snapshots VALUES ('abaha/shop/order/1', {now});
         INSERT INTO destination_states VALUES ('sales', '-1', '-1001');
         INSERT INTO sources VALUES ('casso/shop', '{{\"provider\":\"casso\",\"name\":\"shop\",\"secrets\":[\"x\"]}}', 'file');
         INSERT INTO destinations VALUES ('sales', '{{\"name\":\"sales\",\"channel\":\"preview\"}}', 'file');
         INSERT INTO messages VALUES (5, 'text');
         INSERT INTO visibility VALUES ({now}, 5, 1);
         INSERT INTO dead_letters VALUES (1, {now}, 'poison', 3, 'text');
         INSERT INTO pulse VALUES (1, {now});"
    );
    db.execute_batch(&sql).unwrap();
}

fn sales() -> DestinationName {
    Name::parse("sales").unwrap()
}

fn to(word: &str) -> DeliveryRef {
    transfer(word, "5000").delivery_to(&sales())
}

fn opened(folder: &Path) -> Database {
    write_version_1(&folder.join("tingting.db"));
    Database::open(folder, Arc::new(Still)).unwrap()
}

#[tokio::test]
async fn nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let db = opened(folder.path());
    for (event, (_, state)) in events().into_iter().zip(states()) {
        let (delivery, attempts) =
            db.delivery(&event.delivery_to(&sales())).await.unwrap().unwrap();
        let state = match state {
            // The process that had it is no more.
            DeliveryState::Sending { owner, .. } => {
                DeliveryState::Sending { owner, until: Timestamp::UNIX_EPOCH }
            }
            state @ (DeliveryState::Pending
            | DeliveryState::Waiting { .. }
            | DeliveryState::Gathered { .. }
            | DeliveryState::Held(_)
            | DeliveryState::Delivered
            | DeliveryState::Failed(_)
            | DeliveryState::Cancelled(_)) => state,
        };
        let of = delivery.of.clone();
        let (attempted, failures) = (2, 1);
        let expected = Delivery {
            attempts: attempted,
            failures,
            first_attempt: Some(at(2)),
            ..Delivery::new(of, state, at(2))
        };
        assert_eq!((delivery, attempts.len()), (expected, 1));
        assert_eq!(db.claim(&event).await.unwrap(), Claim::Settled);
    }
    assert_eq!(db.claim(&transfer("untaken", "5000")).await.unwrap(), Claim::Unfinished);
    let source = transfer("1", "1").source;
    let stats = db.stats().await.unwrap();
    assert_eq!((stats.events, stats.not_taken, stats.queued, stats.dead_letters), (7, 1, 1, 1));
    assert_eq!(db.parked(&source).await.unwrap().len(), 1);
    assert_eq!(db.refusals(&source).await.unwrap().len(), 1);
    assert_eq!(db.conflicts(&source).await.unwrap(), [transfer("delivered", "6000")]);
    assert_eq!(db.moved(&sales(), "-1").await.unwrap(), Some("-1001".to_owned()));
    assert_eq!(db.standing(&sales()).await.unwrap(), Standing::default());
    assert_eq!(db.note("hours/casso/shop").await.unwrap(), None);
}

#[tokio::test]
async fn the_log_has_every_event_at_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let db = opened(folder.path());
    let source = transfer("1", "1").source;
    let log = async |from, until| {
        let page = db.logged(&source, from, until, None, 100).await.unwrap();
        page.into_iter().map(|(_, event)| event).collect::<Vec<_>>()
    };
    let mut expected = events();
    expected.sort_by_key(|event| event.received);
    assert_eq!(log(at(0), at(100)).await, expected);
    let micro = SignedDuration::from_micros(1);
    for event in events() {
        let received = Timestamp::from_microsecond(micros(event.received)).unwrap();
        assert!(log(received, received + micro).await.contains(&event), "{received}");
    }
}

#[tokio::test]
async fn what_was_left_half_done_is_overdue() {
    let folder = tempfile::tempdir().unwrap();
    let db = opened(folder.path());
    let all = [
        (301, Overdue::Event(transfer("untaken", "5000").key)),
        (302, Overdue::Delivery(to("pending"))),
        (2000, Overdue::Delivery(to("sending"))),
        (4000, Overdue::Delivery(to("waiting"))),
    ];
    for (n, (second, _)) in all.iter().enumerate() {
        let before = db.overdue(at(*second), 100).await.unwrap();
        let after = db.overdue(at(second + 1), 100).await.unwrap();
        let expected: Vec<_> = all.iter().map(|(_, what)| what.clone()).collect();
        assert_eq!(before, expected[..n]);
        assert_eq!(after, expected[..=n]);
    }
    for (_, what) in &all {
        assert!(db.put_off(what, at(9000)).await.unwrap(), "{what:?}");
    }
    let started = db.start(&to("sending"), 1, at(3), at(40), false).await.unwrap();
    assert!(matches!(started, Start::Go(_)), "{started:?}");
    assert_eq!(db.waiting(&sales(), at(4000), 9).await.unwrap().len(), 1);
}
