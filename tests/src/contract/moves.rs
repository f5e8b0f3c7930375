//! The moves of a delivery that are neither a start nor a finish, and who waits for a destination.

use std::sync::Arc;

use domain::{
    Attempt, Claim, Delivery, DeliveryRef, DeliveryState, Enlisted, EventKey, Finish, Move, Name,
    Start, Stay,
};
use futures_util::future::join_all;
use jiff::Timestamp;

use super::deliveries::{attempt, enlisted, found, of};
use super::{Case, Fixture, at, event};

pub(super) const CASES: &[Case] = &[
    ("every move from every state is made or refused by the rules", |f| Box::pin(by_rule(f))),
    ("of twenty that gather a delivery at once one does", |f| Box::pin(gathered_once(f))),
    ("a probe starts what is held and is finished like any other", |f| Box::pin(probe(f))),
    ("a shift fences the lease that was over", |f| Box::pin(fenced(f))),
    ("what is resent begins its schedule anew, and keeps its attempts", |f| Box::pin(resent(f))),
    ("what waits for a destination is listed by its due time", |f| Box::pin(waiting(f))),
];

fn digest(id: &str) -> EventKey {
    EventKey::from_stored(&format!("tingting/digest/{id}"))
}

fn states() -> Vec<DeliveryState> {
    vec![
        DeliveryState::Pending,
        DeliveryState::Sending { owner: 1, until: at(20) },
        DeliveryState::Sending { owner: 1, until: at(10) },
        DeliveryState::Waiting { due: at(60) },
        DeliveryState::Waiting { due: at(5) },
        DeliveryState::Gathered { into: digest("a"), since: at(1) },
        DeliveryState::Held("paused".into()),
        DeliveryState::Delivered,
        DeliveryState::Failed("x".into()),
        DeliveryState::Cancelled("x".into()),
    ]
}

fn moves() -> Vec<Move> {
    vec![
        Move::Postpone { due: at(50) },
        Move::Hold { reason: "vì sao".into() },
        Move::Release { due: at(50) },
        Move::Cancel { reason: String::new() },
        Move::Gather { into: digest("b"), attempts: 0 },
        Move::Gather { into: digest("b"), attempts: 1 },
        Move::Arrive { from: digest("a") },
        Move::Arrive { from: digest("b") },
        Move::Scatter { from: digest("a"), alone: true },
        Move::Scatter { from: digest("a"), alone: false },
        Move::Withhold { from: digest("a"), reason: "why".to_owned() },
        Move::Withhold { from: digest("b"), reason: "why".to_owned() },
        Move::Resend,
    ]
}

async fn shift(f: &Fixture, of: &DeliveryRef, step: &Move, now: Timestamp) -> Finish {
    f.ledger.shift(of, step, now).await.unwrap()
}

async fn by_rule(f: &Fixture) {
    for (s, state) in states().into_iter().enumerate() {
        for (m, step) in moves().into_iter().enumerate() {
            let of = enlisted(f, &format!("d{s}-{m}"), state.clone()).await;
            let before = Delivery::new(of.clone(), state.clone(), at(0));
            let (finish, after) = match before.after(&step, at(10)) {
                Ok(after) => (Finish::Written, after),
                Err(_) => (Finish::Fenced, before),
            };
            assert_eq!(shift(f, &of, &step, at(10)).await, finish, "{state:?} {step:?}");
            assert_eq!(found(f, &of).await, (after, vec![]), "{state:?} {step:?}");
        }
    }
}

async fn resent(f: &Fixture) {
    let of = enlisted(f, "1", DeliveryState::Pending).await;
    let failed = || DeliveryState::Failed("used up".to_owned());
    let waiting = || DeliveryState::Waiting { due: at(15) };
    let mut kept = Vec::new();
    for (n, next, failures, first) in
        [(1, waiting(), 0, at(10)), (2, failed(), 1, at(10)), (3, failed(), 0, at(30))]
    {
        let now = at(i64::from(n) * 10);
        let start = f.ledger.start(&of, 7, now, at(1000), false).await.unwrap();
        let Start::Go(started) = start else { panic!("{start:?}") };
        assert_eq!((started.attempts, started.first_attempt), (n, Some(first)));
        assert_eq!(started.failures, failures);
        let attempt = attempt(n, "retry", true);
        assert_eq!(f.ledger.finish(&of, 7, &attempt, &next).await.unwrap(), Finish::Written);
        kept.push(attempt);
        if n == 2 {
            assert_eq!(shift(f, &of, &Move::Resend, at(25)).await, Finish::Written);
        }
    }
    assert_eq!(found(f, &of).await.1, kept);
}

