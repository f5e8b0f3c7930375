//! What is kept comes back the same, whole, and is put where there is none.

use domain::{
    AccountTotal, Attempt, Card, Cause, Claim, Currency, Delivery, DeliveryState, Drawer, Entry,
    EntryId, Event, EventKey, Facts, Filed, HourTotals, Kept, Line, Mode, MoneyTotal, Move, Name,
    Origin, Overdue, Parked, Probed, SourceId, Standing, Stored, Streak,
};
use jiff::SignedDuration;

use super::{Case, Fixture, at, event, transfer};

pub(super) const CASES: &[Case] = &[
    ("what is filed comes back the same, page by page", |f| Box::pin(comes_back(f))),
    ("what is filed again is known, and changes nothing", |f| Box::pin(known(f))),
    ("what was filed taken is settled, what was open goes on", |f| Box::pin(goes_on(f))),
    ("what the ports wrote is all kept", |f| Box::pin(written(f))),
    ("what is replaced is kept as it now is, and all else as it was", |f| Box::pin(replaced(f))),
    ("what is no longer as it was read is not replaced", |f| Box::pin(not_replaced(f))),
];

fn source() -> SourceId {
    SourceId::parse("casso/shop").unwrap()
}

fn delivery(event: &Event, to: &str, state: DeliveryState, attempts: u32) -> Kept {
    let of = event.delivery_to(&Name::parse(to).unwrap());
    let history = (1..=attempts).map(|n| Attempt {
        n,
        started: at(i64::from(n)),
        finished: at(i64::from(n) + 1),
        verdict: "retry",
        status: (n % 2 == 0).then_some(500),
        detail: "lỗi\0 \"x\"".to_owned(),
        counted: n % 2 == 0,
    });
    let first_attempt = (attempts > 0).then(|| at(1));
    let delivery = Delivery {
        attempts,
        failures: attempts / 2,
        first_attempt,
        ..Delivery::new(of, state, at(0))
    };
    Kept::Delivery(delivery, history.collect())
}

