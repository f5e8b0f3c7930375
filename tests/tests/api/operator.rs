//! An operator's journey: a webhook that is paused and resumed, counted first, and what it missed, replayed.

use console::access::Scope;
use domain::Clock as _;
use expect_test::expect;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::Story;

#[tokio::test]
async fn pause_resume_and_replay_are_counted_before_they_are_done() {
    let mut story = Story::begin(&Scope::ALL).await;
    let sales = json!({
        "channel": "webhook", "bank_account_id": 0, "name": "Sales", "event_type": "All",
        "authen_type": "No_Authen", "request_content_type": "Json", "is_verify_payment": 0,
        "webhook_url": "https://example.com/sales",
    });
    let made = story.call("POST", "/api/v1/webhooks", sales).await;
    story.told();
    let sales = format!("/api/v1/webhooks/{}", made["id"]);
    let standing = format!("{sales}/standing");
    let (pause, resume) = (format!("{sales}/pause"), format!("{sales}/resume"));

    story.call("GET", &standing, Value::Null).await;
    story.call("POST", &pause, Value::Null).await;
    story.call("POST", &pause, Value::Null).await;
    expect![[r#"
        GET /api/v1/webhooks/7732490123003300/standing
        200
        {
          "data": {
            "cause": null,
            "failing_since": null,
            "failures": 0,
            "held": 0,
            "mode": "active",
            "oldest_held": null,
            "since": null,
            "words": null
          },
          "status": "success"
        }

        POST /api/v1/webhooks/7732490123003300/pause
        200
        {
          "data": {
            "changed": true,
            "dry_run": false,
            "releases": 0,
            "standing": {
              "cause": "operator",
              "failing_since": null,
              "failures": 0,
              "held": 0,
              "mode": "paused",
              "oldest_held": null,
              "since": "2026-03-01T02:00:00Z",
              "words": null
            }
          },
          "status": "success"
        }

        POST /api/v1/webhooks/7732490123003300/pause
        200
        {
          "data": {
            "changed": false,
            "dry_run": false,
            "releases": 0,
            "standing": {
              "cause": "operator",
              "failing_since": null,
              "failures": 0,
              "held": 0,
              "mode": "paused",
              "oldest_held": null,
              "since": "2026-03-01T02:00:00Z",
              "words": null
            }
          },
          "status": "success"
        }

    "#]]
    .assert_eq(&story.told());

    story.pay("T1", 100_000, "DH1").await;
    story.pay("T2", 200_000, "DH2").await;
    story.call("GET", &standing, Value::Null).await;
    story.call("POST", &resume, json!({ "dry_run": true })).await;
    expect![[r#"
        GET /api/v1/webhooks/7732490123003300/standing
        200
        {
          "data": {
            "cause": "operator",
            "failing_since": null,
            "failures": 0,
            "held": 2,
            "mode": "paused",
            "oldest_held": "2026-03-01T02:00:01Z",
            "since": "2026-03-01T02:00:00Z",
            "words": null
          },
          "status": "success"
        }

        POST /api/v1/webhooks/7732490123003300/resume {"dry_run":true}
        200
        {
          "data": {
            "changed": true,
            "dry_run": true,
            "releases": 2,
            "standing": {
              "cause": "operator",
              "failing_since": null,
              "failures": 0,
              "held": 2,
              "mode": "paused",
              "oldest_held": "2026-03-01T02:00:01Z",
              "since": "2026-03-01T02:00:00Z",
              "words": null
            }
          },
          "status": "success"
        }

    "#]]
    .assert_eq(&story.told());

    story.call("POST", &resume, Value::Null).await;
    let until = story.world.clock.now() + SignedDuration::from_mins(3);
    story.world.live(until).await;
    story.deliver().await;
    story.call("GET", &standing, Value::Null).await;
    expect![[r#"
        POST /api/v1/webhooks/7732490123003300/resume
        200
        {
          "data": {
            "changed": true,
            "dry_run": false,
            "releases": 2,
            "standing": {
              "cause": null,
              "failing_since": null,
              "failures": 0,
              "held": 2,
              "mode": "active",
              "oldest_held": "2026-03-01T02:00:01Z",
              "since": null,
              "words": null
            }
          },
          "status": "success"
        }

        → /sales msg_798979038678345c55b4a938caec433f
        {
          "data": {
            "account": "0071000123",
            "amount": "100000",
            "bank": "acb",
            "content": "DH1",
            "currency": "VND",
            "direction": "in",
            "id": "T1",
            "key": "thueapi/shop/acb:0071000123:in:T1",
            "kind": "transfer.in",
            "late": false,
            "object": {
              "content": "DH1",
              "datetime": "2026-03-01 08:59:00",
              "gateway": "acb",
              "money": 100000,
              "number": "0071000123",
              "txn_id": "T1",
              "type": "in"
            },
            "occurred": "2026-03-01T08:59:00+07:00",
            "provider": "thueapi",
            "received": "2026-03-01T02:00:01Z",
            "reference": "T1",
            "source": "shop",
            "test": false
          },
          "timestamp": "2026-03-01T08:59:00+07:00",
          "type": "transfer.in"
        }

        → /sales msg_3521aa917b3ff389c9bac624a2efdc68
        {
          "data": {
            "account": "0071000123",
            "amount": "200000",
            "bank": "acb",
            "content": "DH2",
            "currency": "VND",
            "direction": "in",
            "id": "T2",
            "key": "thueapi/shop/acb:0071000123:in:T2",
            "kind": "transfer.in",
            "late": false,
            "object": {
              "content": "DH2",
              "datetime": "2026-03-01 08:59:00",
              "gateway": "acb",
              "money": 200000,
              "number": "0071000123",
              "txn_id": "T2",
              "type": "in"
            },
            "occurred": "2026-03-01T08:59:00+07:00",
            "provider": "thueapi",
            "received": "2026-03-01T02:00:02Z",
            "reference": "T2",
            "source": "shop",
            "test": false
          },
          "timestamp": "2026-03-01T08:59:00+07:00",
          "type": "transfer.in"
        }

        GET /api/v1/webhooks/7732490123003300/standing
        200
        {
          "data": {
            "cause": null,
            "failing_since": null,
            "failures": 0,
            "held": 0,
            "mode": "active",
            "oldest_held": null,
            "since": null,
            "words": null
          },
          "status": "success"
        }

    "#]]
    .assert_eq(&story.told());

    let filter = json!({ "state": "delivered", "min_amount": "150000" });
    let replay =
        |dry_run: bool| json!({ "webhook_id": made["id"], "dry_run": dry_run, "filter": filter });
    story.call("POST", "/api/v1/replay", replay(true)).await;
    story.call("POST", "/api/v1/replay", replay(false)).await;
    story.deliver().await;
    expect![[r#"
        POST /api/v1/replay {"dry_run":true,"filter":{"min_amount":"150000","state":"delivered"},"webhook_id":7732490123003300}
        200
        {"data":{"dry_run":true,"found":1,"next_cursor":null,"refused":[],"resent":0},"status":"success"}

        POST /api/v1/replay {"dry_run":false,"filter":{"min_amount":"150000","state":"delivered"},"webhook_id":7732490123003300}
        200
        {"data":{"dry_run":false,"found":1,"next_cursor":null,"refused":[],"resent":1},"status":"success"}

        → /sales msg_3521aa917b3ff389c9bac624a2efdc68
        (the same body)

    "#]].assert_eq(&story.told());
}
