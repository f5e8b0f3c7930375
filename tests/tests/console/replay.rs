//! Replay: counted first, then sent, part by part.

use std::sync::Arc;

use console::{Console, Door};
use domain::{Clock as _, Event, Ledger as _, Retention, Survey as _};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::contract::transfer;
use testkit::desk;
use testkit::faults::{Faults, FaultyQueue, Lasting, Mode};

use crate::webhooks::{but, new};
use crate::{Place, judge};

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
        // Nothing that anybody sees, and so nothing that chooses.
        (json!({ "webhook_id": id, "filter": { "text": "\u{200B}\u{301}" } }), 400),
        (json!({ "webhook_id": id, "filter": { "state": "x" } }), 400),
        (json!({ "webhook_id": id, "filter": { "stat": "x" } }), 400),
        (json!({}), 400),
    ] {
        let answered = place.call(&token, "POST", "/api/v1/replay", &body.to_string()).await;
        assert_eq!(answered.status, status, "{body} {}", answered.json);
    }
}

/// Fifty events of one second each, and a webhook that gets none of them by itself.
async fn fifty(place: &Place, token: &str) -> Value {
    for n in 0..50 {
        place.clock.advance(SignedDuration::from_secs(1));
        let event = Event { received: place.clock.now(), ..transfer(&n.to_string(), "5000") };
        _ = place.world.ledger.claim(&event).await.unwrap();
        place.world.ledger.take(&event.key, false).await.unwrap();
    }
    let made = place.call(token, "POST", "/api/v1/webhooks", &new().to_string()).await.json;
    made["id"].clone()
}

#[tokio::test]
async fn a_replay_that_fails_in_the_middle_says_how_far_it_came_and_goes_on_from_there() {
    // The queue fails: before the first, in the middle, at the last.
    for (fails, resent, more) in [(1, 0, true), (20, 19, true), (50, 49, true), (51, 50, false)] {
        let place = Place::open();
        let faults = Faults::at(fails, Mode::Before, Lasting::Once);
        let console = desk::console(&place.world, providers::ALL, channels::ALL, Arc::new(judge));
        let console = Arc::into_inner(console).unwrap();
        let queue = Arc::new(FaultyQueue(Arc::clone(&console.queue), faults));
        let console = Arc::new(Console { queue, ..console });
        let mut place = Place { door: Door::new(Arc::clone(&console)), console, ..place };
        let token = place.owner().await;
        let id = fifty(&place, &token).await;
        let replay = async |place: &Place, filter: Value| {
            let body = json!({ "webhook_id": id, "filter": filter }).to_string();
            place.call(&token, "POST", "/api/v1/replay", &body).await
        };
        let filter = json!({ "kind": "transfer.in" });
        let first = replay(&place, filter.clone()).await;
        if resent == 0 {
            assert_eq!(first.status, 503, "{}", first.json);
            assert_eq!(replay(&place, filter).await.json["data"]["resent"], 50);
        } else {
            let data = &first.json["data"];
            assert_eq!((first.status.as_u16(), &data["resent"]), (200, &resent.into()), "{data}");
            assert_eq!((&data["found"], data["next_cursor"].is_string()), (&resent.into(), more));
        }
        if let Some(cursor) = first.json["data"]["next_cursor"].as_str() {
            let filter = json!({ "kind": "transfer.in", "cursor": cursor });
            assert_eq!(replay(&place, filter).await.json["data"]["resent"], 50 - resent);
        }
        place.world.drain().await;
        assert_eq!(place.world.sent().len(), 50, "each once, {fails}");
    }
}

#[tokio::test]
async fn what_a_webhook_does_not_want_and_what_was_forgotten_stays_where_it_is() {
    let mut place = Place::open();
    let token = place.owner().await;
    let event = Event { received: place.clock.now(), ..transfer("1", "5000") };
    _ = place.world.ledger.claim(&event).await.unwrap();
    place.world.ledger.take(&event.key, false).await.unwrap();
    let path = "/api/v1/webhooks";
    let only_out = but(json!({ "event_type": "Out_only" })).to_string();
    let id = place.call(&token, "POST", path, &only_out).await.json["id"].clone();
    let replay = async |place: &Place| {
        let body = json!({ "webhook_id": id, "filter": { "kind": "transfer.in" } }).to_string();
        let answered = place.call(&token, "POST", "/api/v1/replay", &body).await;
        assert_eq!(answered.status, 200, "{}", answered.json);
        (
            answered.json["data"]["resent"].clone(),
            answered.json["data"]["refused"][0]["why"].clone(),
        )
    };
    let why = "the webhook does not want this event: change what it wants first";
    assert_eq!(replay(&place).await, (0.into(), why.into()));
    let all = json!({ "event_type": "All" }).to_string();
    let changed = place.call(&token, "PATCH", &format!("{path}/{id}"), &all).await;
    assert_eq!(changed.status, 200, "{}", changed.json);
    let kept = Retention {
        keys: SignedDuration::from_hours(180 * 24),
        bodies: SignedDuration::from_hours(24),
    };
    place.clock.advance(SignedDuration::from_hours(25));
    let now = place.clock.now();
    assert_eq!(place.world.ledger.expire(kept, now, 9).await.unwrap(), 1);
    let token = place.owner().await;
    let body = json!({ "webhook_id": id, "filter": { "kind": "transfer.in" } }).to_string();
    let answered = place.call(&token, "POST", "/api/v1/replay", &body).await.json;
    let why = "what the event said was forgotten: there is nothing to send ([retention])";
    assert_eq!(answered["data"]["refused"][0]["why"], why, "{answered}");
    place.world.drain().await;
    assert!(place.world.sent().is_empty());
}
