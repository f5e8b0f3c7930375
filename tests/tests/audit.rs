//! The audit that `make ordeal` trusts: what is lost, what came twice, and what of that is explained.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use bytes::Bytes;
use domain::{
    Attempt, Claim, Delivery, DeliveryRef, DeliveryState, Enlisted, Finish, Ledger as _, Name,
    Start,
};
use http::Request;
use http_body_util::Full;
use jiff::{SignedDuration, Timestamp};
use testkit::memory::MemoryLedger;
use testkit::real::audit::{Audit, Place};
use testkit::real::books::{Books, Says};
use testkit::real::{caller, casso};

const PLACES: &[Place] = &[Place { name: "plain", chat: false, rare: false }];

async fn post(books: &Books, of: &DeliveryRef) {
    let mut connection = caller::connect(books.address).await.unwrap();
    let request = Request::post("/plain").header("host", "127.0.0.1");
    let request = request.header("webhook-id", of.id().as_str());
    let answer = connection.send_request(request.body(Full::new(Bytes::new())).unwrap()).await;
    assert_eq!(answer.unwrap().status(), 200);
}

/// Begins so many attempts and writes the last of them down.
async fn attempt(ledger: &MemoryLedger, of: &DeliveryRef, begun: u32, at: Timestamp) {
    let delivery = Delivery::new(of.clone(), DeliveryState::Pending, at);
    assert_eq!(ledger.enlist(&[delivery]).await.unwrap(), [Enlisted::New]);
    for owner in 1..=u64::from(begun) {
        // A lease that is over when it begins: whoever has it is killed.
        let started = ledger.start(of, owner, at, at, false).await.unwrap();
        assert!(matches!(started, Start::Go(_)), "{started:?}");
    }
    let attempt = Attempt {
        n: begun,
        started: at,
        finished: at,
        verdict: "delivered",
        status: Some(200),
        detail: String::new(),
        counted: false,
    };
    let next = DeliveryState::Delivered;
    let finished = ledger.finish(of, u64::from(begun), &attempt, &next).await.unwrap();
    assert_eq!(finished, Finish::Written);
}

#[tokio::test]
async fn what_is_lost_and_what_came_twice_is_seen_and_only_a_kill_explains_it() {
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_772_330_400);
    // Arrived so often, begun so many → lost, repeated, explained, stray.
    for (arrived, begun, expected) in [
        (1, 1, (0, 0, 0, 0)),
        (1, 3, (0, 0, 0, 0)),
        (0, 1, (1, 0, 0, 0)),
        (2, 1, (0, 1, 0, 1)),
        (2, 2, (0, 1, 1, 0)),
        (4, 2, (0, 3, 1, 2)),
    ] {
        let (ledger, books) = (MemoryLedger::default(), Books::open(|_| Says::now(200)).await);
        let books = books.unwrap();
        let event = casso::events(7, 1, at).unwrap().remove(0);
        assert_eq!(ledger.claim(&event).await.unwrap(), Claim::Fresh);
        let of = event.delivery_to(&Name::parse("plain").unwrap());
        attempt(&ledger, &of, begun, at).await;
        for _ in 0..arrived {
            post(&books, &of).await;
        }
        let audit =
            Audit { ledger: &ledger, survey: &ledger, books: &books, places: PLACES, now: at };
        let account = audit.account(&BTreeSet::from([7])).await.unwrap();
        let line = &account.lines[0].1;
        let found = (account.lost(), account.repeated(), account.explained(), line.stray);
        assert_eq!(found, expected, "{arrived} of {begun}");
        // What is acknowledged and not on record is lost, whatever the destinations say.
        let account = audit.account(&BTreeSet::from([7, 8])).await.unwrap();
        assert_eq!((account.unrecorded, account.lost()), (1, expected.0 + 1));
    }
}
