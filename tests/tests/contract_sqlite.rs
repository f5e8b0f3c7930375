//! SQLite against the contract, and what only a database on a disk can do: stop, start again, and
//! follow a configuration file.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as tests do")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    Claim, Clash, Delivery, DeliveryState, DestinationRecord, Directory as _, Edited, Entries as _,
    Entry, Event, Inbox as _, Ledger as _, Limit, Mark, Name, Origin, Outbound, Over, Parked,
    Queue as _, Refused, Slot, SourceId, SourceRecord, Start, Survey as _, Turn,
};
use embedded::{Database, FollowError, Followed, Stats};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use testkit::clock::HandClock;
use testkit::contract::{self, Fixture, Shelf, at, event};

struct SqliteShelf {
    db: Database,
    _folder: TempDir,
}

#[async_trait]
impl Shelf for SqliteShelf {
    async fn refused(&self, source: &SourceId) -> Vec<Refused> {
        self.db.refused(source).await.unwrap()
    }

    async fn parked(&self, source: &SourceId) -> Vec<(Parked, String, Timestamp)> {
        let parked = self.db.parked(source).await.unwrap().into_iter();
        let parts = parked.map(|p| (Parked { bytes: p.bytes, reason: p.reason }, p.context, p.at));
        parts.collect()
    }

    async fn conflicts(&self, source: &SourceId) -> Vec<Event> {
        self.db.conflicts(source).await.unwrap()
    }

    async fn buried(&self) -> Vec<(String, String)> {
        let letters = self.db.dead_letters().await.unwrap().into_iter();
        letters.map(|letter| (letter.envelope, letter.reason)).collect()
    }
}

fn open(folder: &TempDir) -> (Database, Arc<HandClock>) {
    let clock = Arc::new(HandClock::default());
    (Database::open(folder.path(), Arc::clone(&clock) as _).unwrap(), clock)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_the_contract() {
    contract::run(async || {
        let folder = tempfile::tempdir().unwrap();
        let (db, clock) = open(&folder);
        let port = Arc::new(db.clone());
        Fixture {
            ledger: Arc::clone(&port) as _,
            survey: Arc::clone(&port) as _,
            log: Arc::clone(&port) as _,
            notes: Arc::clone(&port) as _,
            archive: Arc::clone(&port) as _,
            dead_letters: Arc::clone(&port) as _,
            cabinet: Arc::clone(&port) as _,
            directory: Arc::clone(&port) as _,
            entries: Arc::clone(&port) as _,
            queue: Arc::clone(&port) as _,
            inbox: port,
            clock,
            shelf: Arc::new(SqliteShelf { db, _folder: folder }),
        }
    })
    .await;
}

#[tokio::test]
async fn a_start_ends_every_lease_and_shows_every_message() {
    let folder = tempfile::tempdir().unwrap();
    let (db, _) = open(&folder);
    let event = event("1");
    let of = event.delivery_to(&Name::parse("sales").unwrap());
    assert_eq!(db.claim(&event).await.unwrap(), Claim::Fresh);
    db.enlist(&[Delivery::new(of.clone(), DeliveryState::Pending, at(0))]).await.unwrap();
    assert!(matches!(db.start(&of, 1, at(0), at(900), false).await.unwrap(), Start::Go(_)));
    let hour = Duration::from_secs(3600);
    let message = |text: &str, delay| Outbound { envelope: text.to_owned(), delay };
    db.send(&[message("in hand", Duration::ZERO), message("delayed", hour)]).await.unwrap();
    assert_eq!(db.receive(10, at(0), hour).await.unwrap().len(), 1);
    drop(db);

    let (db, _) = open(&folder);
    assert_eq!(db.claim(&event).await.unwrap(), Claim::Unfinished);
    let Start::Go(delivery) = db.start(&of, 2, at(1), at(900), false).await.unwrap() else {
        panic!("the lease of the process before has ended")
    };
    assert_eq!(delivery.attempts, 2);
    let shown = db.receive(10, at(1), hour).await.unwrap();
    let shown: Vec<_> = shown.iter().map(|m| (m.envelope.as_str(), m.receives)).collect();
    assert_eq!(shown, [("in hand", 2), ("delayed", 1)]);
}

#[tokio::test]
async fn the_bell_rings_for_what_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (db, clock) = open(&folder);
    assert_eq!(db.next_visible().await.unwrap(), None);
    let wait = db.rung();
    let later = [Outbound { envelope: "x".to_owned(), delay: Duration::from_secs(60) }];
    let (sent, ()) = tokio::join!(db.send(&later), wait);
    sent.unwrap();
    assert_eq!(db.next_visible().await.unwrap(), Some(at(60)));
    clock.advance(SignedDuration::from_secs(1));
    db.send(&[Outbound { envelope: "y".to_owned(), delay: Duration::ZERO }]).await.unwrap();
    // Sent before anybody waited: the bell is not lost.
    db.rung().await;
    assert_eq!(db.next_visible().await.unwrap(), Some(at(1)));
}