/// One of everything, each event before its deliveries.
pub fn everything() -> Vec<Kept> {
    let taken = Event { late: true, ..event("1") };
    let open = event("2");
    let states = [
        DeliveryState::Delivered,
        DeliveryState::Failed("refused: no \"x\"".to_owned()),
        DeliveryState::Cancelled("destination removed".to_owned()),
        DeliveryState::Held("the destination is paused".to_owned()),
        DeliveryState::Waiting { due: at(600) },
        DeliveryState::Pending,
        DeliveryState::Sending { owner: u64::MAX, until: at(90) },
        DeliveryState::Gathered { into: EventKey::from_stored("tingting/digest/1"), since: at(3) },
    ];
    let of = |n: usize| u32::try_from(n % 4).unwrap();
    let mut all = vec![
        Kept::Event(Stored { event: taken.clone(), taken: true }),
        Kept::Event(Stored { event: open, taken: false }),
        Kept::Conflict { event: transfer("1", "5"), told: true },
        Kept::Conflict { event: transfer("1", "6"), told: false },
    ];
    for (n, state) in states.into_iter().enumerate() {
        all.push(delivery(&taken, &format!("place-{n}"), state, of(n)));
    }
    let parked = Parked { bytes: vec![0, 255, 7].into(), reason: "no amount".to_owned() };
    let context = "POST /order?a=b".to_owned();
    let sales = || Name::parse("sales").unwrap();
    let mode = |cause| Mode::Paused { since: at(5), cause };
    let record = || r#"{"name":"x", "secrets":["ế"]}"#.to_owned();
    let entry = |id, origin| Kept::Entry(Entry { id, origin, record: record() });
    let streak = Some(Streak { since: at(1), failures: 9 });
    let probed = Some(Probed { at: at(6), place: "0001/ế".to_owned() });
    let (dead, resumed) = (mode(Cause::Dead("gone".to_owned())), Some(at(2)));
    let paused = Standing { mode: mode(Cause::Operator), ..Standing::default() };
    let sum = |text: &str| text.parse().unwrap();
    let money = vec![MoneyTotal {
        currency: Currency::VND,
        count_in: 2,
        sum_in: sum("1250000.50"),
        count_out: 0,
        sum_out: sum("0"),
    }];
    let accounts = vec![AccountTotal {
        account: "ế 1".to_owned(),
        bank: Some("VCB".to_owned()),
        virtual_accounts: vec!["96247ABC".to_owned(), "ế".to_owned()],
        money: money.clone(),
    }];
    all.extend([
        Kept::Parked { source: source(), parked, context, at: at(4) },
        Kept::Snapshot { object: "abaha/shop/order/ế 1".to_owned(), modified: at(7) },
        Kept::Standing(sales(), Standing { mode: dead, streak, probed, resumed, told: true }),
        Kept::Standing(Name::parse("other").unwrap(), paused),
        Kept::Moved { destination: sales(), from: "ab".repeat(32), to: "-100".to_owned() },
        Kept::Note { name: "hours/casso/shop".to_owned(), text: "{\"a\": 1}".to_owned() },
        Kept::Totals(HourTotals {
            source: source(),
            hour: at(0),
            logged: 4,
            events: 3,
            hooks: 2,
            money,
            accounts,
        }),
        Kept::Card(Card {
            drawer: Drawer::Clients,
            name: "ế 1".to_owned(),
            text: "{\"a\": 1}".to_owned(),
            until: None,
        }),
        Kept::Card(Card {
            drawer: Drawer::Keys,
            name: "a".to_owned(),
            text: "b".to_owned(),
            until: Some(at(99)),
        }),
        Kept::Card(Card {
            drawer: Drawer::Operators,
            name: "mai ế".to_owned(),
            text: "{}".to_owned(),
            until: None,
        }),
        Kept::Card(Card {
            drawer: Drawer::Sessions,
            name: "0a".to_owned(),
            text: "{}".to_owned(),
            until: Some(at(99)),
        }),
        entry(EntryId::Source(source()), Origin::File),
        entry(EntryId::Destination(sales()), Origin::Operator),
    ]);
    all
}

/// Everything that is kept, read three at a time and through its written form, as sorted lines.
pub(super) async fn all(f: &Fixture) -> Vec<String> {
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let leaf = f.archive.leaf(after.as_deref(), 3).await.unwrap();
        for kept in leaf.kept {
            let line = Line::Kept(Box::new(kept));
            let text = line.to_text().unwrap();
            assert_eq!(Line::parse(&text).unwrap(), line, "{text}");
            lines.push(text);
        }
        assert!(leaf.next != after || leaf.next.is_none(), "it goes on: {after:?}");
        after = leaf.next;
        if after.is_none() {
            lines.sort();
            return lines;
        }
    }
}

fn lines(all: Vec<Kept>) -> Vec<String> {
    let text = |kept| Line::Kept(Box::new(kept)).to_text().unwrap();
    let mut lines: Vec<String> = all.into_iter().map(text).collect();
    lines.sort();
    lines
}

async fn comes_back(f: &Fixture) {
    assert_eq!(all(f).await, [""; 0]);
    let filed = f.archive.file(&everything()).await.unwrap();
    let count = u64::try_from(everything().len()).unwrap();
    assert_eq!(filed, Filed { new: count, known: 0 });
    assert_eq!(all(f).await, lines(everything()));
}

async fn known(f: &Fixture) {
    f.archive.file(&everything()).await.map(drop).unwrap();
    let before = all(f).await;
    let changed = Event { received: at(99), ..event("2") };
    let mut again = everything();
    again.push(Kept::Event(Stored { event: changed, taken: false }));
    let filed = f.archive.file(&again).await.unwrap();
    assert_eq!(filed, Filed { new: 0, known: u64::try_from(again.len()).unwrap() });
    assert_eq!(all(f).await, before);
}

