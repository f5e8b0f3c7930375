//! `/api/v1/webhooks` as SePay's document describes it (providers.md §3, *Served by us*).

use console::access::Scope;
use domain::{
    DestinationRecord, Directory as _, Edited, Entries as _, Entry, Event, Fact, Facts, Listed,
    Name, Number, Origin, Over, SourceId,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::contract::transfer;

use crate::Place;

/// What SePay's document says a new one must have.
pub(crate) fn new() -> Value {
    json!({
        "bank_account_id": 0,
        "name": "Webhook Tích hợp website",
        "event_type": "In_only",
        "authen_type": "Api_Key",
        "api_key": "an API key of the shop's",
        "request_content_type": "Json",
        "webhook_url": "https://example.com/webhook/payment",
        "is_verify_payment": 1,
    })
}

/// The same, with these fields; null takes one away.
pub(crate) fn but(changes: Value) -> Value {
    let mut body = new();
    for (name, value) in changes.as_object().unwrap().clone() {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(&name);
        } else {
            body[name] = value;
        }
    }
    body
}

struct Shop {
    place: Place,
    token: String,
}

impl Shop {
    async fn open() -> Self {
        let place = Place::open();
        let token = place.token(&place.client(&Scope::ALL).await).await;
        Self { place, token }
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let answered = self.place.call(&self.token, method, path, &body.to_string()).await;
        (answered.status.as_u16(), answered.json)
    }

    /// Makes one; its path.
    async fn make(&self, body: &Value) -> String {
        let (status, answer) = self.call("POST", "/api/v1/webhooks", body).await;
        assert_eq!((status, &answer["status"]), (201, &"success".into()), "{answer}");
        assert_eq!(answer["id"], answer["data"]["id"]);
        format!("/api/v1/webhooks/{}", answer["id"])
    }

    async fn show(&self, path: &str) -> Value {
        let (status, answer) = self.call("GET", path, &json!({})).await;
        assert_eq!((status, &answer["status"]), (200, &"success".into()), "{answer}");
        answer["data"].clone()
    }

    async fn record(&self) -> Value {
        let mut records = self.place.records().await;
        assert_eq!(records.len(), 1);
        records.remove(0)
    }
}

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_deleted_as_the_document_says() {
    let shop = Shop::open().await;
    let path = shop.make(&new()).await;
    let id: u64 = path.rsplit('/').next().unwrap().parse().unwrap();
    let name = shop.record().await["name"].as_str().unwrap().to_owned();
    assert_eq!(Number::new(id), Some(Number::of_destination(&Name::parse(&name).unwrap())));
    let shown = json!({
        "id": id,
        "bank_account_id": 0,
        "name": "Webhook Tích hợp website",
        "event_type": "In_only",
        "authen_type": "Api_Key",
        "api_key": "********op's",
        "request_content_type": "Json",
        "webhook_url": "https://example.com/webhook/payment",
        "is_verify_payment": true,
        "skip_if_no_code": false,
        "retry_conditions": { "non_2xx_status_code": 0 },
        "only_va": false,
        "active": true,
        "created_at": "2026-03-01 09:00:00",
        "bank_sub_account_ids": [],
        "destination": name,
        "origin": "operator",
        "channel": "webhook",
        "events": ["in"],
    });
    assert_eq!(shop.show(&path).await, shown);
    let (status, list) = shop.call("GET", "/api/v1/webhooks", &json!({})).await;
    let pagination = json!({ "total": 1, "per_page": 20, "current_page": 1, "last_page": 1 });
    let expected =
        json!({ "status": "success", "data": [shown], "meta": { "pagination": pagination } });
    assert_eq!((status, list), (200, expected));

    let change = json!({
        "name": "Kho", "event_type": "All", "skip_if_no_code": "1", "active": false,
        "retry_conditions": ["non_2xx_status_code"], "only_va": 1, "bank_sub_account_ids": ["25", 26],
        "bank_account_id": "19", "request_content_type": "multipart_form-data",
    });
    let (status, answer) = shop.call("PATCH", &path, &change).await;
    assert_eq!((status, &answer["status"]), (200, &"success".into()), "{answer}");
    let changed = shop.show(&path).await;
    for (field, expected) in [
        ("name", json!("Kho")),
        ("event_type", json!("All")),
        ("skip_if_no_code", json!(true)),
        ("active", json!(false)),
        ("retry_conditions", json!({ "non_2xx_status_code": 1 })),
        ("only_va", json!(true)),
        ("bank_sub_account_ids", json!([25, 26])),
        ("bank_account_id", json!(19)),
        ("request_content_type", json!("multipart_form-data")),
        ("created_at", json!("2026-03-01 09:00:00")),
        ("api_key", json!("********op's")),
        ("is_verify_payment", json!(true)),
    ] {
        assert_eq!(changed[field], expected, "{field}");
    }

    let (status, answer) = shop.call("DELETE", &path, &json!({})).await;
    assert_eq!((status, &answer["status"]), (200, &"success".into()), "{answer}");
    for method in ["GET", "PATCH", "DELETE"] {
        let (status, answer) = shop.call(method, &path, &json!({})).await;
        assert_eq!((status, &answer["error"]), (404, &"not_found".into()), "{method}");
    }
}

