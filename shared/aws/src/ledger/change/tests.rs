//! Lost answers and lost races over one item.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Entropy, Mark, Name, Notes as _, Retention, Slot};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::pace::{Lease, occupy};
use super::super::standings::mark;
use super::*;
use crate::scripted::{Script, bad, good};

const UNMET: &str = "ConditionalCheckFailedException";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_772_330_400 + seconds).unwrap()
}

/// Counts: the first token is 1.
#[derive(Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

fn ledger(script: &Script) -> DynamoLedger {
    let days = SignedDuration::from_hours(4320);
    let kept = Retention { keys: days, bodies: days };
    DynamoLedger::new(script.dynamodb(), "ledger", kept, Arc::new(Counting::default()))
}

/// A standing after so many failures, written by this token.
fn failing(failures: u32, by: &str) -> Value {
    json!({
        "pk": { "S": "destinations" }, "sk": { "S": "sales" }, "mode": { "S": "active" },
        "streak_since": { "N": at(0).as_microsecond().to_string() },
        "failures": { "N": failures.to_string() },
        "told": { "BOOL": false }, "version": { "N": failures.to_string() }, "by": { "S": by },
    })
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_counts_a_failure_once_and_a_lost_race_counts_both() {
    let sales = Name::parse("sales").unwrap();
    for (by, calls, failures) in [("0000000000000001", 2, 2), ("another", 3, 3)] {
        let there = bad(UNMET, json!({ "Item": failing(2, by) }));
        let first = good(json!({ "Item": failing(1, "another") }));
        let script = Script::of([first, there, good(json!({}))]);
        let marked = mark(&ledger(&script), &sales, &Mark::Failed, at(5)).await.unwrap();
        assert!(marked.changed);
        assert_eq!(marked.standing.streak.unwrap().failures, failures, "{by}");
        assert_eq!(script.asked().len(), calls, "{by}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_loses_every_race_says_so() {
    let sales = Name::parse("sales").unwrap();
    let others = (2..=RACES + 1).map(|n| bad(UNMET, json!({ "Item": failing(n, "another") })));
    let first = good(json!({ "Item": failing(1, "another") }));
    let script = Script::of([first].into_iter().chain(others));
    let failure = mark(&ledger(&script), &sales, &Mark::Failed, at(5)).await.unwrap_err();
    assert!(matches!(failure, Failure::Contended { .. }), "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn a_note_is_written_by_one_caller() {
    for (by, expected) in [("0000000000000001", true), ("another", false)] {
        let there = json!({ "note": { "S": "b" }, "version": { "N": "1" }, "by": { "S": by } });
        let script = Script::of([good(json!({})), bad(UNMET, json!({ "Item": there }))]);
        let written = ledger(&script).set_note("hours/casso/shop", None, "b").await.unwrap();
        assert_eq!(written, expected, "{by}");
    }
}

#[tokio::test]
async fn a_slot_that_was_lost_to_another_is_looked_for_again() {
    let sales = Name::parse("sales").unwrap();
    let lease = |owner, second| Lease { owner, until: at(second) };
    let micros = |second| at(second).as_microsecond();
    let slot = |owner: u64, second| json!({ "S": format!("{owner} {}", micros(second)) });
    for (there, expected, calls) in [
        (json!({ "slot_00": slot(8, 30) }), Slot::Yours(1), 3),
        (json!({ "slot_00": slot(4, 20) }), Slot::Yours(0), 2),
        (json!({ "slot_00": slot(8, 30), "slot_01": slot(9, 25) }), Slot::Full(at(25)), 2),
    ] {
        let lost = bad(UNMET, json!({ "Item": there }));
        let script = Script::of([good(json!({})), lost, good(json!({}))]);
        let found = occupy(&ledger(&script), &sales, 2, lease(4, 20), at(1)).await.unwrap();
        assert_eq!(found, expected);
        assert_eq!(script.asked().len(), calls, "{expected:?}");
    }
}
