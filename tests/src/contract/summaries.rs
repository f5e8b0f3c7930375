//! A summary is the same on every backend: what the sweep asks for it, in whatever order it is answered,
//! comes to these figures.

use std::sync::Arc;

use domain::{
    Attempt, Claim, Clock as _, Currency, Delivery, DeliveryRef, DeliveryState, Destination,
    DestinationRecord, Event, EventKey, Fact, Facts, Finish, Kind, Missed, Money, Name, Named,
    OtherMissed, Retention, SourceId, Start, Summary, Sweep, Swept,
};
use jiff::{SignedDuration, Timestamp};

use super::stretches::know;
use super::{Case, Fixture, at};

pub(super) const CASES: &[Case] = &[
    ("a summary has the same figures wherever the log is", |f| Box::pin(figures(f))),
    ("what failed is counted by when it failed, what is held by now", |f| Box::pin(missed(f))),
];

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// The end of the day that is told of, in seconds.
const END: i64 = 10 * DAY;

/// The hour of Vietnam's day at which the day ends.
fn hour() -> String {
    let end = Timestamp::from_second(at(END).as_second()).unwrap();
    let text = domain::VIETNAM.to_datetime(end).strftime("%H:%M").to_string();
    assert!(text.ends_with(":00"), "the tests' time begins at a whole hour");
    text
}

