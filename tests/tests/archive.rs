//! Moving from one backend to another: nothing is announced twice, and what is open goes on. And the
//! written form of an export, pinned.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as tests do")]

use std::sync::Arc;

use aws::DynamoArchive;
use domain::{
    Archive, Claim, Delivery, DeliveryState, Directory, Finish, Ledger, Line, Name, Overdue, Start,
    Survey as _,
};
use embedded::Database;
use testkit::aws::{Place, Server};
use testkit::clock::HandClock;
use testkit::contract::{at, event, everything};

const GOLDEN: &str = include_str!("../golden/export-1.ndjson");

#[test]
fn an_export_of_this_version_is_read_and_written_for_ever() {
    let count = u64::try_from(everything().len()).unwrap();
    let kept = everything().into_iter().map(|kept| Line::Kept(Box::new(kept)));
    let lines: Vec<Line> = [Line::Head].into_iter().chain(kept).chain([Line::End(count)]).collect();
    let written: String =
        lines.iter().map(|line| format!("{}\n", line.to_text().unwrap())).collect();
    assert_eq!(written, GOLDEN);
    let read: Vec<Line> = GOLDEN.lines().map(|line| Line::parse(line).unwrap()).collect();
    assert_eq!(read, lines);
    for (line, said) in [
        ("{\"tingting\":2}", "written by another tingting (version 2, this one reads 1)"),
        ("{\"note\":{\"name\":\"a\"", "not a line of an export of tingting, or a damaged one"),
        ("{\"note\":{\"name\":\"a\",\"text\":\"b\",\"c\":1}}", "not a line of an export"),
    ] {
        let error = Line::parse(line).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}

async fn move_all(from: &dyn Archive, to: &dyn Archive) {
    let mut after = None;
    loop {
        let leaf = from.leaf(after.as_deref(), 2).await.unwrap();
        to.file(&leaf.kept).await.map(drop).unwrap();
        after = leaf.next;
        if after.is_none() {
            return;
        }
    }
}

/// Nothing is announced twice, and the open one can be delivered.
async fn assert_moved(ledger: &dyn Ledger) {
    assert_eq!(ledger.claim(&event("done")).await.unwrap(), Claim::Settled);
    assert_eq!(ledger.claim(&event("open")).await.unwrap(), Claim::Settled);
    let sales = Name::parse("sales").unwrap();
    let done = event("done").delivery_to(&sales);
    let again = ledger.start(&done, 1, at(5000), at(6000), false).await.unwrap();
    assert!(matches!(again, Start::Not(domain::Stay::Done)), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_sqlite_to_dynamodb_and_back_nothing_is_announced_twice() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clock = Arc::new(HandClock::default());
    let first = Database::open(old.path(), Arc::clone(&clock) as _).unwrap();
    let sales = Name::parse("sales").unwrap();
    for (key, state) in [("done", DeliveryState::Delivered), ("open", DeliveryState::Pending)] {
        assert_eq!(first.claim(&event(key)).await.unwrap(), Claim::Fresh);
        let delivery = Delivery::new(event(key).delivery_to(&sales), state, at(0));
        first.enlist(&[delivery]).await.map(drop).unwrap();
        first.take(&event(key).key, false).await.unwrap();
    }
    let place = Place::make(Server::ministack()).await;
    let directory = Arc::new(place.directory(clock.clone()));
    let between = DynamoArchive::new(place.ledger(), Arc::clone(&directory));
    move_all(&first, &between).await;
    assert_moved(&place.ledger()).await;
    let survey = place.survey(Arc::clone(&directory) as Arc<dyn Directory>);
    let open = event("open").delivery_to(&sales);
    let later = at(5000);
    assert_eq!(survey.overdue(later, 9).await.unwrap(), [Overdue::Delivery(open.clone())]);

    let second = Database::open(new.path(), clock).unwrap();
    move_all(&between, &second).await;
    assert_moved(&second).await;
    assert_eq!(second.overdue(later, 9).await.unwrap(), [Overdue::Delivery(open.clone())]);
    let Start::Go(started) = second.start(&open, 7, later, at(6000), false).await.unwrap() else {
        panic!("the open one goes on")
    };
    assert_eq!(started.attempts, 1);
    let attempt = domain::Attempt {
        n: 1,
        started: later,
        finished: later,
        verdict: "delivered",
        status: Some(200),
        detail: String::new(),
        counted: false,
    };
    let finished = second.finish(&open, 7, &attempt, &DeliveryState::Delivered).await.unwrap();
    assert_eq!(finished, Finish::Written);
    assert_eq!(second.overdue(later, 9).await.unwrap(), []);
}
