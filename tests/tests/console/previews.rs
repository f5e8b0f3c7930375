//! What an event says at each destination, made and not sent: on its page and by the API.

use console::people::Role;
use domain::{Clock as _, Event, Fact, Ledger as _};
use serde_json::{Value, json};
use testkit::contract::transfer;
use testkit::world::answer;

use crate::Place;
use crate::webhooks::but;

const SECRET: &str = "hide-me-0123456789";

fn chat(channel: &str, url: &str, more: Value) -> Value {
    let mut body = json!({
        "channel": channel, "bank_account_id": 0, "name": channel, "event_type": "All",
        "webhook_url": url, "is_verify_payment": 0,
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn make(place: &Place, body: &Value) {
    let token = place.owner().await;
    let made = place.call(&token, "POST", "/api/v1/webhooks", &body.to_string()).await;
    assert_eq!(made.status, 201, "{} {}", body, made.json);
}

/// An event, claimed and delivered to whom it may concern; its id in addresses.
async fn happens(place: &mut Place, id: &str, memo: &str) -> String {
    let event = transfer(id, "1250000");
    let facts = event.facts.clone().with(Fact::Content, memo.to_owned());
    let event = Event { received: place.clock.now(), facts, ..event };
    _ = place.world.ledger.claim(&event).await.unwrap();
    let envelope = domain::Envelope::for_event(&event).unwrap();
    place.world.dispatch.handle(&envelope).await.unwrap();
    place.world.drain().await;
    let token = place.owner().await;
    let listed = place.call(&token, "GET", "/api/v1/events", "").await.json;
    listed["data"][0]["id"].as_str().unwrap().to_owned()
}

async fn previews(place: &Place, id: &str) -> Value {
    let token = place.owner().await;
    let path = format!("/api/v1/events/{id}/previews");
    let answered = place.call(&token, "GET", &path, "").await;
    assert_eq!(answered.status, 200, "{}", answered.json);
    answered.json
}

#[tokio::test]
async fn each_channel_says_it_its_way_and_nothing_that_proves_us() {
    let mut place = Place::answering(|_, _| Ok(answer(200, r#"{"ok":true,"success":true}"#)));
    let auth = json!({
        "authen_type": "OAuth2.0", "oauth2_access_token_url": "https://example.com/token",
        "oauth2_client_id": "us", "oauth2_client_secret": SECRET,
        "headers": { "x-shop": SECRET }, "api_key": null, "name": "webhook",
        "signing_secrets": ["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"],
    });
    let get = json!({ "method": "GET", "name": "get", "webhook_url": "https://example.com/?k=hide-me",
                      "authen_type": "No_Authen", "api_key": null });
    let lark = "https://open.larksuite.com/open-apis/bot/v2/hook/hide-me-0123456789";
    for body in [
        chat(
            "slack",
            "https://hooks.slack.com/services/T/B/hide-me-0123456789",
            json!({ "language": "en", "title_in": "Cash!" }),
        ),
        chat("telegram", "-100", json!({ "bot_token": "12:hide-me-0123456789" })),
        chat("lark", lark, json!({ "secret": SECRET })),
        but(auth),
        but(get),
    ] {
        make(&place, &body).await;
    }
    let id = happens(&mut place, "1", "DH1 <b>x</b>\u{202E}").await;
    let sent = place.world.sent().len();
    let shown = previews(&place, &id).await;
    let data = shown["data"].as_array().unwrap();
    let of = |name: &str| data.iter().find(|one| one["name"] == name).unwrap_or(&Value::Null);
    assert_eq!((data.len(), &shown["more"]), (5, &json!(0)), "{shown}");
    assert_eq!(
        of("slack")["message"],
        json!({
            "title": "Cash! · tingting",
            "amount": "+1,250,000 ₫",
            "lines": [
                "Account: 88888888",
                "Memo: DH1 <b>x</b>",
                "Time: 01/03/2026 09:00:00",
                "Source: casso/shop · tingting",
            ],
        })
    );
    assert_eq!(of("telegram")["message"]["title"], "Tiền vào · tingting");
    assert_eq!(of("telegram")["body"]["chat_id"], -100);
    assert_eq!(of("telegram")["body"]["parse_mode"], "HTML");
    assert_eq!(of("lark")["body"]["msg_type"], "interactive");
    assert_eq!(of("lark")["body"].get("sign"), None, "no signature: {}", of("lark"));
    assert_eq!(of("webhook")["message"], Value::Null, "a program reads it");
    assert_eq!(of("webhook")["body"]["type"], "transfer.in");
    assert_eq!(of("webhook")["body"]["data"]["amount"], "1250000");
    assert_eq!(of("get")["body"]["amount"], "1250000");
    assert_eq!(of("get")["body"].get("k"), None, "the address's own: {}", of("get"));
    assert!(data.iter().all(|one| one["delivery"] == true && one["fault"] == Value::Null));
    assert!(!shown.to_string().contains("hide-me"), "{shown}");

    let viewer = place.signed_in(Role::Viewer).await;
    let page = viewer.get(&format!("/events/{id}")).await;
    assert_eq!(page.text.matches(r#"<details class="preview">"#).count(), 5, "{}", page.text);
    for text in ["<strong>Cash! · tingting</strong>", "<p>Memo: DH1 &#60;b&#62;x&#60;/b&#62;</p>"]
    {
        assert!(page.has(text), "{text} {}", page.text);
    }
    for text in ["hide-me", "<b>x", "\u{202E}", "Cũng sẽ nhận"] {
        assert!(!page.has(text), "{text}");
    }
    assert_eq!(place.world.sent().len(), sent, "nothing is sent by looking");
}

#[tokio::test]
async fn who_would_get_it_is_told_apart_and_no_more_than_ten_are_made() {
    let mut place = Place::open();
    make(&place, &but(json!({ "name": "had it" }))).await;
    let id = happens(&mut place, "1", "DH1").await;
    for n in 0..12 {
        let url = format!("https://example.com/{n}");
        make(&place, &but(json!({ "name": format!("later {n}"), "webhook_url": url }))).await;
    }
    for (name, more) in [
        ("other way", json!({ "event_type": "Out_only" })),
        ("too much", json!({ "min_amount": 2_000_000 })),
        ("gets nothing", json!({ "active": 0 })),
    ] {
        let mut body = but(more);
        body["name"] = name.into();
        make(&place, &body).await;
    }
    let shown = previews(&place, &id).await;
    let data = shown["data"].as_array().unwrap();
    assert_eq!((data.len(), &shown["more"]), (10, &json!(3)));
    assert_eq!((&data[0]["name"], &data[0]["delivery"]), (&json!("had it"), &json!(true)));
    for one in &data[1..] {
        assert!(one["name"].as_str().unwrap().starts_with("later "), "{one}");
        assert_eq!(one["delivery"], false);
    }
    let browser = place.signed_in(Role::Viewer).await;
    let page = browser.get(&format!("/events/{id}")).await;
    assert!(page.has("Cũng sẽ nhận nếu đến bây giờ") && page.has("Còn 3 nơi nhận khác."));
    assert_eq!(page.text.matches(r#"<details class="preview">"#).count(), 10);
    assert_eq!(place.world.sent().len(), 1);
}

#[tokio::test]
async fn a_long_object_is_shown_by_its_beginning() {
    let mut place = Place::open();
    make(&place, &but(json!({}))).await;
    let id = happens(&mut place, "1", &"ế".repeat(100_000)).await;
    let shown = previews(&place, &id).await;
    let body = shown["data"][0]["body"].as_str().unwrap();
    assert!(body.len() < 66_000, "{}", body.len());
    let browser = place.signed_in(Role::Viewer).await;
    let page = browser.get(&format!("/events/{id}")).await;
    let (_, preview) = page.text.split_once(r#"<details class="preview">"#).unwrap();
    let preview = preview.split("</details>").next().unwrap();
    assert!((4_000..6_000).contains(&preview.chars().count()), "{}", preview.chars().count());
}
