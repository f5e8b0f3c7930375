//! `Idempotency-Key`: what is said twice is done once.

use console::access::Scope;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::Place;
use crate::webhooks::{but, new};

struct Caller {
    place: Place,
    token: String,
}

impl Caller {
    async fn open() -> Self {
        let place = Place::open();
        let token = place.owner().await;
        Self { place, token }
    }

    async fn ask(&self, key: &str, token: &str, body: &Value) -> (u16, Value, bool) {
        let request = Request::post("/api/v1/webhooks")
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", key);
        let answered = self.place.ask(request.body(body.to_string().into()).unwrap()).await;
        let again = answered.headers.contains_key("idempotent-replayed");
        (answered.status.as_u16(), answered.json, again)
    }
}

#[tokio::test]
async fn what_is_said_twice_under_one_key_is_made_once() {
    let caller = Caller::open().await;
    let token = &caller.token;
    let (status, first, again) = caller.ask("order 7", token, &new()).await;
    assert_eq!((status, again), (201, false), "{first}");
    caller.place.clock.advance(SignedDuration::from_secs(90));
    assert_eq!(caller.ask("order 7", token, &new()).await, (201, first.clone(), true));
    let (status, other, _) = caller.ask("order 7", token, &but(json!({ "name": "other" }))).await;
    assert_eq!((status, &other["error"]), (422, &"key_reused".into()));
    let (status, second, _) = caller.ask("order 8", token, &new()).await;
    assert_eq!(status, 201);
    assert_ne!(first["id"], second["id"]);
    // A key is its client's own.
    let stranger = caller.place.token(&caller.place.client(&Scope::ALL).await).await;
    let (status, third, _) = caller.ask("order 7", &stranger, &new()).await;
    assert_eq!(status, 201);
    assert_ne!(first["id"], third["id"]);
    assert_eq!(caller.place.records().await.len(), 3);
    // Deleted meanwhile, it is not made anew.
    let path = format!("/api/v1/webhooks/{}", first["id"]);
    assert_eq!(caller.place.call(token, "DELETE", &path, "").await.status, 200);
    assert_eq!(caller.ask("order 7", token, &new()).await, (201, first, true));
    assert_eq!(caller.place.records().await.len(), 2);
}

#[tokio::test]
async fn a_key_is_good_for_a_day_and_what_was_refused_may_be_said_better() {
    let caller = Caller::open().await;
    let token = &caller.token;
    let bad = but(json!({ "webhook_url": "nowhere" }));
    for _ in 0..2 {
        let (status, _, again) = caller.ask("1", token, &bad).await;
        assert_eq!((status, again), (400, false));
    }
    let (status, made, _) = caller.ask("1", token, &new()).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(caller.ask("1", token, &new()).await, (201, made, true));
    caller.place.clock.advance(SignedDuration::from_hours(24));
    let token = &caller.place.owner().await;
    let (status, ..) = caller.ask("2", token, &new()).await;
    assert_eq!(status, 201);
    caller.place.clock.advance(SignedDuration::from_hours(24));
    let token = &caller.place.token(&caller.place.client(&Scope::ALL).await).await;
    let (status, _, again) = caller.ask("2", token, &new()).await;
    assert_eq!((status, again), (201, false));
}

#[tokio::test]
async fn a_key_that_is_none_is_named_and_a_stranger_is_refused_first() {
    let caller = Caller::open().await;
    for key in ["", " ", &"x".repeat(256)] {
        let (status, answer, _) = caller.ask(key, &caller.token, &new()).await;
        assert_eq!((status, &answer["error"]), (400, &"validation_error".into()), "{key}");
        let message = answer["message"].as_str().unwrap();
        assert!(message.starts_with("Idempotency-Key: use 1 to 255"), "{message}");
    }
    for _ in 0..2 {
        let (status, answer, again) = caller.ask("1", "nobody", &new()).await;
        assert_eq!((status, again, &answer["error"]), (401, false, &"unauthorized".into()));
    }
    assert_eq!(caller.place.records().await.len(), 0);
}
