//! Enlisting, leasing and finishing deliveries. The other moves are in `moves`.

use std::sync::Arc;

use domain::{
    Attempt, Claim, Delivery, DeliveryRef, DeliveryState, Enlisted, EventKey, Finish, Move, Name,
    Start, Stay,
};
use futures_util::future::join_all;

use super::{Case, Fixture, at, event};

pub(super) const CASES: &[Case] = &[
    ("a delivery is put once", |f| Box::pin(put_once(f))),
    ("a delivery put leased is finished by its owner alone", |f| Box::pin(put_leased(f))),
    ("a delivery keeps every state it is put in", |f| Box::pin(every_state(f))),
    ("an unknown delivery is missing", |f| Box::pin(missing(f))),
    ("a delivery starts when it is due and free", |f| Box::pin(due_and_free(f))),
    ("of a hundred starts at once one goes", |f| Box::pin(hundred(f))),
    ("a lease that ran out lets another start and fences the late one", |f| Box::pin(fenced(f))),
    ("an ended delivery is done", |f| Box::pin(done(f))),
    ("attempts are kept in order", |f| Box::pin(attempts(f))),
];

pub(super) fn of(destination: &str) -> DeliveryRef {
    DeliveryRef { event: event("1").key, destination: Name::parse(destination).unwrap() }
}

/// Claims the event and enlists a delivery in this state.
pub(super) async fn enlisted(f: &Fixture, destination: &str, state: DeliveryState) -> DeliveryRef {
    let of = of(destination);
    let claim = f.ledger.claim(&event("1")).await.unwrap();
    assert!(matches!(claim, Claim::Fresh | Claim::Unfinished), "{claim:?}");
    let enlisted = f.ledger.enlist(&[Delivery::new(of.clone(), state, at(0))]).await.unwrap();
    assert_eq!(enlisted, [Enlisted::New]);
    of
}

pub(super) async fn found(f: &Fixture, of: &DeliveryRef) -> (Delivery, Vec<Attempt>) {
    f.ledger.delivery(of).await.unwrap().unwrap()
}

/// Starts at the first of two moments, for a lease until the second.
async fn start(f: &Fixture, of: &DeliveryRef, owner: u64, (now, until): (i64, i64)) -> Start {
    f.ledger.start(of, owner, at(now), at(until), false).await.unwrap()
}

async fn finish(
    f: &Fixture,
    of: &DeliveryRef,
    owner: u64,
    attempt: &Attempt,
    next: &DeliveryState,
) -> Finish {
    f.ledger.finish(of, owner, attempt, next).await.unwrap()
}

pub(super) fn attempt(n: u32, verdict: &'static str, counted: bool) -> Attempt {
    let started = at(i64::from(n) * 10);
    let finished = at(i64::from(n) * 10 + 1);
    let status = counted.then_some(500);
    Attempt { n, started, finished, verdict, status, detail: format!("lỗi {n}\0"), counted }
}

async fn put_once(f: &Fixture) {
    let one = enlisted(f, "one", DeliveryState::Pending).await;
    let waiting = DeliveryState::Waiting { due: at(9) };
    let two = DeliveryRef { destination: Name::parse("two").unwrap(), ..one.clone() };
    let again = Delivery::new(one.clone(), DeliveryState::Delivered, at(5));
    let new = Delivery::new(two.clone(), waiting.clone(), at(5));
    let enlisted = f.ledger.enlist(&[again, new.clone()]).await.unwrap();
    assert_eq!(enlisted, [Enlisted::Known, Enlisted::New]);
    let first = Delivery::new(one.clone(), DeliveryState::Pending, at(0));
    assert_eq!(found(f, &one).await, (first, vec![]));
    assert_eq!(found(f, &two).await, (new, vec![]));
}

async fn put_leased(f: &Fixture) {
    let of = enlisted(f, "zero", DeliveryState::Pending).await;
    let of = DeliveryRef { destination: Name::parse("one").unwrap(), ..of };
    let fresh = Delivery::new(of.clone(), DeliveryState::Pending, at(0));
    let Start::Go(leased) = fresh.start(7, at(1), at(9), false) else { panic!("it is free") };
    assert_eq!(f.ledger.enlist(std::slice::from_ref(&leased)).await.unwrap(), [Enlisted::New]);
    let Start::Go(other) = fresh.start(8, at(2), at(10), false) else { panic!("it is free") };
    assert_eq!(f.ledger.enlist(&[other]).await.unwrap(), [Enlisted::Known]);
    assert_eq!(found(f, &of).await, (leased.clone(), vec![]));
    assert_eq!(start(f, &of, 8, (8, 20)).await, Start::Not(Stay::Busy(at(9))));
    let good = attempt(1, "delivered", false);
    let delivered = DeliveryState::Delivered;
    assert_eq!(finish(f, &of, 8, &good, &delivered).await, Finish::Fenced);
    assert_eq!(finish(f, &of, 7, &good, &delivered).await, Finish::Written);
    assert_eq!(found(f, &of).await, (Delivery { state: delivered, ..leased }, vec![good]));
}