fn sweep(f: &Fixture, providers: &[&'static str]) -> Sweep {
    let long = SignedDuration::from_hours(24 * 365);
    Sweep {
        ledger: Arc::clone(&f.ledger),
        survey: Arc::clone(&f.survey),
        log: Arc::clone(&f.log),
        notes: Arc::clone(&f.notes),
        queue: Arc::clone(&f.queue),
        dead_letters: Arc::clone(&f.dead_letters),
        directory: Arc::clone(&f.directory),
        clock: Arc::clone(&f.clock) as _,
        channels: &[],
        providers: providers.to_vec(),
        probe_every: SignedDuration::from_mins(15),
        kept: Retention { keys: long, bodies: long },
    }
}

async fn place(f: &Fixture, name: &str, fields: &str) -> Destination {
    let text = format!(r#"{{"name":"{name}","channel":"preview"{fields}}}"#);
    let record: DestinationRecord = serde_json::from_str(&text).unwrap();
    let entry = domain::Entry::destination(&record, domain::Origin::Operator).unwrap();
    _ = f.entries.put(&entry, domain::Over::Anything).await.unwrap();
    record.parse_alone().unwrap()
}

/// Sweeps once before the day ends, so that it is waited for, and once after.
async fn swept(f: &Fixture, providers: &[&'static str]) -> Swept {
    f.clock.set(at(END - 2 * HOUR));
    // As if the hours before had been added up, which takes long where each is many questions.
    for source in ["casso/shop", "sepay/shop"] {
        let note = format!("hours/{source}");
        let until = at(END - 3 * HOUR).to_string();
        assert!(f.notes.set_note(&note, None, &until).await.unwrap());
    }
    let sweep = sweep(f, providers);
    assert_eq!(sweep.run().await.summaries, 0);
    f.clock.set(at(END + 150));
    let swept = sweep.run().await;
    assert_eq!(swept.faults, [""; 0]);
    swept
}

async fn told(f: &Fixture, name: &str) -> Summary {
    let key = Summary::key(&Name::parse(name).unwrap(), at(END));
    let stored = f.ledger.stored(&key).await.unwrap().expect("a summary was made");
    assert_eq!(stored.event.received, f.clock.now());
    Summary::of(&stored.event).unwrap()
}

/// A transfer of a source, received at a second; on account 9 unless it says otherwise.
async fn transfer(f: &Fixture, id: &str, kind: Kind, amount: &str, second: i64) -> Event {
    let (source, id) = id.rsplit_once('/').unwrap();
    let source = SourceId::parse(source).unwrap();
    let event = Event {
        key: EventKey::new(&source, id),
        source,
        kind,
        received: at(second),
        occurred: None,
        money: Money::parse(amount, Currency::VND).ok(),
        facts: Facts::default().with(Fact::Account, "9".to_owned()),
        ..super::event(id)
    };
    assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
    event
}

async fn figures(f: &Fixture) {
    know(f, &["casso/shop", "sepay/shop"]).await;
    let at_once = format!(r#","summary":"{}""#, hour());
    place(f, "all", &at_once).await;
    place(f, "sepay", &format!(r#"{at_once},"sources":["sepay/shop"],"events":["in"]"#)).await;
    place(f, "none", &format!(r#"{at_once},"events":["none"]"#)).await;
    place(f, "off", &format!(r#"{at_once},"active":false"#)).await;
    let (into, out) = (Kind::TransferIn, Kind::TransferOut);
    transfer(f, "casso/shop/before", into, "1000000", END - DAY - 1).await;
    transfer(f, "casso/shop/first", into, "10", END - DAY).await;
    for n in 0..30 {
        transfer(f, &format!("casso/shop/{n:02}"), into, "7", END - DAY + 1 + n * 2000).await;
    }
    let last = transfer(f, "sepay/shop/last", into, "2000", END - 1).await;
    let spent = transfer(f, "sepay/shop/spent", out, "5", END - 5 * HOUR).await;
    transfer(f, "casso/shop/after", into, "1000000", END).await;
    assert_eq!(swept(f, &["casso", "sepay"]).await.summaries, 3);

    let all = told(f, "all").await;
    assert_eq!((all.from, all.until, all.partial), (at(END - DAY), at(END), false));
    let [money] = <[domain::Turnover; 1]>::try_from(all.money.unwrap()).unwrap();
    assert_eq!((money.into.count, money.into.sum), (32, Some(2220.into())));
    assert_eq!(money.into.largest, Some(Named::of(&last)));
    assert_eq!((money.out.count, money.out.sum), (1, Some(5.into())));
    assert_eq!(money.out.largest, Some(Named::of(&spent)));
    assert_eq!((all.accounts[0].account.as_str(), all.accounts.len()), ("9", 1));
    assert_eq!(
        (&all.failed, &all.held, &all.others),
        (&Missed::default(), &Missed::default(), &Vec::new())
    );

    let sepay = told(f, "sepay").await.money.unwrap();
    assert_eq!((sepay[0].into.count, sepay[0].out.count), (1, 0));
    assert_eq!(told(f, "none").await.money, None);
    let off = Summary::key(&Name::parse("off").unwrap(), at(END));
    assert_eq!(f.ledger.stored(&off).await.unwrap(), None);
}

/// Has a delivery to a destination end at a second, as it says.
async fn end(
    f: &Fixture,
    event: &Event,
    name: &str,
    next: DeliveryState,
    second: i64,
) -> DeliveryRef {
    let of = event.delivery_to(&Name::parse(name).unwrap());
    let new = Delivery::new(of.clone(), DeliveryState::Pending, event.received);
    _ = f.ledger.enlist(std::slice::from_ref(&new)).await.unwrap();
    let start = f.ledger.start(&of, 7, at(second), at(second + 60), false).await.unwrap();
    assert!(matches!(start, Start::Go(_)), "{start:?}");
    let attempt = Attempt {
        n: 1,
        started: at(second),
        finished: at(second),
        verdict: "refused",
        status: Some(400),
        detail: String::new(),
        counted: true,
    };
    let finish = f.ledger.finish(&of, 7, &attempt, &next).await.unwrap();
    assert_eq!(finish, Finish::Written);
    f.ledger.take(&event.key, false).await.unwrap();
    of
}

async fn missed(f: &Fixture) {
    know(f, &["casso/shop"]).await;
    let wants = format!(r#","sources":["casso/shop"],"summary":"{}""#, hour());
    place(f, "boss", &format!(r#"{wants},"alarms":true"#)).await;
    place(f, "team", &wants).await;
    place(f, "erp", "").await;
    let failed = || DeliveryState::Failed("refused".to_owned());
    let held = || DeliveryState::Held("paused".to_owned());
    let event = async |id: &str, second| {
        transfer(f, &format!("casso/shop/{id}"), Kind::TransferIn, "7", second).await
    };
    // Failed in the day, though it came a week before; failed before it; and not at all.
    let old = event("old", END - 8 * DAY).await;
    end(f, &old, "team", failed(), END - DAY).await;
    let older = event("older", END - 2 * DAY).await;
    end(f, &older, "team", failed(), END - DAY - 1).await;
    let fine = event("fine", END - HOUR).await;
    end(f, &fine, "team", DeliveryState::Delivered, END - HOUR).await;
    let mut named = vec![Named::of(&old)];
    for n in 0..6 {
        let event = event(&n.to_string(), END - HOUR * (6 - n)).await;
        end(f, &event, "team", failed(), END - HOUR * (6 - n) + 1).await;
        end(f, &event, "erp", failed(), END - HOUR * (6 - n) + 2).await;
        named.push(Named::of(&event));
    }
    named.truncate(5);
    let waits = event("waits", END - 3 * DAY).await;
    end(f, &waits, "erp", held(), END - 3 * DAY).await;
    assert_eq!(swept(f, &[]).await.summaries, 2);

    let team = told(f, "team").await;
    assert_eq!(team.failed, Missed { count: 7, at_least: false, named });
    assert_eq!((team.held, team.others), (Missed::default(), Vec::new()));
    let boss = told(f, "boss").await;
    assert_eq!((boss.failed, boss.held), (Missed::default(), Missed::default()));
    let other = |name: &str, failed, held| OtherMissed {
        destination: Name::parse(name).unwrap(),
        failed,
        at_least: false,
        held,
    };
    assert_eq!(boss.others, [other("erp", 6, 1), other("team", 7, 0)]);
    assert_eq!(boss.more_others, 0);
}
