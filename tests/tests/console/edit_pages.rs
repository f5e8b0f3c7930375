//! Changing a destination on its page: what is there is shown but its secrets, what is left empty stays,
//! and no secret goes to an address that it was not given for.

use console::people::Role;
use domain::{DestinationRecord, Entries as _, Entry, Name, Number, Origin, Over};
use serde_json::{Value, json};

use crate::Place;
use crate::browser::Page;
use crate::webhooks::but;

const KEY: &str = "an API key of the shop's";

/// Makes a destination by the API; its page.
async fn made(place: &Place, body: &Value) -> String {
    let token = place.owner().await;
    let made = place.call(&token, "POST", "/api/v1/webhooks", &body.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.json);
    format!("/destinations/{}", made.json["id"])
}

/// What a form says again that a page shows.
fn seen(page: &Page) -> String {
    let (_, rest) = page.text.split_once(r#"name="seen" value=""#).expect("a form");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_webhook_is_changed_and_keeps_its_key_where_it_was_given_for() {
    let place = Place::open();
    let body = but(json!({ "min_amount": "5000", "timeout": "20s", "sources": ["casso/shop"] }));
    let one = made(&place, &body).await;
    let browser = place.signed_in(Role::Operator).await;
    assert!(browser.get(&one).await.has(&format!("{one}/edit")));
    let path = format!("{one}/edit");
    let form = browser.get(&path).await;
    for shown in [
        r#"value="Webhook Tích hợp website""#,
        r#"value="https://example.com/webhook/payment""#,
        r#"value="5000""#,
        r#"<option value="Api_Key" selected>"#,
        r#"<option value="In_only" selected>"#,
        r#"name="sources" value="casso/shop" checked"#,
        "Để trống: giữ cái đang dùng.",
    ] {
        assert!(form.has(shown), "{shown} {}", form.text);
    }
    for hidden in [KEY, "op&#39;s", "********"] {
        assert!(!form.has(hidden), "{hidden}");
    }
    let seen = seen(&form);
    let say = |more: &[(&'static str, &'static str)], what: &'static str| {
        let mut fields = vec![
            ("seen", seen.clone()),
            ("name", "Kho".to_owned()),
            ("webhook_url", "https://example.com/webhook/payment".to_owned()),
            ("authen_type", "Api_Key".to_owned()),
            ("event_type", "All".to_owned()),
        ];
        fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        fields.extend(more.iter().map(|(name, said)| (*name, (*said).to_owned())));
        fields.push(("do", what.to_owned()));
        fields
    };
    let post = async |more: &[(&'static str, &'static str)], what: &'static str| {
        let fields = say(more, what);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(n, said)| (*n, said.as_str())).collect();
        browser.post(&path, &fields).await
    };
    let before = place.records().await;

    // Tried with the key that stays, and not saved.
    let page = post(&[], "test").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.has("Gọi thử thành công") && page.has(r#"value="Kho""#) && !page.has(KEY));
    let sent = place.world.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].path, "/webhook/payment");
    assert_eq!(sent[0].headers["authorization"], format!("Apikey {KEY}"));
    assert_eq!(place.records().await, before, "nothing is saved by trying");

    // Another address, and the key was not said again.
    let elsewhere = ("webhook_url", "https://evil.example/webhook/payment");
    for what in ["test", "save"] {
        let page = post(&[elsewhere], what).await;
        assert_eq!(page.status, 400, "{what}");
        assert!(page.has("bí mật của địa chỉ cũ không tự đi theo"), "{}", page.text);
        assert!(page.has(r#"id="api_key-fault""#) && !page.has(KEY), "{}", page.text);
    }
    assert_eq!((place.world.sent().len(), place.records().await), (1, before.clone()));

    // Said again, it goes there; another one does, too.
    let page = post(&[elsewhere, ("api_key", "another key, typed")], "test").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(place.world.sent()[1].headers["authorization"], "Apikey another key, typed");
    let page = post(&[("name", " ")], "save").await;
    assert_eq!(page.status, 400);
    assert!(page.has(r#"id="name-fault""#), "{}", page.text);

    let page = post(&[("alarms", "1")], "save").await;
    assert_eq!(page.leads_to(), format!("{one}?done=changed"), "{}", page.text);
    let record = place.records().await.remove(0);
    for (key, expected) in [
        ("title", json!("Kho")),
        ("endpoint", json!("https://example.com/webhook/payment")),
        ("auth", json!({ "type": "apikey", "key": KEY })),
        ("events", json!(["payment"])),
        ("timeout", json!("20s")),
        ("alarms", json!(true)),
        // Emptied on the form.
        ("min_amount", Value::Null),
        ("sources", Value::Null),
        // As it was.
        ("name", before[0]["name"].clone()),
        ("created", before[0]["created"].clone()),
        ("verifies", json!(true)),
        ("retry_on", before[0]["retry_on"].clone()),
    ] {
        assert_eq!(record.get(key).unwrap_or(&Value::Null), &expected, "{key}");
    }
    // What was seen is not so any more.
    let page = post(&[("name", "Kho 2")], "save").await;
    assert_eq!(page.status, 409);
    assert!(
        page.has("Người khác vừa đổi nơi nhận này") && page.has(r#"value="Kho 2""#),
        "{}",
        page.text
    );
    assert_eq!(place.records().await[0]["title"], json!("Kho"), "nothing is written over");
    assert_ne!(self::seen(&page), seen, "who saves again has seen it");
    assert_eq!(place.records().await, [record]);
}

#[tokio::test]
async fn an_address_that_is_a_secret_stays_where_nothing_is_typed() {
    let slack = "https://hooks.slack.com/services/T0/B0/hide-me-0123456789";
    let lark = "https://open.larksuite.com/open-apis/bot/v2/hook/hide-me-0123456789";
    let common = json!({ "bank_account_id": 0, "name": "x", "event_type": "All",
                         "is_verify_payment": 0 });
    let with = |more: Value| {
        let mut all = common.clone();
        let more = more.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        all
    };
    type Fields = &'static [(&'static str, &'static str)];
    let cases: [(Value, Fields, Value); 6] = [
        // Everything is more than money in and out.
        (
            with(json!({ "channel": "slack", "webhook_url": slack, "events": ["all"] })),
            &[],
            json!({ "events": ["all"] }),
        ),
        (
            with(json!({ "channel": "slack", "webhook_url": slack, "events": ["order", "in"] })),
            &[("language", "en"), ("include_balance", "1")],
            json!({ "endpoint": slack, "language": "en", "include_balance": true,
                    "events": ["order", "in"] }),
        ),
        (
            with(json!({ "channel": "slack", "webhook_url": slack })),
            &[("webhook_url", "https://hooks.slack.com/services/T0/B0/new")],
            json!({ "endpoint": "https://hooks.slack.com/services/T0/B0/new" }),
        ),
        (
            with(json!({ "channel": "lark", "webhook_url": lark, "secret": "hide-me-too-01234" })),
            &[],
            json!({ "endpoint": lark, "secret": "hide-me-too-01234" }),
        ),
        (
            with(json!({ "channel": "lark", "webhook_url": lark, "secret": "hide-me-too-01234" })),
            &[("drop_secret", "1")],
            json!({ "endpoint": lark, "secret": null }),
        ),
        // The token goes to Telegram, whichever the chat is.
        (
            with(json!({ "channel": "telegram", "webhook_url": "-100", "thread": 7,
                         "bot_token": "12:hide-me-0123456789" })),
            &[("webhook_url", "-200")],
            json!({ "endpoint": "-200", "thread": null, "bot_token": "12:hide-me-0123456789" }),
        ),
    ];
    for (body, fields, expected) in cases {
        let place = Place::open();
        let one = made(&place, &body).await;
        let browser = place.signed_in(Role::Operator).await;
        let form = browser.get(&format!("{one}/edit")).await;
        assert!(!form.has("hide-me") && !form.has("********"), "{}", form.text);
        // What the form has no word for stays as it was said.
        let events = body.get("events").and_then(Value::as_array);
        let everything = events.is_some_and(|events| *events == [json!("all")]);
        assert_eq!(form.has(r#"value="everything" selected"#), everything, "{}", form.text);
        let events = events.filter(|_| !everything);
        let words = events.into_iter().flatten().filter_map(Value::as_str);
        let finer = format!("Như đang đặt: {}", words.collect::<Vec<_>>().join(", "));
        assert_eq!(form.has(&finer), events.is_some(), "{}", form.text);
        assert_eq!(form.has("Như đang đặt"), events.is_some(), "{}", form.text);
        let seen = seen(&form);
        let usual = [("seen", seen.as_str()), ("name", "x"), ("do", "save")];
        let page = browser.post(&format!("{one}/edit"), &[&usual, fields].concat()).await;
        assert_eq!(page.leads_to(), format!("{one}?done=changed"), "{fields:?} {}", page.text);
        let record = place.records().await.remove(0);
        for (key, expected) in expected.as_object().unwrap() {
            assert_eq!(record.get(key).unwrap_or(&Value::Null), expected, "{key}");
        }
    }
}

/// By the API, too: what stays where the address changes, and which field is to be said again.
#[tokio::test]
async fn no_secret_goes_along_to_an_address_that_it_was_not_given_for() {
    let moved = json!({ "webhook_url": "https://evil.example/" });
    let but_with = |more: Value| {
        let mut all = more;
        all["api_key"] = all.get("api_key").cloned().unwrap_or(Value::Null);
        but(all)
    };
    let oauth2 = but_with(json!({
        "authen_type": "OAuth2.0", "oauth2_access_token_url": "https://example.com/token",
        "oauth2_client_id": "us", "oauth2_client_secret": "0123456789abcdef",
    }));
    let header = but_with(json!({ "authen_type": "Header", "header_name": "x-token",
                                  "header_value": "0123456789abcdef" }));
    let hmac = but_with(json!({ "authen_type": "HMAC_SHA256", "secret_key": "0123456789abcdef",
                                "signing_secrets": ["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"] }));
    let headers = but_with(json!({ "authen_type": "No_Authen",
                                   "headers": { "x-shop": "0123456789abcdef" } }));
    let telegram = json!({
        "channel": "telegram", "bank_account_id": 0, "name": "x", "event_type": "All",
        "webhook_url": "-100", "is_verify_payment": 0, "bot_token": "12:0123456789abcdef",
    });
    let slack = json!({
        "channel": "slack", "bank_account_id": 0, "name": "x", "event_type": "All",
        "webhook_url": "https://hooks.slack.com/services/T/B/0123456789", "is_verify_payment": 0,
    });
    let and = |more: Value| {
        let mut all = moved.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    for (body, change, field) in [
        (but(json!({})), moved.clone(), Some("api_key")),
        (but(json!({})), and(json!({ "api_key": "********op's" })), Some("api_key")),
        (but(json!({})), and(json!({ "api_key": KEY })), None),
        (but(json!({})), and(json!({ "api_key": "another" })), None),
        (but(json!({})), json!({ "webhook_url": "https://EXAMPLE.com:443/webhook/payment" }), None),
        (
            but(json!({})),
            json!({ "webhook_url": "https://example.com/webhook/x" }),
            Some("api_key"),
        ),
        (but(json!({})), and(json!({ "authen_type": "No_Authen" })), None),
        (oauth2.clone(), moved.clone(), Some("oauth2_client_secret")),
        (
            oauth2.clone(),
            json!({ "oauth2_access_token_url": "https://evil.example/token" }),
            Some("oauth2_client_secret"),
        ),
        (oauth2.clone(), and(json!({ "oauth2_client_secret": "0123456789abcdef" })), None),
        (oauth2, json!({ "oauth2_client_id": "them" }), None),
        (header.clone(), moved.clone(), Some("header_value")),
        (header.clone(), json!({ "header_name": "x-other" }), None),
        (header, and(json!({ "header_value": "0123456789abcdef" })), None),
        (headers.clone(), moved.clone(), Some("headers")),
        (headers.clone(), and(json!({ "headers": { "x-shop": "********cdef" } })), Some("headers")),
        (headers.clone(), and(json!({ "headers": null })), None),
        (headers, and(json!({ "headers": { "x-shop": "0123456789abcdef" } })), None),
        // What only signs goes nowhere.
        (hmac, moved.clone(), None),
        (telegram.clone(), json!({ "api_base": "https://evil.example" }), Some("bot_token")),
        (telegram, json!({ "webhook_url": "-200" }), None),
        // A webhook's address is shown.
        (slack, json!({ "channel": "webhook" }), Some("webhook_url")),
    ] {
        let place = Place::open();
        let token = place.owner().await;
        let made = place.call(&token, "POST", "/api/v1/webhooks", &body.to_string()).await;
        assert_eq!(made.status, 201, "{} {}", body, made.json);
        let path = format!("/api/v1/webhooks/{}", made.json["id"]);
        let before = place.records().await;
        // SePay's PATCH needs nothing but what is to be changed.
        let sepays =
            field.is_some_and(|field| ["api_key", "oauth2_client_secret"].contains(&field));
        let both = [("POST", format!("{path}/test")), ("PATCH", path.clone())];
        for (method, path) in both.into_iter().take(if sepays { 1 } else { 2 }) {
            let answered = place.call(&token, method, &path, &change.to_string()).await;
            let expected = if field.is_some() { 400 } else { 200 };
            assert_eq!(answered.status, expected, "{method} {body} {change} {}", answered.json);
            let Some(field) = field else { continue };
            let errors = answered.json["errors"].as_object().unwrap();
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field], "{change}");
            assert_eq!(
                errors[field],
                "say it again: what was given for one address does not go along to another"
            );
        }
        if sepays {
            let changed = place.call(&token, "PATCH", &path, &change.to_string()).await;
            assert_eq!(changed.status, 200, "{change} {}", changed.json);
        } else if field.is_some() {
            assert_eq!((place.world.sent().len(), place.records().await), (0, before), "{change}");
        }
    }
}

#[tokio::test]
async fn what_comes_of_a_file_is_not_changed() {
    let place = Place::open();
    let record = DestinationRecord {
        name: "sales".to_owned(),
        channel: "slack".to_owned(),
        endpoint: Some(domain::Text::Text("https://hooks.slack.com/services/T/B/x".to_owned())),
        ..DestinationRecord::default()
    };
    let entry = Entry::destination(&record, Origin::File).unwrap();
    place.directory.put(&entry, Over::Nothing).await.unwrap();
    let one = format!("/destinations/{}", Number::of_destination(&Name::parse("sales").unwrap()));
    let browser = place.signed_in(Role::Owner).await;
    assert!(!browser.get(&one).await.has("/edit"));
    for what in ["get", "test", "save"] {
        let page = match what {
            "get" => browser.get(&format!("{one}/edit")).await,
            what => browser.post(&format!("{one}/edit"), &[("do", what), ("name", "x")]).await,
        };
        assert_eq!(page.status, 409, "{what}");
        assert!(page.has("nó đến từ tệp cấu hình"), "{}", page.text);
    }
    assert_eq!(place.world.sent().len(), 0);
}

#[tokio::test]
async fn a_chats_summary_is_set_named_where_it_is_no_hour_and_taken_away() {
    let place = Place::open();
    let slack = json!({
        "channel": "slack", "bank_account_id": 0, "name": "x", "event_type": "All",
        "webhook_url": "https://hooks.slack.com/services/T/B/0123456789", "is_verify_payment": 0,
    });
    let one = made(&place, &slack).await;
    let browser = place.signed_in(Role::Operator).await;
    let path = format!("{one}/edit");
    for (said, kept) in [("21:00", Some("21:00")), ("9h", None), ("", None)] {
        let form = browser.get(&path).await;
        let seen = seen(&form);
        let fields = [("seen", &*seen), ("name", "x"), ("event_type", "All"), ("summary", said)];
        let page = browser.post(&path, &[&fields[..], &[("do", "save")]].concat()).await;
        if said == "9h" {
            assert_eq!(page.status, 400, "{}", page.text);
            assert!(page.has(r#"id="summary-fault""#), "{}", page.text);
            continue;
        }
        assert_eq!(page.status, 303, "{}", page.text);
        let record = place.records().await.remove(0);
        assert_eq!(record.get("summary").and_then(Value::as_str), kept, "{said}");
        let shown = browser.get(&path).await.has(r#"value="21:00""#);
        assert_eq!(shown, kept.is_some(), "{said}");
    }
}