#[tokio::test]
async fn what_the_fields_say_is_what_the_destination_does() {
    let shop = Shop::open().await;
    let account = Number::of_account(&SourceId::parse("casso/shop").unwrap(), "1017588888").get();
    let body = but(json!({
        "bank_account_id": account, "event_type": "All", "only_va": 1, "skip_if_no_code": true,
        "bank_sub_account_ids": [5], "retry_conditions": { "non_2xx_status_code": 1 },
    }));
    shop.make(&body).await;
    let listed = shop.place.directory.destinations().await.unwrap();
    let [Listed::Ready(destination)] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!(destination.channel, "webhook");
    assert!(destination.verifies && destination.active);
    assert!(destination.filter.virtual_only && destination.filter.skip_without_code);
    let numbers = |list: &[Number]| list.iter().map(|n| n.get()).collect::<Vec<_>>();
    assert_eq!(numbers(&destination.filter.account_numbers), [account]);
    assert_eq!(numbers(&destination.filter.virtual_account_numbers), [5]);
    assert!(destination.retry_on.non_2xx);
}

#[tokio::test]
async fn an_account_and_its_virtual_accounts_are_known_by_their_numbers() {
    let source = SourceId::parse("casso/shop").unwrap();
    let (account, virtual_account) = (
        Number::of_account(&source, "1017588888").get(),
        Number::of_virtual_account(&source, "VA25").get(),
    );
    let event = |account: Option<&str>, virtual_account: Option<&str>| {
        let facts = Facts::default()
            .with(Fact::Account, account.map(str::to_owned))
            .with(Fact::VirtualAccount, virtual_account.map(str::to_owned));
        Event { facts, ..transfer("1", "5000") }
    };
    let [plain, onto_va, other, elsewhere, none] = [
        event(Some("1017588888"), None),
        event(Some("1017588888"), Some("VA25")),
        event(Some("1017588888"), Some("VA26")),
        event(Some("1017588889"), Some("VA25")),
        event(None, None),
    ];
    let events = [&plain, &onto_va, &other, &elsewhere, &none];
    for (asked, wanted) in [
        (json!({}), [true, true, true, true, true]),
        (json!({ "bank_account_id": account }), [true, true, true, false, false]),
        // One that nobody has seen yet.
        (json!({ "bank_account_id": 19 }), [false; 5]),
        (
            json!({ "only_va": 1, "bank_sub_account_ids": [virtual_account] }),
            [false, true, false, true, false],
        ),
        (
            json!({ "bank_account_id": account, "bank_sub_account_ids": [virtual_account, 7] }),
            [false, true, false, false, false],
        ),
    ] {
        let shop = Shop::open().await;
        shop.make(&but(asked.clone())).await;
        let listed = shop.place.directory.destinations().await.unwrap();
        let [Listed::Ready(destination)] = &listed[..] else { panic!("{listed:?}") };
        assert_eq!(events.map(|event| destination.filter.wants(event)), wanted, "{asked}");
    }
}

