//! What days brought, and the accounts that were seen.

use domain::{Clock as _, Event, Fact, Ledger as _, Number, SourceId};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::contract::transfer;

use crate::Place;

async fn get(place: &Place, path: &str) -> (u16, Value) {
    let token = place.owner().await;
    let answered = place.call(&token, "GET", path, "").await;
    (answered.status.as_u16(), answered.json)
}

/// A shop that is paid 1,000 in each of 30 hours, swept as a process does.
pub(crate) async fn shop() -> Place {
    let mut place = Place::open();
    let token = place.owner().await;
    let form = json!({ "provider": "casso", "name": "shop", "silence": "off" }).to_string();
    assert_eq!(place.call(&token, "POST", "/api/v1/sources", &form).await.status, 201);
    for n in 0..30 {
        let now = place.clock.now();
        let event = transfer(&n.to_string(), "1000");
        let facts = event.facts.clone().with(Fact::VirtualAccount, format!("VA{}", n % 2));
        let event = Event { received: now, facts, ..event };
        _ = place.world.ledger.claim(&event).await.unwrap();
        place.world.ledger.take(&event.key, false).await.unwrap();
        place.world.live(now + SignedDuration::from_hours(1)).await;
    }
    place
}

#[tokio::test]
async fn days_are_vietnams_and_add_up_closed_hours_and_open_ones() {
    let place = shop().await;
    // From 09:00 on the first of March, Vietnam's time.
    let (status, answer) = get(&place, "/api/v1/statistics").await;
    assert_eq!(status, 200, "{answer}");
    let days: Vec<(&str, &Value, &Value)> = answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| (day["day"].as_str().unwrap(), &day["events"], &day["money"][0]["sum_in"]))
        .collect();
    assert_eq!(
        days,
        [("2026-03-02", &json!(15), &json!("15000")), ("2026-03-01", &json!(15), &json!("15000"))]
    );
    let first = &answer["data"][1]["sources"][0];
    assert_eq!(
        (&first["source"], &first["accounts"][0]["account"]),
        (&"casso/shop".into(), &"88888888".into())
    );
    assert_eq!(first["accounts"][0]["money"][0]["count_in"], 15);
    assert_eq!(answer["meta"]["partial"], false);
    let (_, one) = get(&place, "/api/v1/statistics?from=2026-03-01&until=2026-03-01").await;
    assert_eq!(one["data"], json!([answer["data"][1]]));
    let (_, twice) = get(&place, "/api/v1/statistics?source=casso/shop,casso/shop").await;
    assert_eq!(twice, answer);
    let (_, none) = get(&place, "/api/v1/statistics?source=sepay/none").await;
    assert_eq!(none["data"], json!([]));
    for (query, field) in [
        ("from=x", "from"),
        ("until=2026-02-30", "until"),
        ("from=2026-03-02&until=2026-03-01", "from"),
        ("from=2020-01-01", "from"),
        ("source=x", "source"),
    ] {
        let (status, answer) = get(&place, &format!("/api/v1/statistics?{query}")).await;
        assert_eq!(status, 400, "{query}");
        assert!(answer["errors"][field].is_string(), "{query} {answer}");
    }
}

#[tokio::test]
async fn accounts_that_moved_money_are_listed_with_their_numbers() {
    let place = shop().await;
    let (status, answer) = get(&place, "/api/v1/bank-accounts").await;
    assert_eq!(status, 200, "{answer}");
    let source = SourceId::parse("casso/shop").unwrap();
    let id = |account: &str| Number::of_virtual_account(&source, account).get();
    let expected = [
        json!({ "id": id("VA0"), "account": "VA0" }),
        json!({ "id": id("VA1"), "account": "VA1" }),
    ];
    assert_eq!(
        answer["data"],
        json!([{
            "id": Number::of_account(&source, "88888888").get(),
            "source": "casso/shop",
            "account": "88888888",
            "bank": null,
            "virtual_accounts": expected,
        }])
    );
}
