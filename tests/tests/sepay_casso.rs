//! SePay and Casso under input that nobody would write down: random bytes, random JSON, signed
//! bodies with a byte changed, arrays of a thousand. What can be written down is in `vectors/`.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail as its body may")]

use domain::{Event, Hook, Provider, Reading, Reject, Source, SourceRecord};
use http::{HeaderMap, HeaderName, Method};
use jiff::Timestamp;
use proptest::prelude::*;
use providers::{Casso, Sepay};

/// A casso body and its signature, made by another implementation (`c2-signature`).
const SIGNED: &str = r#"{"error":0,"data":{"id":218897,"reference":"FT24364030863634","description":"hoi lai 100 bao mun dua","amount":16775000,"runningBalance":16775000,"transactionDateTime":"2024-12-23 07:00:00","accountNumber":"123456789","bankName":"MBBank","bankAbbreviation":"MBB","virtualAccountNumber":"","virtualAccountName":"","counterAccountName":"","counterAccountNumber":"","counterAccountBankId":"","counterAccountBankName":""}}"#;
const SIGNATURE: &str = "t=1734924830020,v1=e487d91267b4d4aac4ccbfa1c1f56bfc5def49725cb88c52b4571d3deea0a871e3d3cb56271ca5625f5aa8bf3caa7bb571dbbb7791a47ad279430ae5dcd86822";
const SIGNING_KEY: &str = "casso_test_key_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN";
const KEY: &str = "key-of-the-shop-0123456789";

fn source(provider: &str, auth: Option<&str>, secret: &str) -> Source {
    let record = SourceRecord {
        provider: provider.into(),
        name: "shop".into(),
        secrets: vec![secret.into()],
        auth: auth.map(Into::into),
        client_id: (auth == Some("oauth2")).then(|| "shop".into()),
        header: None,
        max_age: None,
        code_pattern: Some("DH[0-9]+".into()),
        api: None,
        silence: None,
        active: None,
        created: None,
    };
    record.parse(providers::ALL).unwrap()
}

fn read(
    provider: &dyn Provider,
    source: &Source,
    tail: &str,
    headers: &[(&'static str, &str)],
    body: &[u8],
) -> Result<Reading, Reject> {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    let received: Timestamp = "2024-12-23T03:33:51Z".parse().unwrap();
    let (method, query, receipt) = (&Method::POST, "", "r1");
    let hook = Hook { method, tail, query, headers: &headers, body, receipt, received };
    provider.read(&hook, source)
}

fn sepay(key: &str, content_type: &str, body: &[u8]) -> Result<Reading, Reject> {
    let headers = [("authorization", &*format!("Apikey {key}")), ("content-type", content_type)];
    read(&Sepay, &source("sepay", Some("api_key"), KEY), "", &headers, body)
}

fn casso(key: &str, body: &[u8]) -> Result<Reading, Reject> {
    read(&Casso, &source("casso", None, KEY), "", &[("secure-token", key)], body)
}

fn casso_signed(body: &[u8]) -> Result<Reading, Reject> {
    let source = source("casso", None, SIGNING_KEY);
    read(&Casso, &source, "", &[("x-casso-signature", SIGNATURE)], body)
}

fn events(reading: Result<Reading, Reject>) -> Vec<Event> {
    match reading {
        Ok(Reading::Events { events, .. }) => events,
        Ok(Reading::Answer { .. }) | Err(_) => panic!("no events: {reading:?}"),
    }
}

/// What an event is about, whatever blanks its object holds.
fn facts(events: Vec<Event>) -> Vec<Vec<(&'static str, String)>> {
    events.iter().map(Event::fields).collect()
}

#[test]
fn a_thousand_elements_are_read_and_the_bad_ones_parked_each_by_itself() {
    let element = |i: u32| match i % 10 {
        0 => format!(r#"{{"bad":{i}}}"#),
        1 => format!(r#"{{"id":0,"amount":{i}}}"#),
        _ => format!(r#"{{"id":{i},"amount":-{i}}}"#),
    };
    let elements: Vec<String> = (1000..2000).map(element).collect();
    let body = format!(r#"{{"error":0,"data":[{}]}}"#, elements.join(","));
    let Ok(Reading::Events { events, parked, stale_s: None }) = casso(KEY, body.as_bytes()) else {
        panic!("not taken");
    };
    let keys: Vec<&str> = events.iter().map(|event| event.key.as_str()).collect();
    let key = |i: u32| match i % 10 {
        1 => format!("casso/shop/test-r1-{}", i - 1000),
        _ => format!("casso/shop/{i}"),
    };
    let expected: Vec<String> = (1000..2000).filter(|i| i % 10 != 0).map(key).collect();
    assert_eq!(keys, expected);
    let bytes: Vec<&[u8]> = parked.iter().map(|parked| parked.bytes.as_ref()).collect();
    let bad: Vec<&[u8]> = elements.iter().step_by(10).map(String::as_bytes).collect();
    assert_eq!(bytes, bad);
}

/// Any JSON, with the members that matter among its names.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".*".prop_map(Into::into),
        "[-0-9.,eE]{0,30}".prop_map(Into::into),
        prop_oneof![Just("in"), Just("out"), Just("2024-12-23 07:00:00")].prop_map(Into::into),
    ];
    let name = prop_oneof![
        Just("id"),
        Just("amount"),
        Just("transferAmount"),
        Just("transferType"),
        Just("data"),
        Just("error"),
        Just("when"),
        Just("description"),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        let map =
            prop::collection::btree_map(name.clone().prop_map(String::from), inner.clone(), 0..8);
        prop_oneof![
            prop::collection::vec(inner, 0..8).prop_map(Into::into),
            map.prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
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
        content_type in prop_oneof![
            Just("application/json"),
            Just("application/x-www-form-urlencoded"),
            Just("multipart/form-data; boundary=b"),
        ],
        before in prop_oneof![Just(""), Just("--b\r\n"), Just("{\"id\":"), Just("id=1&")],
    ) {
        let body = [before.as_bytes(), &body].concat();
        prop_assert!(sepay(KEY, content_type, &body).is_ok());
        prop_assert!(casso(KEY, &body).is_ok());
        prop_assert_eq!(
            sepay("x", content_type, &body),
            Err(Reject::WrongProof("Authorization".into()))
        );
        prop_assert_eq!(casso("x", &body), Err(Reject::WrongProof("secure-token".into())));
        let unsigned = casso_signed(&body);
        prop_assert!(lacks_proof(&unsigned), "{:?}", unsigned);
        let oauth2 = source("sepay", Some("oauth2"), KEY);
        let asked = read(&Sepay, &oauth2, "token", &[], &body);
        prop_assert!(lacks_proof(&asked), "{:?}", asked);
    }

    #[test]
    fn proven_json_of_any_shape_is_taken_and_its_events_can_be_written(value in json()) {
        let whole = value.to_string();
        let inside = format!(r#"{{"error":0,"data":{whole}}}"#);
        for reading in [
            sepay(KEY, "application/json", whole.as_bytes()),
            casso(KEY, whole.as_bytes()),
            casso(KEY, inside.as_bytes()),
        ] {
            for event in events(reading) {
                prop_assert_eq!(Event::from_json(&event.to_json().unwrap()).unwrap(), event);
            }
        }
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
        match casso_signed(&body) {
            Err(Reject::WrongProof(_) | Reject::Unprovable(_)) => {}
            reading => prop_assert_eq!(
                facts(events(reading)),
                facts(events(casso_signed(SIGNED.as_bytes())))
            ),
        }
    }
}
