//! ThueAPI, Abaha and AppotaPay under input that nobody would write down: random bytes and JSON,
//! shuffled snapshots, signed bodies with a byte changed; and which settings and paths they take.
//! What can be written down is in `vectors/`.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use domain::{Event, EventKey, Hook, Provider, Reading, Reject, Source, SourceRecord};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, Method};
use jiff::Timestamp;
use proptest::prelude::*;
use providers::{Abaha, AppotaPay, ThueApi};
use serde_json::{Map, Value, json};

const KEY: &str = "key-of-the-shop-0123456789";
/// A callback and its signature, made by another implementation.
const SIGNED: &str = r#"{"data":"eyJldmVudCI6InN1YnNjcmlwdGlvbi5wbGFuLmluYWN0aXZhdGVkIiwiZGF0YSI6eyJwbGFuSWQiOiIwMUhSIn19","signature":"3947b31483fd6d8fa159b5079ae38bd9791a743daee7541b7d40679c429aed46","time":"1795140900"}"#;
const SIGNING_KEY: &str = "appota_test_secret_0123456789abcdef";

fn record(provider: &str, secrets: &[&str]) -> SourceRecord {
    SourceRecord {
        provider: provider.into(),
        name: "shop".into(),
        secrets: secrets.iter().map(|secret| (*secret).into()).collect(),
        auth: None,
        client_id: None,
        header: None,
        max_age: None,
        code_pattern: Some("DH[0-9]+".into()),
        api: None,
        silence: None,
        active: None,
        created: None,
    }
}

fn source(provider: &str, secret: &str) -> Source {
    record(provider, &[secret]).parse(providers::ALL).expect("good settings")
}

/// A call, its proof where it has one in a header.
struct Call<'a> {
    method: Method,
    tail: &'a str,
    query: &'a str,
    header: Option<(&'static str, &'a str)>,
    body: &'a [u8],
}

fn read(provider: &dyn Provider, source: &Source, call: &Call<'_>) -> Result<Reading, Reject> {
    let header = |(name, value): (&'static str, &str)| {
        (
            HeaderName::from_static(name),
            value.parse().expect("the tests' own tokens are header values"),
        )
    };
    let headers: HeaderMap = call.header.map(header).into_iter().collect();
    let received = Timestamp::UNIX_EPOCH;
    let Call { ref method, tail, query, body, .. } = *call;
    let hook = Hook { method, tail, query, headers: &headers, body, receipt: "r1", received };
    provider.read(&hook, source)
}

fn thueapi(key: &str, method: Method, query: &str, body: &[u8]) -> Result<Reading, Reject> {
    let call = Call { method, tail: "", query, header: Some(("x-thueapi", key)), body };
    read(&ThueApi, &source("thueapi", KEY), &call)
}

fn abaha(key: &str, tail: &str, body: &[u8]) -> Result<Reading, Reject> {
    let header = Some(("x-abaha-token", key));
    let call = Call { method: Method::POST, tail, query: "", header, body };
    read(&Abaha, &source("abaha", KEY), &call)
}

fn appotapay(key: &str, body: &[u8]) -> Result<Reading, Reject> {
    let call = Call { method: Method::POST, tail: "", query: "", header: None, body };
    read(&AppotaPay, &source("appotapay", key), &call)
}

/// An AppotaPay body around what it says, signed.
fn signed(said: &[u8]) -> String {
    let data = BASE64_STANDARD.encode(said);
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SIGNING_KEY.as_bytes())
        .expect("a key of any length is taken");
    mac.update(data.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    json!({ "data": data, "signature": signature, "time": "0" }).to_string()
}

fn events(reading: Result<Reading, Reject>) -> Vec<Event> {
    match reading {
        Ok(Reading::Events { events, .. }) => events,
        Ok(Reading::Answer { .. }) | Err(_) => panic!("no events: {reading:?}"),
    }
}

fn keys(reading: Result<Reading, Reject>) -> Vec<EventKey> {
    events(reading).into_iter().map(|event| event.key).collect()
}