#[tokio::test]
async fn counts_are_of_everything() {
    let folder = tempfile::tempdir().unwrap();
    let (db, _) = open(&folder);
    assert_eq!(db.stats().await.unwrap(), Stats::default());
    for n in ["1", "2", "3"] {
        assert_eq!(db.claim(&event(n)).await.unwrap(), Claim::Fresh);
    }
    let of = event("1").delivery_to(&Name::parse("sales").unwrap());
    let other = event("2").delivery_to(&Name::parse("sales").unwrap());
    let deliveries = [
        Delivery::new(of, DeliveryState::Pending, at(0)),
        Delivery::new(other, DeliveryState::Delivered, at(0)),
    ];
    db.enlist(&deliveries).await.unwrap();
    db.take(&event("1").key, false).await.unwrap();
    for text in ["a", "b"] {
        db.send(&[Outbound { envelope: text.to_owned(), delay: Duration::ZERO }]).await.unwrap();
    }
    let message = db.receive(1, at(0), Duration::from_secs(30)).await.unwrap().remove(0);
    db.bury(&message.receipt, "poison", at(1)).await.unwrap();
    db.check().await.unwrap();
    let expected = Stats {
        events: 3,
        not_taken: 2,
        deliveries: vec![("delivered".to_owned(), 1), ("pending".to_owned(), 1)],
        queued: 1,
        dead_letters: 1,
    };
    assert_eq!(db.stats().await.unwrap(), expected);
}

fn source(name: &str) -> SourceRecord {
    let text = format!(r#"{{"provider":"casso","name":"{name}","secrets":["x"]}}"#);
    serde_json::from_str(&text).unwrap()
}

fn destination(name: &str, language: &str) -> DestinationRecord {
    let text = format!(r#"{{"name":"{name}","channel":"preview","language":"{language}"}}"#);
    serde_json::from_str(&text).unwrap()
}

async fn names(db: &Database) -> (Vec<String>, Vec<String>) {
    let sources = db.sources("casso").await.unwrap();
    let destinations = db.destinations().await.unwrap();
    (
        sources.iter().map(|listed| listed.id().name().to_owned()).collect(),
        destinations.iter().map(|listed| listed.name().to_string()).collect(),
    )
}

#[tokio::test]
async fn the_file_is_followed_and_an_operators_entries_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (db, _) = open(&folder);
    let by_hand = [
        Entry::source(&source("by-hand"), Origin::Operator).unwrap(),
        Entry::destination(&destination("by-hand", "vi"), Origin::Operator).unwrap(),
    ];
    for entry in &by_hand {
        assert_eq!(db.put(entry, Over::Nothing).await.unwrap(), Edited::Done);
    }
    let (a, b) = (destination("a", "vi"), destination("b", "vi"));
    let followed = db.follow_file(&[source("shop")], &[a.clone(), b]).await.unwrap();
    assert_eq!(followed, Followed { written: 3, removed: Vec::new() });
    let followed = db.follow_file(&[source("shop")], &[a, destination("c", "en")]).await.unwrap();
    assert_eq!(followed, Followed { written: 1, removed: vec!["b".to_owned()] });
    let expected =
        (vec!["by-hand".into(), "shop".into()], vec!["a".into(), "by-hand".into(), "c".into()]);
    assert_eq!(names(&db).await, expected);
    drop(db);
    let (db, _) = open(&folder);
    assert_eq!(names(&db).await, expected);
    let followed = db.follow_file(&[], &[]).await.unwrap();
    assert_eq!(followed, Followed { written: 0, removed: vec!["a".to_owned(), "c".to_owned()] });
    assert_eq!(names(&db).await, (vec!["by-hand".into()], vec!["by-hand".into()]));
}

#[tokio::test]
async fn a_name_of_the_other_origin_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (db, _) = open(&folder);
    let sales = Entry::destination(&destination("sales", "vi"), Origin::Operator).unwrap();
    assert_eq!(db.put(&sales, Over::Nothing).await.unwrap(), Edited::Done);
    let error = db.follow_file(&[source("shop")], &[destination("sales", "en")]).await.unwrap_err();
    assert!(
        matches!(&error, FollowError::Clash(Clash { id, origin: Origin::Operator }) if *id == sales.id),
        "{error:?}"
    );
    let said = "the destination sales was made by an operator; rename or remove one of the two";
    assert_eq!(error.to_string(), said);
    assert_eq!(names(&db).await, (vec![], vec!["sales".into()]));
}

#[tokio::test]
async fn a_restart_keeps_how_destinations_stand_and_what_was_reserved() {
    let folder = tempfile::tempdir().unwrap();
    let (db, _) = open(&folder);
    let sales = Name::parse("sales").unwrap();
    let fine = at(1) + SignedDuration::from_nanos(1_234_567);
    for mark in [Mark::Failed, Mark::Dead("no_service".to_owned())] {
        assert!(db.mark(&sales, &mark, fine).await.unwrap().changed);
    }
    let told = Mark::Told(db.standing(&sales).await.unwrap().mode);
    assert!(db.mark(&sales, &told, fine).await.unwrap().changed);
    let limits = [Limit { count: 1, per: Duration::from_secs(1) }];
    let reserve = async |db: &Database| {
        db.reserve(&sales, &limits, at(0), SignedDuration::from_secs(9)).await.unwrap()
    };
    assert_eq!(reserve(&db).await, Turn::At(at(0)));
    let slot = db.occupy(&sales, 1, 7, at(0), at(900)).await.unwrap();
    assert_eq!(slot, Slot::Yours(0));
    let standing = db.standing(&sales).await.unwrap();
    drop(db);
    let (db, _) = open(&folder);
    assert_eq!(db.standing(&sales).await.unwrap(), standing);
    assert_eq!(db.standings().await.unwrap(), [(sales.clone(), standing)]);
    assert_eq!(reserve(&db).await, Turn::At(at(1)));
    // Whoever had it is no more.
    assert_eq!(db.occupy(&sales, 1, 8, at(0), at(900)).await.unwrap(), Slot::Yours(0));
}
