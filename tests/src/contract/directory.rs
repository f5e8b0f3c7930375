//! Listing sources and destinations.

use domain::{Auth, DestinationRecord, Listed, ListedSource, SourceRecord};
use jiff::SignedDuration;

use super::{Case, Fixture};

pub(super) const CASES: &[Case] = &[
    ("an empty directory lists nothing", |f| Box::pin(empty(f))),
    ("the sources of a provider are listed and no others", |f| Box::pin(sources(f))),
    ("destinations are listed by name", |f| Box::pin(destinations(f))),
    ("a change is seen within a second", |f| Box::pin(changed(f))),
    ("what cannot be read is listed with the reason", |f| Box::pin(unreadable(f))),
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
        f.shelf.put_source(&source(provider, name)).await;
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
        f.shelf.put_destination(&destination(name)).await;
    }
    let listed = f.directory.destinations().await.unwrap();
    let names: Vec<&str> = listed.iter().map(|one| one.name().as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let expected = destination("a").parse_alone().unwrap();
    assert_eq!(listed[0], Listed::Ready(Box::new(expected)));
}

async fn changed(f: &Fixture) {
    f.shelf.put_source(&source("sepay", "shop")).await;
    f.shelf.put_destination(&destination("a")).await;
    assert_eq!(listed(f, "sepay").await.len(), 1);
    assert_eq!(f.directory.destinations().await.unwrap().len(), 1);
    let hmac = SourceRecord { auth: Some("hmac".to_owned()), ..source("sepay", "shop") };
    f.shelf.put_source(&hmac).await;
    let off = DestinationRecord { active: Some(false), ..destination("a") };
    f.shelf.put_destination(&off).await;
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
    f.shelf.put_source(&bad).await;
    f.shelf.put_source(&source("casso", "good")).await;
    let bad = DestinationRecord { language: Some("fr".to_owned()), ..destination("bad") };
    f.shelf.put_destination(&bad).await;
    f.shelf.put_destination(&destination("good")).await;
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
