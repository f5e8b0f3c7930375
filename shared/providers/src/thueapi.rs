//! ThueAPI: one bank transaction per call, by POST or GET, a static token in `X-Thueapi`.
//!
//! From the vendor's pages "Tạo Hook" and "Hướng dẫn" and its WooCommerce plugin, which compares the
//! header and decodes the body whatever its content type. One hook serves one linked account and has
//! its own token, so a URL has up to twenty. The chosen events (All, Payment, In, Out, Change) do not
//! show in a call, and no retry is documented: what is lost here is lost.
//!
//! Not promised by the vendor: the fields of a GET (taken to be those of the body) and the shape of
//! a *Change* (taken to be any body that names neither a transaction nor an amount).

use std::borrow::Cow;

use domain::{
    Acknowledgement, Direction, Event, EventKey, Fact, Fault, Hook, Kind, Moment, Provenance,
    Provider, Reading, Reject, Source,
};
use http::{HeaderName, Method};
use sha2::{Digest as _, Sha256};

use crate::check;
use crate::form;
use crate::json::{self, Object, Unreadable};

const TOKEN: HeaderName = HeaderName::from_static("x-thueapi");
/// Several hooks post to one URL, each with its own token.
const MOST_TOKENS: usize = 20;

/// ThueAPI, by CODETAY.
#[derive(Debug, Clone, Copy)]
pub struct ThueApi;

impl Provider for ThueApi {
    fn name(&self) -> &'static str {
        "thueapi"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST, Method::GET]
    }

    fn accepts_tail(&self, _: &Source, tail: &str) -> bool {
        tail.is_empty()
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, body: r#"{"success":true,"message":"OK"}"# }
    }

    fn check(&self, source: &Source) -> Result<(), Fault> {
        check::own_way(source, MOST_TOKENS)
    }

    fn read(&self, hook: &Hook<'_>, source: &Source) -> Result<Reading, Reject> {
        check::token(hook.headers, &TOKEN, &source.secrets)?;
        Ok(self.reread(hook, source))
    }

    fn reread(&self, hook: &Hook<'_>, source: &Source) -> Reading {
        let (bytes, text) = match written(hook) {
            Written::Body => (hook.body, json::utf8(hook.body).map(Cow::Borrowed)),
            Written::Query => {
                (hook.query.as_bytes(), form::flat(hook.query.as_bytes()).map(Cow::Owned))
            }
            Written::Nothing => return Reading::parked(hook.body, "the call is empty"),
        };
        let read = text.and_then(|text| event(&Object::parse(&text)?, hook, source));
        match read {
            Ok(event) => Reading::events(vec![event]),
            Err(why) => Reading::parked(bytes, why.to_string()),
        }
    }
}

/// Where a call keeps its fields.
enum Written {
    Body,
    Query,
    Nothing,
}

/// A GET is read from its query, unless it carries a JSON body.
fn written(hook: &Hook<'_>) -> Written {
    let body = hook.body.trim_ascii();
    let json = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).starts_with(b"{");
    if hook.method == Method::GET && !json && !hook.query.is_empty() {
        Written::Query
    } else if body.is_empty() {
        Written::Nothing
    } else {
        Written::Body
    }
}

fn event(object: &Object<'_>, hook: &Hook<'_>, source: &Source) -> Result<Event, Unreadable> {
    let (txn_id, money, word) =
        (object.text("txn_id")?, object.text("money")?, object.text("type")?);
    let direction = word.as_deref().and_then(direction);
    let mut facts = object.facts(&[
        (Fact::Account, "number"),
        (Fact::Account, "phone"),
        (Fact::Bank, "gateway"),
        (Fact::Content, "content"),
        (Fact::Reference, "txn_id"),
        (Fact::Id, "txn_id"),
        (Fact::Name, "name"),
    ]);
    let code = source.find_code(facts.get(Fact::Content).unwrap_or_default());
    facts.set(Fact::Code, code);
    let mut event = Event {
        key: unnamed(hook, source),
        source: source.id.clone(),
        kind: Kind::Unknown,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: object.detail("datetime").and_then(|t| Moment::parse(&t)),
        received: hook.received,
        money: None,
        balance: None,
        facts,
        object: object.as_str().to_owned(),
    };
    match (txn_id, money, direction) {
        (Some(txn_id), Some(_), Some(direction)) => {
            event.kind = match direction {
                Direction::In => Kind::TransferIn,
                Direction::Out => Kind::TransferOut,
            };
            let part = |fact| event.facts.get(fact).unwrap_or("-");
            let (bank, account) = (part(Fact::Bank), part(Fact::Account));
            let identity = format!("{bank}:{account}:{}:{txn_id}", direction.as_str());
            event.key = EventKey::new(&source.id, &identity);
            event.money = object.unsigned("money")?;
            // Sent only when the hook says so, and never what a payment depends on.
            event.balance = object.money("balance").ok().flatten().map(|money| money.amount);
        }
        (None, None, _) => event.kind = Kind::AccountChanged,
        (Some(_), _, _) | (None, Some(_), _) => {}
    }
    if event.kind.direction().is_none() {
        event.facts.set(Fact::EventName, word.map(Cow::into_owned));
    }
    Ok(event)
}

fn direction(word: &str) -> Option<Direction> {
    [Direction::In, Direction::Out].into_iter().find(|d| word.eq_ignore_ascii_case(d.as_str()))
}

/// The key of what is no transfer: all of the call, so that a later payment of the same transaction
/// is never taken for its repeat.
fn unnamed(hook: &Hook<'_>, source: &Source) -> EventKey {
    let mut query: Vec<&str> = hook.query.split('&').collect();
    query.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(hook.body);
    hash.update([0]);
    hash.update(query.join("&"));
    EventKey::new(&source.id, &hex::encode(hash.finalize()))
}
