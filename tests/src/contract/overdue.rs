//! What somebody must look at, and putting off the next look.

use std::sync::Arc;

use domain::{
    Claim, Delivery, DeliveryRef, DeliveryState, Enlisted, Event, EventKey, Finish, Move, Name,
    Overdue, look_again,
};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::deliveries::attempt;
use super::{Case, Fixture, at, event, transfer};

pub(super) const CASES: &[Case] = &[
    ("a delivery is overdue when its look is past", |f| Box::pin(deliveries(f))),
    ("an event that is not taken is overdue", |f| Box::pin(events(f))),
    ("a conflict is overdue until it was told", |f| Box::pin(conflicts(f))),
    ("what is longest overdue comes first", |f| Box::pin(in_order(f))),
    ("a look is put off further each time", |f| Box::pin(further(f))),
    ("of twenty that put off one look at once one does", |f| Box::pin(once(f))),
    ("a move brings a new look", |f| Box::pin(moved(f))),
    ("what is not overdue is not put off", |f| Box::pin(early(f))),
];

/// Longer than every first look.
const LATE: i64 = 100_000;

async fn overdue(f: &Fixture, before: Timestamp) -> Vec<Overdue> {
    f.survey.overdue(before, 100).await.unwrap()
}

fn to(id: &str, name: &str) -> DeliveryRef {
    event(id).delivery_to(&Name::parse(name).unwrap())
}

/// An event that is taken, so that only its deliveries are of interest.
async fn taken(f: &Fixture, id: &str) {
    assert_eq!(f.ledger.claim(&event(id)).await.unwrap(), Claim::Fresh);
    f.ledger.take(&event(id).key, false).await.unwrap();
}

async fn put(f: &Fixture, of: &DeliveryRef, state: DeliveryState, created: i64) -> Delivery {
    let delivery = Delivery::new(of.clone(), state, at(created));
    let put = f.ledger.enlist(std::slice::from_ref(&delivery)).await.unwrap();
    assert_eq!(put, [Enlisted::New]);
    delivery
}

async fn deliveries(f: &Fixture) {
    let into = EventKey::from_stored("tingting/digest/1");
    let states = [
        DeliveryState::Pending,
        DeliveryState::Sending { owner: 1, until: at(20) },
        DeliveryState::Sending { owner: 1, until: at(2000) },
        DeliveryState::Waiting { due: at(5) },
        DeliveryState::Gathered { into, since: at(400) },
        DeliveryState::Held("paused".into()),
        DeliveryState::Delivered,
        DeliveryState::Failed("x".into()),
        DeliveryState::Cancelled("x".into()),
    ];
    taken(f, "1").await;
    let mut looks = Vec::new();
    for (n, state) in states.into_iter().enumerate() {
        let of = to("1", &format!("d{n}"));
        let delivery = put(f, &of, state, i64::try_from(n).unwrap()).await;
        looks.extend(delivery.look_at().map(|look| (look, of)));
    }
    looks.sort();
    assert_eq!(looks.len(), 5);
    let second = SignedDuration::from_secs(1);
    for (look, of) in &looks {
        let now = overdue(f, *look).await;
        assert!(!now.contains(&Overdue::Delivery(of.clone())), "{of:?} at {look}");
        let then = overdue(f, *look + second).await;
        assert!(then.contains(&Overdue::Delivery(of.clone())), "{of:?} after {look}");
    }
    let all: Vec<_> = looks.into_iter().map(|(_, of)| Overdue::Delivery(of)).collect();
    assert_eq!(overdue(f, at(LATE)).await, all);
}

async fn events(f: &Fixture) {
    let event = event("1");
    assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
    let look = event.received + look_again(0);
    assert_eq!(overdue(f, look).await, []);
    let expected = [Overdue::Event(event.key.clone())];
    assert_eq!(overdue(f, look + SignedDuration::from_secs(1)).await, expected);
    f.ledger.take(&event.key, false).await.unwrap();
    assert_eq!(overdue(f, at(LATE)).await, []);
    assert!(!f.survey.put_off(&expected[0], at(LATE)).await.unwrap());
}

async fn conflicts(f: &Fixture) {
    let (first, second) = (transfer("1", "5000"), transfer("1", "6000"));
    assert_eq!(f.ledger.claim(&first).await.unwrap(), Claim::Fresh);
    f.ledger.take(&first.key, false).await.unwrap();
    assert_eq!(f.ledger.claim(&second).await.unwrap(), Claim::Conflict { first: true });
    let expected = Overdue::Conflict {
        source: second.source.clone(),
        key: second.key.clone(),
        fingerprint: second.fingerprint(),
    };
    assert_eq!(overdue(f, at(LATE)).await, std::slice::from_ref(&expected));
    assert!(f.survey.put_off(&expected, at(LATE)).await.unwrap());
    assert!(!f.survey.put_off(&expected, at(LATE)).await.unwrap());
    let again = Event { received: at(2), ..second.clone() };
    assert_eq!(f.ledger.claim(&again).await.unwrap(), Claim::Conflict { first: false });
    assert_eq!(overdue(f, at(10 * LATE)).await, []);
    assert_eq!(f.shelf.conflicts(&second.source).await, [second]);
}