#[tokio::test]
async fn every_way_of_proving_ourselves_has_its_fields() {
    for (asked, kept, shown) in [
        (
            json!({ "authen_type": "No_Authen", "api_key": null }),
            Value::Null,
            json!({ "authen_type": "No_Authen" }),
        ),
        (
            json!({}),
            json!({ "type": "apikey", "key": "an API key of the shop's" }),
            json!({ "authen_type": "Api_Key", "api_key": "********op's" }),
        ),
        (
            json!({
                "authen_type": "OAuth2.0", "api_key": null, "request_content_type": null,
                "oauth2_access_token_url": "https://example.com/token", "oauth2_client_id": "us",
                "oauth2_client_secret": "0123456789abcdef",
            }),
            json!({
                "type": "oauth2", "token_url": "https://example.com/token", "client_id": "us",
                "client_secret": "0123456789abcdef",
            }),
            json!({
                "authen_type": "OAuth2.0", "oauth2_access_token_url": "https://example.com/token",
                "oauth2_client_id": "us", "oauth2_client_secret": "********cdef",
            }),
        ),
        (
            json!({ "authen_type": "HMAC_SHA256", "api_key": null, "secret_key": "whsec_0123456789ab" }),
            json!({ "type": "sepay_hmac", "secret": "whsec_0123456789ab" }),
            json!({ "authen_type": "HMAC_SHA256", "secret_key": "********89ab" }),
        ),
        (
            json!({
                "authen_type": "Header", "api_key": null, "header_name": "x-token",
                "header_value": "0123456789abcdef",
            }),
            json!({ "type": "header", "name": "x-token", "value": "0123456789abcdef" }),
            json!({
                "authen_type": "Header", "header_name": "x-token", "header_value": "********cdef",
            }),
        ),
    ] {
        let shop = Shop::open().await;
        let path = shop.make(&but(asked)).await;
        assert_eq!(shop.record().await["auth"], kept);
        let all = shop.show(&path).await;
        for (field, expected) in shown.as_object().unwrap() {
            assert_eq!(all[field], *expected);
        }
        // What was read is sent back: nothing changes, no mask becomes a secret.
        let (status, answer) = shop.call("PATCH", &path, &all).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(shop.record().await["auth"], kept);
        assert_eq!(shop.show(&path).await, all);
    }
}

