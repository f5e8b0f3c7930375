//! Who changed what: written down for every call that changed anything, without what was said.

use console::access::Scope;
use domain::Clock as _;
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
