//! `/api/v1/sources`: made with a secret that is shown once, rotated without a refused call, disabled.

use domain::Entries as _;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use crate::Place;

struct Shop {
    place: Place,
    token: String,
}

impl Shop {
    async fn open() -> Self {
        let place = Place::open();
        let token = place.owner().await;
        Self { place, token }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let answered = self.place.call(&self.token, method, path, &body.to_string()).await;
        (answered.status.as_u16(), answered.json)
    }

    /// What Casso is answered that calls with this key, by a process that has just started.
    async fn hook(&mut self, secret: &str) -> u16 {
        self.place.world.restart();
        let mut headers = HeaderMap::new();
        headers.insert("secure-token", secret.parse().unwrap());
        let body = br#"{"error":0,"data":[]}"#;
        let ack = self.place.world.hook(&Method::POST, "/hooks/casso/shop", &headers, body).await;
        ack.status.as_u16()
    }
}

const SHOP: &str = "/api/v1/sources/casso/shop";

#[tokio::test]
async fn a_source_is_made_called_rotated_disabled_and_removed() {
    let mut shop = Shop::open().await;
    let form = json!({ "provider": "casso", "name": "shop", "code_pattern": "DH[0-9]+" });
    let (status, made) = shop.call("POST", "/api/v1/sources", form.clone()).await;
    assert_eq!(status, 201, "{made}");
    let data = &made["data"];
    assert_eq!(data["url"], "https://hooks.example.com/hooks/casso/shop");
    assert_eq!(
        data["paste"],
        json!([
            { "field": "Webhook URL", "value": "https://hooks.example.com/hooks/casso/shop" },
            { "field": "Key bảo mật", "value": "(secret)" },
        ])
    );
    let first = data["secret"].as_str().unwrap().to_owned();
    assert!(first.len() >= 40, "{first}");
    assert_eq!(shop.hook(&first).await, 200);
    let (_, again) = shop.call("POST", "/api/v1/sources", form).await;
    assert_eq!(again["errors"]["name"], "there is a source of this name already");

    let (status, rotated) = shop.call("POST", &format!("{SHOP}/rotate"), json!({})).await;
    assert_eq!((status, &rotated["data"]["secrets"]), (200, &2.into()), "{rotated}");
    let second = rotated["data"]["secret"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!((shop.hook(&first).await, shop.hook(&second).await), (200, 200));
    assert_eq!(shop.call("POST", &format!("{SHOP}/retire"), json!({})).await.0, 200);
    assert_eq!((shop.hook(&first).await, shop.hook(&second).await), (401, 200));
    let (status, refused) = shop.call("POST", &format!("{SHOP}/retire"), json!({})).await;
    assert_eq!((status, &refused["error"]), (409, &"conflict".into()));

    assert_eq!(shop.call("PATCH", SHOP, json!({ "active": false })).await.0, 200);
    assert_eq!(shop.hook(&second).await, 404);
    let (_, shown) = shop.call("GET", SHOP, json!({})).await;
    assert_eq!(shown["data"]["paste"], data["paste"], "what to type can be looked up again");
    assert_eq!(
        (&shown["data"]["active"], &shown["data"]["code_pattern"]),
        (&false.into(), &"DH[0-9]+".into())
    );
    assert_eq!(
        shop.call("PATCH", SHOP, json!({ "active": true, "code_pattern": "" })).await.0,
        200
    );
    assert_eq!(shop.hook(&second).await, 200);
    let (_, shown) = shop.call("GET", SHOP, json!({})).await;
    assert_eq!(shown["data"]["code_pattern"], Value::Null);

    let (_, list) = shop.call("GET", "/api/v1/sources", json!({})).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    for secret in [&first, &second] {
        assert!(!list.to_string().contains(secret) && !shown.to_string().contains(secret));
    }
    assert_eq!(shop.call("DELETE", SHOP, json!({})).await.0, 200);
    assert_eq!(shop.hook(&second).await, 404);
    assert_eq!(shop.call("GET", SHOP, json!({})).await.0, 404);
}

#[tokio::test]
async fn who_makes_the_secret_is_the_providers_to_say() {
    let shop = Shop::open().await;
    let make = async |form: Value| shop.call("POST", "/api/v1/sources", form).await;
    for (form, status, secret) in [
        (json!({ "provider": "thueapi", "name": "a" }), 400, false),
        (json!({ "provider": "thueapi", "name": "a", "secret": "theirs" }), 201, false),
        (json!({ "provider": "appotapay", "name": "a" }), 400, false),
        (json!({ "provider": "sepay", "name": "a", "auth": "hmac" }), 400, false),
        (json!({ "provider": "sepay", "name": "a", "auth": "api_key" }), 201, true),
        (
            json!({ "provider": "sepay", "name": "b", "auth": "oauth2", "client_id": "x" }),
            201,
            true,
        ),
        (json!({ "provider": "sepay", "name": "c", "auth": "none" }), 201, false),
        (json!({ "provider": "abaha", "name": "a" }), 201, true),
        (json!({ "provider": "abaha", "name": "b", "secret": "said" }), 201, false),
    ] {
        let (found, answer) = make(form.clone()).await;
        assert_eq!(found, status, "{form} {answer}");
        assert_eq!(answer["data"]["secret"].is_string(), secret, "{form}");
        if status == 400 {
            assert!(answer["errors"]["secret"].as_str().unwrap().starts_with("is required"));
        }
    }
    for (form, field) in [
        (json!({ "provider": "momo", "name": "a", "secret": "x" }), "provider"),
        (json!({ "provider": "casso", "name": "Á" }), "name"),
        (json!({ "provider": "casso", "name": "x", "code_pattern": "(" }), "code_pattern"),
        (json!({ "provider": "casso", "name": "x", "silence": "1m" }), "silence"),
        (json!({ "provider": "sepay", "name": "x", "secret": "x" }), "auth"),
    ] {
        let (status, answer) = make(form.clone()).await;
        assert_eq!((status, &answer["error"]), (400, &"validation_error".into()), "{form}");
        assert!(answer["errors"][field].is_string(), "{form} {answer}");
    }
    let (status, answer) =
        make(json!({ "provider": "casso", "name": "x", "secrets": ["y"] })).await;
    assert_eq!(status, 400);
    assert!(answer["message"].as_str().unwrap().contains("secrets"), "{answer}");
}

#[tokio::test]
async fn of_thueapi_the_token_that_is_said_is_retired_and_no_other() {
    let shop = Shop::open().await;
    let form = json!({ "provider": "thueapi", "name": "a", "secret": "of account 1" });
    assert_eq!(shop.call("POST", "/api/v1/sources", form).await.0, 201);
    let call = async |what: &str, body: Value| {
        shop.call("POST", &format!("/api/v1/sources/thueapi/a/{what}"), body).await
    };
    assert_eq!(call("retire", json!({ "secret": "of account 1" })).await.0, 409);
    for secret in ["of account 2", "of account 3"] {
        assert_eq!(call("rotate", json!({ "secret": secret })).await.0, 200);
    }
    for (secret, said) in [
        ("of account 2", "is taken already"),
        ("of account\u{200B} 4", "has characters that cannot be seen; copy it again"),
    ] {
        let (status, answer) = call("rotate", json!({ "secret": secret })).await;
        assert_eq!((status, &answer["errors"]["secret"]), (400, &said.into()), "{answer}");
    }
    for (body, said) in [
        (json!({}), "say which one: each bank account has a token of its own"),
        (json!({ "secret": " " }), "say which one: each bank account has a token of its own"),
        (json!({ "secret": "of account 4" }), "is none of this source's"),
    ] {
        let (status, answer) = call("retire", body).await;
        assert_eq!((status, &answer["errors"]["secret"]), (400, &said.into()), "{answer}");
    }
    assert_eq!(call("retire", json!({ "secret": "of account 2" })).await.0, 200);
    let entries = shop.place.directory.entries().await.unwrap();
    let record: Value = serde_json::from_str(&entries[0].record).unwrap();
    assert_eq!(record["secrets"], json!(["of account 3", "of account 1"]));
}
