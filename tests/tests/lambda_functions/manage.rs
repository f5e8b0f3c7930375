//! The operators' API through every front door: what is asked arrives, what is answered goes back in
//! the door's own form, and the line shows nothing it must not.

use std::sync::Arc;

use bytes::Bytes;
use console::access::{Scope, create};
use console::{Console, Door as ConsoleDoor};
use domain::{Clock as _, Port, PortError};
use http::{Request, Response};
use jiff::SignedDuration;
use lambda::{Doorway, Function as _};
use serde_json::{Value, json};
use testkit::clock::HandClock;
use testkit::desk;
use testkit::faults::Faults;
use testkit::world::{World, answer};

use crate::doors::{Call, DOORS, Door};
use crate::{invocation, process};

/// A console in memory, and its clock.
fn console() -> (Arc<Console>, Arc<HandClock>) {
    let (providers, channels) = (providers::ALL, channels::ALL);
    let world = World::new(providers, channels, Faults::none(), |_, _| Ok(answer(200, "")));
    let clock = Arc::clone(&world.clock);
    (desk::console(&world, providers, channels, Arc::new(|_| Ok(()))), clock)
}

/// What a door answers to an event, and the line, within so long.
async fn through(
    door: impl AsyncFn(Request<Bytes>) -> Response<Bytes>,
    event: &str,
    left: SignedDuration,
) -> (Value, Value) {
    let clock = Arc::new(HandClock::default());
    let doorway = Doorway::new(door, &process(&clock));
    let handled = doorway.handle(event, &invocation(&clock, left)).await;
    let reply = serde_json::to_value(handled.answer.unwrap()).unwrap();
    (reply, serde_json::from_str(&handled.line).unwrap())
}

const TEN: SignedDuration = SignedDuration::from_secs(10);

