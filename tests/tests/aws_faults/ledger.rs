//! DynamoDB in trouble: what passes is tried again, what does not is told; and an answer that was lost
//! is never taken for somebody else's doing.

use std::sync::Arc;
use std::time::Duration;

use aws::DynamoLedger;
use domain::{
    Attempt, Claim, Delivery, DeliveryState, Enlisted, Finish, Ledger as _, Limit, Mark, Move,
    Name, Notes as _, Overdue, Parked, Port, Refused, Slot, Snapshot, Start, Survey as _, Turn,
};
use jiff::{SignedDuration, Timestamp};
use testkit::aws::{Call, Meddler, Place, Reply, Server, TableShelf};
use testkit::contract::{Shelf as _, at, event, transfer};
use testkit::memory::MemoryDirectory;

use crate::{always, chain, first, hurried, meddled, past};

fn passing() -> Vec<(&'static str, Reply)> {
    vec![
        ("no capacity", Reply::error(400, "ProvisionedThroughputExceededException")),
        ("throttled", Reply::error(400, "ThrottlingException")),
        ("a limit", Reply::error(400, "RequestLimitExceeded")),
        ("a fault of theirs", Reply::error(500, "InternalServerError")),
        ("a fault without words", Reply::Answer(502, String::new())),
        ("broken off", Reply::BreakOff("{\"Attributes\":{}}".to_owned())),
    ]
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    for (what, reply) in passing() {
        let (place, meddler) = meddled(first(vec![reply.clone(), reply])).await;
        assert_eq!(place.ledger().claim(&event("1")).await.unwrap(), Claim::Fresh, "{what}");
        assert_eq!(meddler.operations(), ["PutItem"; 3], "{what}");
    }
}

#[tokio::test]
async fn what_does_not_pass_is_told() {
    let not_json = Reply::Answer(200, "<html>captive portal</html>".to_owned());
    for (reply, calls, said) in [
        (Reply::error(400, "ProvisionedThroughputExceededException"), 4, "ProvisionedThroughput"),
        (Reply::error(500, "InternalServerError"), 4, "InternalServerError: as told by the test"),
        (Reply::error(400, "ExpiredTokenException"), 1, "ExpiredTokenException: as told"),
        (Reply::error(400, "AccessDeniedException"), 1, "AccessDeniedException: as told"),
        (Reply::error(400, "ResourceNotFoundException"), 1, "ResourceNotFoundException: as told"),
        (Reply::BreakOff("{\"Attributes\":{}}".to_owned()), 4, "got no answer"),
        (not_json, 1, "HTTP 200"),
    ] {
        let (place, meddler) = meddled(always(reply)).await;
        let error = place.ledger().claim(&event("1")).await.unwrap_err();
        let told = chain(&error);
        assert_eq!(error.port, Port::Ledger);
        assert!(told.starts_with("the ledger could not be reached: PutItem "), "{told}");
        assert!(told.contains(said), "{told}");
        assert!(!told.contains("casso/shop"), "a key is shown: {told}");
        assert_eq!(meddler.operations().len(), calls, "{told}");
    }
}

#[tokio::test]
async fn a_call_without_an_answer_ends_before_its_caller_does() {
    let (place, meddler) = meddled(always(Reply::Hang)).await;
    let ledger = place.by(hurried(&meddler)).ledger();
    let claimed = tokio::time::timeout(Duration::from_secs(3), ledger.claim(&event("1"))).await;
    let error = claimed.expect("the caller is answered within 3 s").unwrap_err();
    assert_eq!(error.port, Port::Ledger);
    assert!(chain(&error).contains("PutItem got no answer"), "{}", chain(&error));
}

/// A ledger whose first write of this sort is done and its answer lost; the SDK sends it again.
async fn forgetful(place: &Place, operation: &'static str) -> (DynamoLedger, Meddler) {
    let mut lost = false;
    let script = move |_: usize, call: &Call| {
        if call.operation == operation && !lost {
            lost = true;
            return Reply::Swallow(500, String::new());
        }
        Reply::Pass
    };
    let (place, meddler) = past(place, script).await;
    (place.ledger(), meddler)
}

fn delivery(to: &str) -> Delivery {
    let of = event("1").delivery_to(&Name::parse(to).unwrap());
    Delivery::new(of, DeliveryState::Pending, at(0))
}

