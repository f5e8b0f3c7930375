//! Forgetting what has been kept for long enough, and nothing else.

use bytes::Bytes;
use domain::{
    Claim, Delivery, DeliveryRef, DeliveryState, Event, Facts, Finish, Name, Parked, Refused,
    Retention, Start, Stored,
};
use jiff::{SignedDuration, Timestamp};

use super::deliveries::attempt;
use super::{Case, Fixture, at, event, transfer};

pub(super) const CASES: &[Case] = &[
    ("an event older than bodies are kept keeps its key alone", |f| Box::pin(bodies(f))),
    ("an event older than keys are kept is forgotten", |f| Box::pin(keys(f))),
    ("what is open or not taken is never forgotten", |f| Box::pin(open(f))),
    ("what was parked, refused or in conflict is forgotten", |f| Box::pin(others(f))),
    ("what was set aside is forgotten", |f| Box::pin(set_aside(f))),
    ("no more is forgotten at once than was asked", |f| Box::pin(bounded(f))),
];

fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

const KEPT: Retention = Retention {
    keys: SignedDuration::from_hours(24 * 20),
    bodies: SignedDuration::from_hours(24 * 10),
};

/// So many days after the first morning, and an hour.
fn day(n: i64) -> Timestamp {
    at(3600) + days(n)
}

async fn expire(f: &Fixture, kept: Retention, now: Timestamp) -> usize {
    let mut sum = 0;
    loop {
        match f.survey.expire(kept, now, 1000).await.unwrap() {
            0 => return sum,
            some => sum += some,
        }
    }
}

fn to(id: &str) -> DeliveryRef {
    event(id).delivery_to(&Name::parse("sales").unwrap())
}

/// An event that was taken and delivered in one attempt.
async fn delivered(f: &Fixture, event: &Event) {
    assert_eq!(f.ledger.claim(event).await.unwrap(), Claim::Fresh);
    let of = event.delivery_to(&Name::parse("sales").unwrap());
    let pending = Delivery::new(of.clone(), DeliveryState::Pending, event.received);
    let Start::Go(leased) = pending.start(1, at(1), at(40), false) else { panic!("it is free") };
    _ = f.ledger.enlist(&[leased]).await.unwrap();
    f.ledger.take(&event.key, false).await.unwrap();
    let good = attempt(1, "delivered", false);
    let finish = f.ledger.finish(&of, 1, &good, &DeliveryState::Delivered).await.unwrap();
    assert_eq!(finish, Finish::Written);
}

async fn stored(f: &Fixture, id: &str) -> Option<Stored> {
    f.ledger.stored(&event(id).key).await.unwrap()
}

async fn bodies(f: &Fixture) {
    let old = event("1");
    let young = Event { received: day(5), ..event("2") };
    delivered(f, &old).await;
    delivered(f, &young).await;
    assert_eq!(expire(f, KEPT, day(9)).await, 0);
    assert_eq!(stored(f, "1").await.unwrap().event, old);
    assert!(expire(f, KEPT, day(10)).await >= 1);
    assert_eq!(expire(f, KEPT, day(10)).await, 0);
    let Stored { event: left, taken } = stored(f, "1").await.unwrap();
    let expected = Event { balance: None, facts: Facts::default(), object: "null".into(), ..old };
    assert_eq!((&left, taken), (&expected, true));
    assert_eq!(f.ledger.claim(&event("1")).await.unwrap(), Claim::Settled);
    let conflict = f.ledger.claim(&transfer("1", "1")).await.unwrap();
    assert_eq!(conflict, Claim::Conflict { first: true });
    let (delivery, attempts) = f.ledger.delivery(&to("1")).await.unwrap().unwrap();
    assert_eq!((delivery.state, attempts), (DeliveryState::Delivered, vec![]));
    assert_eq!(stored(f, "2").await.unwrap().event, young);
    assert_eq!(f.ledger.delivery(&to("2")).await.unwrap().unwrap().1.len(), 1);
}

async fn keys(f: &Fixture) {
    delivered(f, &event("1")).await;
    delivered(f, &Event { received: day(5), ..event("2") }).await;
    assert!(expire(f, KEPT, day(20)).await >= 1);
    assert_eq!(stored(f, "1").await, None);
    assert_eq!(f.ledger.delivery(&to("1")).await.unwrap(), None);
    assert!(stored(f, "2").await.is_some());
    assert_eq!(f.ledger.claim(&event("1")).await.unwrap(), Claim::Fresh);
    assert_eq!(f.ledger.delivery(&to("1")).await.unwrap(), None);
}

