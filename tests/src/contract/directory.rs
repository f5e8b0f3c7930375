//! Listing sources and destinations, and writing the entries that they are read from.

use domain::{
    Auth, DestinationRecord, Edited, Entry, Listed, ListedSource, Origin, Over, SourceRecord,
};
use jiff::SignedDuration;

use super::{Case, Fixture};

pub(super) const CASES: &[Case] = &[
    ("an empty directory lists nothing", |f| Box::pin(empty(f))),
    ("the sources of a provider are listed and no others", |f| Box::pin(sources(f))),
    ("destinations are listed by name", |f| Box::pin(destinations(f))),
    ("a change is seen within a second", |f| Box::pin(changed(f))),
    ("what cannot be read is listed with the reason", |f| Box::pin(unreadable(f))),
    ("entries are listed as they were typed, sources first", |f| Box::pin(entries(f))),
    ("an entry is written over what its writer has seen", |f| Box::pin(over(f))),
    ("neither origin writes over or removes the other's entry", |f| Box::pin(clash(f))),
    ("what is removed is listed no more", |f| Box::pin(removed(f))),
];

/// A source as a person types it.
fn source(provider: &str, name: &str) -> SourceRecord {
    SourceRecord {
        provider: provider.to_owned(),
        name: name.to_owned(),
        secrets: vec!["a secret of theirs".to_owned()],
        auth: None,
        client_id: None,
        header: None,
        max_age: None,
        code_pattern: Some("DH[0-9]+".to_owned()),
        api: None,
        silence: None,
        active: None,
        created: None,
    }
}

/// A destination as a person types it.
fn destination(name: &str) -> DestinationRecord {
    DestinationRecord {
        name: name.to_owned(),
        channel: "preview".to_owned(),
        ..DestinationRecord::default()
    }
}

async fn put_source(f: &Fixture, record: &SourceRecord) {
    put(f, &Entry::source(record, Origin::Operator).unwrap()).await;
}

async fn put_destination(f: &Fixture, record: &DestinationRecord) {
    put(f, &Entry::destination(record, Origin::Operator).unwrap()).await;
}

async fn put(f: &Fixture, entry: &Entry) {
    assert_eq!(f.entries.put(entry, Over::Anything).await.unwrap(), Edited::Done);
}

async fn listed(f: &Fixture, provider: &str) -> Vec<String> {
    let listed = f.directory.sources(provider).await.unwrap();
    listed.iter().map(|source| source.id().to_string()).collect()
}

async fn empty(f: &Fixture) {
    assert_eq!(f.directory.sources("casso").await.unwrap(), []);
    assert_eq!(*f.directory.destinations().await.unwrap(), []);
}

