//! What somebody has to look at, on the pages: parked calls with what came, read again; conflicts, told of
//! as events of their own.

use console::people::Role;
use domain::{Event, Ledger as _, Log as _, Parked, SourceId};
use jiff::SignedDuration;
use serde_json::json;
use testkit::contract::transfer;

use crate::Place;
use crate::webhooks::new;

const SHOP: &str = "/sources/casso/shop";
/// How a call came, as the ledger keeps it.
const CONTEXT: &str = r#"{"method":"POST","tail":"","query":"","content_type":"application/json"}"#;

async fn shop() -> Place {
    let place = Place::open();
    let token = place.owner().await;
    for (path, body) in [
        ("/api/v1/sources", json!({ "provider": "casso", "name": "shop" })),
        ("/api/v1/webhooks", new()),
    ] {
        let made = place.call(&token, "POST", path, &body.to_string()).await;
        assert_eq!(made.status, 201, "{}", made.json);
    }
    place
}

/// Parks a call, and says where it is read again.
async fn park(place: &Place, body: &'static str, reason: &str) -> String {
    let id = SourceId::parse("casso/shop").unwrap();
    let parked = Parked { bytes: body.as_bytes().into(), reason: reason.to_owned() };
    let now = place.console.clock.now();
    assert!(place.world.ledger.park(&id, &parked, CONTEXT, now).await.unwrap());
    let log: &dyn domain::Log = place.world.ledger.as_ref();
    let all = log.parked(&id, 9).await.unwrap();
    let call = all.into_iter().find(|call| call.parked == parked).unwrap();
    format!("{SHOP}/parked/{}/read", call.id)
}

#[tokio::test]
async fn a_parked_call_is_shown_with_what_came_and_read_again() {
    let mut place = shop().await;
    let bad = r#"{"id":7,"amount":"<b>nothing</b>","description":"x"}"#;
    let still = park(&place, bad, "no amount").await;
    let good = r#"{"id":8,"amount":50000,"description":"DH1"}"#;
    let again = park(&place, good, "an older version's").await;
    let browser = place.signed_in(Role::Operator).await;
    let overview = browser.get("/").await;
    assert!(overview.has(&format!("{SHOP}#parked")) && overview.has("casso/shop: 2 lời gọi"));
    let page = browser.get(SHOP).await;
    for shown in ["&#60;b&#62;nothing", "no amount", "an older version", &still, &again] {
        assert!(page.has(shown), "{shown} {}", page.text);
    }
    let page = browser.post(&still, &[]).await;
    assert_eq!(page.leads_to(), format!("{SHOP}?done=unread"));
    assert!(browser.get(page.leads_to()).await.has("Vẫn chưa đọc được"));
    let page = browser.post(&again, &[]).await;
    assert_eq!(page.leads_to(), format!("{SHOP}?done=read"));
    let page = browser.get(page.leads_to()).await;
    assert!(page.has("Đã đọc được") && page.has(&still) && !page.has(&again), "{}", page.text);
    assert_eq!(browser.post(&again, &[]).await.status, 404);
    let viewer = place.signed_in(Role::Viewer).await;
    let page = viewer.get(SHOP).await;
    assert!(page.has("no amount") && !page.has("/read"), "{}", page.text);
    drop((browser, viewer));
    place.world.drain().await;
    assert_eq!(place.world.sent().len(), 1);
}

#[tokio::test]
async fn what_came_with_anothers_key_is_told_of_as_an_event_of_its_own() {
    let mut place = shop().await;
    let ledger = place.world.ledger.clone();
    let now = place.console.clock.now();
    let first = Event { received: now, ..transfer("1", "5000") };
    _ = ledger.claim(&first).await.unwrap();
    _ = ledger.claim(&Event { received: now, ..transfer("1", "9000") }).await.unwrap();
    let long_ago = now - SignedDuration::from_hours(8 * 24);
    let long_ago = Event { received: long_ago, ..transfer("1", "7000") };
    _ = ledger.claim(&long_ago).await.unwrap();
    let browser = place.signed_in(Role::Operator).await;
    let overview = browser.get("/").await;
    assert!(overview.has("1 xung đột trong 7 ngày qua"), "{}", overview.text);
    assert!(overview.has("/sources/casso/shop#conflicts"), "{}", overview.text);
    let token = place.owner().await;
    let log = place.call(&token, "GET", "/api/v1/events", "").await.json;
    let one = format!("/events/{}", log["data"][0]["id"].as_str().unwrap());
    let listed = browser.get(SHOP).await.text;
    assert_eq!(listed.matches(&format!("<a href=\"{one}\">")).count(), 2, "{listed}");
    let page = browser.get(&one).await;
    assert_eq!(page.text.matches("Báo riêng").count(), 2, "{}", page.text);
    let other = ledger.history(&first.key).await.unwrap().unwrap().conflicts;
    let other = other.iter().find(|other| other.received == now).unwrap();
    let fingerprint = other.fingerprint();
    let fields = [("fingerprint", fingerprint.as_str())];
    let release = format!("{one}/release");
    let released = browser.post(&release, &fields).await;
    assert!(released.leads_to().ends_with("?done=released"), "{}", released.text);
    let page = browser.get(released.leads_to()).await;
    assert!(page.has("9.000") && page.has("Đã báo riêng"), "{}", page.text);
    assert_eq!(browser.post(&release, &fields).await.status, 404);
    assert_eq!(browser.post(&release, &[("fingerprint", "x")]).await.status, 404);
    assert!(!browser.get("/").await.has("xung đột"), "the old one is not urged on anybody");
    let viewer = place.signed_in(Role::Viewer).await;
    assert!(!viewer.get(&one).await.has("Báo riêng"));
    drop((browser, viewer));
    place.world.drain().await;
    assert_eq!(place.world.sent().len(), 1);
}
