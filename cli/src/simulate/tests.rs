//! Every kind of every provider, in every way to prove it, read by the provider itself: what is
//! simulated is what is understood.

use domain::{Hook, Kind, Reading, Source, SourceRecord, find_provider};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;

use super::*;

const SECRET: &str = "a-secret-of-a-source-0123456789";

fn source(provider: &str, mode: Option<AuthMode>) -> Source {
    let auth = match mode {
        None | Some(AuthMode::V1 | AuthMode::V2) => None,
        Some(AuthMode::ApiKey) => Some("api_key"),
        Some(AuthMode::Hmac) => Some("hmac"),
        Some(AuthMode::OAuth2) => Some("oauth2"),
        Some(AuthMode::None) => Some("none"),
    };
    let open = mode == Some(AuthMode::None);
    let record = SourceRecord {
        provider: provider.to_owned(),
        name: "shop".to_owned(),
        secrets: if open { Vec::new() } else { vec![SECRET.to_owned()] },
        auth: auth.map(str::to_owned),
        client_id: (mode == Some(AuthMode::OAuth2)).then(|| "shop".to_owned()),
        header: None,
        max_age: None,
        code_pattern: None,
        api: None,
        silence: None,
        active: None,
        created: None,
    };
    record.parse(providers::ALL).unwrap()
}

fn read(source: &Source, tail: &str, call: &Call, received: Timestamp) -> Reading {
    let provider = find_provider(providers::ALL, source.id.provider()).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static(call.content_type));
    for (name, value) in &call.headers {
        headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
    }
    let hook = Hook {
        method: &Method::POST,
        tail,
        query: "",
        headers: &headers,
        body: call.body.as_bytes(),
        receipt: "r1",
        received,
    };
    provider.read(&hook, source).unwrap_or_else(|reject| panic!("{}: {reject}", source.id))
}

/// The kind of event that a word of ours must be understood as.
fn meant(sender: Sender, word: &str) -> Kind {
    let word = match (sender, word) {
        (Sender::Appotapay, "payment") => "payment.succeeded",
        (_, "in" | "test") => "transfer.in",
        (_, "out") => "transfer.out",
        (_, "change") => "account.changed",
        (Sender::Abaha, "order") => "order.changed",
        (Sender::Abaha, "product") => "product.changed",
        (Sender::Abaha, "customer") => "customer.changed",
        (_, word) => word,
    };
    Kind::parse(word).unwrap()
}

#[test]
fn the_provider_understands_every_call_in_every_way_to_prove_it() {
    let at = Timestamp::from_second(1_795_141_000).unwrap();
    let senders = [Sender::Abaha, Sender::Appotapay, Sender::Casso, Sender::Sepay, Sender::Thueapi];
    for sender in senders {
        let script = script(sender);
        let ways: Vec<Option<AuthMode>> = match script.modes {
            [] => vec![None],
            modes => modes.iter().copied().map(Some).collect(),
        };
        for mode in ways {
            let source = source(script.name, mode);
            let mut proof = Proof { mode, secret: SECRET.to_owned(), ..Proof::default() };
            if mode == Some(AuthMode::OAuth2) {
                proof.token = Some(issued_token(&source, at));
            }
            for kind in script.kinds.iter().copied() {
                let told = Story::new(kind, 1_795_141_000_000_001, 77, Some(250_000), None, at);
                let call = (script.call)(&told, &proof);
                let case = format!("{} {kind} {mode:?}", script.name);
                match read(&source, call.tail, &call, at) {
                    Reading::Events { events, parked, stale_s } => {
                        assert_eq!((events.len(), parked.len(), stale_s), (1, 0, None), "{case}");
                        assert_eq!(events[0].kind, meant(sender, kind), "{case}");
                        assert_eq!(events[0].test, kind == "test", "{case}");
                    }
                    Reading::Answer { .. } => panic!("{case}: answered, not read"),
                }
            }
        }
    }
}

fn issued_token(source: &Source, at: Timestamp) -> String {
    let body = format!(r#"{{"clientId":"shop","clientSecret":"{SECRET}"}}"#);
    let content_type = "application/json";
    let call = Call { tail: "token", content_type, headers: Vec::new(), body };
    match read(source, "token", &call, at) {
        Reading::Answer { status, body } => {
            assert_eq!(status, 200);
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            body["access_token"].as_str().unwrap().to_owned()
        }
        Reading::Events { .. } => panic!("read, not answered"),
    }
}

#[test]
fn two_stories_are_two_events_and_what_was_typed_is_told() {
    let at = Timestamp::from_second(1_795_141_000).unwrap();
    let story = |number| {
        Story::new("in", number, number, Some(5), Some("DH7 \u{1f389} \"x\"".to_owned()), at)
    };
    let source = source("casso", None);
    let proof = Proof { secret: SECRET.to_owned(), ..Proof::default() };
    let keys: Vec<_> = [1, 2]
        .map(|number| match read(&source, "", &casso::call(&story(number), &proof), at) {
            Reading::Events { events, .. } => {
                let content = events[0].facts.get(domain::Fact::Content);
                assert_eq!(content, Some("DH7 \u{1f389} \"x\""));
                events[0].key.to_string()
            }
            Reading::Answer { .. } => panic!("answered, not read"),
        })
        .into();
    assert_eq!(keys, ["casso/shop/1", "casso/shop/2"]);
}