#[tokio::test]
async fn a_lost_answer_to_a_claim_is_not_taken_for_anothers_doing() {
    let place = Place::make(Server::ministack()).await;
    let (ledger, _meddler) = forgetful(&place, "PutItem").await;
    assert_eq!(ledger.claim(&event("1")).await.unwrap(), Claim::Unfinished, "rung in any case");
    // The claim itself is refused; what is lost is the answer to keeping the other event.
    let (other, meddler) = past(&place, first(vec![Reply::Pass, lost()])).await;
    let conflict = other.ledger().claim(&transfer("1", "6")).await.unwrap();
    assert_eq!(conflict, Claim::Conflict { first: true });
    assert_eq!(meddler.operations(), ["PutItem"; 3]);
    let kept = TableShelf(place.clone()).conflicts(&event("1").source).await;
    assert_eq!(kept, [transfer("1", "6")]);
    let (ledger, _meddler) = forgetful(&place, "PutItem").await;
    let (source, parked) = (event("1").source, Parked { bytes: "x".into(), reason: "y".into() });
    for (when, new) in [(at(0), true), (at(1), false)] {
        assert_eq!(ledger.park(&source, &parked, "{}", when).await.unwrap(), new, "told once");
    }
    let (ledger, _meddler) = forgetful(&place, "UpdateItem").await;
    ledger.take(&event("1").key, true).await.unwrap();
    let stored = ledger.stored(&event("1").key).await.unwrap().unwrap();
    assert!(stored.taken && stored.event.late);
}

#[tokio::test]
async fn a_lost_answer_to_enlisting_does_not_keep_anybody_waiting() {
    let place = Place::make(Server::ministack()).await;
    assert_eq!(place.ledger().claim(&event("1")).await.unwrap(), Claim::Fresh);
    let (ledger, _meddler) = forgetful(&place, "PutItem").await;
    let Start::Go(leased) = delivery("leased").start(7, at(0), at(9), false) else {
        panic!("it is free")
    };
    let enlisted = ledger.enlist(&[leased]).await.unwrap();
    assert_eq!(enlisted, [Enlisted::New], "or nobody attempts it until its lease ends");
    let (ledger, _meddler) = forgetful(&place, "PutItem").await;
    let enlisted = ledger.enlist(&[delivery("pending")]).await.unwrap();
    assert!(matches!(enlisted[..], [Enlisted::New | Enlisted::Known]), "either leads to a start");
}

#[tokio::test]
async fn a_lost_answer_to_an_attempt_is_not_taken_for_anothers_doing() {
    let place = Place::make(Server::ministack()).await;
    assert_eq!(place.ledger().claim(&event("1")).await.unwrap(), Claim::Fresh);
    let of = delivery("sales").of;
    assert_eq!(place.ledger().enlist(&[delivery("sales")]).await.unwrap(), [Enlisted::New]);
    for (n, next, finishing) in [
        (1, DeliveryState::Waiting { due: at(20) }, "UpdateItem"),
        (2, DeliveryState::Waiting { due: at(40) }, "TransactWriteItems"),
        (3, DeliveryState::Delivered, "TransactWriteItems"),
    ] {
        let (owner, now) = (u64::from(n), at(i64::from(n) * 20));
        let (ledger, _meddler) = forgetful(&place, "UpdateItem").await;
        let started =
            ledger.start(&of, owner, now, at(i64::from(n) * 20 + 9), false).await.unwrap();
        assert!(matches!(started, Start::Go(ref d) if d.attempts == n), "{started:?}");
        let attempt = Attempt { n, ..attempt(now) };
        let (ledger, meddler) = forgetful(&place, finishing).await;
        let finished = ledger.finish(&of, owner, &attempt, &next).await.unwrap();
        assert_eq!(finished, Finish::Written, "or nothing rings for it again");
        assert_eq!(meddler.operations()[..2], [finishing; 2]);
        let (found, attempts) = place.ledger().delivery(&of).await.unwrap().unwrap();
        assert_eq!((found.attempts, found.failures), (n, n), "counted once");
        assert_eq!((found.state, attempts.last()), (next, Some(&attempt)));
        assert_eq!(attempts.len(), usize::try_from(n).unwrap());
    }
    assert_eq!(place.ledger().enlist(&[delivery("other")]).await.unwrap(), [Enlisted::New]);
    let (ledger, _meddler) = forgetful(&place, "UpdateItem").await;
    let reason = "destination removed".to_owned();
    let of = delivery("other").of;
    let cancel = Move::Cancel { reason: reason.clone() };
    assert_eq!(ledger.shift(&of, &cancel, at(0)).await.unwrap(), Finish::Written);
    let gone = DeliveryState::Cancelled(reason);
    assert_eq!(place.ledger().delivery(&of).await.unwrap().unwrap().0.state, gone);
}

