//! Refused calls, parked calls read again, conflicts released.

use domain::{Event, Fact, Ledger as _, Log as _, SourceId, Survey as _, Tally};
use http::{HeaderMap, Method};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::contract::{at, transfer};

use crate::Place;
use crate::webhooks::{but, new};

async fn shop() -> (Place, String, String) {
    let place = Place::open();
    let token = place.owner().await;
    let form = json!({ "provider": "casso", "name": "shop" }).to_string();
    let made = place.call(&token, "POST", "/api/v1/sources", &form).await.json;
    let secret = made["data"]["secret"].as_str().unwrap().to_owned();
    (place, token, secret)
}

async fn get(place: &Place, token: &str, path: &str) -> Value {
    let answered = place.call(token, "GET", path, "").await;
    assert_eq!(answered.status, 200, "{path} {}", answered.json);
    answered.json["data"].clone()
}

async fn hook(place: &Place, secret: &str, body: &str) -> u16 {
    let mut headers = HeaderMap::new();
    headers.insert("secure-token", secret.parse().unwrap());
    let world = &place.world;
    world.hook(&Method::POST, "/hooks/casso/shop", &headers, body.as_bytes()).await.status.as_u16()
}

const SHOP: &str = "/api/v1/sources/casso/shop";

#[tokio::test]
async fn refused_calls_say_why_and_nothing_of_what_came() {
    let (place, token, _) = shop().await;
    assert_eq!(hook(&place, "guessed", r#"{"memo":"private"}"#).await, 401);
    let refused = get(&place, &token, &format!("{SHOP}/refused")).await;
    assert_eq!(refused[0]["reason"], "secure-token matches none of the source's live secrets");
    let text = refused.to_string();
    assert!(!text.contains("guessed") && !text.contains("private"), "{text}");
}

#[tokio::test]
async fn a_parked_call_is_read_again_once_it_can_be() {
    let (mut place, token, secret) = shop().await;
    let body = r#"{"error":0,"data":[{"id":7,"amount":"nothing","description":"x"}]}"#;
    assert_eq!(hook(&place, &secret, body).await, 200);
    let parked = get(&place, &token, &format!("{SHOP}/parked")).await;
    assert_eq!(parked.as_array().unwrap().len(), 1);
    assert_eq!(parked[0]["text"], r#"{"id":7,"amount":"nothing","description":"x"}"#);
    let again = format!("{SHOP}/parked/{}/read", parked[0]["id"].as_str().unwrap());
    let still = place.call(&token, "POST", &again, "").await.json;
    assert_eq!(still["data"]["read"], false, "{still}");
    assert_eq!(still["data"]["reason"], parked[0]["reason"]);
    // As an older version would have kept what this one can read.
    let good = domain::Parked {
        bytes: br#"{"id":8,"amount":50000,"description":"DH1"}"#[..].into(),
        reason: "an older version's".to_owned(),
    };
    let context = r#"{"method":"POST","tail":"","query":"","content_type":"application/json"}"#;
    let id = SourceId::parse("casso/shop").unwrap();
    assert!(place.world.ledger.park(&id, &good, context, at(9)).await.unwrap());
    place.call(&token, "POST", "/api/v1/webhooks", &but(json!({})).to_string()).await;
    let call = place.world.ledger.parked().into_iter().find(|(_, p, ..)| p == &good).unwrap();
    let listed = domain::Log::parked(place.world.ledger.as_ref(), &call.0, 9).await.unwrap();
    let listed = listed.into_iter().find(|one| one.parked == good).unwrap();
    // Days later, when the hour in which it came was added up long ago.
    place.clock.advance(SignedDuration::from_hours(3 * 24));
    let token = place.owner().await;
    let again = format!("{SHOP}/parked/{}/read", listed.id);
    let read = place.call(&token, "POST", &again, "").await.json;
    assert_eq!(read["data"]["read"], true, "{read}");
    let totals = place.world.ledger.totals(&id, at(0), at(3600)).await.unwrap();
    assert_eq!(totals.iter().map(|hour| (hour.logged, hour.events)).collect::<Vec<_>>(), [(1, 1)]);
    let days = place.call(&token, "GET", "/api/v1/statistics?source=casso/shop", "").await.json;
    assert_eq!(days["data"][0]["money"][0]["sum_in"], "50000", "{days}");
    place.world.drain().await;
    assert_eq!(place.world.sent().len(), 1);
    let event = format!("/api/v1/events/{}", read["data"]["events"][0].as_str().unwrap());
    let event = get(&place, &token, &event).await;
    assert_eq!(
        (&event["amount"], &event["received"]),
        (&"50000".into(), &json!(at(9).to_string()))
    );
    assert_eq!(get(&place, &token, &format!("{SHOP}/parked")).await.as_array().unwrap().len(), 1);
    assert_eq!(place.call(&token, "POST", &again, "").await.status, 404);
}

#[tokio::test]
async fn what_came_with_anothers_key_is_released_once_as_an_event_of_its_own() {
    let (mut place, token, _) = shop().await;
    place.call(&token, "POST", "/api/v1/webhooks", &new().to_string()).await;
    let ledger = place.world.ledger.clone();
    let first = transfer("1", "5000");
    _ = ledger.claim(&first).await.unwrap();
    let other = Event { received: at(50), ..transfer("1", "9000") };
    _ = ledger.claim(&other).await.unwrap();
    // Added up long ago, and from facts that were forgotten since.
    let mut counted = Tally::default();
    let facts = first.facts.clone().with(Fact::Account, "forgotten".to_owned());
    counted.add(&Event { facts, ..first.clone() });
    ledger.set_totals(&counted.into_hour(&first.source, at(0))).await.unwrap();
    place.clock.advance(SignedDuration::from_hours(3 * 24));
    let token = place.owner().await;
    let listed = get(&place, &token, &format!("{SHOP}/conflicts")).await;
    assert_eq!((&listed[0]["amount"], &listed[0]["key"]), (&"9000".into(), &"casso/shop/1".into()));
    let id = listed[0]["event_id"].as_str().unwrap();
    let release = format!("/api/v1/events/{id}/release");
    let body = json!({ "fingerprint": listed[0]["fingerprint"] }).to_string();
    let released = place.call(&token, "POST", &release, &body).await;
    assert_eq!(released.status, 200, "{}", released.json);
    place.world.drain().await;
    let sent: Vec<Value> =
        place.world.sent().iter().map(|s| serde_json::from_slice(&s.body).unwrap()).collect();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].to_string().contains("9000"), "{}", sent[0]);
    let event = released.json["data"]["event_id"].as_str().unwrap();
    let event = get(&place, &token, &format!("/api/v1/events/{event}")).await;
    assert!(event["key"].as_str().unwrap().starts_with("casso/shop/1#"));
    assert!(ledger.history(&transfer("1", "1").key).await.unwrap().unwrap().conflicts.is_empty());
    assert_eq!(place.call(&token, "POST", &release, &body).await.status, 404);
    let hours = ledger.totals(&first.source, at(0), at(3600)).await.unwrap();
    let accounts: Vec<&str> = hours[0].accounts.iter().map(|of| of.account.as_str()).collect();
    assert_eq!((hours[0].logged, accounts), (2, vec!["88888888", "forgotten"]));
    assert_eq!(hours[0].money[0].sum_in, 14_000.into());
}
