//! `/api/v1/events`: the log, one event, and what its deliveries are told to do.

use domain::{Event, Fact, Ledger as _, SourceId};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::contract::transfer;
use testkit::world::answer;

use crate::Place;
use crate::webhooks::but;

struct Shop {
    place: Place,
    token: String,
}

impl Shop {
    /// With one webhook at each of these paths.
    async fn open(paths: &[&str]) -> Self {
        let place = Place::answering(|n, sent| match sent.path.as_str() {
            "/refuses" => Ok(answer(400, "no")),
            "/recovers" if n < 2 => Ok(answer(503, "later")),
            _ => Ok(answer(200, r#"{"success":true}"#)),
        });
        let token = place.owner().await;
        for path in paths {
            let url = format!("https://example.com{path}");
            let body = but(json!({
                "name": path, "webhook_url": url, "event_type": "All",
                "retry_conditions": ["non_2xx_status_code"],
                "retry": { "every": "5m", "times": 2 },
            }));
            let made = place.call(&token, "POST", "/api/v1/webhooks", &body.to_string()).await;
            assert_eq!(made.status, 201, "{}", made.json);
        }
        Self { place, token }
    }

    /// Records a transfer and delivers what is to be delivered.
    async fn paid(&mut self, event: Event) {
        self.place.clock.advance(SignedDuration::from_secs(1));
        let event = Event { received: self.place.console.clock.now(), ..event };
        assert_eq!(self.place.world.ledger.claim(&event).await.unwrap(), domain::Claim::Fresh);
        let envelope = domain::Envelope::for_event(&event).unwrap();
        self.place.world.dispatch.handle(&envelope).await.unwrap();
    }

    async fn get(&self, path: &str) -> Value {
        let answered = self.place.call(&self.token, "GET", path, "").await;
        assert_eq!(answered.status, 200, "{path} {}", answered.json);
        answered.json
    }

    async fn post(&self, path: &str) -> (u16, Value) {
        let answered = self.place.call(&self.token, "POST", path, "").await;
        (answered.status.as_u16(), answered.json)
    }

    /// The keys of a part of the log.
    async fn keys(&self, query: &str) -> Vec<String> {
        let list = self.get(&format!("/api/v1/events{query}")).await;
        let data = list["data"].as_array().unwrap().iter();
        data.map(|event| event["key"].as_str().unwrap().replace("casso/shop/", "")).collect()
    }
}

fn memo(id: &str, amount: &str, text: &str) -> Event {
    let event = transfer(id, amount);
    let facts = event.facts.clone().with(Fact::Content, text.to_owned());
    Event { facts: facts.with(Fact::Reference, format!("FT{id}")), ..event }
}

#[tokio::test]
async fn the_log_is_newest_first_and_every_filter_narrows_it() {
    let mut shop = Shop::open(&["/takes", "/refuses"]).await;
    shop.paid(memo("1", "10000", "NGUYỄN VĂN ĐỨC chuyển DH1")).await;
    shop.paid(memo("2", "20000", "khác")).await;
    shop.paid(memo("3", "30000", "nguyen van duc")).await;
    let other = Event { source: SourceId::parse("sepay/two").unwrap(), ..memo("4", "40000", "x") };
    shop.paid(other).await;
    for (query, expected) in [
        ("", vec!["4", "3", "2", "1"]),
        ("?text=nguyen+van+%C4%91%E1%BB%A9c", vec!["3", "1"]),
        ("?text=DUC%20dh1", vec!["1"]),
        ("?source=casso/shop", vec!["3", "2", "1"]),
        ("?source=casso/shop,sepay/two&limit=2", vec!["4", "3"]),
        ("?kind=transfer.in&min_amount=20000&max_amount=30000", vec!["3", "2"]),
        ("?kind=out", vec![]),
        ("?reference=FT2", vec!["2"]),
        ("?account=88888888", vec!["4", "3", "2", "1"]),
        ("?account=8", vec![]),
        ("?state=waiting", vec!["4", "3", "2", "1"]),
        ("?state=held", vec![]),
        ("?until=2026-01-01", vec![]),
        ("?from=2026-03-01&until=2026-03-01", vec!["4", "3", "2", "1"]),
        ("?from=2026-03-01T09:00:03%2B07:00", vec!["4", "3"]),
        ("?from=&text=&cursor=", vec!["4", "3", "2", "1"]),
    ] {
        assert_eq!(shop.keys(query).await, expected, "{query}");
    }
    let first = shop.get("/api/v1/events?limit=3").await;
    let cursor = first["meta"]["next_cursor"].as_str().unwrap();
    assert_eq!(shop.keys(&format!("?limit=3&cursor={cursor}")).await, ["1"]);
    assert_eq!(shop.get("/api/v1/events").await["meta"]["next_cursor"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_asked_is_named_part_by_part() {
    let shop = Shop::open(&[]).await;
    for (query, field) in [
        ("from=yesterday", "from"),
        ("until=2026-02-30", "until"),
        ("source=shop", "source"),
        ("kind=nothing", "kind"),
        ("state=lost", "state"),
        ("destination=%C3%A1", "destination"),
        ("min_amount=many", "min_amount"),
        ("max_amount=1e999", "max_amount"),
        ("min_amount=50.000", "min_amount"),
        ("from=2026-03-03&until=2026-03-01", "until"),
        ("cursor=%2F", "cursor"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
    ] {
        let path = format!("/api/v1/events?{query}");
        let answered = shop.place.call(&shop.token, "GET", &path, "").await;
        assert_eq!(answered.status, 400, "{query}");
        assert_eq!(answered.json["error"], "validation_error");
        let named: Vec<&String> = answered.json["errors"].as_object().unwrap().keys().collect();
        assert_eq!(named, [field], "{query}");
    }
    let answered = shop.place.call(&shop.token, "GET", "/api/v1/events?page=1", "").await;
    assert_eq!(answered.status, 400);
    assert!(answered.json["message"].as_str().unwrap().contains("page"), "{}", answered.json);
}

#[tokio::test]
async fn one_event_has_every_attempt_and_the_providers_own_object() {
    let mut shop = Shop::open(&["/takes", "/refuses"]).await;
    let paid =
        Event { object: r#"{"id":1,"memo":"<b>ế</b>"}"#.to_owned(), ..memo("1", "10000", "x") };
    shop.paid(paid.clone()).await;
    let second = Event { received: shop.place.console.clock.now(), ..memo("1", "99", "x") };
    _ = shop.place.world.ledger.claim(&second).await.unwrap();
    let list = shop.get("/api/v1/events").await;
    let id = list["data"][0]["id"].as_str().unwrap();
    let whole = shop.get(&format!("/api/v1/events/{id}")).await["data"].clone();
    assert_eq!(whole["object"], json!({ "id": 1, "memo": "<b>ế</b>" }));
    assert_eq!((&whole["amount"], &whole["currency"]), (&"10000".into(), &"VND".into()));
    assert_eq!((&whole["verified"], &whole["in_conflict"]), (&true.into(), &true.into()));
    assert_eq!(whole["conflicts"][0]["fingerprint"], "transfer.in|99 VND");
    let states: Vec<(&Value, &Value)> = whole["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|delivery| (&delivery["name"], &delivery["state"]))
        .collect();
    let mut states = states;
    states.sort_by_key(|(name, _)| name.to_string());
    assert_eq!(
        states,
        [(&json!("/refuses"), &json!("waiting")), (&json!("/takes"), &json!("delivered"))]
    );
    assert_eq!(whole["attempts"].as_array().unwrap().len(), 2);
    let mut rest = whole.clone();
    rest.as_object_mut()
        .unwrap()
        .retain(|name, _| !["attempts", "conflicts", "object"].contains(&name.as_str()));
    assert_eq!(rest, shop.get("/api/v1/events").await["data"][0]);
    for id in ["x", "eA", "%20", "____"] {
        let answered =
            shop.place.call(&shop.token, "GET", &format!("/api/v1/events/{id}"), "").await;
        assert_eq!((answered.status.as_u16(), &answered.json["error"]), (404, &"not_found".into()));
    }
}

#[tokio::test]
async fn a_delivery_is_sent_again_and_a_new_webhook_gets_what_came_before_it() {
    let mut shop = Shop::open(&["/takes"]).await;
    shop.paid(memo("1", "10000", "x")).await;
    let list = shop.get("/api/v1/events").await;
    let id = list["data"][0]["id"].as_str().unwrap().to_owned();
    let webhook = list["data"][0]["deliveries"][0]["webhook_id"].clone();
    let resend = format!("/api/v1/events/{id}/deliveries/{webhook}/resend");
    assert_eq!(shop.post(&resend).await.0, 200);
    shop.place.world.drain().await;
    let sent = shop.place.world.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].headers.get("webhook-id"), sent[1].headers.get("webhook-id"));
    let whole = shop.get(&format!("/api/v1/events/{id}")).await["data"].clone();
    assert_eq!(
        (&whole["deliveries"][0]["attempts"], &whole["deliveries"][0]["state"]),
        (&2.into(), &"delivered".into())
    );

    let later = but(json!({ "name": "later", "webhook_url": "https://example.com/later" }));
    let made = shop.place.call(&shop.token, "POST", "/api/v1/webhooks", &later.to_string()).await;
    let new_one = format!("/api/v1/events/{id}/deliveries/{}/resend", made.json["id"]);
    assert_eq!(shop.post(&new_one).await.0, 200);
    shop.place.world.drain().await;
    let paths: Vec<String> = shop.place.world.sent().into_iter().map(|sent| sent.path).collect();
    assert_eq!(paths, ["/takes", "/takes", "/later"]);

    let webhook_path = format!("/api/v1/webhooks/{webhook}");
    assert_eq!(shop.post(&format!("{webhook_path}/pause")).await.0, 200);
    let (status, refused) = shop.post(&resend).await;
    assert_eq!((status, &refused["error"]), (409, &"conflict".into()));
    assert!(refused["message"].as_str().unwrap().starts_with("the webhook is paused"));
    let deleted = shop.place.call(&shop.token, "DELETE", &webhook_path, "").await;
    assert_eq!(deleted.status, 200);
    let (status, refused) = shop.post(&resend).await;
    assert_eq!((status, &refused["message"]), (409, &"the webhook was deleted".into()));
    let nobody = format!("/api/v1/events/{id}/deliveries/7/resend");
    assert_eq!(shop.post(&nobody).await.0, 404);
}

#[tokio::test]
async fn an_open_delivery_is_cancelled_and_one_that_ended_is_not() {
    let mut shop = Shop::open(&["/recovers"]).await;
    shop.paid(memo("1", "10000", "x")).await;
    let list = shop.get("/api/v1/events?state=waiting").await;
    let event = &list["data"][0];
    assert_eq!(event["deliveries"][0]["answered"], 1);
    assert!(event["deliveries"][0]["due"].is_string());
    let (id, webhook) = (event["id"].as_str().unwrap(), &event["deliveries"][0]["webhook_id"]);
    let cancel = format!("/api/v1/events/{id}/deliveries/{webhook}/cancel");
    assert_eq!(shop.post(&cancel).await.0, 200);
    let (status, again) = shop.post(&cancel).await;
    assert_eq!((status, &again["message"]), (409, &"it has ended already".into()));
    shop.place.world.drain().await;
    assert_eq!(shop.place.world.sent().len(), 1);
    let list = shop.get("/api/v1/events?state=cancelled").await;
    assert_eq!(list["data"][0]["deliveries"][0]["reason"], "cancelled by an operator");
}
