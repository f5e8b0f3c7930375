//! A payer is erased wherever a backend keeps what names them, and what makes events known stays.

use std::time::Duration;

use domain::{
    Attempt, Claim, Delivery, DeliveryState, Envelope, Erased, Event, Fact, Facts, Finish, Kept,
    Line, Name, Outbound, Parked, Payer, SourceId, Stored, erase,
};
use jiff::SignedDuration;

use super::archive::all;
use super::{Case, Fixture, at, event, transfer};

pub(super) const CASES: &[Case] = &[
    ("a payer is erased, and a repeat is still settled", |f| Box::pin(erased(f))),
    ("what is erased is still delivered", |f| Box::pin(delivered(f))),
    ("a payer is erased from what is queued and set aside", |f| Box::pin(letters(f))),
];

const PAYER: &str = "Trần Thị Bình";

/// An event that names the payer.
fn named(event: Event) -> Event {
    let facts = Facts::default()
        .with(Fact::Account, "88888888".to_owned())
        .with(Fact::Content, format!("CK {} tien nha", PAYER.to_uppercase()))
        .with(Fact::Reference, "FT26001".to_owned());
    let object = format!("{{\"description\":\"{}\",\"padding\":\"{}\"}}", PAYER, "x".repeat(2000));
    Event { facts, object, ..event }
}

fn payer() -> Payer {
    Payer::name(PAYER).unwrap()
}

async fn says(f: &Fixture, word: &str) -> bool {
    all(f).await.iter().any(|line| line.contains(word))
}

/// An event of the payer, taken, whose delivery was tried twice and answered with what it was sent.
async fn tried(f: &Fixture, event: &Event) {
    assert_eq!(f.ledger.claim(event).await.unwrap(), Claim::Fresh);
    let of = event.delivery_to(&Name::parse("sales").unwrap());
    let pending = Delivery::new(of.clone(), DeliveryState::Pending, at(0));
    f.ledger.enlist(&[pending]).await.map(drop).unwrap();
    f.ledger.take(&event.key, true).await.unwrap();
    let waiting = DeliveryState::Waiting { due: at(300) };
    let failed = DeliveryState::Failed(format!("refused: no {PAYER} here"));
    for (n, start, next) in [(1, 200, waiting), (2, 400, failed)] {
        let (from, until) = (at(start), at(start + 90));
        f.ledger.start(&of, u64::from(n), from, until, false).await.map(drop).unwrap();
        let attempt = Attempt {
            n,
            started: from,
            finished: from,
            verdict: "refused",
            status: Some(400),
            detail: format!("no {PAYER} here"),
            counted: true,
        };
        let done = f.ledger.finish(&of, u64::from(n), &attempt, &next).await.unwrap();
        assert_eq!(done, Finish::Written);
    }
}

