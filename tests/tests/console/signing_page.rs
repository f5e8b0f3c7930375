//! A webhook's signing secret on its page: made, shown once, made anew with an overlap, and retired.

use console::people::Role;
use domain::{DestinationRecord, Entries as _, Entry, Name, Number, Origin, Over, Text};
use serde_json::json;

use crate::Place;
use crate::browser::{Browser, Page};
use crate::webhooks::but;

/// The secret that a page shows.
fn secret(page: &Page) -> String {
    assert_eq!(page.status, 200, "{}", page.text);
    let (_, rest) = page.text.split_once(r#"id="the-secret">"#).expect("a secret is shown");
    rest.split('<').next().unwrap().to_owned()
}

/// By how many secrets a test call is signed.
async fn signatures(place: &Place, browser: &Browser<'_>, one: &str) -> usize {
    let page = browser.post(&format!("{one}/test"), &[]).await;
    assert!(page.has("Gọi thử thành công"), "{}", page.text);
    let sent = place.world.sent().pop().unwrap();
    let signature = sent.headers.get("webhook-signature");
    signature.map_or(0, |value| value.to_str().unwrap().split(' ').count())
}

#[tokio::test]
async fn a_signing_secret_is_made_shown_once_rotated_and_retired() {
    let place = Place::open();
    let token = place.owner().await;
    let made = place.call(&token, "POST", "/api/v1/webhooks", &but(json!({})).to_string()).await;
    let one = format!("/destinations/{}", made.json["id"]);
    let browser = place.signed_in(Role::Operator).await;
    let (rotate, retire) = (format!("{one}/rotate"), format!("{one}/retire"));
    let page = browser.get(&one).await;
    assert!(page.has("chưa được ký") && page.has(&rotate) && !page.has(&retire), "{}", page.text);
    assert_eq!(signatures(&place, &browser, &one).await, 0);

    let made = browser.post(&rotate, &[]).await;
    assert_eq!(made.headers["cache-control"], "no-store");
    let back = format!("back={}\"", one.replace('/', "%2F"));
    assert!(made.has(&back), "the other language is asked for by GET: {}", made.text);
    let first = secret(&made);
    assert!(first.starts_with("whsec_") && first.len() > 40, "{first}");
    assert_eq!(signatures(&place, &browser, &one).await, 1);
    let one_alone = browser.post(&retire, &[]).await;
    assert_eq!(one_alone.status, 409);
    assert!(one_alone.has("chỉ có một khóa ký"), "{}", one_alone.text);

    let second = secret(&browser.post(&rotate, &[]).await);
    assert_ne!(first, second);
    // A page that is loaded again says its form again.
    let third = browser.post(&rotate, &[]).await;
    assert_eq!(third.status, 409);
    assert!(third.has("đang có hai khóa ký") && !third.has("whsec_"), "{}", third.text);
    assert_eq!(place.records().await[0]["signing_secrets"], json!([second, first]));
    let page = browser.get(&one).await;
    assert!(page.has(&retire) && !page.has(&rotate), "{}", page.text);
    assert!(!page.has(&first) && !page.has(&second), "shown once: {}", page.text);
    assert_eq!(signatures(&place, &browser, &one).await, 2);

    let page = browser.post(&retire, &[]).await;
    assert_eq!(page.leads_to(), format!("{one}?done=retired"));
    assert!(browser.get(page.leads_to()).await.has("Chỉ còn khóa mới nhất ký"));
    assert_eq!(signatures(&place, &browser, &one).await, 1);
    assert_eq!(place.records().await[0]["signing_secrets"], json!([second]));
}

#[tokio::test]
async fn what_is_of_a_file_or_signs_nothing_offers_none_and_viewers_see_none() {
    let place = Place::open();
    let token = place.owner().await;
    let slack = json!({
        "bank_account_id": 0, "name": "Chat", "event_type": "All", "is_verify_payment": 0,
        "channel": "slack", "webhook_url": "https://hooks.slack.com/services/T0/B0/x",
    });
    let slack = place.call(&token, "POST", "/api/v1/webhooks", &slack.to_string()).await;
    let hook = place.call(&token, "POST", "/api/v1/webhooks", &but(json!({})).to_string()).await;
    let [slack, hook] = [slack, hook].map(|made| format!("/destinations/{}", made.json["id"]));
    let browser = place.signed_in(Role::Operator).await;
    assert!(!browser.get(&slack).await.has("/rotate"));
    let refused = browser.post(&format!("{slack}/rotate"), &[]).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let record = DestinationRecord {
        name: "erp".to_owned(),
        channel: "webhook".to_owned(),
        endpoint: Some(Text::Text("https://erp.example/in".to_owned())),
        ..DestinationRecord::default()
    };
    let entry = Entry::destination(&record, Origin::File).unwrap();
    place.directory.put(&entry, Over::Nothing).await.unwrap();
    let file = format!("/destinations/{}", Number::of_destination(&Name::parse("erp").unwrap()));
    assert!(!browser.get(&file).await.has("/rotate"));
    assert_eq!(browser.post(&format!("{file}/rotate"), &[]).await.status, 409);
    let viewer = place.signed_in(Role::Viewer).await;
    assert!(!viewer.get(&hook).await.has("/rotate"));
}