#[tokio::test]
async fn a_lost_answer_about_a_destination_is_not_taken_for_anothers_doing() {
    let place = Place::make(Server::ministack()).await;
    let sales = Name::parse("sales").unwrap();
    let (ledger, _meddler) = forgetful(&place, "UpdateItem").await;
    for failures in 1..=2 {
        let marked = ledger.mark(&sales, &Mark::Failed, at(failures)).await.unwrap();
        assert_eq!(marked.standing.streak.unwrap().failures, u32::try_from(failures).unwrap());
        assert!(marked.changed);
    }
    let (ledger, _meddler) = forgetful(&place, "UpdateItem").await;
    let limits = [Limit { count: 1, per: Duration::from_secs(1) }];
    for second in 0..2 {
        let turn = ledger.reserve(&sales, &limits, at(0), SignedDuration::from_secs(9)).await;
        assert_eq!(turn.unwrap(), Turn::At(at(second)), "one moment, not two");
    }
    let (ledger, _meddler) = forgetful(&place, "UpdateItem").await;
    let Slot::Yours(slot) = ledger.occupy(&sales, 2, 7, at(0), at(20)).await.unwrap() else {
        panic!("all are free")
    };
    let Slot::Yours(other) = ledger.occupy(&sales, 2, 8, at(0), at(20)).await.unwrap() else {
        panic!("or the first has both")
    };
    assert_ne!(slot, other);
    let (ledger, _meddler) = forgetful(&place, "UpdateItem").await;
    ledger.vacate(&sales, slot, 7).await.unwrap();
    assert_eq!(ledger.occupy(&sales, 2, 9, at(0), at(20)).await.unwrap(), Slot::Yours(slot));
    let (ledger, _meddler) = forgetful(&place, "UpdateItem").await;
    assert!(ledger.set_note("told", None, "x").await.unwrap());
    assert!(!ledger.set_note("told", None, "x").await.unwrap());
}

fn attempt(now: Timestamp) -> Attempt {
    Attempt {
        n: 1,
        started: now,
        finished: now,
        verdict: "retry",
        status: Some(500),
        detail: String::new(),
        counted: true,
    }
}

fn lost() -> Reply {
    Reply::Swallow(500, String::new())
}

#[tokio::test]
async fn every_call_says_which_port_failed() {
    let (place, _meddler) = meddled(always(Reply::error(400, "ExpiredTokenException"))).await;
    let ledger = place.ledger();
    let event = event("1");
    let of = event.delivery_to(&Name::parse("sales").unwrap());
    let name = &of.destination;
    let parked = Parked { bytes: "x".into(), reason: "y".into() };
    let refused = Refused {
        source: event.source.clone(),
        at: at(0),
        reason: "no token".into(),
        summary: String::new(),
    };
    let snapshot =
        Snapshot { object: "casso/shop/order/1".into(), modified: at(0), received: at(0) };
    let attempt = attempt(at(0));
    let (done, cancel) = (DeliveryState::Delivered, Move::Cancel { reason: String::new() });
    let survey = place.survey(Arc::new(MemoryDirectory::default()));
    for error in [
        ledger.claim(&event).await.map(drop).unwrap_err(),
        ledger.stored(&event.key).await.map(drop).unwrap_err(),
        ledger.park(&event.source, &parked, "{}", at(0)).await.map(drop).unwrap_err(),
        ledger.refuse(&refused).await.unwrap_err(),
        ledger.observe(&snapshot).await.map(drop).unwrap_err(),
        ledger.enlist(&[delivery("sales")]).await.map(drop).unwrap_err(),
        ledger.take(&event.key, false).await.unwrap_err(),
        ledger.start(&of, 1, at(0), at(9), false).await.map(drop).unwrap_err(),
        ledger.finish(&of, 1, &attempt, &done).await.map(drop).unwrap_err(),
        ledger.shift(&of, &cancel, at(0)).await.map(drop).unwrap_err(),
        ledger.waiting(name, at(0), 9).await.map(drop).unwrap_err(),
        ledger.standing(name).await.map(drop).unwrap_err(),
        ledger.mark(name, &Mark::Failed, at(0)).await.map(drop).unwrap_err(),
        ledger.reserve(name, &[], at(0), SignedDuration::ZERO).await.map(drop).unwrap_err(),
        ledger.occupy(name, 1, 1, at(0), at(9)).await.map(drop).unwrap_err(),
        ledger.vacate(name, 0, 1).await.unwrap_err(),
        ledger.note("x").await.map(drop).unwrap_err(),
        survey.overdue(at(0), 9).await.map(drop).unwrap_err(),
        survey.put_off(&Overdue::Event(event.key.clone()), at(0)).await.map(drop).unwrap_err(),
        survey.standings().await.map(drop).unwrap_err(),
        survey.forget(name).await.unwrap_err(),
        survey.held(name, None, 9).await.map(drop).unwrap_err(),
        survey.count_held(name).await.map(drop).unwrap_err(),
        survey.logged(&event.source, at(0), at(9), None, 9).await.map(drop).unwrap_err(),
        survey.totals(&event.source, at(0), at(9)).await.map(drop).unwrap_err(),
        survey.refusals(&event.source).await.map(drop).unwrap_err(),
        ledger.delivery(&of).await.map(drop).unwrap_err(),
        ledger.moved(name, "x").await.map(drop).unwrap_err(),
        ledger.set_moved(name, "x", "y").await.unwrap_err(),
    ] {
        assert_eq!(error.port, Port::Ledger);
        assert!(chain(&error).contains("ExpiredTokenException"), "{}", chain(&error));
    }
}
