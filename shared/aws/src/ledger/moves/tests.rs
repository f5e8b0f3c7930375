//! Writes whose answer was lost: the SDK sends them again, and finds its own item. And what a
//! transaction meets.

use std::sync::Arc;

use domain::{Delivery, Entropy, EventKey, Name, Retention, Stay};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::*;
use crate::scripted::{Script, bad, good};

const UNMET: &str = "ConditionalCheckFailedException";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_772_330_400 + seconds).unwrap()
}

fn of() -> DeliveryRef {
    DeliveryRef {
        event: EventKey::from_stored("casso/shop/1"),
        destination: Name::parse("sales").unwrap(),
    }
}

fn ledger(script: &Script) -> DynamoLedger {
    let days = SignedDuration::from_hours(4320);
    let kept = Retention { keys: days, bodies: days };
    DynamoLedger::new(script.dynamodb(), "ledger", kept, Arc::new(Sevens))
}

/// No randomness: each call has the same token.
struct Sevens;

impl Entropy for Sevens {
    fn next(&self) -> u64 {
        7
    }
}

fn leased(owner: u64) -> Delivery {
    let pending = Delivery::new(of(), DeliveryState::Pending, at(0));
    let Start::Go(leased) = pending.start(owner, at(1), at(20), false) else { panic!("it is free") };
    leased
}

fn attempt(n: u32) -> Attempt {
    let detail = String::new();
    let (started, finished) = (at(1), at(2));
    Attempt { n, started, finished, verdict: "retry", status: Some(500), detail, counted: true }
}

/// An item as DynamoDB writes it, with some attributes of another value.
fn written(item: Item, other: &[(&str, Value)]) -> Value {
    let mut wire = Map::new();
    for (name, value) in item {
        let value = match (value.as_s(), value.as_n()) {
            (Ok(text), _) => json!({ "S": text }),
            (_, Ok(number)) => json!({ "N": number }),
            (Err(_), Err(_)) => panic!("{name} is neither text nor number"),
        };
        wire.insert(name, value);
    }
    for (name, value) in other {
        wire.insert((*name).to_owned(), value.clone());
    }
    Value::Object(wire)
}

fn item(delivery: &Delivery, other: &[(&str, Value)]) -> Value {
    written(deliveries::new(delivery, SignedDuration::from_hours(4320)), other)
}

#[tokio::test]
async fn a_leased_delivery_that_was_put_by_this_very_caller_is_new() {
    for (there, expected) in [(7, Enlisted::New), (8, Enlisted::Known)] {
        let script = Script::of([bad(UNMET, json!({ "Item": item(&leased(there), &[]) }))]);
        let enlisted = enlist(&ledger(&script), &[leased(7)]).await.unwrap();
        assert_eq!(enlisted, [expected], "leased to {there}");
    }
}

#[tokio::test]
async fn a_lease_that_was_written_by_this_very_caller_goes() {
    let pending = Delivery::new(of(), DeliveryState::Pending, at(0));
    for (there, expected) in [(7, Start::Go(leased(7))), (8, Start::Not(Stay::Busy(at(20))))] {
        let moved = item(&leased(there), &[("version", json!({ "N": "2" }))]);
        let script = Script::of([
            good(json!({ "Item": item(&pending, &[]) })),
            bad(UNMET, json!({ "Item": moved })),
        ]);
        let started = start(&ledger(&script), &of(), 7, at(1), at(20), false).await.unwrap();
        assert_eq!(started, expected, "leased to {there}");
        assert_eq!(script.asked().len(), 2, "the item was told with the refusal");
    }
}

