//! The acknowledging flow: what each claim leads to, what is parked and recorded, how old the
//! directory may be, and what our own failures are answered with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use domain::{Ack, ListedSource, Outcome, Refusal, SourceId, SourceRecord};
use http::{HeaderMap, Method};
use jiff::SignedDuration;
use testkit::faults::{Faults, Lasting, Mode};
use testkit::world::{World, answer};

const PATH: &str = "/hooks/thueapi/shop";

fn record(token: &str) -> SourceRecord {
    SourceRecord {
        provider: "thueapi".into(),
        name: "shop".into(),
        secrets: vec![token.into()],
        auth: None,
        client_id: None,
        header: None,
        max_age: None,
        code_pattern: None,
        api: None,
        silence: None,
        active: None,
        created: None,
    }
}

fn world(faults: Arc<Faults>) -> World {
    World::new(providers::ALL, channels::ALL, faults, |_, _| Ok(answer(200, "")))
}

fn shop() -> World {
    world(Faults::none()).with_source(&record("token"))
}

fn body(id: &str, money: u64) -> String {
    format!(r#"{{"txn_id":"{id}","money":{money},"type":"in","gateway":"acb","number":"1"}}"#)
}

async fn post(world: &World, path: &str, token: &str, body: &str) -> Ack {
    let mut headers = HeaderMap::new();
    headers.insert("x-thueapi", token.parse().unwrap());
    world.hook(&Method::POST, path, &headers, body.as_bytes()).await
}

fn claims(ack: &Ack) -> Option<(u32, u32, usize, u32)> {
    match &ack.outcome {
        Outcome::Taken { fresh, repeated, conflicts, parked, .. } => {
            Some((*fresh, *repeated, conflicts.len(), *parked))
        }
        Outcome::Answered | Outcome::Refused(_) => None,
    }
}

fn put(world: &World, token: &str) {
    let source = record(token).parse(providers::ALL).unwrap();
    world.directory.put_source(ListedSource::Ready(Arc::new(source)));
}

#[tokio::test]
async fn each_claim_leads_where_it_should() {
    let mut world = shop();
    let bells = |world: &World| world.queue.envelopes().len();
    let fresh = post(&world, PATH, "token", &body("A", 5)).await;
    assert_eq!((claims(&fresh), bells(&world)), (Some((1, 0, 0, 0)), 1));
    let unfinished = post(&world, PATH, "token", &body("A", 5)).await;
    assert_eq!((claims(&unfinished), bells(&world)), (Some((0, 1, 0, 0)), 2), "rung again");
    world.drain().await;
    let settled = post(&world, PATH, "token", &body("A", 5)).await;
    assert_eq!((claims(&settled), bells(&world)), (Some((0, 1, 0, 0)), 0), "not rung again");
    for first in [1, 0] {
        let conflict = post(&world, PATH, "token", &body("A", 6)).await;
        assert_eq!((claims(&conflict), bells(&world)), (Some((0, 0, first, 0)), 0));
        assert_eq!((conflict.status.as_u16(), &*conflict.body), (200, &*fresh.body));
    }
    assert_eq!(world.ledger.conflicts().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_parked_once_and_acknowledged() {
    let world = shop();
    for _ in 0..2 {
        let ack = post(&world, PATH, "token", "not json at all").await;
        assert_eq!((ack.status.as_u16(), claims(&ack)), (200, Some((0, 0, 0, 1))));
    }
    let parked = world.ledger.parked();
    assert_eq!(parked.len(), 1);
    assert_eq!(&parked[0].1.bytes[..], b"not json at all");
}

#[tokio::test]
async fn refused_calls_are_recorded_redacted_and_seldom() {
    let world = shop();
    for _ in 0..3 {
        let ack = post(&world, PATH, "guessed-secret", &body("A", 5)).await;
        assert_eq!(ack.status, 401);
    }
    world.clock.advance(SignedDuration::from_secs(11));
    post(&world, PATH, "guessed-secret", &body("A", 5)).await;
    let refused = world.ledger.refused();
    assert_eq!(refused.len(), 2, "one per ten seconds");
    assert_eq!(refused[0].reason, "x-thueapi matches none of the source's live secrets");
    assert!(refused[0].summary.contains("x-thueapi"), "{}", refused[0].summary);
    let told = format!("{refused:?}");
    assert!(!told.contains("guessed-secret") && !told.contains("txn_id"), "{told}");
}

#[tokio::test]
async fn a_failure_of_ours_is_503_and_the_next_call_finishes_the_job() {
    let faults = Faults::at(3, Mode::Before, Lasting::Once);
    let world = world(Arc::clone(&faults)).with_source(&record("token"));
    let ack = post(&world, PATH, "token", &body("A", 5)).await;
    assert_eq!((ack.status.as_u16(), ack.retry_after), (503, Some(5)), "the send failed");
    assert!(matches!(ack.outcome, Outcome::Refused(Refusal::Unavailable(_))), "{ack:?}");
    let ack = post(&world, PATH, "token", &body("A", 5)).await;
    assert_eq!(claims(&ack), Some((0, 1, 0, 0)));
    assert_eq!(world.queue.envelopes().len(), 1);
}

#[tokio::test]
async fn the_directory_is_read_as_seldom_as_its_age_allows() {
    let world = shop();
    // Each call costs a claim and, as nothing is taken here, a send; what is more is reading.
    let reads = async |world: &World| {
        let before = world.faults.calls();
        post(world, PATH, "token", &body("A", 5)).await;
        world.faults.calls() - before - 2
    };
    assert_eq!(reads(&world).await, 1, "the first call reads");
    assert_eq!(reads(&world).await, 0);
    world.clock.advance(SignedDuration::from_secs(59));
    assert_eq!(reads(&world).await, 0, "younger than 60 s is used");
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(reads(&world).await, 1, "older is used and refreshed beside the claim");
    assert_eq!(reads(&world).await, 0);
    world.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(reads(&world).await, 1, "ten minutes old is read first");
}

#[tokio::test]
async fn only_an_error_allows_a_stale_source() {
    let faults = Faults::at(4, Mode::Before, Lasting::Once);
    let world = world(faults).with_source(&record("token"));
    assert_eq!(post(&world, PATH, "token", &body("A", 5)).await.status, 200);
    world.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(post(&world, PATH, "token", &body("B", 5)).await.status, 200, "the read failed");
    world.directory.remove_source(&SourceId::parse("thueapi/shop").unwrap());
    assert_eq!(post(&world, PATH, "token", &body("C", 5)).await.status, 404, "the read said gone");
}

#[tokio::test]
async fn a_secret_or_source_made_a_moment_ago_works_and_strangers_do_not_make_us_read() {
    let world = shop();
    assert_eq!(post(&world, PATH, "token", &body("A", 5)).await.status, 200);
    put(&world, "rotated");
    world.clock.advance(SignedDuration::from_secs(5));
    assert_eq!(post(&world, PATH, "rotated", &body("B", 5)).await.status, 200);
    put(&world, "again");
    assert_eq!(post(&world, PATH, "again", &body("C", 5)).await.status, 401, "not twice in 5 s");
    world.clock.advance(SignedDuration::from_secs(5));
    assert_eq!(post(&world, PATH, "again", &body("C", 5)).await.status, 200);

    let before = world.faults.calls();
    for n in 0..20 {
        let ack = post(&world, &format!("/hooks/thueapi/guess-{n}"), "x", "{}").await;
        assert_eq!(ack.status, 404);
    }
    assert_eq!(world.faults.calls() - before, 1, "unknown names together, once per 5 s");
    assert_eq!(post(&world, PATH, "again", &body("D", 5)).await.status, 200, "the known one works");
    let other = SourceRecord { name: "new".into(), ..record("token") };
    let other = other.parse(providers::ALL).unwrap();
    world.directory.put_source(ListedSource::Ready(Arc::new(other)));
    world.clock.advance(SignedDuration::from_secs(5));
    let ack = post(&world, "/hooks/thueapi/new", "token", &body("A", 5)).await;
    assert_eq!(ack.status, 200, "a source made a moment ago");
}

#[tokio::test]
async fn a_source_that_cannot_be_read_is_our_failure_and_hides_no_other() {
    let world = shop();
    let id = SourceId::parse("thueapi/newer").unwrap();
    let reason = "unknown field".to_owned();
    world.directory.put_source(ListedSource::Unreadable { id, reason });
    let ack = post(&world, "/hooks/thueapi/newer", "token", &body("A", 5)).await;
    assert_eq!(ack.status, 503);
    assert_eq!(post(&world, PATH, "token", &body("A", 5)).await.status, 200);
}
