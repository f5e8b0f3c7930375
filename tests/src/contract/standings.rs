//! How destinations stand: marked in one atomic step, by the rules of `domain::Standing`.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Cause, DestinationName, Mark, Marked, Mode, Name, Probed, Standing, Streak};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::{Case, Fixture, at};

pub(super) const CASES: &[Case] = &[
    ("what was never marked stands as the default", |f| Box::pin(unmarked(f))),
    ("every mark is made by the rules", |f| Box::pin(by_rule(f))),
    ("of twenty failures at once each counts", |f| Box::pin(failures(f))),
    ("of twenty probes at once one goes out", |f| Box::pin(probes(f))),
    ("every destination that was marked is listed until it is forgotten", |f| Box::pin(listed(f))),
];

const QUARTER: SignedDuration = SignedDuration::from_mins(15);

fn name(text: &str) -> DestinationName {
    Name::parse(text).unwrap()
}

fn hour(n: i64) -> Timestamp {
    at(n * 3600)
}

async fn mark(f: &Fixture, to: &str, mark: &Mark, now: Timestamp) -> Marked {
    f.ledger.mark(&name(to), mark, now).await.unwrap()
}

async fn unmarked(f: &Fixture) {
    assert_eq!(f.ledger.standing(&name("sales")).await.unwrap(), Standing::default());
    for nothing in [Mark::Taken, Mark::Resume, Mark::Look] {
        let marked = mark(f, "sales", &nothing, at(0)).await;
        assert_eq!(marked, Marked { standing: Standing::default(), changed: false });
    }
    assert_eq!(f.ledger.standing(&name("sales")).await.unwrap(), Standing::default());
}

/// A life with every mark and every mode in it.
fn life() -> Vec<(i64, Mark)> {
    let probe = |place: &str| Mark::Probe { place: place.to_owned(), every: QUARTER };
    let failing = Mode::Paused { since: hour(24), cause: Cause::Failing };
    let mut life: Vec<_> = [0, 1, 2, 3, 24].map(|at| (at, Mark::Failed)).into();
    life.extend([
        (24, Mark::Told(Mode::Active)),
        (24, Mark::Told(failing)),
        (24, probe("0001/ế \"'")),
        (24, probe("0002")),
        (25, probe("0002")),
        (26, Mark::Taken),
        (26, Mark::Told(Mode::Active)),
        (27, Mark::Limited),
        (29, Mark::Pause),
        (29, Mark::Resume),
        (30, Mark::Dead("no_service \"'ế".to_owned())),
        (31, Mark::Look),
        (300, Mark::Look),
        (301, Mark::Taken),
        (302, Mark::Resume),
        (303, Mark::Resume),
        (304, Mark::Failed),
    ]);
    life
}

async fn by_rule(f: &Fixture) {
    let mut standing = Standing::default();
    for (at, step) in life() {
        let next = standing.after(&step, hour(at));
        let changed = next.is_some();
        standing = next.unwrap_or(standing);
        let expected = Marked { standing: standing.clone(), changed };
        assert_eq!(mark(f, "sales", &step, hour(at)).await, expected, "{at} {step:?}");
        assert_eq!(f.ledger.standing(&name("sales")).await.unwrap(), standing, "{at} {step:?}");
    }
}

async fn failures(f: &Fixture) {
    let marking = (0..20).map(|n| {
        let ledger = Arc::clone(&f.ledger);
        let now = at(100 - n);
        tokio::spawn(async move { ledger.mark(&name("sales"), &Mark::Failed, now).await.unwrap() })
    });
    for marked in join_all(marking).await {
        assert!(marked.unwrap().changed);
    }
    let standing = f.ledger.standing(&name("sales")).await.unwrap();
    assert_eq!(standing.streak, Some(Streak { since: at(81), failures: 20 }));
}

async fn probes(f: &Fixture) {
    let dead = mark(f, "sales", &Mark::Dead("gone".to_owned()), at(0)).await;
    assert!(dead.standing.is_probed() && dead.changed);
    let probing = (0..20).map(|n: u32| {
        let ledger = Arc::clone(&f.ledger);
        let probe = Mark::Probe { place: n.to_string(), every: QUARTER };
        tokio::spawn(async move { ledger.mark(&name("sales"), &probe, hour(1)).await.unwrap() })
    });
    let marked: Vec<Marked> = join_all(probing).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(marked.iter().filter(|marked| marked.changed).count(), 1);
    let standing = f.ledger.standing(&name("sales")).await.unwrap();
    let Some(Probed { at: when, place }) = &standing.probed else { panic!("{standing:?}") };
    assert!(*when == hour(1) && place.parse::<u32>().is_ok(), "{standing:?}");
    assert!(marked.iter().all(|marked| marked.standing == standing));
}

async fn listed(f: &Fixture) {
    assert_eq!(f.survey.standings().await.unwrap(), []);
    mark(f, "sales", &Mark::Failed, at(0)).await;
    mark(f, "shop", &Mark::Pause, at(1)).await;
    let standings: BTreeMap<DestinationName, Standing> =
        f.survey.standings().await.unwrap().into_iter().collect();
    let streak = Some(Streak { since: at(0), failures: 1 });
    let mode = Mode::Paused { since: at(1), cause: Cause::Operator };
    let expected = BTreeMap::from([
        (name("sales"), Standing { streak, ..Standing::default() }),
        (name("shop"), Standing { mode, ..Standing::default() }),
    ]);
    assert_eq!(standings, expected);
    f.survey.forget(&name("shop")).await.unwrap();
    f.survey.forget(&name("nobody")).await.unwrap();
    let left = f.survey.standings().await.unwrap();
    assert_eq!(left.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), [name("sales")]);
    assert_eq!(f.ledger.standing(&name("shop")).await.unwrap(), Standing::default());
    assert!(mark(f, "shop", &Mark::Pause, at(2)).await.changed);
}
