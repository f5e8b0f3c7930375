//! The operators' API through the deployed template: its first client, tokens, a webhook that then gets
//! what comes; and all that is no hook's.

use std::sync::Arc;

use aws::ManagePorts;
use console::access::{self, Scope};
use domain::{Answer, Clock, DeliveryState, Entropy};
use serde_json::{Value, json};
use testkit::clock::SeededEntropy;
use testkit::sink::Sink;
use testkit::stack::Functions;

use crate::shop::{Machine, Shop};
use crate::{SOURCES, calls, post};

/// What the function `manage` has, with an operator's rights.
fn ports(shop: &Shop) -> ManagePorts {
    let said = |name: &str| {
        Some(match name {
            "AWS_REGION" => "ap-southeast-1".to_owned(),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => "test".to_owned(),
            "AWS_ENDPOINT_URL" => shop.stack.endpoint().to_owned(),
            "TINGTING_DIRECTORY_TABLE" => shop.stack.output("DirectoryTable").to_owned(),
            "TINGTING_LEDGER_TABLE" => shop.stack.output("LedgerTable").to_owned(),
            "TINGTING_QUEUE_URL" => shop.stack.output("QueueUrl").to_owned(),
            "TINGTING_FIRST_CLIENT" => shop.stack.output("FirstClientSecretArn").to_owned(),
            _ => return None,
        })
    };
    let clock: Arc<dyn Clock> = Arc::new(Machine);
    ManagePorts::open(&said, &clock, &entropy(), vec!["casso"]).unwrap()
}

fn entropy() -> Arc<dyn Entropy> {
    Arc::new(SeededEntropy::new(11))
}

fn read(answer: &Answer) -> (u16, Value) {
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
}

/// What `/oauth2/token` says to a client.
async fn token(shop: &Shop, id: &str, secret: &str) -> (u16, Value) {
    let form = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    let said = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .extend_pairs([("client_id", id), ("client_secret", secret)])
        .finish();
    read(&shop.call("POST", "/oauth2/token", &form, said).await)
}

async fn ask(shop: &Shop, token: &Value, method: &str, path: &str, body: Value) -> (u16, Value) {
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer), ("content-type", "application/json".to_owned())];
    read(&shop.call(method, path, &headers, body.to_string()).await)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `make test-aws`, which builds the functions first"]
async fn the_first_client_makes_a_webhook_that_gets_what_comes_thereafter() {
    let sink = Sink::answering(200, r#"{"success":true}"#).await;
    let shop = Shop::open(Functions::Built, SOURCES).await;
    let (status, said) = read(&shop.call("GET", "/api/v1/nothing", &[], "").await);
    assert_eq!((status, &said["error"]), (404, &json!("not_found")));
    for (path, status) in [
        ("/", 303),
        ("/signin", 200),
        ("/hooks/nobody/shop", 404),
        ("/hooks/casso", 404),
        ("/static/a.js", 404),
    ] {
        assert_eq!(shop.call("GET", path, &[], "").await.status, status, "{path}");
    }
    let ports = ports(&shop);
    let first: Value =
        serde_json::from_str(&ports.first_client.read().await.unwrap().unwrap()).unwrap();
    let (id, secret) =
        (first["client_id"].as_str().unwrap(), first["client_secret"].as_str().unwrap());
    let (status, refused) = token(&shop, id, "a-guess").await;
    assert_eq!(status, 401, "{refused}");
    let (status, first) = token(&shop, id, secret).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["scope"], Scope::ALL.map(Scope::word).join(" "));

    let webhook = json!({
        "bank_account_id": 0, "name": "Cửa hàng", "event_type": "All", "authen_type": "Api_Key",
        "api_key": "an API key of the shop's", "request_content_type": "Json",
        "webhook_url": sink.url("/in"), "is_verify_payment": 1, "channel": "webhook",
    });
    let (status, made) = ask(&shop, &first, "POST", "/api/v1/webhooks", webhook.clone()).await;
    assert_eq!(status, 201, "{made}");
    let mut private = webhook;
    private["webhook_url"] = json!("http://10.0.0.1/in");
    let (status, refused) = ask(&shop, &first, "POST", "/api/v1/webhooks", private).await;
    assert_eq!((status, &refused["error"]), (400, &json!("validation_error")), "{refused}");

    let call = &calls()[0];
    assert_eq!(post(&shop, call).await.status, 200);
    let received = &sink.wait_for(1).await[0];
    assert_eq!(received.headers["authorization"], "Apikey an API key of the shop's");
    let key = received.json()["data"]["key"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/webhooks/{}", made["id"]);
    let (_, shown) = ask(&shop, &first, "GET", &path, Value::Null).await;
    let destination = shown["data"]["destination"].as_str().unwrap();
    assert_eq!(shop.ended(&key, destination).await.0.state, DeliveryState::Delivered);

    let (status, list) =
        ask(&shop, &first, "GET", "/api/v1/events?state=delivered&limit=1", Value::Null).await;
    assert_eq!((status, &list["data"][0]["key"]), (200, &json!(key)), "{list}");
    let event = list["data"][0]["id"].as_str().unwrap();
    let again = format!("/api/v1/events/{event}/deliveries/{}/resend", made["id"]);
    assert_eq!(ask(&shop, &first, "POST", &again, Value::Null).await.0, 200);
    let twice = sink.wait_for(2).await;
    assert_eq!(twice[0].headers["webhook-id"], twice[1].headers["webhook-id"]);
    let (status, paused) = ask(&shop, &first, "POST", &format!("{path}/pause"), Value::Null).await;
    assert_eq!((status, &paused["data"]["standing"]["mode"]), (200, &json!("paused")), "{paused}");
    assert_eq!(ask(&shop, &first, "POST", &format!("{path}/resume"), json!({})).await.0, 200);
    let (status, tried) = ask(&shop, &first, "POST", &format!("{path}/test"), json!({})).await;
    assert_eq!((status, &tried["data"]["delivered"]), (200, &json!(true)), "{tried}");
    let source = json!({ "provider": "casso", "name": "second" });
    let (status, source) = ask(&shop, &first, "POST", "/api/v1/sources", source).await;
    assert_eq!(status, 201, "{source}");
    let url = source["data"]["url"].as_str().unwrap();
    assert!(url.ends_with("/hooks/casso/second"), "{url}");
    let (status, changes) = ask(&shop, &first, "GET", "/api/v1/changes", Value::Null).await;
    assert_eq!((status, changes["data"].as_array().unwrap().len()), (200, 6), "{changes}");

    // As `tingting clients` does, with --stack.
    let (cabinet, now) = (ports.cabinet.as_ref(), Machine.now());
    let scopes = [Scope::WebhookRead, Scope::WebhookDelete].into();
    let second = access::create(cabinet, entropy().as_ref(), "another", scopes, now).await.unwrap();
    assert!(access::revoke(cabinet, id, now).await.unwrap());
    assert_eq!(token(&shop, id, secret).await.0, 401);
    assert_eq!(ask(&shop, &first, "GET", "/api/v1/webhooks", Value::Null).await.0, 401);
    let (_, second) = token(&shop, &second.client.id, second.secret.expose()).await;
    assert_eq!(ask(&shop, &second, "PATCH", &path, json!({})).await.0, 403);
    assert_eq!(ask(&shop, &second, "DELETE", &path, Value::Null).await.0, 200);
    let (status, left) = ask(&shop, &second, "GET", "/api/v1/webhooks?page=1", Value::Null).await;
    assert_eq!((status, &left["data"]), (200, &json!([])), "{left}");
}
