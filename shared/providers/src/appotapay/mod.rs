//! AppotaPay: subscription callbacks and payment notifications, signed in the body.
//!
//! From the vendor's pages "Plan callback", "Cycle callback", "Refund callback", "Payment result" and
//! its published verifiers. A call is `{data, signature, time}`: `data` is Base64 of JSON, and
//! `signature` the lower-case hex HMAC-SHA256 of that Base64 text as received, not of what it decodes
//! to. `time` is not signed and so decides nothing. The documented content type is misspelt
//! (`applicaton/json`), so none is required; a form with the same three fields is read too.
//!
//! Not here: the browser's return, a GET by which nothing may be fulfilled.

mod callback;
mod payment;

use std::borrow::Cow;

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::Engine as _;
use domain::{
    Acknowledgement, Currency, Event, EventKey, Facts, Fault, Hook, Kind, Moment, Money,
    Provenance, Provider, Reading, Reject, Source,
};
use http::Method;
use sha2::{Digest as _, Sha256};

use crate::check;
use crate::form;
use crate::json::{self, Object, Unreadable};

/// Padding or none, since a vendor whose `data` is signed may change how it pads.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// AppotaPay.
#[derive(Debug, Clone, Copy)]
pub struct AppotaPay;

impl Provider for AppotaPay {
    fn name(&self) -> &'static str {
        "appotapay"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST]
    }

    fn accepts_tail(&self, _: &Source, tail: &str) -> bool {
        tail.is_empty()
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, body: r#"{"status":"ok"}"# }
    }

    fn check(&self, source: &Source) -> Result<(), Fault> {
        check::own_way(source, 2)
    }

    fn read(&self, hook: &Hook<'_>, source: &Source) -> Result<Reading, Reject> {
        let data = proven(hook.body, source)?;
        Ok(understood(&data, hook, source))
    }

    fn reread(&self, hook: &Hook<'_>, source: &Source) -> Reading {
        match signed(hook.body) {
            Ok(Signed { data, .. }) => understood(&data, hook, source),
            Err(reject) => Reading::parked(hook.body, reject.to_string()),
        }
    }
}

/// What `data` says.
fn understood(data: &str, hook: &Hook<'_>, source: &Source) -> Reading {
    let read = decoded(data).and_then(|text| {
        let said = said(&Object::parse(json::utf8(&text)?)?, source)?;
        Ok(said.into_event(data, hook, source))
    });
    match read {
        Ok(event) => Reading::events(vec![event]),
        Err(why) => Reading::parked(hook.body, format!("data: {why}")),
    }
}

/// The `data` of a body whose signature holds.
fn proven(body: &[u8], source: &Source) -> Result<String, Reject> {
    let Signed { data, signature } = signed(body)?;
    if check::hmac_sha256(&[data.as_bytes()], signature.as_bytes(), &source.secrets) {
        Ok(data)
    } else {
        Err(Reject::WrongProof("signature".to_owned()))
    }
}

/// What is signed, and its signature.
struct Signed {
    data: String,
    signature: String,
}

/// The fields of a body.
fn signed(body: &[u8]) -> Result<Signed, Reject> {
    const UNPROVABLE: Reject =
        Reject::Unprovable("neither a sound JSON object nor a form of data and signature");
    let text = json::utf8(body).map_err(|_| UNPROVABLE)?;
    let form = !text.trim_start().starts_with('{');
    let text: Cow<'_, str> = match form {
        false => text.into(),
        true => form::flat(text.as_bytes()).map_err(|_| UNPROVABLE)?.into(),
    };
    let envelope = Object::parse(&text).map_err(|_| UNPROVABLE)?;
    // Not `text`: data that is empty can be signed, and what is signed is never refused.
    let data = envelope.raw("data").ok_or(Reject::NoProof("data"))?;
    let data = json::scalar(data).ok_or(UNPROVABLE)?;
    let signature = envelope.text("signature").map_err(|_| UNPROVABLE)?;
    let signature = signature.ok_or(Reject::NoProof("signature"))?;
    // A `+` that was not escaped in a form arrives as a space, and Base64 has no spaces.
    let data = if form { data.replace(' ', "+") } else { data.into_owned() };
    let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if signature.len() != 64 || !signature.bytes().all(lower_hex) {
        return Err(Reject::MalformedProof("signature"));
    }
    Ok(Signed { data, signature: signature.into_owned() })
}

/// The JSON in `data`: either alphabet of Base64, padded or not.
fn decoded(data: &str) -> Result<Vec<u8>, Unreadable> {
    let standard = data.replace('-', "+").replace('_', "/");
    LENIENT.decode(standard).map_err(|_| Unreadable("not Base64".to_owned()))
}

/// What a callback or a notification said.
struct Said {
    kind: Kind,
    /// What makes it the same event; none where a field of the identity is missing.
    identity: Option<String>,
    occurred: Option<Moment>,
    money: Option<Money>,
    facts: Facts,
    object: String,
}

impl Said {
    fn into_event(self, data: &str, hook: &Hook<'_>, source: &Source) -> Event {
        let identity = self.identity.unwrap_or_else(|| hex::encode(Sha256::digest(data)));
        Event {
            key: EventKey::new(&source.id, &identity),
            source: source.id.clone(),
            kind: self.kind,
            test: false,
            late: false,
            provenance: Provenance::Hook,
            occurred: self.occurred,
            received: hook.received,
            money: self.money,
            balance: None,
            facts: self.facts,
            object: self.object,
        }
    }
}

/// A callback has an `event`, a payment notification a `transaction`.
fn said(object: &Object<'_>, source: &Source) -> Result<Said, Unreadable> {
    if let Some(name) = object.text("event")? {
        return callback::read(&name, object);
    }
    if let Some(transaction) = object.object("transaction")? {
        return payment::read(&transaction, object, source);
    }
    Ok(Said {
        kind: Kind::Unknown,
        identity: None,
        occurred: None,
        money: None,
        facts: Facts::default(),
        object: object.as_str().to_owned(),
    })
}

/// The amount in its own currency. The page on cycles calls the currency an integer, which can only
/// be ISO's number.
fn money(object: &Object<'_>) -> Result<Option<Money>, Unreadable> {
    let currency = match object.text("currency")?.as_deref() {
        None | Some("704") => Currency::VND,
        Some(word) => Currency::parse(word)
            .ok_or_else(|| Unreadable("currency is not an ISO 4217 code".to_owned()))?,
    };
    object.unsigned_of("amount", currency)
}

/// When the object last changed.
fn changed(object: &Object<'_>) -> Option<Moment> {
    let at = |name| Moment::parse(&object.detail(name)?);
    at("updatedAt").or_else(|| at("createdAt"))
}

/// The parts of an identity, joined; none where one is missing.
fn identity(first: &str, object: &Object<'_>, names: &[&str]) -> Option<String> {
    names.iter().try_fold(first.to_owned(), |mut identity, name| {
        let part = object.detail(name)?;
        if !identity.is_empty() {
            identity.push(':');
        }
        identity.push_str(&part);
        Some(identity)
    })
}
