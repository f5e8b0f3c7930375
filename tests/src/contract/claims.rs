//! Claiming and taking events.

use std::sync::Arc;

use domain::{Claim, Entropy as _, Event, EventKey, Kind, Stored};
use futures_util::future::join_all;

use super::{Case, Fixture, at, event, transfer};
use crate::clock::SeededEntropy;

pub(super) const CASES: &[Case] = &[
    ("a fresh key is claimed as it is", |f| Box::pin(fresh(f))),
    ("the same event is unfinished until it is taken", |f| Box::pin(unfinished(f))),
    ("an event is taken once", |f| Box::pin(taken_once(f))),
    ("taking an unknown event changes nothing", |f| Box::pin(unknown_taken(f))),
    ("another event with the key is a conflict", |f| Box::pin(conflict(f))),
    ("unknown never conflicts", |f| Box::pin(unknown(f))),
    ("of a hundred claims at once one is fresh", |f| Box::pin(hundred(f))),
    ("keys differ by every byte", |f| Box::pin(odd_keys(f))),
    ("of three hundred events at once each is fresh", |f| Box::pin(an_array(f))),
    ("an event of 300 KB is kept whole", |f| Box::pin(large(f, 300_000))),
    ("an event of 600 KB is kept whole", |f| Box::pin(large(f, 600_000))),
    ("a large event conflicts like any other", |f| Box::pin(large_conflict(f))),
];

async fn fresh(f: &Fixture) {
    let event = event("1");
    assert_eq!(f.ledger.stored(&event.key).await.unwrap(), None);
    assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
    let stored = f.ledger.stored(&event.key).await.unwrap().unwrap();
    assert_eq!(stored, Stored { event, taken: false });
}

async fn unfinished(f: &Fixture) {
    let first = event("1");
    assert_eq!(f.ledger.claim(&first).await.unwrap(), Claim::Fresh);
    let again = Event { object: r#"{"another":"spelling"}"#.into(), ..first.clone() };
    assert_eq!(f.ledger.claim(&again).await.unwrap(), Claim::Unfinished);
    f.ledger.take(&first.key, false).await.unwrap();
    assert_eq!(f.ledger.claim(&again).await.unwrap(), Claim::Settled);
    let stored = f.ledger.stored(&first.key).await.unwrap().unwrap();
    assert_eq!(stored, Stored { event: first, taken: true });
}

async fn taken_once(f: &Fixture) {
    for (identity, first, second) in [("1", true, false), ("2", false, true), ("3", true, true)] {
        let event = event(identity);
        assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
        f.ledger.take(&event.key, first).await.unwrap();
        f.ledger.take(&event.key, second).await.unwrap();
        let stored = f.ledger.stored(&event.key).await.unwrap().unwrap();
        assert_eq!((stored.event.late, stored.taken), (first, true), "{first} {second}");
    }
}

async fn unknown_taken(f: &Fixture) {
    let event = event("1");
    f.ledger.take(&event.key, false).await.unwrap();
    assert_eq!(f.ledger.stored(&event.key).await.unwrap(), None);
    assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
}

async fn conflict(f: &Fixture) {
    let first = transfer("1", "5000");
    assert_eq!(f.ledger.claim(&first).await.unwrap(), Claim::Fresh);
    let more = transfer("1", "6000");
    let out = Event { kind: Kind::TransferOut, ..received(&first, 2) };
    let others = [(&more, true), (&more, false), (&out, true), (&out, false), (&more, false)];
    for (n, (other, new)) in (1..).zip(others) {
        let other = if new { other.clone() } else { received(other, n * 10) };
        let claim = f.ledger.claim(&other).await.unwrap();
        assert_eq!(claim, Claim::Conflict { first: new }, "{:?}", other.fingerprint());
    }
    f.ledger.take(&first.key, false).await.unwrap();
    let again = f.ledger.claim(&received(&more, 100)).await.unwrap();
    assert_eq!(again, Claim::Conflict { first: false });
    assert_eq!(f.ledger.claim(&first).await.unwrap(), Claim::Settled);
    assert_eq!(f.ledger.stored(&first.key).await.unwrap().unwrap().event, first);
    assert_eq!(f.shelf.conflicts(&first.source).await, [more, out]);
}

/// The event as another hook brings it: no two are received at one moment.
fn received(event: &Event, second: i64) -> Event {
    Event { received: at(second), ..event.clone() }
}

async fn unknown(f: &Fixture) {
    let known = event("1");
    let unknown = Event { kind: Kind::Unknown, money: None, ..event("1") };
    assert_eq!(f.ledger.claim(&unknown).await.unwrap(), Claim::Fresh);
    assert_eq!(f.ledger.claim(&known).await.unwrap(), Claim::Unfinished);
    let (known, unknown) = (event("2"), Event { key: event("2").key, ..unknown });
    assert_eq!(f.ledger.claim(&known).await.unwrap(), Claim::Fresh);
    f.ledger.take(&known.key, false).await.unwrap();
    assert_eq!(f.ledger.claim(&unknown).await.unwrap(), Claim::Settled);
    assert_eq!(f.shelf.conflicts(&known.source).await, []);
}

async fn hundred(f: &Fixture) {
    let claims = (0..100).map(|_| {
        let ledger = Arc::clone(&f.ledger);
        tokio::spawn(async move { ledger.claim(&event("1")).await.unwrap() })
    });
    let claims: Vec<Claim> = join_all(claims).await.into_iter().map(Result::unwrap).collect();
    let count = |wanted| claims.iter().filter(|claim| **claim == wanted).count();
    assert_eq!((count(Claim::Fresh), count(Claim::Unfinished)), (1, 99));
}

/// Composed and decomposed ế look the same and are different bytes.
async fn odd_keys(f: &Fixture) {
    let long = "ế".repeat(400);
    let identities = [
        "x",
        "X",
        "x ",
        " x",
        "x\0",
        "x\0y",
        "\0",
        "",
        "x\u{FFFE}",
        "x\u{FFFF}",
        "x'",
        "x\"",
        "x%",
        "x_",
        "x\\",
        "x\n",
        "x/y",
        "\u{1EBF}",
        "e\u{0302}\u{0301}",
        "🎉",
        &long,
        "1",
        "1.0",
        "01",
    ];
    for (n, identity) in identities.into_iter().enumerate() {
        let event = transfer(identity, &(n + 1).to_string());
        assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh, "{identity:?}");
    }
    for (n, identity) in identities.into_iter().enumerate() {
        let event = transfer(identity, &(n + 1).to_string());
        let key = EventKey::from_stored(event.key.as_str());
        assert_eq!(f.ledger.stored(&key).await.unwrap().unwrap().event, event, "{identity:?}");
        assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Unfinished, "{identity:?}");
    }
}

