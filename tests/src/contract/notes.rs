//! Notes that a flow leaves itself.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{Case, Fixture};

pub(super) const CASES: &[Case] = &[
    ("a note is written over what was read alone", |f| Box::pin(compared(f))),
    ("of twenty that write one note at once one does", |f| Box::pin(twenty(f))),
];

async fn set(f: &Fixture, name: &str, was: Option<&str>, now: &str) -> bool {
    f.notes.set_note(name, was, now).await.unwrap()
}

async fn compared(f: &Fixture) {
    assert_eq!(f.notes.note("hours/casso/shop").await.unwrap(), None);
    for (name, was, now, written) in [
        ("a", Some("x"), "1", false),
        ("a", Some(""), "1", false),
        ("a", None, "", true),
        ("a", None, "2", false),
        ("a", Some(""), "2", true),
        ("b/casso/shop", None, "khác \"'", true),
        ("a", Some("khác \"'"), "3", false),
        ("a", Some("2"), "2", true),
    ] {
        assert_eq!(set(f, name, was, now).await, written, "{name} {was:?} {now}");
    }
    assert_eq!(f.notes.note("a").await.unwrap(), Some("2".to_owned()));
    assert_eq!(f.notes.note("b/casso/shop").await.unwrap(), Some("khác \"'".to_owned()));
}

async fn twenty(f: &Fixture) {
    assert!(set(f, "a", None, "begin").await);
    let writing = (0..20).map(|n: u32| {
        let notes = Arc::clone(&f.notes);
        tokio::spawn(async move { notes.set_note("a", Some("begin"), &n.to_string()).await })
    });
    let written = join_all(writing).await.into_iter().map(|done| done.unwrap().unwrap());
    assert_eq!(written.filter(|written| *written).count(), 1);
}