async fn open(f: &Fixture) {
    let states = [
        ("pending", DeliveryState::Pending),
        ("sending", DeliveryState::Sending { owner: 1, until: at(40) }),
        ("waiting", DeliveryState::Waiting { due: at(40) }),
        ("gathered", DeliveryState::Gathered { into: event("digest").key, since: at(1) }),
        ("held", DeliveryState::Held("paused".into())),
    ];
    for (id, state) in &states {
        assert_eq!(f.ledger.claim(&event(id)).await.unwrap(), Claim::Fresh);
        let delivery = Delivery::new(to(id), state.clone(), at(1));
        _ = f.ledger.enlist(&[delivery]).await.unwrap();
        f.ledger.take(&event(id).key, false).await.unwrap();
    }
    assert_eq!(f.ledger.claim(&event("untaken")).await.unwrap(), Claim::Fresh);
    delivered(f, &event("ended")).await;
    assert!(expire(f, KEPT, day(30)).await >= 1);
    for (id, state) in states {
        assert_eq!(stored(f, id).await.unwrap().event, event(id), "{id}");
        let (delivery, _) = f.ledger.delivery(&to(id)).await.unwrap().unwrap();
        assert_eq!(delivery.state, state);
    }
    assert_eq!(stored(f, "untaken").await, Some(Stored { event: event("untaken"), taken: false }));
    assert_eq!(stored(f, "ended").await, None);
    let cancel = domain::Move::Cancel { reason: "x".into() };
    assert_eq!(f.ledger.shift(&to("held"), &cancel, day(30)).await.unwrap(), Finish::Written);
    f.ledger.take(&event("untaken").key, false).await.unwrap();
    assert!(expire(f, KEPT, day(40)).await >= 1);
    assert_eq!(stored(f, "held").await, None, "it has ended since");
    assert_eq!(stored(f, "untaken").await, None, "it was taken since");
    assert!(stored(f, "pending").await.is_some());
}

async fn others(f: &Fixture) {
    let source = event("1").source;
    for when in [at(0), day(5)] {
        let parked = Parked { bytes: Bytes::from(when.to_string()), reason: "no JSON".to_owned() };
        f.ledger.park(&source, &parked, "{}", when).await.unwrap();
        let (source, reason, summary) = (source.clone(), "no".to_owned(), "POST".to_owned());
        f.ledger.refuse(&Refused { source, at: when, reason, summary }).await.unwrap();
    }
    let first = Event { received: day(5), ..transfer("1", "1") };
    delivered(f, &first).await;
    for (amount, received) in [("2", at(0)), ("3", day(5))] {
        let other = Event { received, ..transfer("1", amount) };
        let claim = f.ledger.claim(&other).await.unwrap();
        assert_eq!(claim, Claim::Conflict { first: true });
    }
    assert!(expire(f, KEPT, day(10)).await >= 3);
    let parked = f.shelf.parked(&source).await;
    assert_eq!(parked.into_iter().map(|(_, _, when)| when).collect::<Vec<_>>(), [day(5)]);
    let refused = f.survey.refusals(&source).await.unwrap();
    assert_eq!(refused.into_iter().map(|refused| refused.at).collect::<Vec<_>>(), [day(5)]);
    let conflicts = f.shelf.conflicts(&source).await;
    assert_eq!(conflicts.iter().map(|event| event.received).collect::<Vec<_>>(), [day(5)]);
}

async fn set_aside(f: &Fixture) {
    for when in [at(0), day(5)] {
        f.clock.set(when);
        f.dead_letters.bury(&when.to_string(), "poison").await.unwrap();
    }
    assert_eq!(expire(f, KEPT, day(10)).await, 1);
    assert_eq!(f.shelf.buried().await, [(day(5).to_string(), "poison".to_owned())]);
    assert_eq!(f.dead_letters.count().await.unwrap(), 1);
}

async fn bounded(f: &Fixture) {
    for n in 0..20 {
        delivered(f, &event(&n.to_string())).await;
    }
    let kept = Retention { keys: days(10), ..KEPT };
    let mut rest = 20;
    while rest > 0 {
        let done = f.survey.expire(kept, day(15), 3).await.unwrap();
        assert!((1..=3).contains(&done), "{done}");
        rest = 0;
        for n in 0..20 {
            rest += usize::from(stored(f, &n.to_string()).await.is_some());
        }
    }
    assert_eq!(f.survey.expire(kept, day(15), 3).await.unwrap(), 0);
}
