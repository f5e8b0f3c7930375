//! What the ledger keeps beside events: parked bodies, refused calls, newest states, moves.

use bytes::Bytes;
use domain::{Name, Parked, Refused, Snapshot, SourceId};

use super::{Case, Fixture, at};

pub(super) const CASES: &[Case] = &[
    ("a body is parked once per source, context and content, and is new once", |f| {
        Box::pin(parked(f))
    }),
    ("the last fifty refused calls of a source are kept", |f| Box::pin(refused(f))),
    ("a state older than one seen before is late", |f| Box::pin(observed(f))),
    ("a destination's move is known by where it moved from", |f| Box::pin(moved(f))),
];

fn source(text: &str) -> SourceId {
    SourceId::parse(text).unwrap()
}

async fn parked(f: &Fixture) {
    let (shop, other) = (source("casso/shop"), source("casso/other"));
    let body = |bytes: &'static [u8], reason: &str| Parked {
        bytes: Bytes::from_static(bytes),
        reason: reason.to_owned(),
    };
    let (bytes, empty) = (body(b"\xFF\0not JSON", "not JSON"), body(b"", "no amount"));
    for n in [0, 10] {
        for (source, body, context, at) in [
            (&shop, &bytes, "{}", at(n)),
            (&shop, &empty, r#"{"query":"a=1"}"#, at(n + 1)),
            (&shop, &empty, r#"{"query":"a=2"}"#, at(n + 2)),
            (&other, &bytes, "{}", at(n)),
        ] {
            let new = f.ledger.park(source, body, context, at).await.unwrap();
            assert_eq!(new, n == 0, "{source} {context} at {at}");
        }
    }
    let expected = [
        (bytes.clone(), "{}".to_owned(), at(0)),
        (empty.clone(), r#"{"query":"a=1"}"#.to_owned(), at(1)),
        (empty, r#"{"query":"a=2"}"#.to_owned(), at(2)),
    ];
    assert_eq!(f.shelf.parked(&shop).await, expected);
    assert_eq!(f.shelf.parked(&other).await, [(bytes, "{}".to_owned(), at(0))]);
}

async fn refused(f: &Fixture) {
    let (shop, other) = (source("casso/shop"), source("casso/other"));
    let call = |source: &SourceId, n: i64| Refused {
        source: source.clone(),
        at: at(n),
        reason: "no X-Thueapi".to_owned(),
        summary: format!("POST with {n} bytes"),
    };
    f.ledger.refuse(&call(&other, 0)).await.unwrap();
    for n in 1..=60 {
        f.ledger.refuse(&call(&shop, n)).await.unwrap();
    }
    let newest: Vec<Refused> = (11..=60).rev().map(|n| call(&shop, n)).collect();
    assert_eq!(f.shelf.refused(&shop).await, newest);
    assert_eq!(f.shelf.refused(&other).await, [call(&other, 0)]);
}

async fn observed(f: &Fixture) {
    for (object, modified, late) in [
        ("abaha/shop/order/1", 10, false),
        ("abaha/shop/order/1", 10, false),
        ("abaha/shop/order/1", 9, true),
        ("abaha/shop/order/2", 9, false),
        ("abaha/shop/order/1", 11, false),
        ("abaha/shop/order/1", 10, true),
        ("abaha/shop/order/1", 11, false),
    ] {
        let snapshot =
            Snapshot { object: object.to_owned(), modified: at(modified), received: at(20) };
        assert_eq!(f.ledger.observe(&snapshot).await.unwrap(), late, "{object} {modified}");
    }
}

async fn moved(f: &Fixture) {
    let (sales, other) = (Name::parse("sales").unwrap(), Name::parse("other").unwrap());
    assert_eq!(f.ledger.moved(&sales, "-1").await.unwrap(), None);
    f.ledger.set_moved(&sales, "-1", "-1001").await.unwrap();
    assert_eq!(f.ledger.moved(&sales, "-1").await.unwrap(), Some("-1001".to_owned()));
    assert_eq!(f.ledger.moved(&sales, "-2").await.unwrap(), None);
    assert_eq!(f.ledger.moved(&other, "-1").await.unwrap(), None);
    f.ledger.set_moved(&sales, "-2", "-1002").await.unwrap();
    assert_eq!(f.ledger.moved(&sales, "-2").await.unwrap(), Some("-1002".to_owned()));
}
