//! Every state and every move, as one table; the drawing in ARCHITECTURE.md is made of it.

use std::fmt::Write as _;

use super::*;
use crate::Name;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn digest(id: &str) -> EventKey {
    EventKey::from_stored(&format!("tingting/digest/{id}"))
}

fn delivery(state: DeliveryState) -> Delivery {
    let of = DeliveryRef {
        event: EventKey::from_stored("casso/shop/1"),
        destination: Name::parse("sales").unwrap(),
    };
    Delivery::new(of, state, at(0))
}

/// Now is 10.
fn states() -> [(&'static str, DeliveryState); 10] {
    [
        ("pending", DeliveryState::Pending),
        ("sending", DeliveryState::Sending { owner: 1, until: at(20) }),
        ("sending, lease over", DeliveryState::Sending { owner: 1, until: at(10) }),
        ("waiting", DeliveryState::Waiting { due: at(11) }),
        ("waiting, due", DeliveryState::Waiting { due: at(10) }),
        ("gathered", DeliveryState::Gathered { into: digest("a"), since: at(1) }),
        ("held", DeliveryState::Held("paused".into())),
        ("delivered", DeliveryState::Delivered),
        ("failed", DeliveryState::Failed("x".into())),
        ("cancelled", DeliveryState::Cancelled("x".into())),
    ]
}

fn moves() -> [(&'static str, Move); 12] {
    let start = |probe| Move::Start { owner: 7, until: at(99), probe };
    let (next, reason) = (DeliveryState::Delivered, "why".to_owned());
    [
        ("start", start(false)),
        ("probe", start(true)),
        ("finish", Move::Finish { owner: 1, counted: true, next }),
        ("postpone", Move::Postpone { due: at(50) }),
        ("hold", Move::Hold { reason: reason.clone() }),
        ("release", Move::Release { due: at(50) }),
        ("cancel", Move::Cancel { reason }),
        ("gather", Move::Gather { into: digest("b"), attempts: 0 }),
        ("arrive", Move::Arrive { from: digest("a") }),
        ("scatter", Move::Scatter { from: digest("a"), alone: true }),
        ("withhold", Move::Withhold { from: digest("a"), reason: "why".to_owned() }),
        ("resend", Move::Resend),
    ]
}

fn word(of: &Result<Delivery, Stay>) -> &'static str {
    match of {
        Ok(delivery) => delivery.state.word(),
        Err(Stay::NotDue(_)) => "not due",
        Err(Stay::Busy(_)) => "busy",
        Err(Stay::Gathered(_)) => "digest",
        Err(Stay::Held) => "no: held",
        Err(Stay::Done) => "done",
        Err(Stay::Fenced) => "–",
    }
}

/// The table as it stands in ARCHITECTURE.md.
fn table() -> String {
    let mut out = String::from("| |");
    for (name, _) in moves() {
        write!(out, " {name} |").unwrap();
    }
    out.push_str("\n|---|");
    out.push_str(&"---|".repeat(moves().len()));
    for (name, state) in states() {
        write!(out, "\n| **{name}** |").unwrap();
        for (_, step) in moves() {
            write!(out, " {} |", word(&delivery(state.clone()).after(&step, at(10)))).unwrap();
        }
    }
    out
}

#[test]
fn the_table_in_the_architecture_is_the_codes() {
    let page = include_str!("../../../../ARCHITECTURE.md");
    assert!(page.contains(&table()), "put this into ARCHITECTURE.md:\n{}", table());
}

#[test]
fn an_attempt_is_counted_when_it_starts() {
    let Start::Go(started) = delivery(DeliveryState::Pending).start(7, at(10), at(99), false)
    else {
        panic!("it may start")
    };
    assert_eq!(started.state, DeliveryState::Sending { owner: 7, until: at(99) });
    assert_eq!((started.attempts, started.first_attempt), (1, Some(at(10))));
}

#[test]
fn a_late_finisher_writes_nothing() {
    let sending = delivery(DeliveryState::Sending { owner: 2, until: at(20) });
    let finish = |owner| Move::Finish { owner, counted: true, next: DeliveryState::Delivered };
    assert_eq!(sending.after(&finish(1), at(5)), Err(Stay::Fenced));
    let done = sending.after(&finish(2), at(5)).unwrap();
    assert_eq!((done.state.clone(), done.failures), (DeliveryState::Delivered, 1));
    assert_eq!(done.after(&finish(2), at(6)), Err(Stay::Fenced));
}

#[test]
fn what_is_resent_begins_anew_and_keeps_its_count() {
    let spent = Delivery {
        attempts: 18,
        failures: 18,
        first_attempt: Some(at(1)),
        ..delivery(DeliveryState::Failed("retries used up".into()))
    };
    let resent = spent.after(&Move::Resend, at(50)).unwrap();
    let state = DeliveryState::Waiting { due: at(50) };
    let expected =
        Delivery { state, failures: 0, first_attempt: None, alone: true, ..spent.clone() };
    assert_eq!(resent, expected);
    let Start::Go(started) = resent.start(7, at(50), at(99), false) else { panic!("it is due") };
    assert_eq!((started.attempts, started.first_attempt), (19, Some(at(50))));
}

#[test]
fn a_wait_is_never_shortened() {
    for (known, due, expected) in [(50, 20, 50), (20, 50, 50)] {
        let waiting = delivery(DeliveryState::Waiting { due: at(known) });
        let moved = waiting.after(&Move::Postpone { due: at(due) }, at(1)).unwrap();
        assert_eq!(moved.state, DeliveryState::Waiting { due: at(expected) });
    }
}

#[test]
fn a_digest_gathers_only_what_it_counted_and_lets_go_only_of_its_own() {
    let waiting = delivery(DeliveryState::Waiting { due: at(1) });
    let gather = |attempts| Move::Gather { into: digest("a"), attempts };
    assert_eq!(waiting.after(&gather(1), at(2)), Err(Stay::Fenced));
    let gathered = waiting.after(&gather(0), at(2)).unwrap();
    let scatter = |id: &str, alone| Move::Scatter { from: digest(id), alone };
    assert_eq!(gathered.after(&scatter("b", true), at(3)), Err(Stay::Fenced));
    let scattered = gathered.after(&scatter("a", true), at(3)).unwrap();
    assert_eq!(scattered.state, DeliveryState::Waiting { due: at(3) });
    assert_eq!(scattered.after(&gather(0), at(4)), Err(Stay::Fenced), "no digest has it again");
    let again = gathered.after(&scatter("a", false), at(3)).unwrap();
    assert!(again.after(&gather(0), at(4)).is_ok());
}
