//! A source of a provider and calls at its door. What is proven must be taken and read the same way
//! twice; what is not must be refused.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use domain::{Event, Hook, Parked, Provider, Reading, Reject, Source, SourceRecord, find_provider};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use sha2::{Sha256, Sha512};

use crate::event::assert_sound;

/// The live secret by which callers are proven; no vector and no corpus has it.
pub const SECRET: &str = "fuzz-live-secret-Zq7";
/// A secret that was never live.
pub const STRANGERS: &str = "fuzz-strangers-secret";
/// Seconds since 1970 at which calls arrive, and arrive again.
pub const NOW: i64 = 1_795_141_000;
const AGAIN: i64 = NOW + 60;

/// One call.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    pub method: Method,
    pub tail: &'a str,
    pub query: &'a str,
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Call<'_> {
    /// A call with nothing but a body.
    pub fn post(body: impl Into<Vec<u8>>) -> Self {
        let (method, headers) = (Method::POST, Vec::new());
        Self { method, tail: "", query: "", headers, body: body.into() }
    }

    /// The same with one header more. A value that no header can carry is left out, as by any server.
    pub fn with(&self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        let mut call = self.clone();
        call.headers.push((name, value.into()));
        call
    }
}

/// What a proven call said.
#[derive(Debug)]
pub struct Told {
    pub events: Vec<Event>,
    pub parked: Vec<Parked>,
}

/// A source and its provider.
pub struct Door {
    provider: &'static dyn Provider,
    source: Source,
}

impl Door {
    /// The door of a source that is configured like this.
    pub fn new(mut record: serde_json::Value) -> Self {
        record["name"] = "shop".into();
        record["code_pattern"] = "DH([0-9]+)".into();
        let record: SourceRecord = serde_json::from_value(record).expect("a source's keys");
        let source = record.parse(providers::ALL).expect("a sound source");
        let provider = find_provider(providers::ALL, source.id.provider());
        Self { provider: provider.expect("one of the table"), source }
    }

    /// Reads the call as the flow does.
    pub fn read(&self, call: &Call<'_>, receipt: &str, second: i64) -> Result<Reading, Reject> {
        assert!(self.provider.methods().contains(&call.method));
        assert!(self.provider.accepts_tail(&self.source, call.tail), "{:?}", call.tail);
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        let (method, body) = (&call.method, &call.body);
        let received = Timestamp::from_second(second).expect("a moment of this century");
        let (tail, query) = (call.tail, call.query);
        let hook = Hook { method, tail, query, headers: &headers, body, receipt, received };
        self.provider.read(&hook, &self.source)
    }

    /// An authentic call is never refused, and its repeat is the same events under the same keys;
    /// only test calls are new each time.
    pub fn proven(&self, call: &Call<'_>) -> Told {
        let (first, again) = (self.told(call, "r1", NOW), self.told(call, "r2", AGAIN));
        assert_eq!(first.parked, again.parked);
        assert_eq!(first.events.len(), again.events.len());
        for (event, repeat) in first.events.iter().zip(&again.events) {
            assert_sound(event, &self.source.id);
            assert_eq!(event.test, repeat.test);
            assert_eq!(event.test, event.key != repeat.key, "{event:?} {repeat:?}");
            assert_eq!(event.fingerprint(), repeat.fingerprint());
        }
        first
    }

    /// A call that proves nothing is refused, unless it happens to hold the secret.
    pub fn refused(&self, call: &Call<'_>) {
        let holds = |text: &[u8]| text.windows(SECRET.len()).any(|w| w == SECRET.as_bytes());
        if holds(&call.body) || call.headers.iter().any(|(_, value)| holds(value)) {
            return;
        }
        let reading = self.read(call, "r1", NOW);
        assert!(reading.is_err(), "unproven, yet taken: {call:?} {reading:?}");
    }

    fn told(&self, call: &Call<'_>, receipt: &str, second: i64) -> Told {
        match self.read(call, receipt, second) {
            Ok(Reading::Events { events, parked, stale_s: None }) => Told { events, parked },
            other => panic!("authentic, yet {other:?}"),
        }
    }
}

/// HMAC-SHA256 in lower-case hex.
pub fn sha256_mac(secret: &str, message: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    hex::encode(mac.chain_update(message).finalize().into_bytes())
}

/// HMAC-SHA512 in lower-case hex.
pub fn sha512_mac(secret: &str, message: &[u8]) -> String {
    let mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).expect("any key will do");
    hex::encode(mac.chain_update(message).finalize().into_bytes())
}

/// Base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
