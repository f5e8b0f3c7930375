//! A destination's moments and slots: reserved and taken in one atomic step.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::{Limit, Name, Slot, Turn};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::{Case, Fixture, at};

pub(super) const CASES: &[Case] = &[
    ("moments are reserved one after the other", |f| Box::pin(one_by_one(f))),
    ("a moment that is given back is the next", |f| Box::pin(given_back(f))),
    ("of twenty that reserve at once each has a moment of its own", |f| Box::pin(moments(f))),
    ("a slot is one owner's as long as its lease", |f| Box::pin(slot(f))),
    ("of twenty that want one of three slots at once three get one", |f| Box::pin(slots(f))),
    ("fewer slots are fewer from then on", |f| Box::pin(fewer(f))),
];

const SECOND: &[Limit] = &[Limit { count: 1, per: Duration::from_secs(1) }];

async fn reserve(f: &Fixture, name: &str, now: Timestamp, patience: i64) -> Turn {
    let (name, patience) = (Name::parse(name).unwrap(), SignedDuration::from_secs(patience));
    f.ledger.reserve(&name, SECOND, now, patience).await.unwrap()
}

async fn one_by_one(f: &Fixture) {
    for second in 0..=2 {
        assert_eq!(reserve(f, "one", at(0), 2).await, Turn::At(at(second)));
    }
    for _ in 0..2 {
        assert_eq!(reserve(f, "one", at(0), 2).await, Turn::Later(at(3)), "it is not reserved");
    }
    assert_eq!(reserve(f, "two", at(0), 2).await, Turn::At(at(0)), "each has its own");
    assert_eq!(reserve(f, "one", at(1), 2).await, Turn::At(at(3)));
    assert_eq!(reserve(f, "one", at(60), 2).await, Turn::At(at(60)));
}

async fn given_back(f: &Fixture) {
    let one = Name::parse("one").unwrap();
    f.ledger.give_back(&one, SECOND, at(0)).await.unwrap();
    for second in 0..=2 {
        assert_eq!(reserve(f, "one", at(0), 9).await, Turn::At(at(second)));
    }
    f.ledger.give_back(&Name::parse("two").unwrap(), SECOND, at(2)).await.unwrap();
    f.ledger.give_back(&one, SECOND, at(7)).await.unwrap();
    assert_eq!(reserve(f, "one", at(0), 9).await, Turn::At(at(3)), "neither was its own");
    for second in [3, 2] {
        f.ledger.give_back(&one, SECOND, at(second)).await.unwrap();
    }
    assert_eq!(reserve(f, "one", at(0), 9).await, Turn::At(at(2)));
}

async fn moments(f: &Fixture) {
    let reserving = (0..20).map(|_| {
        let (ledger, name) = (Arc::clone(&f.ledger), Name::parse("one").unwrap());
        let patience = SignedDuration::from_mins(1);
        tokio::spawn(async move { ledger.reserve(&name, SECOND, at(0), patience).await.unwrap() })
    });
    let mut seen = BTreeSet::new();
    for turn in join_all(reserving).await {
        let turn = turn.unwrap();
        let Turn::At(moment) = turn else { panic!("{turn:?}") };
        assert!(seen.insert(moment), "{moment} twice");
    }
    assert_eq!(seen, (0..20).map(at).collect());
}

/// Wants one of a destination's slots from the first of two moments until the second.
async fn occupy(f: &Fixture, slots: u32, owner: u64, (now, until): (i64, i64)) -> Slot {
    let name = Name::parse("shop").unwrap();
    f.ledger.occupy(&name, slots, owner, at(now), at(until)).await.unwrap()
}

async fn vacate(f: &Fixture, slot: u32, owner: u64) {
    f.ledger.vacate(&Name::parse("shop").unwrap(), slot, owner).await.unwrap();
}

async fn slot(f: &Fixture) {
    let Slot::Yours(first) = occupy(f, 2, 1, (0, 30)).await else { panic!("all are free") };
    let Slot::Yours(second) = occupy(f, 2, 2, (0, 20)).await else { panic!("one is free") };
    assert_ne!(first, second);
    assert_eq!(occupy(f, 2, 3, (19, 40)).await, Slot::Full(at(20)));
    let other = Name::parse("other").unwrap();
    let apart = f.ledger.occupy(&other, 1, 3, at(0), at(9)).await.unwrap();
    assert!(matches!(apart, Slot::Yours(_)), "{apart:?}");
    assert_eq!(occupy(f, 2, 3, (20, 40)).await, Slot::Yours(second), "its lease is over");
    vacate(f, second, 2).await;
    assert_eq!(occupy(f, 2, 4, (21, 50)).await, Slot::Full(at(30)), "it was another's by then");
    vacate(f, first, 1).await;
    vacate(f, first, 1).await;
    assert_eq!(occupy(f, 2, 4, (22, 50)).await, Slot::Yours(first));
    assert_eq!(occupy(f, 2, 5, (23, 50)).await, Slot::Full(at(40)));
}

async fn slots(f: &Fixture) {
    let wanting = (0..20).map(|owner| {
        let (ledger, name) = (Arc::clone(&f.ledger), Name::parse("shop").unwrap());
        tokio::spawn(async move { ledger.occupy(&name, 3, owner, at(0), at(9)).await.unwrap() })
    });
    let mut taken = BTreeSet::new();
    let mut full = 0;
    for slot in join_all(wanting).await {
        match slot.unwrap() {
            Slot::Yours(slot) => assert!(taken.insert(slot), "{slot} twice"),
            Slot::Full(until) => {
                assert_eq!(until, at(9));
                full += 1;
            }
        }
    }
    assert_eq!((taken.len(), full), (3, 17));
}

async fn fewer(f: &Fixture) {
    for owner in 0..3 {
        let slot = occupy(f, 3, owner, (0, 30 + i64::try_from(owner).unwrap())).await;
        assert!(matches!(slot, Slot::Yours(_)), "{slot:?}");
    }
    let slot = occupy(f, 1, 9, (1, 60)).await;
    assert!(matches!(slot, Slot::Full(_)), "{slot:?}");
    let slot = occupy(f, 4, 9, (1, 60)).await;
    assert!(matches!(slot, Slot::Yours(_)), "{slot:?}");
}