#[test]
fn settings_that_a_provider_cannot_use_are_refused_with_a_remedy() {
    let many: Vec<String> = (0..21).map(|n| format!("token-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let says = |record: SourceRecord| record.parse(providers::ALL).err().map(|f| f.to_string());
    let auth =
        |provider, word: &str| SourceRecord { auth: Some(word.into()), ..record(provider, &["a"]) };
    let header =
        |provider| SourceRecord { header: Some("X-Key".into()), ..record(provider, &["a"]) };
    let none = "secrets: at least one is needed; type the one from the provider's page";
    for (record, fault) in [
        (record("thueapi", &many[..20]), None),
        (record("thueapi", &many), Some("secrets: 21 given, at most 20 may be live at once")),
        (record("thueapi", &[]), Some(none)),
        (header("thueapi"), Some("header: only for abaha; remove it")),
        (auth("thueapi", "api_key"), Some("auth: only for sepay; remove it")),
        (record("abaha", &["a", "b"]), None),
        (header("abaha"), None),
        (record("abaha", &[]), Some(none)),
        (
            record("abaha", &["a", "b", "c"]),
            Some("secrets: 3 given, at most 2 may be live at once"),
        ),
        (
            auth("abaha", "none"),
            Some("auth: only for sepay; remove it, abaha proves itself by a header"),
        ),
        (record("appotapay", &["a", "b"]), None),
        (record("appotapay", &[]), Some(none)),
        (
            record("appotapay", &["a", "b", "c"]),
            Some("secrets: 3 given, at most 2 may be live at once"),
        ),
        (header("appotapay"), Some("header: only for abaha; remove it")),
        (auth("appotapay", "hmac"), Some("auth: only for sepay; remove it")),
    ] {
        assert_eq!(says(record.clone()).as_deref(), fault, "{record:?}");
    }
}

#[test]
fn each_provider_takes_its_own_paths_and_methods_and_says_thank_you_to_the_letter() {
    let of = |provider: &'static dyn Provider| {
        let source = source(provider.name(), "a");
        let tails: Vec<&str> =
            ["", "order", "product", "customer", "token", "Order", "order/1", "orders"]
                .into_iter()
                .filter(|tail| provider.accepts_tail(&source, tail))
                .collect();
        let ack = provider.acknowledgement();
        (provider.methods(), tails, ack.status, ack.body)
    };
    let (post, get) = (Method::POST, Method::GET);
    assert_eq!(
        of(&ThueApi),
        (&[post.clone(), get][..], vec![""], 200, r#"{"success":true,"message":"OK"}"#)
    );
    assert_eq!(
        of(&Abaha),
        (
            &[post.clone()][..],
            vec!["", "order", "product", "customer"],
            200,
            r#"{"status":200,"message":"OK"}"#
        )
    );
    assert_eq!(of(&AppotaPay), (&[post][..], vec![""], 200, r#"{"status":"ok"}"#));
}

#[test]
fn a_payment_is_not_swallowed_by_what_came_before_without_its_type() {
    let unknown = br#"{"txn_id":"FT1","money":5000,"gateway":"acb","number":"1"}"#;
    let payment = br#"{"txn_id":"FT1","money":5000,"gateway":"acb","number":"1","type":"in"}"#;
    let of = |body| keys(thueapi(KEY, Method::POST, "", body));
    assert_ne!(of(unknown), of(payment));
    assert_eq!(of(payment), [EventKey::from_stored("thueapi/shop/acb:1:in:FT1")]);
}

/// Any JSON, with the members that matter among its names.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".*".prop_map(Into::into),
        "[-0-9.,eE]{0,30}".prop_map(Into::into),
        prop::sample::select(&WORDS[..]).prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let name = prop::sample::select(&NAMES[..]).prop_map(String::from);
        let map = prop::collection::btree_map(name, inner.clone(), 0..12);
        prop_oneof![
            prop::collection::vec(inner, 0..8).prop_map(Into::into),
            map.prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

const WORDS: [&str; 8] = [
    "in",
    "out",
    "2026-01-01 07:00:00",
    "subscription.plan.activated",
    "cycle.retrying",
    "refund.failed",
    "success",
    "VND",
];

const NAMES: [&str; 26] = [
    "txn_id",
    "money",
    "type",
    "gateway",
    "number",
    "balance",
    "datetime",
    "id",
    "cart_code",
    "product_code",
    "user_id",
    "modified",
    "total_after",
    "price",
    "address",
    "event",
    "data",
    "transaction",
    "transactionId",
    "planId",
    "status",
    "updatedAt",
    "amount",
    "currency",
    "schedule",
    "attemptDetails",
];

/// The same JSON, the members of every object in reverse.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let text = |(name, value)| format!("{}: {}", Value::from(name), reversed(value));
            let members: Vec<String> =
                members.iter().rev().map(|(n, v)| (n.as_str(), v)).map(text).collect();
            format!("{{ {} }}", members.join(" ,\n"))
        }
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(reversed).collect();
            format!("[{}]", elements.join(" , "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// Whether a call was refused for its proof, whichever way that lacked.
fn lacks_proof(read: &Result<Reading, Reject>) -> bool {
    matches!(
        read,
        Err(Reject::Unprovable(_)
            | Reject::NoProof(_)
            | Reject::MalformedProof(_)
            | Reject::WrongProof(_))
    )
}

proptest! {
    #[test]
    fn proven_bytes_are_always_taken_and_unproven_ones_never(
        body in prop::collection::vec(any::<u8>(), 0..300),
        before in prop::sample::select(&["", "{\"id\":", "id=1&a[b]", "{\"data\":\"", "data=AA&"][..]),
        query in "[-a-z0-9=&%+\\[\\]]{0,60}",
        tail in prop::sample::select(&["", "order", "product", "customer"][..]),
    ) {
        let body = [before.as_bytes(), &body].concat();
        for method in [Method::POST, Method::GET] {
            prop_assert!(thueapi(KEY, method.clone(), &query, &body).is_ok());
            let wrong = Err(Reject::WrongProof("x-thueapi".into()));
            prop_assert_eq!(thueapi("x", method, &query, &body), wrong);
        }
        prop_assert!(abaha(KEY, tail, &body).is_ok());
        let wrong = Err(Reject::WrongProof("x-abaha-token".into()));
        prop_assert_eq!(abaha("x", tail, &body), wrong);
        prop_assert!(appotapay(SIGNING_KEY, signed(&body).as_bytes()).is_ok());
        let wrong = Err(Reject::WrongProof("signature".into()));
        prop_assert_eq!(appotapay(KEY, signed(&body).as_bytes()), wrong);
        let unsigned = appotapay(SIGNING_KEY, &body);
        prop_assert!(lacks_proof(&unsigned), "{:?}", unsigned);
    }

    #[test]
    fn proven_json_of_any_shape_is_taken_and_its_events_can_be_written(
        value in json(),
        tail in prop::sample::select(&["", "order", "product", "customer"][..]),
        event in prop::sample::select(&WORDS[..]),
    ) {
        let whole = value.to_string();
        let callback = json!({ "event": event, "data": value }).to_string();
        let payment = json!({ "transaction": value }).to_string();
        let mut readings = vec![
            thueapi(KEY, Method::POST, "", whole.as_bytes()),
            abaha(KEY, tail, whole.as_bytes()),
        ];
        for said in [whole, callback, payment] {
            readings.push(appotapay(SIGNING_KEY, signed(said.as_bytes()).as_bytes()));
        }
        for event in readings.into_iter().flat_map(events) {
            prop_assert_eq!(Event::from_json(&event.to_json().unwrap()).unwrap(), event);
        }
    }

    #[test]
    fn a_snapshot_has_one_key_however_it_is_written(
        members in prop::collection::btree_map("[a-z]{1,3}", json(), 0..6),
    ) {
        let mut snapshot: Map<String, Value> = members.into_iter().collect();
        snapshot.insert("cart_code".into(), "0001".into());
        snapshot.insert("id".into(), 7.into());
        let snapshot = Value::Object(snapshot);
        let of = |body: &str| keys(abaha(KEY, "order", body.as_bytes()));
        prop_assert_eq!(of(&snapshot.to_string()).len(), 1);
        prop_assert_eq!(of(&snapshot.to_string()), of(&reversed(&snapshot)));
        let mut other = snapshot.clone();
        other["zzzz"] = true.into();
        prop_assert_ne!(of(&snapshot.to_string()), of(&other.to_string()));
    }

    #[test]
    fn a_signature_holds_for_nothing_but_what_was_signed(
        at in 0..SIGNED.len(),
        byte in any::<u8>(),
        insert in any::<bool>(),
    ) {
        let mut body = SIGNED.as_bytes().to_vec();
        if insert {
            body.insert(at, byte);
        } else {
            body[at] = byte;
        }
        match appotapay(SIGNING_KEY, &body) {
            Err(
                Reject::WrongProof(_)
                | Reject::MalformedProof(_)
                | Reject::NoProof(_)
                | Reject::Unprovable(_),
            ) => {}
            // What is not signed (the time, blanks) may change, and changes nothing.
            reading => prop_assert_eq!(
                events(reading),
                events(appotapay(SIGNING_KEY, SIGNED.as_bytes()))
            ),
        }
    }
}
