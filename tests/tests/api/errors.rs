//! What cannot be taken, is not there, or cannot be done as things stand, as a program meets it.

use console::access::Scope;
use expect_test::expect;
use serde_json::{Value, json};

use crate::Story;

#[tokio::test]
async fn what_cannot_be_taken_is_named_field_by_field() {
    let mut story = Story::begin(&Scope::ALL).await;
    story.call("POST", "/api/v1/webhooks", json!({ "name": "x", "colour": "red" })).await;
    story.call("POST", "/api/v1/webhooks", json!(["no", "object"])).await;
    story.call("GET", "/api/v1/events?min_amount=much&state=lost", Value::Null).await;
    story.call("POST", "/api/v1/sources", json!({ "provider": "momo", "name": "a" })).await;
    story.call("POST", "/api/v1/sources", json!({ "provider": "thueapi", "name": "a" })).await;
    story.call("GET", "/api/v1/webhooks?page=0&limit=x", Value::Null).await;
    expect![[r#"
        POST /api/v1/webhooks {"colour":"red","name":"x"}
        400
        {
          "error": "validation_error",
          "errors": {
            "authen_type": "is required",
            "bank_account_id": "is required",
            "colour": "is no field of a webhook",
            "event_type": "is required",
            "is_verify_payment": "is required",
            "webhook_url": "is required"
          },
          "message": "authen_type: is required; bank_account_id: is required; colour: is no field of a webhook; event_type: is required; is_verify_payment: is required; webhook_url: is required",
          "status": "error"
        }

        POST /api/v1/webhooks ["no","object"]
        400
        {"error":"validation_error","message":"send a JSON object: {\"name\": …}","status":"error"}

        GET /api/v1/events?min_amount=much&state=lost
        400
        {
          "error": "validation_error",
          "errors": {
            "min_amount": "use digits alone: 150000",
            "state": "use one of pending, sending, waiting, gathered, held, delivered, failed, cancelled"
          },
          "message": "min_amount: use digits alone: 150000; state: use one of pending, sending, waiting, gathered, held, delivered, failed, cancelled",
          "status": "error"
        }

        POST /api/v1/sources {"name":"a","provider":"momo"}
        400
        {
          "error": "validation_error",
          "errors": {"provider":"\"momo\" is none of abaha, appotapay, casso, sepay, thueapi"},
          "message": "provider: \"momo\" is none of abaha, appotapay, casso, sepay, thueapi",
          "status": "error"
        }

        POST /api/v1/sources {"name":"a","provider":"thueapi"}
        400
        {
          "error": "validation_error",
          "errors": {"secret":"is required: this provider makes it; copy it from its page"},
          "message": "secret: is required: this provider makes it; copy it from its page",
          "status": "error"
        }

        GET /api/v1/webhooks?page=0&limit=x
        400
        {
          "error": "validation_error",
          "errors": {"limit":"use a whole number from 1","page":"use a whole number from 1"},
          "message": "limit: use a whole number from 1; page: use a whole number from 1",
          "status": "error"
        }

    "#]].assert_eq(&story.told());
}

#[tokio::test]
async fn what_is_not_there_or_cannot_be_done_as_things_stand() {
    let mut story = Story::begin(&Scope::ALL).await;
    let file = story.filed().await;
    story.call("GET", "/api/v1/webhooks/1", Value::Null).await;
    story.call("GET", "/api/v1/events/eA", Value::Null).await;
    story.call("GET", "/api/v2/events", Value::Null).await;
    story.call("PUT", "/api/v1/webhooks", json!({})).await;
    story.call("PATCH", &file, json!({ "active": 0 })).await;
    story.call("POST", &format!("{file}/retire"), Value::Null).await;
    let key = &[("idempotency-key", "the first")][..];
    story.call_with("POST", &format!("{file}/pause"), key, Value::Null).await;
    story.call_with("POST", &format!("{file}/pause"), key, Value::Null).await;
    story.call_with("POST", &format!("{file}/resume"), key, Value::Null).await;
    expect![[r#"
        GET /api/v1/webhooks/1
        404
        {"error":"not_found","message":"there is no webhook of this id","status":"error"}

        GET /api/v1/events/eA
        404
        {"error":"not_found","message":"there is no event of this id","status":"error"}

        GET /api/v2/events
        404
        {"error":"not_found","message":"there is nothing at this address","status":"error"}

        PUT /api/v1/webhooks {}
        405 allow: GET,HEAD,POST
        {
          "error": "not_allowed",
          "message": "this address has other methods; the header Allow names them",
          "status": "error"
        }

        PATCH /api/v1/webhooks/4183053299081524 {"active":0}
        409
        {
          "error": "read_only",
          "message": "it comes from a configuration file; change it there",
          "status": "error"
        }

        POST /api/v1/webhooks/4183053299081524/retire
        409
        {
          "error": "read_only",
          "message": "it comes from a configuration file; change it there",
          "status": "error"
        }

        POST /api/v1/webhooks/4183053299081524/pause
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

        POST /api/v1/webhooks/4183053299081524/pause
        200 idempotent-replayed: true
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

        POST /api/v1/webhooks/4183053299081524/resume
        422
        {
          "error": "key_reused",
          "message": "this Idempotency-Key was used for another call; choose another",
          "status": "error"
        }

    "#]]
    .assert_eq(&story.told());
}
