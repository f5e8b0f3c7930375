//! Journeys: from the HTTP call of a provider to what each product received, through the whole
//! program on SQLite, real HTTP on both sides.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hooks;
mod shop;

use domain::Answer;
use hooks::{Call, SOURCES, calls};
use shop::Shop;
use testkit::sink::{Received, Sink};

fn destination(name: &str, channel: &str, endpoint: &str, more: &str) -> String {
    format!(
        "[[destination]]\nname = {name:?}\nchannel = {channel:?}\nendpoint = {endpoint:?}\n{more}\n"
    )
}

async fn post(shop: &Shop, call: &Call) -> Answer {
    shop.call("POST", call.path, &call.headers, call.body.clone()).await
}

fn text(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), String::from_utf8(answer.body.to_vec()).unwrap())
}

/// Everything that a person would read in a request's body: its strings, joined.
fn words(received: &Received) -> String {
    fn collect(value: &serde_json::Value, out: &mut String) {
        match value {
            serde_json::Value::String(text) => {
                out.push_str(text);
                out.push('\n');
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, out)),
            serde_json::Value::Object(map) => map.values().for_each(|item| collect(item, out)),
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
            }
        }
    }
    let mut out = String::new();
    collect(&received.json(), &mut out);
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_reaches_every_channel() {
    let slack = Sink::answering(200, "ok").await;
    let telegram = Sink::answering(200, r#"{"ok":true,"result":{"message_id":1}}"#).await;
    let lark = Sink::answering(200, r#"{"code":0,"msg":"success"}"#).await;
    let webhook = Sink::answering(204, "").await;
    let tables = [
        SOURCES.to_owned(),
        destination("slack", "slack", &slack.url("/services/T/B/x"), ""),
        destination(
            "telegram",
            "telegram",
            "-1001234",
            &format!("bot_token = \"123456:AAtoken\"\napi_base = {:?}", telegram.url("")),
        ),
        destination("lark", "lark", &lark.url("/open-apis/bot/v2/hook/x"), "secret = \"demo\""),
        destination(
            "webhook",
            "webhook",
            &webhook.url("/in"),
            "signing_secrets = [\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"]",
        ),
        "[[destination]]\nname = \"preview\"\nchannel = \"preview\"\n".to_owned(),
    ]
    .concat();
    let mut shop = Shop::open(&tables).await;
    for (n, call) in calls().iter().enumerate() {
        let answer = post(&shop, call).await;
        assert_eq!(text(&answer), (call.ack.0, call.ack.1.to_owned()), "{}", call.name);
        for sink in [&slack, &telegram, &lark] {
            let received = sink.wait_for(n + 1).await;
            let words = words(&received[n]);
            for said in call.says {
                assert!(words.contains(said), "{}: {said:?} is not in\n{words}", call.name);
            }
        }
        let received = &webhook.wait_for(n + 1).await[n];
        assert_eq!(received.json()["type"], call.kind, "{}", call.name);
        assert_eq!(received.json()["data"]["kind"], call.kind, "{}", call.name);
        assert!(received.headers.contains_key("webhook-signature"), "{}", call.name);
    }
    shop.close().await;
    assert_eq!(shop.screen.0.lock().unwrap().len(), calls().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_concurrent_repeats_become_one_notification() {
    let sink = Sink::answering(200, "").await;
    let tables = format!("{SOURCES}{}", destination("sink", "webhook", &sink.url("/"), ""));
    let mut shop = Shop::open(&tables).await;
    for call in calls() {
        let repeats = (0..100).map(|_| post(&shop, &call));
        for answer in futures_util::future::join_all(repeats).await {
            assert_eq!(text(&answer), (call.ack.0, call.ack.1.to_owned()), "{}", call.name);
        }
    }
    // What is in flight ends before the program does: nothing more can come after this.
    sink.wait_for(calls().len()).await;
    shop.close().await;
    let ids: Vec<_> = sink.received().iter().map(|r| r.json()["data"]["key"].clone()).collect();
    let mut distinct: Vec<String> = ids.iter().map(ToString::to_string).collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!((ids.len(), distinct.len()), (calls().len(), calls().len()), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_stop_and_a_failing_destination() {
    let sink = Sink::start(|n, _| if n == 0 { (500, String::new()) } else { (200, String::new()) });
    let sink = sink.await;
    let more = "retry = { waits = [\"1s\"] }";
    let tables = format!("{SOURCES}{}", destination("sink", "webhook", &sink.url("/"), more));
    let mut shop = Shop::open(&tables).await;
    assert_eq!(post(&shop, &calls()[0]).await.status, 200);
    sink.wait_for(1).await;
    shop.restart().await;
    let received = sink.wait_for(2).await;
    let id = |n: usize| received[n].headers["webhook-id"].clone();
    assert_eq!(id(0), id(1), "a retry carries the same id");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_acknowledged_kept_and_not_announced() {
    let sink = Sink::answering(200, "").await;
    let tables = format!("{SOURCES}{}", destination("sink", "webhook", &sink.url("/"), ""));
    let mut shop = Shop::open(&tables).await;
    let first = &calls()[0];
    let other = Call { body: first.body.replace("1,250,000", "9,999,999"), ..calls().remove(0) };
    for call in [first, &other, first] {
        assert_eq!(post(&shop, call).await.status, 200);
    }
    sink.wait_for(1).await;
    shop.close().await;
    let amounts: Vec<_> =
        sink.received().iter().map(|r| r.json()["data"]["amount"].clone()).collect();
    assert_eq!(amounts, ["1250000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_refuses_by_the_table() {
    let mut shop = Shop::open(SOURCES).await;
    let json = |answer: &Answer| -> serde_json::Value {
        serde_json::from_slice(&answer.body).expect("every refusal is JSON")
    };
    let token = vec![("x-thueapi", "thueapi-token-0001".to_owned())];
    let wrong = vec![("x-thueapi", "someone-else".to_owned())];
    let full = "x".repeat(256 * 1024);
    for (method, path, headers, body, status, error) in [
        ("POST", "/hooks/nobody/shop", &token, "{}", 404, "not_found"),
        ("POST", "/hooks/thueapi/other", &token, "{}", 404, "not_found"),
        ("POST", "/hooks/thueapi/shop/more", &token, "{}", 404, "not_found"),
        ("POST", "/elsewhere", &token, "{}", 404, "not_found"),
        ("PUT", "/hooks/thueapi/shop", &token, "{}", 405, "not_allowed"),
        ("GET", "/hooks/casso/shop", &token, "", 405, "not_allowed"),
        ("POST", "/hooks/thueapi/shop", &wrong, "{}", 401, "unauthorized"),
        ("POST", "/hooks/thueapi/shop", &vec![], "{}", 401, "unauthorized"),
        ("POST", "/hooks/thueapi/shop", &wrong, &format!("{full}x"), 413, "too_large"),
    ] {
        let answer = shop.call(method, path, headers, body.to_owned()).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        assert_eq!(json(&answer)["error"], error, "{method} {path}");
        assert!(json(&answer)["message"].as_str().is_some_and(|m| !m.is_empty()));
        let allow = answer.headers.get("allow").map(|v| v.to_str().unwrap().to_owned());
        let expected = match (status, path) {
            (405, "/hooks/thueapi/shop") => Some("POST, GET".to_owned()),
            (405, _) => Some("POST".to_owned()),
            _ => None,
        };
        assert_eq!(allow, expected, "{method} {path}");
    }
    let answer = shop.call("POST", "/hooks/thueapi/shop", &token, full).await;
    assert_eq!(answer.status, 200, "256 KiB to the byte are taken, and parked");
    shop.close().await;
}
