//! From the HTTP call of a provider to what each product received, through the deployed template:
//! HTTP API, functions, tables, queue, permissions; everything but AWS itself. Run by `make test-aws`,
//! which builds the functions first.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../journey/hooks.rs"]
mod hooks;
mod manage;
mod shop;
mod sweeps;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Answer, DeliveryState};
use hmac::{Hmac, KeyInit as _, Mac as _};
use hooks::{Call, SOURCES, calls};
use serde_json::Value;
use sha2::Sha256;
use shop::Shop;
use testkit::sink::{Received, Sink};
use testkit::stack::Functions;

const SIGNING_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

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

/// As <https://www.standardwebhooks.com> says a receiver checks.
fn is_signed(received: &Received) -> bool {
    let header = |name: &str| received.headers[name].to_str().unwrap();
    let secret = STANDARD.decode(SIGNING_SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    mac.update(&received.body);
    header("webhook-signature") == format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `make test-aws`, which builds the functions first"]
async fn every_provider_reaches_every_channel() {
    let slack = Sink::answering(200, "ok").await;
    let telegram = Sink::answering(200, r#"{"ok":true,"result":{"message_id":1}}"#).await;
    let lark = Sink::answering(200, r#"{"code":0,"msg":"success"}"#).await;
    let webhook = Sink::answering(204, "").await;
    let bot = format!("bot_token = \"123456:AAtoken\"\napi_base = {:?}", telegram.url(""));
    let signing = format!("signing_secrets = [{SIGNING_SECRET:?}]");
    let tables = [
        SOURCES.to_owned(),
        destination("slack", "slack", &slack.url("/services/T/B/x"), ""),
        destination("telegram", "telegram", "-1001234", &bot),
        destination("lark", "lark", &lark.url("/open-apis/bot/v2/hook/x"), "secret = \"demo\""),
        destination("webhook", "webhook", &webhook.url("/in"), &signing),
    ]
    .concat();
    let shop = Shop::open(Functions::Built, &tables).await;
    for (n, call) in calls().iter().enumerate() {
        let answer = post(&shop, call).await;
        assert_eq!(text(&answer), (call.ack.0, call.ack.1.to_owned()), "{}", call.name);
        for sink in [&slack, &telegram, &lark] {
            let received = sink.wait_for(n + 1).await;
            let words = String::from_utf8(received[n].body.to_vec()).unwrap();
            assert!(words.contains(call.says[0]), "{}: not in {words}", call.name);
        }
        let received = &webhook.wait_for(n + 1).await[n];
        assert_eq!(received.json()["type"], call.kind, "{}", call.name);
        assert!(is_signed(received), "{}", call.name);
        let data = received.json()["data"].clone();
        let key = data["key"].as_str().unwrap();
        assert_eq!(shop.taken(key).await.event.kind.to_string(), call.kind, "{}", call.name);
        for name in ["slack", "telegram", "lark", "webhook"] {
            let (delivery, attempts) = shop.ended(key, name).await;
            assert_eq!(delivery.state, DeliveryState::Delivered, "{}: {name}", call.name);
            assert_eq!(attempts.len(), 1, "{}: {name}", call.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `make test-aws`, which builds the functions first"]
async fn thirty_concurrent_repeats_become_one_notification() {
    let sink = Sink::answering(200, "").await;
    let tables = format!("{SOURCES}{}", destination("sink", "webhook", &sink.url("/"), ""));
    let shop = Shop::open(Functions::Built, &tables).await;
    for call in calls() {
        let repeats = (0..30).map(|_| post(&shop, &call));
        for answer in futures_util::future::join_all(repeats).await {
            assert_eq!(text(&answer), (call.ack.0, call.ack.1.to_owned()), "{}", call.name);
        }
    }
    sink.wait_for(calls().len()).await;
    // Whatever was rung more than once has been heard after this.
    shop.drain().await;
    let mut keys: Vec<Value> =
        sink.received().iter().map(|r| r.json()["data"]["key"].clone()).collect();
    let all = keys.len();
    keys.sort_by_key(ToString::to_string);
    keys.dedup();
    assert_eq!((all, keys.len()), (calls().len(), calls().len()));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `make test-aws`, which builds the functions first"]
async fn the_door_refuses_by_the_table() {
    let shop = Shop::open(Functions::Built, SOURCES).await;
    let token = vec![("x-thueapi", "thueapi-token-0001".to_owned())];
    let wrong = vec![("x-thueapi", "someone-else".to_owned())];
    let full = "x".repeat(256 * 1024);
    for (method, path, headers, body, status, error) in [
        ("POST", "/hooks/thueapi/other", &token, "{}", 404, "not_found"),
        ("POST", "/hooks/thueapi/shop/more", &token, "{}", 404, "not_found"),
        ("PUT", "/hooks/thueapi/shop", &token, "{}", 405, "not_allowed"),
        ("DELETE", "/hooks/abaha/shop/order", &token, "", 405, "not_allowed"),
        ("GET", "/hooks/casso/shop", &token, "", 405, "not_allowed"),
        ("POST", "/hooks/thueapi/shop", &wrong, "{}", 401, "unauthorized"),
        ("POST", "/hooks/thueapi/shop", &vec![], "{}", 401, "unauthorized"),
        ("POST", "/hooks/thueapi/shop", &token, &format!("{full}x"), 413, "too_large"),
    ] {
        let answer = shop.call(method, path, headers, body.to_owned()).await;
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(
            (answer.status.as_u16(), said["error"].as_str()),
            (status, Some(error)),
            "{method} {path}"
        );
        let allow = answer.headers.get("allow").map(|value| value.to_str().unwrap().to_owned());
        let expected = match (status, path) {
            (405, "/hooks/thueapi/shop") => Some("POST, GET".to_owned()),
            (405, _) => Some("POST".to_owned()),
            _ => None,
        };
        assert_eq!(allow, expected, "{method} {path}");
    }
    // An unknown provider's is no hook, and the operators' API knows no such page.
    let answer = shop.call("POST", "/hooks/nobody/shop", &token, "{}").await;
    assert_eq!(answer.status, 404);
    let answer = shop.call("POST", "/hooks/thueapi/shop", &token, full).await;
    assert_eq!(answer.status, 200, "256 KiB to the byte are taken, and parked");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `make test-aws`, which builds the functions first"]
async fn poison_is_buried_with_its_reason_and_blocks_nobody() {
    let sink = Sink::answering(200, "").await;
    let tables = format!("{SOURCES}{}", destination("sink", "webhook", &sink.url("/"), ""));
    let shop = Shop::open(Functions::Built, &tables).await;
    shop.put("not an envelope").await;
    assert_eq!(post(&shop, &calls()[0]).await.status, 200);
    sink.wait_for(1).await;
    let (body, reason) = shop.buried().await;
    assert_eq!(body, "not an envelope");
    assert!(reason.contains("not an envelope this version can read"), "{reason}");
    shop.drain().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `make test-aws`, which builds the functions first"]
async fn a_failing_destination_is_tried_again_by_a_delayed_message() {
    let sink = Sink::start(|n, _| if n == 0 { (500, String::new()) } else { (200, String::new()) });
    let sink = sink.await;
    let more = "retry = { waits = [\"1s\"] }";
    let tables = format!("{SOURCES}{}", destination("sink", "webhook", &sink.url("/"), more));
    let shop = Shop::open(Functions::Built, &tables).await;
    assert_eq!(post(&shop, &calls()[0]).await.status, 200);
    let received = sink.wait_for(2).await;
    let id = |n: usize| received[n].headers["webhook-id"].clone();
    assert_eq!(id(0), id(1), "a retry carries the same id");
    let data = received[0].json()["data"].clone();
    let (delivery, attempts) = shop.ended(data["key"].as_str().unwrap(), "sink").await;
    assert_eq!((delivery.state, attempts.len()), (DeliveryState::Delivered, 2));
    shop.drain().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `make test-aws`, which builds the functions first"]
async fn functions_that_follow_their_code_serve_the_same_stack() {
    let sink = Sink::answering(200, "").await;
    let tables = format!("{SOURCES}{}", destination("sink", "webhook", &sink.url("/"), ""));
    let shop = Shop::open(Functions::Watched, &tables).await;
    let call = &calls()[0];
    let answer = post(&shop, call).await;
    assert_eq!(text(&answer), (call.ack.0, call.ack.1.to_owned()));
    let received = &sink.wait_for(1).await[0];
    assert_eq!(received.json()["type"], call.kind);
}