#[tokio::test]
async fn a_change_of_proof_must_be_whole() {
    let shop = Shop::open().await;
    let path = shop.make(&new()).await;
    let (status, answer) = shop.call("PATCH", &path, &json!({ "authen_type": "OAuth2.0" })).await;
    assert_eq!((status, &answer["error"]), (400, &"validation_error".into()));
    let fields: Vec<&String> = answer["errors"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["oauth2_access_token_url", "oauth2_client_id", "oauth2_client_secret"]);
    let (status, _) =
        shop.call("PATCH", &path, &json!({ "api_key": "another key of theirs" })).await;
    assert_eq!(status, 200);
    assert_eq!(shop.record().await["auth"]["key"], "another key of theirs");
    let (status, _) = shop.call("PATCH", &path, &json!({ "authen_type": "No_Authen" })).await;
    assert_eq!(status, 200);
    assert_eq!(shop.record().await["auth"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_taken_is_named_field_by_field_and_nothing_is_kept() {
    let shop = Shop::open().await;
    for (body, expected) in [
        (
            json!({}),
            vec![
                "authen_type",
                "bank_account_id",
                "event_type",
                "is_verify_payment",
                "name",
                "webhook_url",
            ],
        ),
        (but(json!({ "name": "" })), vec!["name"]),
        (but(json!({ "name": "  " })), vec!["name"]),
        (but(json!({ "name": 5 })), vec!["name"]),
        (but(json!({ "name": "ế".repeat(256) })), vec!["name"]),
        (but(json!({ "bank_account_id": -1 })), vec!["bank_account_id"]),
        (but(json!({ "bank_account_id": 1.5 })), vec!["bank_account_id"]),
        (but(json!({ "bank_account_id": "x" })), vec!["bank_account_id"]),
        (but(json!({ "bank_account_id": 9_007_199_254_740_992_u64 })), vec!["bank_account_id"]),
        (but(json!({ "event_type": "in" })), vec!["event_type"]),
        (but(json!({ "authen_type": "Basic" })), vec!["authen_type"]),
        (but(json!({ "api_key": null })), vec!["api_key"]),
        (but(json!({ "api_key": "" })), vec!["api_key"]),
        (but(json!({ "request_content_type": null })), vec!["request_content_type"]),
        (but(json!({ "request_content_type": "xml" })), vec!["request_content_type"]),
        (but(json!({ "is_verify_payment": 2 })), vec!["is_verify_payment"]),
        (but(json!({ "is_verify_payment": "yes" })), vec!["is_verify_payment"]),
        (but(json!({ "only_va": 1 })), vec!["bank_sub_account_ids"]),
        (but(json!({ "only_va": 1, "bank_sub_account_ids": [] })), vec!["bank_sub_account_ids"]),
        (but(json!({ "bank_sub_account_ids": 5 })), vec!["bank_sub_account_ids"]),
        (but(json!({ "bank_sub_account_ids": [0] })), vec!["bank_sub_account_ids"]),
        (but(json!({ "retry_conditions": ["often"] })), vec!["retry_conditions"]),
        (but(json!({ "retry_conditions": { "often": 1 } })), vec!["retry_conditions"]),
        (but(json!({ "webhook_url": "https://10.0.0.1/" })), vec!["webhook_url"]),
        (but(json!({ "nonsense": 1, "channel": "webhook" })), vec!["nonsense"]),
        (but(json!({ "channel": "fax" })), vec!["channel"]),
        (but(json!({ "language": "fr" })), vec!["language"]),
        (but(json!({ "headers": { "a b": "c" } })), vec!["headers"]),
        (but(json!({ "min_amount": [] })), vec!["min_amount"]),
        (but(json!({ "retry": { "ladder": "other" } })), vec!["retry"]),
    ] {
        let (status, answer) = shop.call("POST", "/api/v1/webhooks", &body).await;
        assert_eq!(
            (status, &answer["error"]),
            (400, &"validation_error".into()),
            "{body}: {answer}"
        );
        let fields: Vec<&String> = answer["errors"].as_object().unwrap().keys().collect();
        assert_eq!(fields, expected, "{body}: {answer}");
    }
    for body in ["", "[]", "5", "{", "\u{0}", "{\"name\": \"\u{ffff}\" x"] {
        let answered = shop.place.call(&shop.token, "POST", "/api/v1/webhooks", body).await;
        let error = (answered.status.as_u16(), answered.json["error"].as_str().unwrap());
        assert_eq!(error, (400, "validation_error"), "{body:?}");
    }
    assert_eq!(shop.place.records().await, [Value::Null; 0]);
}

#[tokio::test]
async fn other_channels_are_managed_by_the_same_calls_and_show_no_secret() {
    let shop = Shop::open().await;
    let slack = "https://hooks.slack.com/services/T0/B0/hide-me-0123456789";
    let path = shop
        .make(&json!({
            "channel": "slack", "bank_account_id": 0, "name": "Bán hàng", "event_type": "All",
            "webhook_url": slack, "is_verify_payment": 0,
            "title_in": "Tiền vào rồi", "language": "en", "include_balance": true, "summary": "21:00",
        }))
        .await;
    let shown = shop.show(&path).await;
    assert_eq!(shown["webhook_url"], "********6789");
    assert_eq!((&shown["language"], &shown["summary"]), (&"en".into(), &"21:00".into()));
    assert!(!shown.to_string().contains("hide-me"));
    let (status, answer) = shop.call("PATCH", &path, &shown).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(shop.record().await["endpoint"], slack);
    // Nobody finds out what is masked by asking for parts of it.
    for (part, total) in [("hooks.slack", 0), ("hide-me", 0), ("6789", 1)] {
        let path = format!("/api/v1/webhooks?webhook_url={part}");
        let (_, list) = shop.call("GET", &path, &json!({})).await;
        assert_eq!(list["meta"]["pagination"]["total"], total, "{part}");
    }
    let (status, answer) = shop.call("PATCH", &path, &json!({ "title_in": null })).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(shop.record().await.get("title_in"), None);
    let (status, answer) = shop.call("PATCH", &path, &json!({ "summary": "00:00" })).await;
    assert_eq!((status, &shop.record().await["summary"]), (200, &"00:00".into()), "{answer}");
    for (channel, summary, said) in [
        ("slack", "21:30", "\"21:30\" is no whole hour of the day; write one of Vietnam's"),
        ("webhook", "21:00", "a webhook gets none, only chats do; remove it"),
    ] {
        let mut asked =
            but(json!({ "channel": channel, "summary": summary, "webhook_url": slack }));
        if channel == "slack" {
            for key in ["authen_type", "api_key", "request_content_type"] {
                asked.as_object_mut().unwrap().remove(key);
            }
        }
        let (status, answer) = shop.call("POST", "/api/v1/webhooks", &asked).await;
        assert_eq!(status, 400, "{channel}: {answer}");
        assert!(answer.to_string().replace('\\', "").contains(said), "{channel}: {answer}");
    }
    let (status, answer) = shop.call("PATCH", &path, &json!({ "summary": null })).await;
    assert_eq!((status, shop.record().await.get("summary")), (200, None), "{answer}");
}

#[tokio::test]
async fn headers_may_hold_secrets_and_are_masked() {
    let shop = Shop::open().await;
    let path = shop.make(&but(json!({ "headers": { "x-shop": "hide-me-0123456789" } }))).await;
    let shown = shop.show(&path).await;
    assert_eq!(shown["headers"], json!({ "x-shop": "********6789" }));
    let (status, answer) = shop.call("PATCH", &path, &shown).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(shop.record().await["headers"], json!({ "x-shop": "hide-me-0123456789" }));
    // One more, beside a mask; and then one less.
    let more = json!({ "headers": { "x-shop": "********6789", "x-new": "1" } });
    assert_eq!(shop.call("PATCH", &path, &more).await.0, 200);
    let kept = json!({ "x-shop": "hide-me-0123456789", "x-new": "1" });
    assert_eq!(shop.record().await["headers"], kept);
    let less = json!({ "headers": { "x-shop": "********6789" } });
    assert_eq!(shop.call("PATCH", &path, &less).await.0, 200);
    assert_eq!(shop.record().await["headers"], json!({ "x-shop": "hide-me-0123456789" }));
    // However the header is written.
    let shouted = json!({ "headers": { "X-Shop": "********6789" } });
    assert_eq!(shop.call("PATCH", &path, &shouted).await.0, 200);
    assert_eq!(shop.record().await["headers"], json!({ "X-Shop": "hide-me-0123456789" }));
    // A mask that stands for nothing.
    for headers in [json!({ "x-other": "********6789" }), json!({ "x-shop": "********" })] {
        let (status, answer) = shop.call("PATCH", &path, &json!({ "headers": headers })).await;
        let why = "has a mask that stands for nothing here; say the secret itself";
        assert_eq!((status, &answer["errors"]["headers"]), (400, &why.into()), "{answer}");
    }
    assert_eq!(shop.record().await["headers"], json!({ "X-Shop": "hide-me-0123456789" }));
}

#[tokio::test]
async fn the_list_is_filtered_and_paged() {
    let shop = Shop::open().await;
    for n in 0..23 {
        let body = but(json!({
            "name": format!("số {n}"), "active": n % 2,
            "webhook_url": format!("https://example.com/{}/{n}", if n < 5 { "kho" } else { "web" }),
            "api_key": format!("key of their number {n}"),
        }));
        shop.make(&body).await;
        shop.place.clock.advance(SignedDuration::from_secs(1));
    }
    for (query, total, page, last, names) in [
        ("", 23, 1, 2, "22 21"),
        ("?page=2", 23, 2, 2, "2 1"),
        ("?page=3", 23, 3, 2, ""),
        ("?limit=5&page=2", 23, 2, 5, "17 16"),
        ("?limit=1000", 23, 1, 1, "22 21"),
        ("?webhook_url=/kho/", 5, 1, 1, "4 3"),
        ("?webhook_url=/kho/&active=1", 2, 1, 1, "3 1"),
        ("?active=0&limit=3", 12, 1, 4, "22 20"),
        ("?api_key=key%20of%20their%20number%207", 1, 1, 1, "7"),
        ("?api_key=key%20of%20their", 0, 1, 1, ""),
        ("?api_key=********er%207", 0, 1, 1, ""),
    ] {
        let (status, list) =
            shop.call("GET", &format!("/api/v1/webhooks{query}"), &json!({})).await;
        assert_eq!(status, 200, "{query}: {list}");
        let pagination = &list["meta"]["pagination"];
        let told = [&pagination["total"], &pagination["current_page"], &pagination["last_page"]];
        assert_eq!(told, [&json!(total), &json!(page), &json!(last)], "{query}");
        let found: Vec<&str> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .take(2)
            .map(|webhook| webhook["name"].as_str().unwrap().strip_prefix("số ").unwrap())
            .collect();
        assert_eq!(found.join(" "), names, "{query}");
    }
    for query in [
        "?page=1&page=2",
        "?active=%ff&active=1",
        "?page=0",
        "?page=x",
        "?limit=-1",
        "?active=2",
        "?page=99999999999999999999999",
    ] {
        let (status, list) =
            shop.call("GET", &format!("/api/v1/webhooks{query}"), &json!({})).await;
        assert_eq!((status, &list["error"]), (400, &"validation_error".into()), "{query}");
    }
    let query = "?page=18446744073709551615";
    let (status, list) = shop.call("GET", &format!("/api/v1/webhooks{query}"), &json!({})).await;
    assert_eq!((status, &list["data"]), (200, &json!([])));
}

#[tokio::test]
async fn what_a_file_says_is_shown_and_left_alone() {
    let shop = Shop::open().await;
    let record = DestinationRecord {
        name: "sales".to_owned(),
        channel: "preview".to_owned(),
        ..DestinationRecord::default()
    };
    let entry = Entry::destination(&record, Origin::File).unwrap();
    let put = shop.place.directory.put(&entry, Over::Nothing).await.unwrap();
    assert_eq!(put, Edited::Done);
    let id = Number::of_destination(&Name::parse("sales").unwrap());
    let path = format!("/api/v1/webhooks/{id}");
    let shown = shop.show(&path).await;
    assert_eq!((&shown["origin"], &shown["name"]), (&json!("file"), &json!("sales")));
    for method in ["PATCH", "DELETE"] {
        let (status, answer) = shop.call(method, &path, &json!({ "name": "x" })).await;
        assert_eq!((status, &answer["error"]), (409, &"read_only".into()), "{method}");
    }
    assert_eq!(shop.show(&path).await, shown);
}

#[tokio::test]
async fn an_id_that_is_none_is_nowhere() {
    let shop = Shop::open().await;
    for id in [
        "1",
        "0",
        "-1",
        "x",
        "1.0",
        "%00",
        "%ff",
        "1%2f2",
        "99999999999999999999",
        "9007199254740992",
    ] {
        let (status, answer) =
            shop.call("GET", &format!("/api/v1/webhooks/{id}"), &json!({})).await;
        assert_eq!((status, &answer["error"]), (404, &"not_found".into()), "{id}");
    }
}
