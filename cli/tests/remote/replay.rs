//! `tingting resend`, `cancel`, `replay` and `changes`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use testkit::sink::Sink;

use crate::fake::{Fake, answer};
use crate::{Deployed, Ended, run};

const TOKEN: &[(&str, &str)] = &[("TINGTING_TOKEN", "t")];

/// A deployment whose destination fails until it is told to work.
async fn failing() -> (Deployed, Arc<AtomicBool>) {
    let works = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&works);
    let sink = Sink::start(move |_, _| {
        (if switch.load(Ordering::SeqCst) { 200 } else { 500 }, String::new())
    })
    .await;
    (Deployed::with(sink).await, works)
}

/// The keys of the events that a list shows, newest first.
async fn keys(deployed: &Deployed, filter: &[&str]) -> Vec<String> {
    let list = [&["events", "list", "--json"], filter].concat();
    let listed = deployed.run(&list).await.json();
    let key = |event: &Value| event["key"].as_str().unwrap().to_owned();
    listed["data"].as_array().unwrap().iter().map(key).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_delivery_is_sent_again_and_another_is_cancelled() {
    let (deployed, works) = failing().await;
    deployed.pay("T1", 1000, "first").await;
    deployed.until(&["events", "list"], "sink waiting").await;
    let key = keys(&deployed, &[]).await.remove(0);
    let said = deployed.run(&["cancel", &key, "sink"]).await;
    assert_eq!(said, Ended::well("the delivery was cancelled\n"));
    let shown = deployed.run(&["events", "show", &key]).await;
    assert!(shown.stdout.contains("cancelled  1         cancelled by an operator"), "{shown:?}");
    let again = deployed.run(&["cancel", &key, "sink"]).await;
    assert_eq!(again, Ended::badly("it has ended already (409)"));
    let nowhere = deployed.run(&["cancel", &key, "nobody"]).await;
    assert_eq!(nowhere, Ended::badly("this event has no delivery to \"nobody\"; it has: sink"));
    works.store(true, Ordering::SeqCst);
    let said = deployed.run(&["resend", &key, "sink"]).await;
    let told = "it goes out within moments; read the event to see what came of it\n";
    assert_eq!(said, Ended::well(told));
    deployed.until(&["events", "list"], "sink delivered").await;
    let said = deployed.run(&["resend", "thueapi/shop/none", "sink", "--json"]).await;
    assert_eq!(said, Ended::badly("there is no event of this id (404)"));

    let changes = deployed.run(&["changes"]).await;
    let mut lines = changes.stdout.lines();
    assert!(
        lines.next().unwrap().starts_with("at +07:00            who       client"),
        "{changes:?}"
    );
    let newest = lines.next().unwrap();
    assert!(newest.contains("  terminal  client_") && newest.ends_with("/resend"), "{newest}");
    assert_eq!(
        deployed.run(&["changes", "--json"]).await.json()["data"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cancelled_is_counted_asked_for_and_sent_again_once() {
    let (deployed, works) = failing().await;
    for id in ["T1", "T2", "T3"] {
        deployed.pay(id, 1000, "x").await;
        deployed.until(&["events", "list", "--limit", "1"], "sink waiting").await;
    }
    let all = keys(&deployed, &[]).await;
    for key in &all {
        assert_eq!(deployed.run(&["cancel", key, "sink"]).await.code, 0);
    }
    let replay = ["replay", "sink", "--state", "cancelled"];
    let none = deployed.run(&["replay", "sink"]).await;
    assert_eq!(none, Ended::well("no event has a failed delivery to sink\nnothing to send\n"));
    let dry = deployed.run(&[&replay[..], &["--dry-run"]].concat()).await;
    assert!(
        dry.stdout.starts_with("3 events with a cancelled delivery to sink, received 20"),
        "{dry:?}"
    );
    assert!(dry.stdout.ends_with("\nnothing was sent (--dry-run)\n"), "{dry:?}");
    let unasked = deployed.run(&replay).await;
    assert!(
        unasked.stderr.ends_with("again? (y/N)\nnothing was done; say y, or --yes\n"),
        "{unasked:?}"
    );
    assert_eq!(keys(&deployed, &["--state", "cancelled"]).await.len(), 3, "nothing was done");

    assert_eq!(deployed.run(&["pause", "sink"]).await.code, 0);
    let named = [&replay[..], &["--yes", "--run", "monday"]].concat();
    let refused = deployed.run(&named).await;
    let expected = format!(
        "the webhook is paused or disabled: resume it, and what is held goes out (409)\n0 of 3 were sent \
         again, 3 are left, {} first; go on with the same command and --run monday: nothing is sent twice",
        all[2]
    );
    assert_eq!(refused, Ended::badly(&expected));
    assert_eq!(deployed.run(&["resume", "sink"]).await.code, 0);
    works.store(true, Ordering::SeqCst);
    // Under the same name: what was refused did nothing, and is done now.
    assert_eq!(deployed.run(&named).await, Ended::well("3 were sent to sink again\n"));
    for _ in 0..3 {
        deployed.until(&["events", "list", "--limit", "1"], "sink delivered").await;
    }
    deployed.until(&["replay", "sink", "--state", "delivered", "--dry-run"], "3 events").await;
}

/// A fake with one destination and these events, whose resends are answered by a script.
async fn fake(
    events: u32,
    state: &'static str,
    resend: impl Fn(usize) -> String + Send + Sync + 'static,
) -> Fake {
    let webhooks = json!({ "status": "success", "data": [{ "id": 7, "destination": "sink",
        "name": "sink", "channel": "webhook", "active": true, "event_type": "All",
        "origin": "file", "webhook_url": "x" }], "meta": { "pagination": {
        "total": 1, "per_page": 100, "current_page": 1, "last_page": 1 } } });
    let delivery = |id: u32, state: &str| {
        json!({ "webhook_id": id, "destination": "sink",
        "name": "sink", "state": state, "reason": null, "due": null, "attempts": 2,
        "answered": 2, "last_attempt": null })
    };
    let event = |n: u32, deliveries: Value| {
        json!({ "id": format!("id{n}"),
        "key": format!("casso/shop/{n}"), "source": "casso/shop", "kind": "transfer.in",
        "test": false, "late": false, "provenance": "hook", "occurred": null,
        "received": format!("2026-11-22T01:00:0{n}Z"), "direction": "in", "amount": "5",
        "currency": "VND", "balance": null, "facts": {}, "verified": false,
        "in_conflict": false, "deliveries": deliveries })
    };
    let mut data: Vec<Value> =
        (0..events).rev().map(|n| event(n, json!([delivery(7, state)]))).collect();
    // Its delivery elsewhere stands so, not the one that is meant.
    data.push(event(9, json!([delivery(7, "sending"), delivery(8, state)])));
    let log = json!({ "status": "success", "data": data, "meta": { "next_cursor": null } });
    let resends = std::sync::atomic::AtomicUsize::new(0);
    Fake::start(move |_, request| {
        if request.starts_with("GET /api/v1/webhooks?") {
            answer(200, "", &webhooks.to_string())
        } else if request.starts_with("GET /api/v1/events?") {
            answer(200, "", &log.to_string())
        } else {
            resend(resends.fetch_add(1, Ordering::SeqCst))
        }
    })
    .await
}

const DONE: &str = r#"{"status":"success","message":"it goes out"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_goes_oldest_first_under_a_key_for_each_and_stops_at_the_first_refusal() {
    let refusal = r#"{"status":"error","error":"conflict","message":"it is held"}"#;
    let fake = fake(3, "failed", move |n| match n {
        // The first answer is lost.
        0 => String::new(),
        1 => answer(200, "", DONE),
        _ => answer(409, "", refusal),
    })
    .await;
    let replay = ["replay", "sink", "--yes", "--run", "r", "--url", &fake.url, "--text", "nhà"];
    let said = run(&replay, TOKEN).await;
    let expected = format!(
        "{}: once more in 1s\nit is held (409)\n1 of 3 were sent again, 2 are left, casso/shop/1 first; go on \
         with the same command and --run r: nothing is sent twice\n",
        fake.url
    );
    assert_eq!(said, Ended { code: 1, stdout: String::new(), stderr: expected });
    let lines = fake.lines();
    let post = |n: u32| format!("POST /api/v1/events/id{n}/deliveries/7/resend HTTP/1.1");
    assert_eq!(lines[2..], [post(0), post(0), post(1)]);
    let asked = "GET /api/v1/events?text=nh%C3%A0&state=failed&destination=sink&limit=200 HTTP/1.1";
    assert_eq!(lines[1], asked);
    let keys = fake.header("idempotency-key");
    assert_eq!(keys[2], keys[3], "a lost answer is asked for under the same key");
    assert!(keys[2].len() == 64 && keys[2] != keys[4], "{keys:?}");
    // Another run under the same name says the same, under another name something else.
    _ = run(&replay, TOKEN).await;
    let other = ["replay", "sink", "--yes", "--url", &fake.url];
    _ = run(&other, TOKEN).await;
    let again = fake.header("idempotency-key");
    assert_eq!(again[7], keys[2]);
    assert!(again.len() == 11 && again[10] != keys[2], "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_counted_and_left_to_resume() {
    let fake = fake(2, "held", |_| answer(200, "", DONE)).await;
    let held = ["replay", "sink", "--state", "held", "--url", &fake.url];
    let counted = "2 events with a held delivery to sink, received 2026-11-22 08:00:00 to 2026-11-22 \
                   08:00:01 +07:00";
    let dry = run(&[&held[..], &["--dry-run"]].concat(), TOKEN).await;
    assert_eq!(dry, Ended::well(&format!("{counted}\nnothing was sent (--dry-run)\n")));
    let json = run(&[&held[..], &["--dry-run", "--json"]].concat(), TOKEN).await.json();
    assert_eq!(json, json!({ "destination": "sink", "found": 2, "sent": 0, "run": null }));
    let said = run(&[&held[..], &["--yes"]].concat(), TOKEN).await;
    let expected = format!(
        "{counted}\nwhat is held goes out by `tingting resume sink`: all of it, oldest first; it is not sent \
         one by one"
    );
    assert_eq!(said, Ended::badly(&expected));
    assert!(fake.lines().iter().all(|line| line.starts_with("GET ")), "nothing was sent");
}
