//! Who changed what: written down for every call that changed anything, without what was said.

use bytes::Bytes;
use console::access::Scope;
use console::people::Role;
use domain::Clock as _;
use http::Request;
use serde_json::{Value, json};

use crate::Place;
use crate::webhooks::new;

#[tokio::test]
async fn every_change_is_written_down_with_who_and_which_fields() {
    let place = Place::open();
    let made = place.client(&Scope::ALL).await;
    let token = place.token(&made).await;
    let call = async |method: &str, path: &str, body: &Value| {
        place.call(&token, method, path, &body.to_string()).await
    };
    let id = call("POST", "/api/v1/webhooks", &new()).await.json["id"].as_u64().unwrap();
    let path = format!("/api/v1/webhooks/{id}");
    assert_eq!(call("PATCH", &path, &json!({ "api_key": "k", "name": "n" })).await.status, 200);
    assert_eq!(call("PATCH", &path, &json!({ "nothing": 1 })).await.status, 400);
    assert_eq!(call("GET", &path, &json!({})).await.status, 200);
    assert_eq!(call("POST", &format!("{path}/pause"), &json!({})).await.status, 200);
    assert_eq!(call("DELETE", &path, &json!({})).await.status, 200);
    assert_eq!(call("DELETE", &path, &json!({})).await.status, 404);
    let changes = call("GET", "/api/v1/changes", &json!({})).await.json;
    let mut fields: Vec<String> = new().as_object().unwrap().keys().cloned().collect();
    fields.sort();
    let expected = |call: String, fields: Vec<String>| {
        json!({
            "at": place.clock.now().to_string(),
            "by": made.client.id,
            "name": "a shop's program",
            "call": call,
            "fields": fields,
        })
    };
    let mut data = changes["data"].as_array().unwrap().clone();
    // All at one moment of a clock that stands: in no order.
    data.sort_by_key(|change| change["call"].as_str().unwrap().to_owned());
    assert_eq!(
        data,
        [
            expected(format!("DELETE {path}"), vec![]),
            expected(format!("PATCH {path}"), vec!["api_key".to_owned(), "name".to_owned()]),
            expected("POST /api/v1/webhooks".to_owned(), fields),
            expected(format!("POST {path}/pause"), vec![]),
        ]
    );
    assert_eq!(changes["meta"]["next_cursor"], Value::Null);
}

#[tokio::test]
async fn changes_are_listed_newest_first_part_by_part() {
    let place = Place::open();
    let token = place.owner().await;
    for n in 0..70 {
        place.clock.advance(jiff::SignedDuration::from_secs(1));
        let body = json!({ "name": n.to_string() });
        let mut whole = new();
        whole["name"] = body["name"].clone();
        let made = place.call(&token, "POST", "/api/v1/webhooks", &whole.to_string()).await;
        assert_eq!(made.status, 201);
    }
    let (mut path, mut all) = ("/api/v1/changes".to_owned(), Vec::new());
    loop {
        let part = place.call(&token, "GET", &path, "").await.json;
        let times = part["data"].as_array().unwrap().iter();
        all.extend(times.map(|change| change["at"].as_str().unwrap().to_owned()));
        let Some(cursor) = part["meta"]["next_cursor"].as_str() else { break };
        path = format!("/api/v1/changes?cursor={cursor}");
    }
    assert_eq!(all.len(), 70);
    assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
}

#[tokio::test]
async fn a_cursor_that_is_none_is_told_so() {
    let place = Place::open();
    let token = place.owner().await;
    for (cursor, status) in
        [("zz", 400), ("7-7", 400), ("", 200), ("0123456789012345678-0123456789abcdef", 200)]
    {
        let path = format!("/api/v1/changes?cursor={cursor}");
        let answered = place.call(&token, "GET", &path, "").await;
        assert_eq!(answered.status, status, "{cursor} {}", answered.json);
    }
}

#[tokio::test]
async fn a_pages_change_is_its_operators_and_a_fields_name_is_cut() {
    let place = Place::open();
    let token = place.owner().await;
    let made = place.call(&token, "POST", "/api/v1/webhooks", &new().to_string()).await.json;
    let browser = place.signed_in(Role::Owner).await;
    let path = format!("/destinations/{}/pause", made["id"]);
    let long = "\u{1}x".repeat(50_000);
    browser.get(&format!("/destinations/{}", made["id"])).await;
    let mut form = browser.form(&path, &[(long.as_str(), "1")]);
    form.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let led = browser.send(form).await;
    assert_eq!(led.status, 303, "{}", led.text);
    let changes = place.call(&token, "GET", "/api/v1/changes", "").await.json;
    let found = changes["data"].as_array().unwrap().iter();
    let paused = found.clone().find(|one| one["call"] == format!("POST {path}")).unwrap();
    assert_eq!(paused["by"], "operator:owner", "{paused}");
    let field = paused["fields"][0].as_str().unwrap();
    assert!(field.starts_with("x x x") && field.chars().count() <= 65, "{field}");
}

#[tokio::test]
async fn a_call_whose_caller_hangs_up_is_finished_and_written_down() {
    let place = Place::open();
    let token = place.owner().await;
    let made = place.call(&token, "POST", "/api/v1/webhooks", &new().to_string()).await.json;
    let request = Request::post(format!("/api/v1/webhooks/{}/pause", made["id"]))
        .header("authorization", format!("Bearer {token}"));
    let mut answering = Box::pin(place.door.answer(request.body(Bytes::new()).unwrap()));
    // It has begun, and is dropped at its first await.
    assert!(futures_util::poll!(&mut answering).is_pending());
    drop(answering);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let changes = place.call(&token, "GET", "/api/v1/changes", "").await.json;
    let calls = changes["data"].as_array().unwrap().iter().map(|one| one["call"].as_str().unwrap());
    assert!(calls.into_iter().any(|call| call.ends_with("/pause")), "{changes}");
}
