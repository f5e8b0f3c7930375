//! Replay: counted first, then sent, part by part.

use domain::{Clock as _, Event, Ledger as _};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::contract::transfer;

use crate::Place;
use crate::webhooks::new;

#[tokio::test]
async fn what_a_filter_finds_is_counted_and_then_sent_part_by_part() {
    let mut place = Place::open();
    let token = place.owner().await;
    for n in 0..150 {
        place.clock.advance(SignedDuration::from_secs(1));
        let amount = if n < 130 { "5000" } else { "9" };
        let event = Event { received: place.clock.now(), ..transfer(&n.to_string(), amount) };
        _ = place.world.ledger.claim(&event).await.unwrap();
        place.world.ledger.take(&event.key, false).await.unwrap();
    }
    let made = place.call(&token, "POST", "/api/v1/webhooks", &new().to_string()).await.json;
    let id = &made["id"];
    let replay = async |place: &Place, body: Value| {
        let answered = place.call(&token, "POST", "/api/v1/replay", &body.to_string()).await;
        assert_eq!(answered.status, 200, "{}", answered.json);
        answered.json["data"].clone()
    };
    let filter = json!({ "min_amount": "5000" });
    let counted =
        replay(&place, json!({ "webhook_id": id, "dry_run": true, "filter": filter })).await;
    assert_eq!((&counted["found"], &counted["resent"]), (&130.into(), &0.into()));
    assert_eq!(counted["next_cursor"], Value::Null);
    assert!(place.world.queue.envelopes().is_empty());
    let first = replay(&place, json!({ "webhook_id": id, "filter": filter })).await;
    assert_eq!(
        (&first["found"], &first["resent"], &first["refused"]),
        (&100.into(), &100.into(), &json!([]))
    );
    let filter = json!({ "min_amount": "5000", "cursor": first["next_cursor"] });
    let second = replay(&place, json!({ "webhook_id": id, "filter": filter })).await;
    assert_eq!((&second["resent"], &second["next_cursor"]), (&30.into(), &Value::Null));
    place.world.drain().await;
    assert_eq!(place.world.sent().len(), 130);
    let delivered =
        json!({ "webhook_id": id, "dry_run": true, "filter": { "state": "delivered" } });
    assert_eq!(replay(&place, delivered).await["found"], 130);
    for (body, status) in [
        (json!({ "webhook_id": 1, "filter": { "state": "failed" } }), 404),
        (json!({ "webhook_id": id }), 400),
        (json!({ "webhook_id": id, "filter": {} }), 400),
        (json!({ "webhook_id": id, "filter": { "state": " ", "limit": "200" } }), 400),
        (json!({ "webhook_id": id, "filter": { "state": "x" } }), 400),
        (json!({ "webhook_id": id, "filter": { "stat": "x" } }), 400),
        (json!({}), 400),
    ] {
        let answered = place.call(&token, "POST", "/api/v1/replay", &body.to_string()).await;
        assert_eq!(answered.status, status, "{body} {}", answered.json);
    }
}
