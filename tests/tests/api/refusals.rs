//! Who is not let in, may less, calls too often, or finds our storage broken, as a program meets it.

use std::sync::Arc;

use console::Door;
use console::access::Scope;
use expect_test::expect;
use http::{Request, header};
use jiff::SignedDuration;
use serde_json::Value;
use testkit::desk;
use testkit::faults::{Faults, FaultySurvey, Lasting, Mode};

use crate::Story;

#[tokio::test]
async fn nobody_is_told_so_and_so_is_who_may_less() {
    let mut story = Story::begin(&Scope::ALL).await;
    let file = story.filed().await;
    let whole = std::mem::replace(&mut story.token, "a.stranger's.token".to_owned());
    story.call("GET", "/api/v1/events", Value::Null).await;
    story.token = story.token_for(&[Scope::EventRead]).await;
    story.call("DELETE", &file, Value::Null).await;
    story.token = whole;
    story.world.clock.advance(SignedDuration::from_mins(61));
    story.call("GET", "/api/v1/events", Value::Null).await;
    for form in [
        "grant_type=password&client_id=a&client_secret=b",
        "grant_type=client_credentials&client_id=client_0&client_secret=guessed",
        "grant_type=client_credentials&client_id=a&client_secret=b&scope=webhook:fly",
        "",
    ] {
        let request = Request::post("/oauth2/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        story.told.push_str(format!("POST /oauth2/token {form}").trim_end());
        story.told.push('\n');
        story.ask(request.body(form.into()).unwrap()).await;
    }
    expect![[r#"
        GET /api/v1/events
        401 www-authenticate: Bearer
        {
          "error": "unauthorized",
          "message": "the token is not valid or has expired; get another of POST /oauth2/token",
          "status": "error"
        }

        DELETE /api/v1/webhooks/4183053299081524
        403
        {
          "error": "forbidden",
          "message": "the token lacks the scope webhook:delete; ask for one that has it",
          "status": "error"
        }

        GET /api/v1/events
        401 www-authenticate: Bearer
        {
          "error": "unauthorized",
          "message": "the token is not valid or has expired; get another of POST /oauth2/token",
          "status": "error"
        }

        POST /oauth2/token grant_type=password&client_id=a&client_secret=b
        400
        {
          "error": "unsupported_grant_type",
          "error_description": "the only grant_type is client_credentials",
          "message": "the only grant_type is client_credentials"
        }

        POST /oauth2/token grant_type=client_credentials&client_id=client_0&client_secret=guessed
        401 www-authenticate: Basic realm="tingting"
        {
          "error": "invalid_client",
          "error_description": "no such client, another secret, or revoked",
          "message": "no such client, another secret, or revoked"
        }

        POST /oauth2/token grant_type=client_credentials&client_id=a&client_secret=b&scope=webhook:fly
        401 www-authenticate: Basic realm="tingting"
        {
          "error": "invalid_client",
          "error_description": "no such client, another secret, or revoked",
          "message": "no such client, another secret, or revoked"
        }

        POST /oauth2/token
        400
        {
          "error": "invalid_request",
          "error_description": "grant_type is missing; write client_credentials",
          "message": "grant_type is missing; write client_credentials"
        }

    "#]].assert_eq(&story.told());
}

#[tokio::test]
async fn too_many_calls_and_a_storage_that_fails_are_told_when_to_come_back() {
    let mut story = Story::begin(&Scope::ALL).await;
    let file = story.filed().await;
    let console = desk::console(&story.world, providers::ALL, channels::ALL, Arc::new(|_| Ok(())));
    let mut console = Arc::into_inner(console).unwrap();
    let faults = Faults::at(1, Mode::Before, Lasting::FromThenOn);
    console.survey = Arc::new(FaultySurvey(story.world.ledger.clone(), faults));
    console.cabinet = Arc::clone(&story.console.cabinet);
    let door = std::mem::replace(&mut story.door, Door::new(Arc::new(console)));
    story.call("GET", &format!("{file}/standing"), Value::Null).await;
    story.door = door;
    for _ in 0..600 {
        story.call("GET", "/api/v1/changes", Value::Null).await;
    }
    let last = story.told();
    let (service, rest) = last.split_once("GET /api/v1/changes").unwrap();
    assert_eq!(rest.matches("\n200\n").count(), 600);
    story.call("GET", "/api/v1/changes", Value::Null).await;
    let told = format!("{service}{}", story.told());
    expect![[r#"
        GET /api/v1/webhooks/4183053299081524/standing
        503 retry-after: 5
        {
          "error": "unavailable",
          "message": "our storage cannot be reached; try again in a moment",
          "status": "error"
        }

        GET /api/v1/changes
        429 retry-after: 60
        {"error":"slow_down","message":"too many calls; try again in 60 s","status":"error"}

    "#]]
    .assert_eq(&told);
}
