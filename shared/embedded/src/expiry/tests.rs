//! What the contract does not see: how far a pass got, and what lingers.

use domain::{Claim, Delivery, DeliveryState, Event, Name};

use super::*;
use crate::claims::{self, Claimed};
use crate::fixtures::{at, transfer};
use crate::{deliveries, schema};

const KEPT: Retention =
    Retention { keys: SignedDuration::from_hours(20), bodies: SignedDuration::from_hours(10) };

fn hour(n: i64) -> Timestamp {
    at(3600 * n)
}

fn empty() -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    schema::bring_up_to_date(&mut db).unwrap();
    db
}

/// An event that was received then, is taken, and has a delivery in a state.
fn put(db: &Connection, id: &str, received: Timestamp, state: DeliveryState) {
    let event = Event { received, ..transfer(id, "1") };
    assert_eq!(Claimed::of(&event).unwrap().write(db).unwrap(), Claim::Fresh);
    let of = event.delivery_to(&Name::parse("sales").unwrap());
    _ = deliveries::insert(db, &Delivery::new(of, state, received)).unwrap();
    claims::take(db, &event.key, false).unwrap();
}

fn rows(db: &Connection, table: &str) -> i64 {
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// What a pass at this hour looked at and forgot.
fn passed(db: &Connection, n: i64, most: usize) -> (usize, usize) {
    let Passed { looked_at, forgotten } = pass(db, KEPT, hour(n), most).unwrap();
    (looked_at, forgotten)
}

#[test]
fn a_pass_goes_on_where_the_last_one_ended() {
    let db = empty();
    for n in 0..5 {
        put(&db, &n.to_string(), hour(n), DeliveryState::Delivered);
    }
    let bodies =
        [(10, 9, (1, 1)), (10, 9, (0, 0)), (13, 2, (2, 2)), (13, 2, (1, 1)), (13, 2, (0, 0))];
    for (now, most, expected) in bodies {
        assert_eq!(passed(&db, now, most), expected, "{now} {most}");
    }
    assert_eq!((passed(&db, 22, 99), rows(&db, "events")), ((4, 4), 2), "three keys, one body");
    assert_eq!((passed(&db, 99, 99), rows(&db, "events")), ((2, 2), 0));
    assert_eq!((rows(&db, "deliveries"), rows(&db, "lingering")), (0, 0));
}

#[test]
fn what_was_open_is_asked_after_once_a_day() {
    let db = empty();
    put(&db, "1", hour(0), DeliveryState::Held("paused".to_owned()));
    assert_eq!(passed(&db, 12, 9), (1, 0));
    assert_eq!(passed(&db, 13, 9), (0, 0));
    assert_eq!(passed(&db, 36, 9), (2, 0), "it lingers, and its key is passed");
    db.execute("UPDATE deliveries SET state = 'delivered', look = NULL", []).unwrap();
    assert_eq!(passed(&db, 59, 9), (0, 0));
    assert_eq!(passed(&db, 60, 9), (1, 1));
    assert_eq!((rows(&db, "events"), rows(&db, "lingering")), (0, 0));
}

/// A longer retention was set after it was passed for its key.
#[test]
fn what_lingered_loses_its_body_first_and_its_key_in_time() {
    let db = empty();
    put(&db, "1", hour(0), DeliveryState::Held("paused".to_owned()));
    assert_eq!(passed(&db, 30, 9), (2, 0));
    db.execute("UPDATE deliveries SET state = 'delivered', look = NULL", []).unwrap();
    let longer = Retention { keys: SignedDuration::from_hours(100), ..KEPT };
    for (now, forgotten, events) in [(54, 1, 1), (99, 0, 1), (100, 1, 0), (200, 0, 0)] {
        let done = pass(&db, longer, hour(now), 9).unwrap();
        assert_eq!((done.forgotten, rows(&db, "events")), (forgotten, events), "{now}");
    }
    assert_eq!(rows(&db, "lingering"), 0);
}

#[test]
fn an_event_of_a_clock_that_was_ahead_holds_up_nobody() {
    let db = empty();
    put(&db, "ahead", hour(500), DeliveryState::Delivered);
    put(&db, "old", hour(0), DeliveryState::Delivered);
    assert_eq!(passed(&db, 21, 9), (3, 1), "each pass sees it once");
    assert_eq!(rows(&db, "events"), 1);
    assert_eq!(passed(&db, 530, 9), (1, 1), "its own time has come");
}

#[test]
fn a_body_that_cannot_be_read_goes_with_its_key() {
    let db = empty();
    put(&db, "1", hour(0), DeliveryState::Delivered);
    db.execute("UPDATE events SET body = 'x'", []).unwrap();
    assert_eq!(passed(&db, 10, 9), (1, 0));
    assert_eq!(passed(&db, 20, 9), (1, 1));
    assert_eq!(rows(&db, "events"), 0);
}