async fn goes_on(f: &Fixture) {
    f.archive.file(&everything()).await.map(drop).unwrap();
    assert_eq!(f.ledger.claim(&event("1")).await.unwrap(), Claim::Settled);
    assert_eq!(f.ledger.claim(&event("2")).await.unwrap(), Claim::Unfinished);
    let later = at(0) + SignedDuration::from_hours(48);
    let overdue = f.survey.overdue(later, 100).await.unwrap();
    let mut open: Vec<String> = overdue
        .iter()
        .map(|what| match what {
            Overdue::Event(key) => format!("event {key}"),
            Overdue::Delivery(of) => format!("delivery {}", of.destination),
            Overdue::Conflict { fingerprint, .. } => format!("conflict {}", fingerprint.as_str()),
        })
        .collect();
    open.sort();
    let deliveries =
        ["place-4", "place-5", "place-6", "place-7"].map(|to| format!("delivery {to}"));
    let mut expected = vec!["conflict transfer.in|6 VND".to_owned()];
    expected.extend(deliveries);
    expected.push(format!("event {}", event("2").key));
    assert_eq!(open, expected);
    let sales = Name::parse("sales").unwrap();
    assert!(!f.ledger.standing(&sales).await.unwrap().is_active());
    let held = Name::parse("place-3").unwrap();
    assert_eq!(f.survey.count_held(&held).await.unwrap(), 1);
    let of = event("1").delivery_to(&held);
    let (delivery, attempts) = f.ledger.delivery(&of).await.unwrap().unwrap();
    assert_eq!((delivery.attempts, attempts.len()), (3, 3));
    let release = Move::Release { due: at(1000) };
    _ = f.ledger.shift(&of, &release, at(900)).await.unwrap();
    assert_eq!(f.ledger.waiting(&held, later, 9).await.unwrap().len(), 1);
}

async fn written(f: &Fixture) {
    let (one, sales) = (event("1"), Name::parse("sales").unwrap());
    assert_eq!(f.ledger.claim(&one).await.unwrap(), Claim::Fresh);
    let pending = Delivery::new(one.delivery_to(&sales), DeliveryState::Pending, at(0));
    f.ledger.enlist(std::slice::from_ref(&pending)).await.map(drop).unwrap();
    f.ledger.take(&one.key, true).await.unwrap();
    f.ledger.set_moved(&sales, "-1", "-100").await.unwrap();
    assert!(f.notes.set_note("a", None, "b").await.unwrap());
    let other = transfer("1", "7");
    assert_eq!(f.ledger.claim(&other).await.unwrap(), Claim::Conflict { first: true });
    let untold = f.survey.overdue(at(9000), 9).await.unwrap();
    let conflict = untold.iter().find(|what| matches!(what, Overdue::Conflict { .. })).unwrap();
    assert!(f.survey.put_off(conflict, at(9000)).await.unwrap());
    let lines = all(f).await;
    let stored = Stored { event: Event { late: true, ..one }, taken: true };
    for kept in [
        Kept::Event(stored),
        Kept::Conflict { event: other, told: true },
        Kept::Delivery(pending, Vec::new()),
        Kept::Note { name: "a".to_owned(), text: "b".to_owned() },
        Kept::Moved {
            destination: sales.clone(),
            from: "1bad6b8cf97131fceab8543e81f7757195fbb1d36b376ee994ad1cf17699c464".to_owned(),
            to: "-100".to_owned(),
        },
    ] {
        let line = Line::Kept(Box::new(kept)).to_text().unwrap();
        assert!(lines.contains(&line), "{line}\n{lines:#?}");
    }
    assert_eq!(lines.len(), 5);
    let moved = f.ledger.moved(&sales, "-1").await.unwrap();
    assert_eq!(moved.as_deref(), Some("-100"));
}