async fn every_state(f: &Fixture) {
    for (n, state) in [
        DeliveryState::Pending,
        DeliveryState::Sending { owner: u64::MAX, until: at(7) },
        DeliveryState::Waiting { due: at(8) },
        DeliveryState::Gathered {
            into: EventKey::from_stored("tingting/digest/ế\0"),
            since: at(3),
        },
        DeliveryState::Held("tạm dừng \"'\0".into()),
        DeliveryState::Delivered,
        DeliveryState::Failed("vì sao \"'\0".into()),
        DeliveryState::Cancelled(String::new()),
    ]
    .into_iter()
    .enumerate()
    {
        let of = enlisted(f, &format!("d{n}"), state.clone()).await;
        assert_eq!(found(f, &of).await.0.state, state);
    }
}

async fn missing(f: &Fixture) {
    let of = of("nobody");
    let next = DeliveryState::Delivered;
    let step = Move::Cancel { reason: "x".into() };
    assert_eq!(f.ledger.delivery(&of).await.unwrap(), None);
    assert_eq!(start(f, &of, 1, (0, 9)).await, Start::Missing);
    let finished = finish(f, &of, 1, &attempt(1, "delivered", false), &next).await;
    assert_eq!(finished, Finish::Fenced);
    assert_eq!(f.ledger.shift(&of, &step, at(0)).await.unwrap(), Finish::Fenced);
    assert_eq!(f.ledger.delivery(&of).await.unwrap(), None);
}

async fn due_and_free(f: &Fixture) {
    let of = enlisted(f, "one", DeliveryState::Waiting { due: at(5) }).await;
    assert_eq!(start(f, &of, 1, (4, 9)).await, Start::Not(Stay::NotDue(at(5))));
    let Start::Go(delivery) = start(f, &of, 1, (5, 15)).await else {
        panic!("a due delivery starts")
    };
    assert_eq!(delivery.state, DeliveryState::Sending { owner: 1, until: at(15) });
    assert_eq!((delivery.attempts, delivery.first_attempt), (1, Some(at(5))));
    assert_eq!(found(f, &of).await, (delivery, vec![]));
    assert_eq!(start(f, &of, 2, (14, 30)).await, Start::Not(Stay::Busy(at(15))));
}

async fn hundred(f: &Fixture) {
    let of = enlisted(f, "one", DeliveryState::Pending).await;
    let starts = (0..100).map(|owner| {
        let (ledger, of) = (Arc::clone(&f.ledger), of.clone());
        tokio::spawn(async move { ledger.start(&of, owner, at(0), at(9), false).await.unwrap() })
    });
    let starts: Vec<Start> = join_all(starts).await.into_iter().map(Result::unwrap).collect();
    let gone = starts.iter().filter(|start| matches!(start, Start::Go(_))).count();
    let busy = starts.iter().filter(|start| **start == Start::Not(Stay::Busy(at(9)))).count();
    assert_eq!((gone, busy), (1, 99));
    assert_eq!(found(f, &of).await.0.attempts, 1);
}

async fn fenced(f: &Fixture) {
    let of = enlisted(f, "one", DeliveryState::Pending).await;
    assert!(matches!(start(f, &of, 1, (0, 9)).await, Start::Go(_)));
    let Start::Go(second) = start(f, &of, 2, (9, 20)).await else { panic!("the lease ran out") };
    assert_eq!((second.attempts, second.first_attempt), (2, Some(at(0))));
    let late = finish(f, &of, 1, &attempt(1, "retry", true), &DeliveryState::Pending).await;
    assert_eq!(late, Finish::Fenced);
    assert_eq!(found(f, &of).await, (second, vec![]));
    let good = attempt(2, "delivered", false);
    let now = finish(f, &of, 2, &good, &DeliveryState::Delivered).await;
    assert_eq!(now, Finish::Written);
    let twice = finish(f, &of, 2, &good, &DeliveryState::Pending).await;
    assert_eq!(twice, Finish::Fenced);
    let (delivery, attempts) = found(f, &of).await;
    assert_eq!((delivery.state, attempts), (DeliveryState::Delivered, vec![good]));
}

async fn done(f: &Fixture) {
    for (n, state) in [
        DeliveryState::Delivered,
        DeliveryState::Failed("x".into()),
        DeliveryState::Cancelled("x".into()),
    ]
    .into_iter()
    .enumerate()
    {
        let of = enlisted(f, &format!("d{n}"), state.clone()).await;
        assert_eq!(start(f, &of, 1, (9, 19)).await, Start::Not(Stay::Done));
        assert_eq!(found(f, &of).await.0.state, state);
    }
}

async fn attempts(f: &Fixture) {
    let of = enlisted(f, "one", DeliveryState::Pending).await;
    let mut expected = Vec::new();
    for n in 1..=12 {
        let now = at(i64::from(n) * 10);
        let started = f.ledger.start(&of, u64::from(n), now, at(1000), false).await.unwrap();
        assert!(matches!(started, Start::Go(ref d) if d.attempts == n), "{started:?}");
        let attempt = attempt(n, if n % 2 == 0 { "limited" } else { "retry" }, n % 2 == 1);
        let next = DeliveryState::Waiting { due: at(i64::from(n) * 10 + 5) };
        let written = finish(f, &of, u64::from(n), &attempt, &next).await;
        assert_eq!(written, Finish::Written);
        expected.push(attempt);
    }
    let (delivery, attempts) = found(f, &of).await;
    assert_eq!(attempts, expected);
    assert_eq!((delivery.attempts, delivery.failures), (12, 6));
    assert_eq!(delivery.first_attempt, Some(at(10)));
    assert_eq!(delivery.state, DeliveryState::Waiting { due: at(125) });
}
