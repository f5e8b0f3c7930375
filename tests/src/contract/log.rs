//! The lists that the sweep reads: held deliveries, the log, totals, refused calls.

use domain::{
    AccountTotal, Claim, Currency, Delivery, DeliveryRef, DeliveryState, Event, Finish, HourTotals,
    MoneyTotal, Move, Name, Refused, SourceId,
};
use jiff::Timestamp;

use super::{Case, Fixture, at, event};

pub(super) const CASES: &[Case] = &[
    ("held deliveries are listed oldest first, page by page", |f| Box::pin(held(f))),
    ("the log is a source's, in the order of receipt, page by page", |f| Box::pin(logged(f))),
    ("an hour's totals are kept as they were last written", |f| Box::pin(totals(f))),
    ("refused calls are listed oldest first", |f| Box::pin(refusals(f))),
];

async fn hold(f: &Fixture, id: &str, name: &str, created: i64) -> DeliveryRef {
    let of = event(id).delivery_to(&Name::parse(name).unwrap());
    let claim = f.ledger.claim(&event(id)).await.unwrap();
    assert!(matches!(claim, Claim::Fresh | Claim::Unfinished), "{claim:?}");
    let state = DeliveryState::Held("paused".into());
    _ = f.ledger.enlist(&[Delivery::new(of.clone(), state, at(created))]).await.unwrap();
    of
}

/// All pages of so many.
async fn pages(f: &Fixture, name: &str, most: usize) -> Vec<Delivery> {
    let name = Name::parse(name).unwrap();
    let (mut all, mut after): (Vec<Delivery>, Option<String>) = (Vec::new(), None);
    loop {
        let page = f.survey.held(&name, after.as_deref(), most).await.unwrap();
        assert!(page.len() <= most, "{} of {most}", page.len());
        let Some((place, _)) = page.last() else { return all };
        after = Some(place.clone());
        all.extend(page.into_iter().map(|(_, delivery)| delivery));
    }
}

async fn held(f: &Fixture) {
    let sales = Name::parse("sales").unwrap();
    assert_eq!(f.survey.held(&sales, None, 9).await.unwrap(), []);
    let mut expected = Vec::new();
    for (id, created) in [("1", 50), ("2", 20), ("3", 20), ("4", 90), ("5", 10)] {
        expected.push((created, hold(f, id, "sales", created).await));
    }
    hold(f, "1", "other", 5).await;
    expected.sort_by_key(|(created, _)| *created);
    let whole = pages(f, "sales", 9).await;
    let oldest: Vec<i64> =
        whole.iter().map(|held| held.created.duration_since(at(0)).as_secs()).collect();
    assert_eq!(oldest, [10, 20, 20, 50, 90]);
    assert!(expected.iter().all(|(_, of)| whole.iter().any(|held| held.of == *of)));
    for held in &whole {
        assert_eq!(f.ledger.delivery(&held.of).await.unwrap().unwrap().0, *held);
    }
    for most in [1, 2, 4] {
        assert_eq!(pages(f, "sales", most).await, whole, "{most} at once");
    }
    assert_eq!(f.survey.count_held(&sales).await.unwrap(), 5);
    let first = f.survey.held(&sales, None, 1).await.unwrap().remove(0);
    let release = Move::Release { due: at(100) };
    assert_eq!(f.ledger.shift(&first.1.of, &release, at(99)).await.unwrap(), Finish::Written);
    assert_eq!(f.survey.count_held(&sales).await.unwrap(), 4);
    let after_one_that_is_gone = f.survey.held(&sales, Some(&first.0), 9).await.unwrap();
    assert_eq!(after_one_that_is_gone.len(), 4);
    assert_eq!(pages(f, "sales", 9).await, whole[1..]);
}

/// All pages of so many, of what was received from the first of two moments until the second.
async fn log(f: &Fixture, name: &str, (from, until): (i64, i64), most: usize) -> Vec<Event> {
    let source = SourceId::parse(name).unwrap();
    let (mut all, mut after): (Vec<Event>, Option<String>) = (Vec::new(), None);
    loop {
        let page = f.survey.logged(&source, at(from), at(until), after.as_deref(), most).await;
        let page = page.unwrap();
        assert!(page.len() <= most, "{} of {most}", page.len());
        let Some((place, _)) = page.last() else { return all };
        after = Some(place.clone());
        all.extend(page.into_iter().map(|(_, event)| event));
    }
}