/// Of something that can be replaced: the same with other words, under the same identity.
fn other_words(kept: &Kept) -> Option<Kept> {
    match kept.clone() {
        Kept::Event(Stored { event, taken }) => {
            Some(Kept::Event(Stored { event: without_words(event), taken }))
        }
        Kept::Conflict { event, told } => {
            Some(Kept::Conflict { event: without_words(event), told })
        }
        Kept::Parked { source, at, .. } => {
            let parked = Parked { bytes: Vec::new().into(), reason: "other".to_owned() };
            Some(Kept::Parked { source, parked, context: String::new(), at })
        }
        Kept::Delivery(mut delivery, mut attempts) => {
            for attempt in &mut attempts {
                attempt.detail = "other".to_owned();
            }
            if let DeliveryState::Failed(why) = &mut delivery.state {
                *why = "other".to_owned();
            }
            Some(Kept::Delivery(delivery, attempts))
        }
        Kept::Snapshot { .. }
        | Kept::Standing(..)
        | Kept::Moved { .. }
        | Kept::Note { .. }
        | Kept::Totals(_)
        | Kept::Card(_)
        | Kept::Entry(_) => None,
    }
}

fn without_words(event: Event) -> Event {
    Event { facts: Facts::default(), object: "{}".to_owned(), ..event }
}

async fn replaced(f: &Fixture) {
    f.archive.file(&everything()).await.map(drop).unwrap();
    let pairs: Vec<(Kept, Kept)> = everything()
        .into_iter()
        .filter_map(|was| Some((other_words(&was)?, was)))
        .map(|(now, was)| (was, now))
        .collect();
    let done = f.archive.replace(&pairs).await.unwrap();
    assert_eq!(done, vec![true; pairs.len()]);
    let expected =
        everything().into_iter().map(|kept| other_words(&kept).unwrap_or(kept)).collect();
    assert_eq!(all(f).await, lines(expected));
    // What makes them known, and open, is as it was.
    assert_eq!(f.ledger.claim(&event("1")).await.unwrap(), Claim::Settled);
    assert_eq!(f.ledger.claim(&event("2")).await.unwrap(), Claim::Unfinished);
    let again = Event { received: at(99), ..transfer("1", "5") };
    assert_eq!(f.ledger.claim(&again).await.unwrap(), Claim::Conflict { first: false });
    let overdue = f.survey.overdue(at(9_000_000), 100).await.unwrap();
    assert_eq!(overdue.len(), 6, "{overdue:?}");
}

async fn not_replaced(f: &Fixture) {
    let missing = Kept::Event(Stored { event: event("9"), taken: true });
    let pair = |was: &Kept| (was.clone(), other_words(was).unwrap());
    assert_eq!(f.archive.replace(&[pair(&missing)]).await.unwrap(), [false]);
    f.archive.file(&everything()).await.map(drop).unwrap();
    let of_sort = |wanted: fn(&Kept) -> bool| everything().into_iter().find(wanted).unwrap();
    let event = of_sort(|kept| matches!(kept, Kept::Event(_)));
    let conflict = of_sort(|kept| matches!(kept, Kept::Conflict { .. }));
    let parked = of_sort(|kept| matches!(kept, Kept::Parked { .. }));
    let tried = |kept: &Kept| matches!(kept, Kept::Delivery(_, attempts) if attempts.len() == 1);
    let (delivery, note) = (of_sort(tried), of_sort(|kept| matches!(kept, Kept::Note { .. })));
    let pairs = [pair(&event), pair(&conflict), pair(&parked), pair(&delivery)];
    assert_eq!(f.archive.replace(&pairs).await.unwrap(), [true; 4]);
    let after = all(f).await;
    assert_eq!(f.archive.replace(&pairs).await.unwrap(), [false; 4], "they are others now");
    let notes = [(note.clone(), note), (missing, event)];
    assert_eq!(f.archive.replace(&notes).await.unwrap(), [false; 2]);
    assert_eq!(all(f).await, after);
}
