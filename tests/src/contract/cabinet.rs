//! Cards by drawer and name.

use std::sync::Arc;

use domain::Drawer;
use futures_util::future::join_all;

use super::{Case, Fixture, at};

pub(super) const CASES: &[Case] = &[
    ("a card is written over what was read alone", |f| Box::pin(compared(f))),
    ("of twenty that write one card at once one does", |f| Box::pin(twenty(f))),
    ("a drawer's cards are listed by name, and no other's", |f| Box::pin(listed(f))),
    ("a card that is removed is nowhere", |f| Box::pin(removed(f))),
];

async fn set(f: &Fixture, name: &str, was: Option<&str>, now: &str) -> bool {
    f.cabinet.set_card(Drawer::Clients, name, was, now, None).await.unwrap()
}

async fn get(f: &Fixture, name: &str) -> Option<String> {
    f.cabinet.card(Drawer::Clients, name).await.unwrap()
}

async fn compared(f: &Fixture) {
    assert_eq!(get(f, "a").await, None);
    for (name, was, now, written) in [
        ("a", Some("x"), "1", false),
        ("a", Some(""), "1", false),
        ("a", None, "", true),
        ("a", None, "2", false),
        ("a", Some(""), "2", true),
        ("b/casso/shop ế", None, "khác \"'\u{1}", true),
        ("a", Some("khác"), "3", false),
        ("a", Some("2"), "2", true),
    ] {
        assert_eq!(set(f, name, was, now).await, written, "{name} {was:?} {now}");
    }
    assert_eq!(get(f, "a").await.as_deref(), Some("2"));
    assert_eq!(get(f, "b/casso/shop ế").await.as_deref(), Some("khác \"'\u{1}"));
    // A time by which it may be forgotten is no part of what it says.
    let until = Some(at(3600));
    assert!(f.cabinet.set_card(Drawer::Clients, "a", Some("2"), "3", until).await.unwrap());
    assert!(set(f, "a", Some("3"), "4").await);
    assert_eq!(get(f, "a").await.as_deref(), Some("4"));
}

async fn twenty(f: &Fixture) {
    assert!(set(f, "a", None, "begin").await);
    let writing = (0..20).map(|n: u32| {
        let cabinet = Arc::clone(&f.cabinet);
        tokio::spawn(async move {
            let now = n.to_string();
            cabinet.set_card(Drawer::Clients, "a", Some("begin"), &now, None).await
        })
    });
    let written = join_all(writing).await.into_iter().map(|done| done.unwrap().unwrap());
    assert_eq!(written.filter(|written| *written).count(), 1);
}

async fn listed(f: &Fixture) {
    for name in ["b", "a", "c", "ế", "B"] {
        assert!(set(f, name, None, &format!("says {name}")).await);
    }
    assert!(f.cabinet.set_card(Drawer::Keys, "b", None, "another", None).await.unwrap());
    let list = async |after: Option<&str>, most| {
        let cards = f.cabinet.cards(Drawer::Clients, after, most).await.unwrap();
        assert!(cards.iter().all(|(name, text)| *text == format!("says {name}")), "{cards:?}");
        cards.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(list(None, 9).await, ["B", "a", "b", "c", "ế"]);
    assert_eq!(list(None, 2).await, ["B", "a"]);
    assert_eq!(list(Some("a"), 2).await, ["b", "c"]);
    assert_eq!(list(Some("aa"), 1).await, ["b"]);
    assert_eq!(list(Some("ế"), 9).await, [""; 0]);
    let keys = f.cabinet.cards(Drawer::Keys, None, 9).await.unwrap();
    assert_eq!(keys, [("b".to_owned(), "another".to_owned())]);
}

async fn removed(f: &Fixture) {
    assert!(set(f, "a", None, "1").await);
    for _ in 0..2 {
        f.cabinet.remove_card(Drawer::Clients, "a").await.unwrap();
        assert_eq!(get(f, "a").await, None);
    }
    assert!(set(f, "a", None, "2").await);
}
