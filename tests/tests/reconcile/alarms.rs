//! When operators are told that nobody can say what is missing: at once where only they can mend it,
//! otherwise when no round was completed for hours.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use domain::{Alarm, Reconciled};
use serde_json::Value;
use testkit::faults::Faults;
use testkit::provider_api::{ApiServer, CassoApi, reply};

use crate::desk::{Desk, casso_key};

const LAST: &str = r#"{"error":0,"data":{"records":[]}}"#;

/// A desk whose provider answers with the status that it is told to.
async fn answering(status: u16) -> (Desk, Arc<AtomicU16>, ApiServer) {
    let desk = Desk::new("casso", Faults::none());
    let said = Arc::new(AtomicU16::new(status));
    let saying = Arc::clone(&said);
    let server = ApiServer::start(desk.world.clock.clone(), move |_| {
        reply(saying.load(Ordering::SeqCst), LAST)
    })
    .await;
    let record = casso_key(server.base());
    (desk.open(record), said, server)
}

/// Why nobody can say what is missing, and on which day that is told.
fn unasked(desk: &Desk, report: &Reconciled) -> Option<(String, String)> {
    report.alarms(desk.now()).into_iter().find_map(|(alarm, day)| {
        let Alarm::Unasked { source, reason } = alarm else { return None };
        assert_eq!(source, "casso/shop");
        Some((reason, day))
    })
}

/// Asks every half hour for so many minutes; what is told at the end, and nothing before.
async fn told_after(desk: &Desk, minutes: i32) -> Option<(String, String)> {
    for _ in 0..minutes / 30 {
        assert_eq!(unasked(desk, &desk.ask().await), None, "at {}", desk.now());
        desk.advance(30);
    }
    unasked(desk, &desk.ask().await)
}

#[tokio::test]
async fn a_provider_that_answers_no_more_is_told_of_after_six_hours_and_once_a_day() {
    for status in [404, 500, 503, 429, 200] {
        let (desk, said, _server) = answering(200).await;
        assert_eq!(desk.ask().await.since, None, "a round was completed");
        desk.advance(30);
        said.store(status, Ordering::SeqCst);
        let told = told_after(&desk, 6 * 60).await;
        assert_eq!(told, None, "six hours are not more than six hours");
        desk.advance(30);
        let told = unasked(&desk, &desk.ask().await);
        if status == 200 {
            assert_eq!(told, None, "all is well");
            continue;
        }
        let (reason, first) = told.unwrap();
        assert_eq!(reason, format!("the provider's API answered {status}"));
        desk.advance(24 * 60);
        let (_, second) = unasked(&desk, &desk.ask().await).unwrap();
        assert_ne!(first, second, "once a day");
        said.store(200, Ordering::SeqCst);
        desk.advance(30);
        assert_eq!(desk.ask().await.since, None, "{status}");
        assert_eq!(desk.note()["since"], Value::Null, "{status}");
        said.store(status, Ordering::SeqCst);
        desk.advance(30);
        assert_eq!(told_after(&desk, 6 * 60).await, None, "{status}: counted from here again");
    }
}

#[tokio::test]
async fn what_only_the_operator_can_mend_is_told_at_once() {
    let (desk, _, _server) = answering(401).await;
    let (reason, _) = unasked(&desk, &desk.ask().await).unwrap();
    assert_eq!(reason, "the provider's API answered 401: its credentials are refused");
}

#[tokio::test]
async fn a_round_without_end_is_told_of() {
    let desk = Desk::new("casso", Faults::none());
    let casso = CassoApi::start(desk.world.clock.clone()).await;
    casso.set_largest(1);
    for id in 1..=900 {
        casso.put(desk.row(id, 1000, 60));
    }
    let desk = desk.open(casso_key(casso.server.base()));
    // Time for two pages and no more.
    let until = || desk.now() + jiff::SignedDuration::from_secs(2);
    for _ in 0..12 {
        let reports = desk.flow.run(until()).await.unwrap();
        assert!(reports[0].unfinished && unasked(&desk, &reports[0]).is_none(), "{reports:?}");
        desk.advance(30);
    }
    let reports = desk.flow.run(until()).await.unwrap();
    let (reason, _) = unasked(&desk, &reports[0]).unwrap();
    assert_eq!(reason, "the provider's list came to no end for hours");
}

#[tokio::test]
async fn a_note_of_an_older_version_and_a_wrong_clock_are_no_reason() {
    for (note, told) in [
        (r#"{"v":1,"asked":1}"#.to_owned(), false),
        (r#"{"v":1,"asked":1,"since":1}"#.to_owned(), true),
        (format!(r#"{{"v":1,"asked":1,"since":{}}}"#, i64::MAX), false),
    ] {
        let (desk, _, _server) = answering(500).await;
        desk.notes.put("reconcile/casso/shop", &note);
        assert_eq!(unasked(&desk, &desk.ask().await).is_some(), told, "{note}");
        if !told {
            desk.advance(30);
            assert_ne!(told_after(&desk, 6 * 60).await, None, "{note}: counted from now on");
        }
    }
}