async fn sources(f: &Fixture) {
    for (provider, name) in [("sepay", "shop"), ("casso", "b"), ("casso", "a")] {
        put_source(f, &source(provider, name)).await;
    }
    assert_eq!(listed(f, "casso").await, ["casso/a", "casso/b"]);
    assert_eq!(listed(f, "sepay").await, ["sepay/shop"]);
    assert_eq!(listed(f, "cass").await, [""; 0]);
    let found = f.directory.sources("sepay").await.unwrap();
    let [ListedSource::Ready(found)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(**found, source("sepay", "shop").parse_alone().unwrap());
}

async fn destinations(f: &Fixture) {
    for name in ["b", "a", "c"] {
        put_destination(f, &destination(name)).await;
    }
    let listed = f.directory.destinations().await.unwrap();
    let names: Vec<&str> = listed.iter().map(|one| one.name().as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let expected = destination("a").parse_alone().unwrap();
    assert_eq!(listed[0], Listed::Ready(Box::new(expected)));
}

async fn changed(f: &Fixture) {
    put_source(f, &source("sepay", "shop")).await;
    put_destination(f, &destination("a")).await;
    assert_eq!(listed(f, "sepay").await.len(), 1);
    assert_eq!(f.directory.destinations().await.unwrap().len(), 1);
    let hmac = SourceRecord { auth: Some("hmac".to_owned()), ..source("sepay", "shop") };
    put_source(f, &hmac).await;
    let off = DestinationRecord { active: Some(false), ..destination("a") };
    put_destination(f, &off).await;
    // A backend may read destinations once for all deliveries of a second.
    f.clock.advance(SignedDuration::from_secs(1));
    let sources = f.directory.sources("sepay").await.unwrap();
    assert!(
        matches!(&sources[..], [ListedSource::Ready(s)] if s.auth == Auth::Hmac),
        "{sources:?}"
    );
    let destinations = f.directory.destinations().await.unwrap();
    assert!(matches!(&destinations[..], [Listed::Ready(d)] if !d.active), "{destinations:?}");
}

async fn unreadable(f: &Fixture) {
    let bad = SourceRecord { max_age: Some("soon".to_owned()), ..source("casso", "bad") };
    put_source(f, &bad).await;
    put_source(f, &source("casso", "good")).await;
    let bad = DestinationRecord { language: Some("fr".to_owned()), ..destination("bad") };
    put_destination(f, &bad).await;
    put_destination(f, &destination("good")).await;
    let sources = f.directory.sources("casso").await.unwrap();
    let [ListedSource::Unreadable { id, reason }, ListedSource::Ready(_)] = &sources[..] else {
        panic!("{sources:?}")
    };
    assert_eq!(id.as_str(), "casso/bad");
    assert!(reason.starts_with("max_age: \"soon\" is no duration"), "{reason}");
    let destinations = f.directory.destinations().await.unwrap();
    let [Listed::Unreadable { name, reason }, Listed::Ready(_)] = &destinations[..] else {
        panic!("{destinations:?}")
    };
    assert_eq!(name.as_str(), "bad");
    assert_eq!(reason, "language: \"fr\" is not vi or en");
}

fn sales(origin: Origin, title: &str) -> Entry {
    let record = DestinationRecord { title_in: Some(title.to_owned()), ..destination("sales") };
    Entry::destination(&record, origin).unwrap()
}

async fn entries(f: &Fixture) {
    assert_eq!(f.entries.entries().await.unwrap(), []);
    let sepay = Entry::source(&source("sepay", "shop"), Origin::File).unwrap();
    let casso = Entry::source(&source("casso", "z"), Origin::Operator).unwrap();
    let sales = sales(Origin::Operator, "Tiền vào 💰 \"ế\"");
    for entry in [&sales, &sepay, &casso] {
        put(f, entry).await;
    }
    assert_eq!(f.entries.entries().await.unwrap(), [casso, sepay, sales]);
}

async fn over(f: &Fixture) {
    let [one, two, three] = ["1", "2", "3"].map(|title| sales(Origin::Operator, title));
    for (entry, over, expected) in [
        (&one, Over::Record(&two.record), Edited::Changed),
        (&one, Over::Nothing, Edited::Done),
        // Told twice is done once: its answer may have been lost.
        (&one, Over::Nothing, Edited::Done),
        (&two, Over::Nothing, Edited::Changed),
        (&two, Over::Record(&three.record), Edited::Changed),
        (&two, Over::Record(&one.record), Edited::Done),
        (&two, Over::Record(&one.record), Edited::Done),
        (&one, Over::Anything, Edited::Done),
        (&three, Over::Record(&two.record), Edited::Changed),
    ] {
        assert_eq!(f.entries.put(entry, over).await.unwrap(), expected, "{over:?}");
    }
    assert_eq!(f.entries.entries().await.unwrap(), [one]);
}

async fn clash(f: &Fixture) {
    for (first, second) in [(Origin::File, Origin::Operator), (Origin::Operator, Origin::File)] {
        let (theirs, ours) = (sales(first, "theirs"), sales(second, "ours"));
        put(f, &theirs).await;
        let seen = Over::Record(&theirs.record);
        for over in [Over::Nothing, Over::Anything, seen] {
            let edited = f.entries.put(&ours, over).await.unwrap();
            assert_eq!(edited, Edited::Clash(first), "{over:?}");
        }
        let edited = f.entries.remove(&theirs.id, second).await.unwrap();
        assert_eq!(edited, Edited::Clash(first));
        assert_eq!(f.entries.entries().await.unwrap(), std::slice::from_ref(&theirs));
        assert_eq!(f.entries.remove(&theirs.id, first).await.unwrap(), Edited::Done);
    }
}

async fn removed(f: &Fixture) {
    put_source(f, &source("sepay", "shop")).await;
    put_destination(f, &destination("a")).await;
    for entry in f.entries.entries().await.unwrap() {
        // The second time there is nothing to do.
        for _ in 0..2 {
            let edited = f.entries.remove(&entry.id, Origin::Operator).await.unwrap();
            assert_eq!(edited, Edited::Done);
        }
    }
    f.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(listed(f, "sepay").await, [""; 0]);
    assert_eq!(f.directory.destinations().await.unwrap().len(), 0);
}