#[tokio::test]
async fn a_finish_that_was_written_by_this_very_caller_is_written() {
    let due = DeliveryState::Waiting { due: at(60) };
    let finished = Delivery { state: due.clone(), ..leased(7) };
    for (owner, state, expected) in [
        (7, &finished, Finish::Written),
        (8, &finished, Finish::Fenced),
        (7, &Delivery { state: DeliveryState::Delivered, ..leased(7) }, Finish::Fenced),
        (7, &Delivery { attempts: 2, ..finished.clone() }, Finish::Fenced),
    ] {
        let there = item(state, &[("owner", json!({ "N": owner.to_string() }))]);
        let script = Script::of([bad(UNMET, json!({ "Item": there }))]);
        let finish = finish(&ledger(&script), &of(), 7, &attempt(1), &due).await.unwrap();
        assert_eq!(finish, expected, "{owner} {state:?}");
    }
}

#[tokio::test]
async fn a_move_that_was_written_by_this_very_caller_is_written() {
    let pending = Delivery::new(of(), DeliveryState::Pending, at(0));
    let held = Delivery { state: DeliveryState::Held("x".into()), ..pending.clone() };
    let started = Delivery { state: leased(8).state, ..pending.clone() };
    for (by, there, expected) in [
        ("0000000000000007", &held, Finish::Written),
        ("0000000000000007", &started, Finish::Written),
        ("0000000000000008", &held, Finish::Fenced),
    ] {
        let more = [("version", json!({ "N": "2" })), ("by", json!({ "S": by }))];
        let script = Script::of([
            good(json!({ "Item": item(&pending, &[]) })),
            bad(UNMET, json!({ "Item": item(there, &more) })),
        ]);
        let step = Move::Hold { reason: "x".to_owned() };
        let shifted = shift(&ledger(&script), &of(), &step, at(1)).await.unwrap();
        assert_eq!(shifted, expected, "{by} {there:?}");
    }
}

#[tokio::test]
async fn only_what_is_held_is_read_before_it_is_finished() {
    let created = item(&leased(7), &[]);
    let script = Script::of([good(json!({ "Item": created })), good(json!({}))]);
    let held = DeliveryState::Held("x".to_owned());
    let finished = finish(&ledger(&script), &of(), 7, &attempt(1), &held).await.unwrap();
    assert_eq!(finished, Finish::Written);
    let (operation, input) = script.asked().pop().unwrap();
    assert_eq!(operation, "UpdateItem");
    let values = &input["ExpressionAttributeValues"];
    assert_eq!(values[":since"]["S"], "2026-03-01T02:00:00.000000Z", "its creation");
    assert!(values[":open"]["S"].as_str().unwrap().starts_with("held/sales/"), "{values}");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_met_another_is_tried_again_and_an_unmet_one_is_not() {
    let canceled = |code: &str| {
        let reasons = json!([{ "Code": code }, { "Code": "None" }]);
        bad("TransactionCanceledException", json!({ "CancellationReasons": reasons }))
    };
    let due = DeliveryState::Waiting { due: at(60) };
    let met = || canceled("TransactionConflict");
    let script = Script::of([met(), met(), good(json!({}))]);
    let done = finish(&ledger(&script), &of(), 7, &attempt(2), &due).await.unwrap();
    assert_eq!((done, script.asked().len()), (Finish::Written, 3));
    let script = Script::of([canceled("ConditionalCheckFailed")]);
    let done = finish(&ledger(&script), &of(), 7, &attempt(2), &due).await.unwrap();
    assert_eq!((done, script.asked().len()), (Finish::Fenced, 1));
    let script = Script::of((0..5).map(|_| met()));
    let failure = finish(&ledger(&script), &of(), 7, &attempt(2), &due).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::Refused { code, .. } if code == "TransactionCanceledException"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn who_loses_every_race_says_so() {
    let pending = Delivery::new(of(), DeliveryState::Pending, at(0));
    let others = (2..=RACES + 1).map(|version| {
        let other = item(&pending, &[("version", json!({ "N": version.to_string() }))]);
        bad(UNMET, json!({ "Item": other }))
    });
    let first = good(json!({ "Item": item(&pending, &[]) }));
    let script = Script::of([first].into_iter().chain(others));
    let failure = start(&ledger(&script), &of(), 7, at(1), at(20), false).await.unwrap_err();
    assert!(matches!(failure, Failure::Contended { .. }), "{failure:?}");
}
