//! The overview: what the day brought, by the same adding up as the statistics.

use console::people::Role;
use domain::{Clock as _, Event, Kind, Ledger as _};
use testkit::contract::transfer;

use crate::statistics::shop;

#[tokio::test]
async fn the_day_adds_up_closed_hours_and_the_open_one_without_test_calls_and_unknown_kinds() {
    let place = shop().await;
    let now = place.clock.now();
    let at = |id: &str, amount: &str| Event { received: now, ..transfer(id, amount) };
    for event in [
        Event { kind: Kind::TransferOut, ..at("out", "2500") },
        Event { test: true, ..at("test", "99999") },
        Event { kind: Kind::Unknown, money: None, ..at("unknown", "1") },
    ] {
        _ = place.world.ledger.claim(&event).await.unwrap();
    }
    let browser = place.signed_in(Role::Viewer).await;
    let page = browser.get("/").await;
    let text = page.text.replace('\u{A0}', " ");
    // Since midnight fifteen closed hours of 1,000 each; since 16:00 of the day before 23 of them.
    for said in ["15.000 ₫", "2.500 ₫", "Số giao dịch: 15", "Số giao dịch: 1<", "tổng 24"]
    {
        assert!(text.contains(said), "{said} {text}");
    }
    assert!(!text.contains("99.999"), "{text}");
}
