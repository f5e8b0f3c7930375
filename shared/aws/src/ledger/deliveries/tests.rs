//! Every state as an item and back, and where the indexes have it.

use domain::{EventKey, Name};

use super::*;

const KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_772_330_400 + seconds).unwrap()
}

fn delivery(state: DeliveryState) -> Delivery {
    let of = DeliveryRef {
        event: EventKey::from_stored("casso/shop/1"),
        destination: Name::parse("sales").unwrap(),
    };
    Delivery::new(of, state, at(0))
}

fn states() -> [DeliveryState; 9] {
    [
        DeliveryState::Pending,
        DeliveryState::Sending { owner: u64::MAX, until: at(20) },
        DeliveryState::Sending { owner: 0, until: at(1000) },
        DeliveryState::Waiting { due: at(60) },
        DeliveryState::Gathered { into: EventKey::from_stored("tingting/digest/1"), since: at(30) },
        DeliveryState::Held("đợi".to_owned()),
        DeliveryState::Delivered,
        DeliveryState::Failed("vì\0sao \u{FFFE}".to_owned()),
        DeliveryState::Cancelled(String::new()),
    ]
}

#[test]
fn every_state_comes_back_the_same() {
    for state in states() {
        let mut put = delivery(state);
        (put.attempts, put.failures, put.first_attempt) = (3, 2, Some(at(1)));
        put.alone = true;
        let found = read(&put.of, &new(&put, KEPT)).unwrap();
        assert_eq!((found.delivery, found.version), (put, 1));
    }
}

#[test]
fn the_indexes_have_what_is_open_and_what_failed() {
    let places = [
        Some("2026-03-01T02:05:00.000000Z"),
        Some("2026-03-01T02:05:00.000000Z"),
        Some("2026-03-01T02:16:40.000000Z"),
        Some("2026-03-01T02:01:00.000000Z"),
        Some("2026-03-01T02:05:30.000000Z"),
        Some("2026-03-01T02:00:00.000000Z"),
        None,
        None,
        None,
    ];
    for (state, since) in states().into_iter().zip(places) {
        let item = new(&delivery(state.clone()), KEPT);
        let item = Reader::new("delivery", &item);
        assert_eq!(item.text_if(SINCE).unwrap(), since, "{state:?}");
        assert_eq!(item.text_if(OPEN).unwrap().is_some(), since.is_some(), "{state:?}");
        let held = item.text_if(OPEN).unwrap().is_some_and(|open| open.starts_with("held/sales/"));
        assert_eq!(held, matches!(state, DeliveryState::Held(_)), "{state:?}");
        let failed = matches!(state, DeliveryState::Failed(_));
        assert_eq!(item.text_if(LOG).unwrap().is_some(), failed, "{state:?}");
    }
}

#[test]
fn starting_moves_nothing_in_the_index_unless_it_was_waiting() {
    let lease = DeliveryState::Sending { owner: 1, until: at(80) };
    for (state, since) in [
        (DeliveryState::Pending, "2026-03-01T02:05:00.000000Z"),
        (DeliveryState::Waiting { due: at(60) }, "2026-03-01T02:05:00.000000Z"),
    ] {
        let put = delivery(state);
        let found = read(&put.of, &new(&put, KEPT)).unwrap();
        let update = moved(&found, &Delivery { state: lease.clone(), ..put }, at(60));
        assert_eq!(update.values.unwrap()[":since"], text(since));
    }
}

#[test]
fn a_broken_item_is_named() {
    let whole = new(&delivery(DeliveryState::Pending), KEPT);
    for (name, value, expected) in [
        (STATE, Some(text("dozing")), "its state is \"dozing\""),
        (STATE, Some(text("held")), "it has no attribute reason"),
        (STATE, Some(text("gathered")), "it has no attribute into"),
        (STATE, Some(text("sending")), "it is sending and has no attribute owner"),
        (STATE, Some(text("waiting")), "it has no attribute due"),
        (STATE, Some(text("failed")), "it has no attribute reason"),
        (VERSION, None, "it has no attribute version"),
        (ATTEMPTS, Some(number(-1)), "attempts is no number of its kind"),
    ] {
        let mut broken = whole.clone();
        match value {
            Some(value) => broken.insert(name.to_owned(), value),
            None => broken.remove(name),
        };
        let of = delivery(DeliveryState::Pending).of;
        let failure = read(&of, &broken).unwrap_err().to_string();
        assert!(failure.ends_with(expected), "{failure}");
    }
}

#[test]
fn what_a_newer_version_adds_is_ignored() {
    let put = delivery(DeliveryState::Pending);
    let mut item = new(&put, KEPT);
    item.insert("pace".to_owned(), number(7));
    assert_eq!(read(&put.of, &item).unwrap().delivery, put);
}
