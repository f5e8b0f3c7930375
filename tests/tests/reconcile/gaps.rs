//! What is filled, and that nothing is told twice, whichever of hook and API comes first.

use domain::{Fact, Provenance};
use jiff::SignedDuration;
use testkit::faults::Faults;
use testkit::provider_api::{CassoApi, Issuing, Order, Row, SepayApi};

use crate::desk::{Desk, at_the_list, at_the_pages, casso_key, found};

enum Api {
    Casso(CassoApi),
    Sepay(SepayApi),
}

impl Api {
    fn put(&self, row: Row) {
        match self {
            Self::Casso(api) => api.put(row),
            Self::Sepay(api) => api.put(row),
        }
    }
}

/// Every protocol, in every order it may come in.
async fn all() -> Vec<(&'static str, Desk, Api)> {
    let desk = Desk::new("casso", Faults::none());
    let casso = CassoApi::start(desk.world.clock.clone()).await;
    let record = casso_key(casso.server.base());
    let mut all = vec![("casso", desk.open(record), Api::Casso(casso))];
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let (desk, api) = at_the_list(order).await;
        all.push(("list", desk, Api::Sepay(api)));
        let (desk, api) = at_the_pages(order, Issuing::Rotating).await;
        all.push(("pages", desk, Api::Sepay(api)));
    }
    all
}

#[tokio::test]
async fn a_gap_is_filled_once_and_its_hook_changes_nothing() {
    for (name, mut desk, api) in all().await {
        let (hooked, missed, out) =
            (desk.row(7, 5000, 60), desk.row(8, 250_000, 50), desk.row(9, -7000, 40));
        for row in [&hooked, &missed, &out] {
            api.put(row.clone());
        }
        desk.hook(&hooked).await;
        assert_eq!(desk.told().await, [7], "{name}");
        let report = desk.ask().await;
        assert_eq!(found(&report), (1, 2, 0, false), "{name}");
        assert_eq!(report.oldest, Some(missed.at), "{name}");
        assert_eq!(report.late.map(|late| late.as_mins()), Some(50), "{name}");
        assert_eq!(desk.told().await, [7, 8, 9], "{name}");
        desk.hook(&missed).await;
        desk.hook(&out).await;
        assert_eq!(desk.world.queue.envelopes(), [""; 0], "{name}: settled, so not rung again");
        desk.advance(31);
        let again = desk.ask().await;
        assert_eq!((again.gaps, again.fault.clone()), (0, None), "{name}");
        assert_eq!(desk.told().await, [7, 8, 9], "{name}");
        assert!(desk.world.ledger.conflicts().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn what_was_filled_reads_like_its_hook_and_says_how_it_came() {
    for (name, mut desk, api) in all().await {
        let (hooked, filled) = (desk.row(1, 5000, 30), desk.row(2, 5000, 30));
        desk.hook(&hooked).await;
        api.put(filled);
        desk.ask().await;
        let events = desk.world.ledger.events();
        let [hooked, filled] = &events[..] else { panic!("{events:?}") };
        assert_eq!(filled.event.provenance, Provenance::Reconciled, "{name}");
        assert_eq!(hooked.event.fingerprint(), filled.event.fingerprint(), "{name}");
        assert_eq!(hooked.event.occurred, filled.event.occurred, "{name}");
        let account =
            |stored: &domain::Stored| stored.event.facts.get(Fact::Account).map(str::to_owned);
        assert_eq!(account(hooked), account(filled), "{name}");
        let facts = &filled.event.facts;
        assert_eq!(facts.get(Fact::Content), Some("DH2 chuyen tien"), "{name}");
        desk.told().await;
        let bodies: Vec<serde_json::Value> =
            desk.world.sent().iter().map(|s| serde_json::from_slice(&s.body).unwrap()).collect();
        let told = |id: &str| {
            let body = bodies.iter().find(|body| body["data"]["id"] == id).unwrap();
            body["data"]["provenance"].clone()
        };
        assert_eq!((told("1"), told("2")), (serde_json::Value::Null, "reconciled".into()));
    }
}

#[tokio::test]
async fn the_young_are_left_for_their_hooks_and_asked_for_again() {
    for (name, mut desk, api) in all().await {
        for row in [desk.row(1, 5000, 20), desk.row(2, 6000, 5), desk.row(3, 7000, 1)] {
            api.put(row);
        }
        assert_eq!(found(&desk.ask().await), (0, 1, 2, false), "{name}");
        desk.hook(&desk.row(3, 7000, 1)).await;
        assert_eq!(desk.told().await, [1, 3], "{name}");
        desk.advance(31);
        let report = desk.ask().await;
        assert_eq!((report.gaps, report.young, report.fault), (1, 0, None), "{name}");
        assert_eq!(desk.told().await, [1, 2, 3], "{name}");
    }
}

#[tokio::test]
async fn another_amount_under_a_known_number_is_a_conflict_told_once() {
    for (name, desk, api) in all().await {
        desk.hook(&desk.row(1, 5000, 30)).await;
        api.put(desk.row(1, 6000, 30));
        let first = desk.ask().await;
        assert_eq!((first.conflicts.len(), first.gaps), (1, 0), "{name}");
        desk.advance(31);
        let second = desk.ask().await;
        assert_eq!((second.conflicts.len(), second.gaps), (0, 0), "{name}");
        assert_eq!(desk.world.ledger.conflicts().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_long_silence_is_made_up_for() {
    for (name, mut desk, api) in all().await {
        api.put(desk.row(1, 5000, 30));
        assert_eq!(found(&desk.ask().await), (0, 1, 0, false), "{name}");
        // Nobody asks for ten days; the shop goes on selling.
        for day in 1..=10 {
            let at = desk.now() + SignedDuration::from_hours(24 * day);
            api.put(Row { id: 1 + u64::try_from(day).unwrap(), amount: 5000, at });
        }
        desk.world.clock.advance(SignedDuration::from_hours(24 * 11));
        assert_eq!(desk.ask().await.gaps, 10, "{name}");
        assert_eq!(desk.told().await, (1..=11).collect::<Vec<_>>(), "{name}");
    }
}

#[tokio::test]
async fn nobody_is_asked_without_credentials_or_before_the_time() {
    let desk = Desk::new("casso", Faults::none());
    let casso = CassoApi::start(desk.world.clock.clone()).await;
    assert_eq!(desk.run().await, []);
    let desk = desk.open(casso_key(casso.server.base()));
    assert_eq!(desk.run().await.len(), 1);
    for (minutes, runs) in [(1, 0), (27, 0), (1, 1), (28, 0), (1, 1)] {
        desk.advance(minutes);
        assert_eq!(desk.run().await.len(), runs, "after {minutes} minutes more");
    }
    // A clock that was set back must not silence it for years.
    desk.world.clock.advance(SignedDuration::from_hours(-100));
    assert_eq!(desk.run().await.len(), 1);
}