/// As an ingest function claims a provider's array, and again when the provider repeats it.
async fn an_array(f: &Fixture) {
    for expected in [Claim::Fresh, Claim::Unfinished] {
        let claims = (0..300).map(|n| {
            let ledger = Arc::clone(&f.ledger);
            tokio::spawn(async move { ledger.claim(&event(&n.to_string())).await.unwrap() })
        });
        for claim in join_all(claims).await {
            assert_eq!(claim.unwrap(), expected);
        }
    }
}

/// An event of so many bytes, which cannot be made much smaller.
fn padded(event: Event, bytes: usize) -> Event {
    let entropy = SeededEntropy::new(1);
    let letters = (b'0'..=b'z').filter(|letter| *letter != b'\\').map(char::from);
    let letters: Vec<char> = letters.collect();
    let pad: String = (0..bytes)
        .map(|_| letters[usize::try_from(entropy.next() >> 33).unwrap() % letters.len()])
        .collect();
    Event { object: format!(r#"{{"pad":"{pad}"}}"#), ..event }
}

async fn large(f: &Fixture, bytes: usize) {
    let event = padded(event("1"), bytes);
    assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
    assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Unfinished);
    f.ledger.take(&event.key, false).await.unwrap();
    assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Settled);
    let stored = f.ledger.stored(&event.key).await.unwrap();
    assert_eq!(stored, Some(Stored { event, taken: true }));
}

async fn large_conflict(f: &Fixture) {
    let first = padded(transfer("1", "5000"), 600_000);
    let second = padded(transfer("1", "6000"), 600_000);
    assert_eq!(f.ledger.claim(&first).await.unwrap(), Claim::Fresh);
    assert_eq!(f.ledger.claim(&second).await.unwrap(), Claim::Conflict { first: true });
    let again = f.ledger.claim(&received(&second, 2)).await.unwrap();
    assert_eq!(again, Claim::Conflict { first: false });
    let stored = f.ledger.stored(&first.key).await.unwrap().unwrap();
    assert_eq!(stored.event, first);
    assert_eq!(f.shelf.conflicts(&first.source).await, [second]);
}