async fn logged(f: &Fixture) {
    let other = SourceId::parse("casso/shop-2").unwrap();
    let mut expected = Vec::new();
    for (id, second) in [("1", 30), ("2", 10), ("3", 10), ("4", 40), ("5", 20)] {
        let event = Event { received: at(second), ..event(id) };
        assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
        expected.push(event);
    }
    let elsewhere = Event { source: other.clone(), received: at(15), ..event("6") };
    assert_eq!(f.ledger.claim(&elsewhere).await.unwrap(), Claim::Fresh);
    f.ledger.take(&event("2").key, false).await.unwrap();
    let whole = log(f, "casso/shop", (0, 100), 9).await;
    let seconds: Vec<i64> =
        whole.iter().map(|event| event.received.duration_since(at(0)).as_secs()).collect();
    assert_eq!(seconds, [10, 10, 20, 30, 40]);
    assert!(expected.iter().all(|event| whole.contains(event)));
    for most in [1, 2, 4] {
        assert_eq!(log(f, "casso/shop", (0, 100), most).await, whole, "{most} at once");
    }
    assert_eq!(log(f, "casso/shop", (10, 40), 9).await, whole[..4]);
    assert_eq!(log(f, "casso/shop", (11, 30), 1).await, whole[2..3]);
    assert_eq!(log(f, "casso/shop", (41, 100), 1).await, []);
    assert_eq!(log(f, other.as_str(), (0, 100), 1).await, [elsewhere]);
}

fn hour(n: i64) -> Timestamp {
    at(n * 3600)
}

fn money(currency: Currency, count_in: u64, sum_in: &str) -> MoneyTotal {
    let (sum_in, sum_out) = (sum_in.parse().unwrap(), "0.10".parse().unwrap());
    MoneyTotal { currency, count_in, sum_in, count_out: 1, sum_out }
}

async fn totals(f: &Fixture) {
    let (shop, other) =
        (SourceId::parse("casso/shop").unwrap(), SourceId::parse("casso/shop-2").unwrap());
    let usd = Currency::parse("USD").unwrap();
    let of = |source: &SourceId, n, events, money: Vec<MoneyTotal>| HourTotals {
        source: source.clone(),
        hour: hour(n),
        logged: events + 1,
        events,
        hooks: events / 2,
        accounts: vec![AccountTotal {
            account: "ế 1".to_owned(),
            bank: Some("VCB".to_owned()),
            virtual_accounts: vec!["96247ABC".to_owned(), "ế".to_owned()],
            money: money.clone(),
        }],
        money,
    };
    let both = vec![money(usd, 2, "10.25"), money(Currency::VND, 3, "7922816251426433759354395")];
    let first = of(&shop, 1, 9, vec![money(usd, 1, "1")]);
    let (none, again) = (of(&shop, 2, 0, vec![]), of(&shop, 1, u64::from(u32::MAX), both));
    let apart = of(&other, 1, 5, vec![]);
    let last = of(&shop, 30, 1, vec![]);
    for totals in [&last, &first, &none, &apart, &again, &again] {
        f.survey.set_totals(totals).await.unwrap();
    }
    let read =
        async |source, from, until| f.survey.totals(source, hour(from), hour(until)).await.unwrap();
    assert_eq!(read(&shop, 0, 31).await, [again.clone(), none, last]);
    assert_eq!(read(&shop, 1, 2).await, [again]);
    assert_eq!(read(&shop, 3, 30).await, []);
    assert_eq!(read(&other, 0, 9).await, [apart]);
}

async fn refusals(f: &Fixture) {
    let source = SourceId::parse("casso/shop").unwrap();
    assert_eq!(f.survey.refusals(&source).await.unwrap(), []);
    let calls = (1..=60).map(|n| Refused {
        source: source.clone(),
        at: at(n),
        reason: format!("no {n}"),
        summary: "POST".to_owned(),
    });
    let calls: Vec<Refused> = calls.collect();
    for call in &calls {
        f.ledger.refuse(call).await.unwrap();
    }
    assert_eq!(f.survey.refusals(&source).await.unwrap(), calls[10..]);
}