fn body(reply: &Value) -> Value {
    serde_json::from_str(reply["body"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_client_makes_a_webhook_through_every_front_door() {
    for door in DOORS {
        let (console, clock) = console();
        let (cabinet, entropy) = (console.cabinet.as_ref(), console.entropy.as_ref());
        let made =
            create(cabinet, entropy, "a shop", Scope::ALL.into(), clock.now()).await.unwrap();
        let served = ConsoleDoor::new(console);
        let ask = async |call: &Call, binary| {
            through(async |request| served.answer(request).await, &door.event(call, binary), TEN)
                .await
        };
        let (id, secret) = (&made.client.id, made.secret.expose());
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let said = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let (reply, line) = ask(&Call::new("POST", "/oauth2/token", &form, &said), true).await;
        assert_eq!(reply["statusCode"], 200, "{door:?} {reply}");
        assert_eq!((&line["path"], &line["method"]), (&json!("/oauth2/token"), &json!("POST")));
        let token = body(&reply)["access_token"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        let bearer = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let webhook = json!({
            "bank_account_id": 0, "name": "Cửa hàng", "event_type": "All", "is_verify_payment": 1,
            "authen_type": "Api_Key", "api_key": "an API key of the shop's",
            "request_content_type": "Json",
            "webhook_url": "https://shop.example/in",
        });
        let webhook = webhook.to_string();
        let (reply, line) =
            ask(&Call::new("POST", "/api/v1/webhooks", &bearer, &webhook), false).await;
        assert_eq!(reply["statusCode"], 201, "{door:?} {reply}");
        let id = body(&reply)["id"].as_u64().unwrap();
        let one = Call {
            query: "secret-page=1".to_owned(),
            ..Call::new("GET", &format!("/api/v1/webhooks/{id}"), &bearer, "")
        };
        let (reply, shown) = ask(&one, false).await;
        assert_eq!(
            body(&reply)["data"]["webhook_url"],
            "https://shop.example/in",
            "{door:?} {reply}"
        );
        assert_eq!(
            shown,
            json!({
                "timestamp": "2026-03-01T02:00:00.000Z", "level": "INFO", "message": "answered",
                "method": "GET", "path": "/api/v1/webhooks/*", "status": 200, "duration_ms": 0,
                "request_id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
                "xray_trace_id": "1-5759e988-bd862e3fe1be46a994272793",
            })
        );
        let (reply, refused) = ask(&Call::new("GET", "/api/v1/webhooks", &[], ""), false).await;
        assert_eq!((&reply["statusCode"], &refused["level"]), (&json!(401), &json!("WARN")));
        for line in [line, shown, refused].map(|line| line.to_string()) {
            for word in [secret, &token, "shop.example", "secret-page", &id.to_string()] {
                assert!(!line.contains(word), "{word}: {line}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_nowhere_is_the_apis_404_and_the_log_does_not_repeat_it() {
    let served = ConsoleDoor::new(console().0);
    for door in DOORS {
        for path in ["/hooks/nobody/shop", "/nguyen-van-an", "/api/v1/nothing"] {
            let event = door.event(&Call::new("GET", path, &[], ""), false);
            let (reply, line) =
                through(async |request| served.answer(request).await, &event, TEN).await;
            assert_eq!(reply["statusCode"], 404, "{path}");
            assert_eq!(body(&reply)["error"], "not_found", "{path}");
            assert_eq!((&line["path"], &line["level"]), (&json!("*"), &json!("INFO")), "{path}");
        }
    }
}

#[tokio::test]
async fn cookies_survive_both_ways_in_every_form() {
    for door in DOORS {
        let mut event: Value =
            serde_json::from_str(&door.event(&Call::new("GET", "/", &[], ""), false)).unwrap();
        match door {
            Door::RestApi => event["multiValueHeaders"] = json!({ "Cookie": ["a=1; b=2"] }),
            Door::HttpApi | Door::FunctionUrl => event["cookies"] = json!(["a=1", "b=2"]),
        }
        let echo = async |request: Request<Bytes>| {
            let said = request.headers()["cookie"].clone();
            let response =
                Response::builder().header("set-cookie", said).header("set-cookie", "c=3");
            response.body(Bytes::from_static(b"\x89PNG")).unwrap()
        };
        let (reply, _) = through(echo, &event.to_string(), TEN).await;
        let cookies = match door {
            Door::RestApi => &reply["multiValueHeaders"]["set-cookie"],
            Door::HttpApi | Door::FunctionUrl => &reply["cookies"],
        };
        assert_eq!(*cookies, json!(["a=1; b=2", "c=3"]), "{door:?}");
        assert_eq!((&reply["body"], &reply["isBase64Encoded"]), (&json!("iVBORw=="), &json!(true)));
    }
}

#[tokio::test]
async fn a_port_that_failed_is_told_in_the_line_alone() {
    let broken = async |_: Request<Bytes>| {
        let error = PortError::new(Port::Directory, "Scan was answered ThrottlingException");
        let mut response = Response::builder().status(503).body(Bytes::new()).unwrap();
        response.extensions_mut().insert(Arc::new(error));
        response
    };
    let event = Door::HttpApi.event(&Call::new("GET", "/api/v1/webhooks", &[], ""), false);
    let (reply, line) = through(broken, &event, TEN).await;
    assert!(!reply.to_string().contains("Throttling"), "{reply}");
    assert_eq!((&line["level"], &line["port"]), (&json!("ERROR"), &json!("directory")));
    let error = "the directory could not be reached: Scan was answered ThrottlingException";
    assert_eq!(line["error"], error);
}

#[tokio::test(start_paused = true)]
async fn whatever_hangs_breaks_or_is_too_large_is_answered_in_time() {
    let event = Door::HttpApi.event(&Call::new("GET", "/api/v1/webhooks", &[], ""), false);
    let hanging = async |_: Request<Bytes>| std::future::pending().await;
    let began = tokio::time::Instant::now();
    let late = through(hanging, &event, SignedDuration::from_millis(9_300)).await;
    let waited = began.elapsed().as_millis();
    assert!((9_000..=9_001).contains(&waited), "{waited}");
    let broken = async |_: Request<Bytes>| panic!("a memo that must not be in the log");
    let broken = through(broken, &event, TEN).await;
    let large = through(async |_| Response::new(vec![0; 5_000_000].into()), &event, TEN).await;
    for ((reply, line), error) in [
        (late, "answering took too long"),
        (broken, "a bug: the flow panicked; the log has a line that says where"),
        (large, "the answer is larger than Lambda takes"),
    ] {
        assert_eq!(
            (&reply["statusCode"], &reply["headers"]["retry-after"]),
            (&json!(503), &json!("5"))
        );
        assert_eq!(body(&reply)["error"], "unavailable");
        assert_eq!((&line["level"], &line["error"]), (&json!("ERROR"), &json!(error)));
    }
}

#[tokio::test]
async fn what_is_no_request_or_too_much_of_one_does_not_get_to_the_door() {
    let nobody = async |_: Request<Bytes>| -> Response<Bytes> { panic!("the door was asked") };
    let (reply, line) = through(nobody, r#"{"rawPath":"memo"}"#, TEN).await;
    assert_eq!(
        (&reply["statusCode"], &body(&reply)["error"]),
        (&json!(400), &json!("bad_request"))
    );
    assert_eq!((&line["reason"], line.get("_aws")), (&json!("this event has no method"), None));
    let large = "x".repeat(domain::MAX_BODY + 1);
    let event = Door::HttpApi.event(&Call::new("POST", "/api/v1/webhooks", &[], &large), false);
    let (reply, line) = through(nobody, &event, TEN).await;
    assert_eq!((&reply["statusCode"], &body(&reply)["error"]), (&json!(413), &json!("too_large")));
    assert_eq!(line["status"], 413);
}