async fn erased(f: &Fixture) {
    let one = named(event("1"));
    tried(f, &one).await;
    assert_eq!(f.ledger.claim(&event("2")).await.unwrap(), Claim::Fresh);
    let conflict = named(transfer("2", "7"));
    assert_eq!(f.ledger.claim(&conflict).await.unwrap(), Claim::Conflict { first: true });
    let source = SourceId::parse("casso/shop").unwrap();
    let body = format!("{{\"name\":\"{PAYER}\"}}");
    let parked = Parked { bytes: body.clone().into(), reason: "no amount".to_owned() };
    f.ledger.park(&source, &parked, "{}", at(3)).await.unwrap();
    let before = all(f).await;
    let expected = Erased { events: 1, conflicts: 1, attempts: 2, parked: 1, ..Erased::default() };

    let archive = f.archive.as_ref();
    assert_eq!(erase(archive, &payer(), at(9), true).await.unwrap(), expected);
    assert_eq!(all(f).await, before, "a dry run changes nothing");
    let nobody = Payer::name("Tran Thi Binh").unwrap();
    assert_eq!(erase(archive, &nobody, at(9), false).await.unwrap(), Erased::default());
    assert_eq!(all(f).await, before, "nobody of that name");

    assert_eq!(erase(archive, &payer(), at(9), false).await.unwrap(), expected);
    for word in [PAYER, &PAYER.to_uppercase(), &hex::encode(PAYER)] {
        assert!(!says(f, word).await, "{word}");
    }
    assert!(says(f, "FT26001").await && says(f, "refused: erased").await);
    let left = Facts::default()
        .with(Fact::Account, "88888888".to_owned())
        .with(Fact::Reference, "FT26001".to_owned());
    let object = r#"{"erased":true}"#.to_owned();
    let stored = f.ledger.stored(&one.key).await.unwrap().unwrap();
    let kept = Event { facts: left, object, late: true, ..one.clone() };
    assert_eq!(stored, Stored { event: kept, taken: true });
    assert_eq!(f.ledger.claim(&one).await.unwrap(), Claim::Settled);
    let again = Event { received: at(99), ..conflict };
    assert_eq!(f.ledger.claim(&again).await.unwrap(), Claim::Conflict { first: false });
    let other = Kept::Event(Stored { event: event("2"), taken: false });
    let other = Line::Kept(Box::new(other)).to_text().unwrap();
    assert!(all(f).await.contains(&other), "it names another");
    assert_eq!(erase(archive, &payer(), at(9), false).await.unwrap(), Erased::default());
}

async fn delivered(f: &Fixture) {
    let open = named(event("1"));
    assert_eq!(f.ledger.claim(&open).await.unwrap(), Claim::Fresh);
    let before = all(f).await;
    let erased = erase(f.archive.as_ref(), &payer(), at(9), false).await.unwrap();
    assert_eq!(erased, Erased { untaken: 1, ..Erased::default() });
    assert_eq!(all(f).await, before, "its destinations are chosen by what it says");
    let tomorrow = at(0) + SignedDuration::from_hours(25);
    let erased = erase(f.archive.as_ref(), &payer(), tomorrow, false).await.unwrap();
    assert_eq!(erased, Erased { events: 1, ..Erased::default() });
    assert_eq!(f.ledger.claim(&open).await.unwrap(), Claim::Unfinished);
    let later = at(0) + SignedDuration::from_hours(1);
    let overdue = f.survey.overdue(later, 9).await.unwrap();
    assert_eq!(overdue, [domain::Overdue::Event(open.key.clone())]);
}

async fn letters(f: &Fixture) {
    let now = Duration::ZERO;
    let whole = |n: &str| Envelope::for_event(&named(event(n))).unwrap();
    let other = Envelope::for_event(&event("3")).unwrap();
    let send = [whole("1"), whole("2"), other.clone()];
    let send = send.map(|envelope| Outbound { envelope, delay: now });
    f.queue.send(&send).await.unwrap();
    f.dead_letters.bury(&whole("4"), "poison").await.unwrap();
    f.dead_letters.bury("{\"v\":9}", "no envelope").await.unwrap();
    let expected = Erased { dead_letters: 1, queued: 2, ..Erased::default() };
    let archive = f.archive.as_ref();
    assert_eq!(erase(archive, &payer(), at(9), true).await.unwrap(), expected);
    assert_eq!(f.shelf.buried().await[0].1, "poison", "a dry run changes nothing");
    assert_eq!(erase(archive, &payer(), at(9), false).await.unwrap(), expected);
    assert_eq!(erase(archive, &payer(), at(9), false).await.unwrap(), Erased::default());
    let text = |text: &str| text.to_owned();
    let buried = [(text(""), text("erased")), (text("{\"v\":9}"), text("no envelope"))];
    assert_eq!(f.shelf.buried().await, buried);
    let got = f.inbox.receive(9, at(1), Duration::from_secs(60)).await.unwrap();
    let mut got: Vec<String> = got.into_iter().map(|message| message.envelope).collect();
    got.sort();
    let mut kept: Vec<String> =
        ["1", "2"].map(|n| Envelope::for_key(&event(n).key).unwrap()).into();
    kept.push(other);
    kept.sort();
    assert_eq!(got, kept);
}