async fn gathered_once(f: &Fixture) {
    let one = enlisted(f, "one", DeliveryState::Pending).await;
    let gathering = (0..20).map(|n| {
        let (ledger, of) = (Arc::clone(&f.ledger), one.clone());
        let step = Move::Gather { into: digest(&format!("d{n}")), attempts: 0 };
        tokio::spawn(async move { (n, ledger.shift(&of, &step, at(1)).await.unwrap()) })
    });
    let gathered = join_all(gathering).await.into_iter().map(Result::unwrap);
    let written: Vec<i32> =
        gathered.filter(|(_, done)| *done == Finish::Written).map(|(n, _)| n).collect();
    let [n] = written[..] else { panic!("gathered by {written:?}") };
    let into = digest(&format!("d{n}"));
    assert_eq!(found(f, &one).await.0.state, DeliveryState::Gathered { into, since: at(1) });
}

async fn probe(f: &Fixture) {
    let of = enlisted(f, "one", DeliveryState::Held("paused".into())).await;
    let start = async |probe| f.ledger.start(&of, 3, at(1), at(30), probe).await.unwrap();
    assert_eq!(start(false).await, Start::Not(Stay::Held));
    let Start::Go(leased) = start(true).await else { panic!("a probe starts it") };
    assert_eq!(leased.state, DeliveryState::Sending { owner: 3, until: at(30) });
    assert_eq!(start(true).await, Start::Not(Stay::Busy(at(30))));
    let (failed, next) = (attempt(1, "retry", false), DeliveryState::Held("paused".into()));
    let finish = f.ledger.finish(&of, 3, &failed, &next).await.unwrap();
    assert_eq!(finish, Finish::Written);
    let (delivery, attempts): (Delivery, Vec<Attempt>) = found(f, &of).await;
    assert_eq!((delivery.state, delivery.attempts, delivery.failures), (next, 1, 0));
    assert_eq!(attempts, [failed]);
}

async fn fenced(f: &Fixture) {
    let of = enlisted(f, "one", DeliveryState::Sending { owner: 1, until: at(60) }).await;
    let gone = Move::Cancel { reason: "destination removed".into() };
    assert_eq!(shift(f, &of, &gone, at(59)).await, Finish::Fenced);
    assert_eq!(shift(f, &of, &gone, at(60)).await, Finish::Written);
    assert_eq!(shift(f, &of, &Move::Postpone { due: at(99) }, at(61)).await, Finish::Fenced);
    let late = attempt(1, "delivered", false);
    let late = f.ledger.finish(&of, 1, &late, &DeliveryState::Delivered).await.unwrap();
    assert_eq!(late, Finish::Fenced);
    let cancelled = DeliveryState::Cancelled("destination removed".into());
    let (delivery, attempts) = found(f, &of).await;
    assert_eq!((delivery.state, attempts), (cancelled, vec![]));
}

async fn waiting(f: &Fixture) {
    let to = |id: &str, name| event(id).delivery_to(&Name::parse(name).unwrap());
    let due = |second| DeliveryState::Waiting { due: at(second) };
    for (id, name, state) in [
        ("1", "sales", due(30)),
        ("2", "sales", due(10)),
        ("3", "sales", DeliveryState::Pending),
        ("4", "sales", due(20)),
        ("5", "sales", due(40)),
        ("6", "sales", DeliveryState::Held("paused".into())),
        ("2", "other", due(5)),
    ] {
        let claim = f.ledger.claim(&event(id)).await.unwrap();
        assert!(matches!(claim, Claim::Fresh | Claim::Unfinished), "{claim:?}");
        let put = f.ledger.enlist(&[Delivery::new(to(id, name), state, at(0))]).await.unwrap();
        assert_eq!(put, [Enlisted::New]);
    }
    let gather = Move::Gather { into: digest("a"), attempts: 0 };
    let scatter = Move::Scatter { from: digest("a"), alone: true };
    for step in [gather, scatter] {
        assert_eq!(shift(f, &to("5", "sales"), &step, at(15)).await, Finish::Written);
    }
    let sales = of("sales").destination;
    for (until, most, expected) in [
        (at(9), 9, vec![]),
        (at(30), 9, vec!["2", "5", "4", "1"]),
        (at(29), 9, vec!["2", "5", "4"]),
        (Timestamp::MAX, 3, vec!["2", "5", "4"]),
    ] {
        let found = f.ledger.waiting(&sales, until, most).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(|id| to(id, "sales")).collect();
        let listed: Vec<_> = found.iter().map(|delivery| delivery.of.clone()).collect();
        assert_eq!(listed, expected, "{until} {most}");
        for delivery in found {
            assert_eq!(delivery.alone, delivery.of == to("5", "sales"));
            assert_eq!(f.ledger.delivery(&delivery.of).await.unwrap().unwrap().0, delivery);
        }
    }
}
