//! Pause, resume with a dry run, and test calls.

use domain::{Event, Ledger as _};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::contract::transfer;
use testkit::world::answer;

use crate::Place;
use crate::webhooks::{but, new};

async fn made(place: &Place, token: &str, body: &Value) -> String {
    let answered = place.call(token, "POST", "/api/v1/webhooks", &body.to_string()).await;
    assert_eq!(answered.status, 201, "{}", answered.json);
    format!("/api/v1/webhooks/{}", answered.json["id"])
}

#[tokio::test]
async fn what_is_paused_is_held_and_goes_out_when_it_is_resumed() {
    let mut place = Place::open();
    let token = place.owner().await;
    let path = made(&place, &token, &new()).await;
    let post = async |place: &Place, what: &str, body: Value| {
        let answered =
            place.call(&token, "POST", &format!("{path}/{what}"), &body.to_string()).await;
        assert_eq!(answered.status, 200, "{}", answered.json);
        answered.json["data"].clone()
    };
    let paused = post(&place, "pause", json!({})).await;
    assert_eq!(
        (&paused["changed"], &paused["standing"]["cause"]),
        (&true.into(), &"operator".into())
    );
    assert_eq!(post(&place, "pause", json!({})).await["changed"], false);
    for id in ["1", "2"] {
        let event = Event { received: place.console.clock.now(), ..transfer(id, "5000") };
        assert_eq!(place.world.ledger.claim(&event).await.unwrap(), domain::Claim::Fresh);
        let envelope = domain::Envelope::for_event(&event).unwrap();
        place.world.dispatch.handle(&envelope).await.unwrap();
    }
    assert!(place.world.sent().is_empty());
    let dry = post(&place, "resume", json!({ "dry_run": true })).await;
    assert_eq!(
        (&dry["changed"], &dry["dry_run"], &dry["releases"], &dry["standing"]["mode"]),
        (&true.into(), &true.into(), &2.into(), &"paused".into())
    );
    assert_eq!(dry["standing"]["held"], 2);
    // Said where nobody looks, it would do the real thing.
    let asked = place.call(&token, "POST", &format!("{path}/resume?dry_run=true"), "{}").await;
    assert_eq!(asked.status, 400, "{}", asked.json);
    let instead = "say it in the JSON body; this call reads no query";
    assert_eq!(asked.json["errors"]["dry_run"], instead);
    let resumed = post(&place, "resume", json!({})).await;
    assert_eq!(
        (&resumed["changed"], &resumed["releases"], &resumed["standing"]["mode"]),
        (&true.into(), &2.into(), &"active".into())
    );
    let until = place.console.clock.now() + SignedDuration::from_mins(3);
    place.world.live(until).await;
    assert_eq!(place.world.sent().len(), 2);
    let shown = place.call(&token, "GET", &format!("{path}/standing"), "").await.json;
    assert_eq!((&shown["data"]["mode"], &shown["data"]["held"]), (&"active".into(), &0.into()));
    let wrong = place.call(&token, "POST", &format!("{path}/resume"), r#"{"dryrun":1}"#).await;
    assert_eq!((wrong.status.as_u16(), &wrong.json["error"]), (400, &"validation_error".into()));
}

#[tokio::test]
async fn a_test_call_sends_a_sample_at_once_and_says_what_came_of_it() {
    let place = Place::answering(|_, sent| match sent.path.as_str() {
        "/webhook/payment" => Ok(answer(200, r#"{"success":true}"#)),
        "/broken" => Ok(answer(500, "oops\u{202E} <b>")),
        _ => Err(domain::SendError::Timeout),
    });
    let token = place.owner().await;
    let path = made(&place, &token, &new()).await;
    let tried = place.call(&token, "POST", &format!("{path}/test"), "").await;
    assert_eq!(tried.status, 200, "{}", tried.json);
    let data = &tried.json["data"];
    assert_eq!((&data["delivered"], &data["verdict"]), (&true.into(), &"delivered".into()));
    assert_eq!(data["http_status"], 200);
    let sent = place.world.sent();
    assert_eq!(sent.len(), 1);
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert!(body.to_string().contains("DH1234"), "{body}");
    assert_eq!(sent[0].headers["authorization"], "Apikey an API key of the shop's");
    for (url, status, detail) in [
        ("https://example.com/broken", json!(500), "status 500 — oops <b>"),
        ("https://example.com/slow", Value::Null, "no answer in time"),
    ] {
        let body = but(json!({ "webhook_url": url })).to_string();
        let tried = place.call(&token, "POST", "/api/v1/webhooks/test", &body).await.json;
        let data = &tried["data"];
        assert_eq!((&data["delivered"], &data["verdict"]), (&false.into(), &"retry".into()));
        assert_eq!((&data["http_status"], &data["detail"]), (&status, &detail.into()), "{url}");
    }
    let body = but(json!({ "webhook_url": "https://10.0.0.1/" })).to_string();
    let refused = place.call(&token, "POST", "/api/v1/webhooks/test", &body).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json["errors"]["webhook_url"], "the address 10.0.0.1 is not allowed");
    assert_eq!(place.records().await.len(), 1, "nothing was saved");
    assert!(place.world.ledger.events().is_empty(), "nothing was written down");
}