async fn in_order(f: &Fixture) {
    for (id, second) in [("late", 2000), ("early", 50)] {
        let event = Event { received: at(second), ..event(id) };
        assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
    }
    taken(f, "1").await;
    put(f, &to("1", "two"), DeliveryState::Waiting { due: at(1000) }, 0).await;
    put(f, &to("1", "one"), DeliveryState::Pending, 0).await;
    let expected = [
        Overdue::Delivery(to("1", "one")),
        Overdue::Event(event("early").key),
        Overdue::Delivery(to("1", "two")),
        Overdue::Event(event("late").key),
    ];
    assert_eq!(overdue(f, at(LATE)).await, expected);
    assert_eq!(f.survey.overdue(at(LATE), 3).await.unwrap(), expected[..3]);
    assert_eq!(f.survey.overdue(at(LATE), 1).await.unwrap(), expected[..1]);
}

async fn further(f: &Fixture) {
    taken(f, "1").await;
    assert_eq!(f.ledger.claim(&event("2")).await.unwrap(), Claim::Fresh);
    put(f, &to("1", "one"), DeliveryState::Pending, 1).await;
    let mut now = at(1) + look_again(0);
    for (rung, what) in (1..=8)
        .map(|rung| (rung, [Overdue::Delivery(to("1", "one")), Overdue::Event(event("2").key)]))
    {
        for one in &what {
            assert!(f.survey.put_off(one, now).await.unwrap(), "{rung} {one:?}");
        }
        let next = now + look_again(rung);
        assert_eq!(overdue(f, next).await, [], "{rung}");
        now = next + SignedDuration::from_secs(1);
        assert_eq!(overdue(f, now).await.len(), 2, "{rung}");
    }
    let delivery = f.ledger.delivery(&to("1", "one")).await.unwrap().unwrap().0;
    assert_eq!(delivery.state, DeliveryState::Pending, "it stands where it stood");
}

async fn once(f: &Fixture) {
    taken(f, "1").await;
    put(f, &to("1", "one"), DeliveryState::Waiting { due: at(10) }, 0).await;
    assert_eq!(f.ledger.claim(&event("2")).await.unwrap(), Claim::Fresh);
    assert_eq!(f.ledger.claim(&transfer("2", "1")).await.unwrap(), Claim::Conflict { first: true });
    let all = overdue(f, at(1000)).await;
    assert_eq!(all.len(), 3);
    for what in all {
        let putting = (0..20).map(|_| {
            let (survey, what) = (Arc::clone(&f.survey), what.clone());
            tokio::spawn(async move { survey.put_off(&what, at(1000)).await.unwrap() })
        });
        let put = join_all(putting).await.into_iter().map(Result::unwrap);
        assert_eq!(put.filter(|put| *put).count(), 1, "{what:?}");
    }
}

async fn moved(f: &Fixture) {
    taken(f, "1").await;
    let (of, due) = (to("1", "one"), at(5000));
    put(f, &of, DeliveryState::Pending, 0).await;
    let what = Overdue::Delivery(of.clone());
    for _ in 0..2 {
        assert!(f.survey.put_off(&what, at(LATE)).await.unwrap());
        let postpone = Move::Postpone { due };
        assert_eq!(f.ledger.shift(&of, &postpone, at(1)).await.unwrap(), Finish::Written);
        assert_eq!(overdue(f, due).await, []);
        let past = due + SignedDuration::from_secs(1);
        assert_eq!(overdue(f, past).await, std::slice::from_ref(&what), "the look is the move's");
    }
    let hold = Move::Hold { reason: "paused".into() };
    assert_eq!(f.ledger.shift(&of, &hold, at(1)).await.unwrap(), Finish::Written);
    assert_eq!(overdue(f, at(10 * LATE)).await, []);
    assert!(!f.survey.put_off(&what, at(10 * LATE)).await.unwrap());
    let started = f.ledger.start(&of, 1, at(10), at(40), true).await.unwrap();
    assert!(matches!(started, domain::Start::Go(_)), "{started:?}");
    assert_eq!(overdue(f, at(LATE)).await, std::slice::from_ref(&what));
    let (good, delivered) = (attempt(1, "delivered", false), DeliveryState::Delivered);
    assert_eq!(f.ledger.finish(&of, 1, &good, &delivered).await.unwrap(), Finish::Written);
    assert_eq!(overdue(f, at(10 * LATE)).await, []);
}

async fn early(f: &Fixture) {
    taken(f, "1").await;
    put(f, &to("1", "one"), DeliveryState::Waiting { due: at(100) }, 0).await;
    assert_eq!(f.ledger.claim(&event("2")).await.unwrap(), Claim::Fresh);
    for what in [
        Overdue::Delivery(to("1", "one")),
        Overdue::Delivery(to("1", "nobody")),
        Overdue::Delivery(to("3", "one")),
        Overdue::Event(event("2").key),
        Overdue::Event(event("3").key),
    ] {
        assert!(!f.survey.put_off(&what, at(99)).await.unwrap(), "{what:?}");
    }
    assert_eq!(overdue(f, at(LATE)).await.len(), 2);
}
