//! Abaha: snapshots of orders, products and customers, a static token in a header of our choosing.
//!
//! From the vendor's page "Tài liệu Webhook", whose samples are bare JSON objects with nearly every
//! scalar a string. A call names no event: each kind is given a path of its own, and where it has
//! none the shape of the body decides. There is no event id, and `modified` counts in seconds, so a
//! hash of the whole snapshot is part of its identity.
//!
//! Not promised by the vendor: the content type (forms in PHP's spelling are read too) and what sorts
//! of change are told (`delete_flag` 1 is taken for a deletion).

use std::borrow::Cow;

use domain::{
    Acknowledgement, Auth, Event, EventKey, Fact, Facts, Fault, Hook, Kind, Moment, Money,
    Provenance, Provider, Reading, Reject, Source,
};
use http::{HeaderName, Method};
use sha2::{Digest as _, Sha256};

use crate::canonical::canonical;
use crate::check;
use crate::form;
use crate::json::{self, Object, Unreadable};

/// The header when the source names no other.
const DEFAULT_HEADER: HeaderName = HeaderName::from_static("x-abaha-token");

/// Abaha, whose product calls itself "tickid".
#[derive(Debug, Clone, Copy)]
pub struct Abaha;

impl Provider for Abaha {
    fn name(&self) -> &'static str {
        "abaha"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST]
    }

    fn accepts_tail(&self, _: &Source, tail: &str) -> bool {
        tail.is_empty() || Shape::by_path(tail).is_some()
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, body: r#"{"status":200,"message":"OK"}"# }
    }

    fn check(&self, source: &Source) -> Result<(), Fault> {
        match &source.auth {
            Auth::Own | Auth::Header(_) => check::live_secrets(&source.secrets, 2),
            Auth::ApiKey | Auth::Hmac | Auth::OAuth2 { .. } | Auth::None => {
                let why = "only for sepay; remove it, abaha proves itself by a header";
                Err(Fault::new("auth", why))
            }
        }
    }

    fn read(&self, hook: &Hook<'_>, source: &Source) -> Result<Reading, Reject> {
        let header = match &source.auth {
            Auth::Header(name) => name,
            Auth::Own | Auth::ApiKey | Auth::Hmac | Auth::OAuth2 { .. } | Auth::None => {
                &DEFAULT_HEADER
            }
        };
        check::token(hook.headers, header, &source.secrets)?;
        Ok(self.reread(hook, source))
    }

    fn reread(&self, hook: &Hook<'_>, source: &Source) -> Reading {
        let read = body(hook.body).and_then(|text| event(&Object::parse(&text)?, hook, source));
        match read {
            Ok(event) => Reading::events(vec![event]),
            Err(why) => Reading::parked(hook.body, why.to_string()),
        }
    }
}

/// What a snapshot is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Order,
    Product,
    Customer,
}

impl Shape {
    /// By the last segment of the path.
    fn by_path(tail: &str) -> Option<Self> {
        [Self::Order, Self::Product, Self::Customer].into_iter().find(|s| s.word() == tail)
    }

    /// By what only one of them has.
    fn by_body(object: &Object<'_>) -> Option<Self> {
        if object.raw("cart_code").is_some() {
            Some(Self::Order)
        } else if object.raw("product_code").is_some() {
            Some(Self::Product)
        } else if object.raw("user_id").is_some() && object.raw("id").is_none() {
            Some(Self::Customer)
        } else {
            None
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Product => "product",
            Self::Customer => "customer",
        }
    }
}

/// The body as a JSON object: as it came, or made of a form.
fn body(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let text = json::utf8(bytes)?;
    let json = text.trim_start().starts_with(['{', '[', '"']) || !text.contains('=');
    if json { Ok(text.into()) } else { form::nested(text.as_bytes()).map(Cow::Owned) }
}

fn event(object: &Object<'_>, hook: &Hook<'_>, source: &Source) -> Result<Event, Unreadable> {
    let shape = match (Shape::by_path(hook.tail), Shape::by_body(object)) {
        (Some(path), Some(body)) if path != body => {
            let (path, body) = (path.word(), body.word());
            return Err(Unreadable(format!("the path says {path}, the body looks like {body}")));
        }
        (Some(shape), _) | (None, Some(shape)) => shape,
        (None, None) => return Err(Unreadable("neither order, product nor customer".to_owned())),
    };
    let (kind, id, money, mut facts) = match shape {
        Shape::Order => (Kind::OrderChanged, "id", total(object)?, order(object)),
        Shape::Product => (Kind::ProductChanged, "id", object.unsigned("price")?, product(object)),
        Shape::Customer => (Kind::CustomerChanged, "user_id", None, customer(object)),
    };
    if object.detail("delete_flag").as_deref() == Some("1") {
        facts.set(Fact::Deleted, "true".to_owned());
    }
    let Some(id) = object.text(id)? else {
        return Err(Unreadable(format!("{id} is missing")));
    };
    let modified = object.text("modified")?;
    let event = Event {
        key: key(shape, &id, modified.as_deref(), object, source),
        source: source.id.clone(),
        kind,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: modified.as_deref().and_then(Moment::parse),
        received: hook.received,
        money,
        balance: None,
        facts,
        object: object.as_str().to_owned(),
    };
    Ok(event)
}

/// The identity. Its hash is there because two changes within a second share `modified`, and some
/// (of an inventory, say) may not touch it.
fn key(
    shape: Shape,
    id: &str,
    modified: Option<&str>,
    object: &Object<'_>,
    source: &Source,
) -> EventKey {
    let modified = modified.unwrap_or("-");
    let digest = hex::encode(Sha256::digest(canonical(object.as_str())));
    let hash = &digest[..16];
    let word = shape.word();
    let identity = match shape {
        Shape::Order => {
            let state = |name| object.detail(name).unwrap_or(Cow::Borrowed("-"));
            let (status, payment) = (state("status"), state("payment_status"));
            format!("{word}:{id}:{modified}:{status}:{payment}:{hash}")
        }
        Shape::Product | Shape::Customer => format!("{word}:{id}:{modified}:{hash}"),
    };
    EventKey::new(&source.id, &identity)
}

/// What an order comes to: after discounts, where that is known.
fn total(order: &Object<'_>) -> Result<Option<Money>, Unreadable> {
    match order.unsigned("total_after")? {
        Some(total) => Ok(Some(total)),
        None => order.unsigned("total_value"),
    }
}

fn order(order: &Object<'_>) -> Facts {
    let mut facts = order.facts(&[
        (Fact::Content, "payment_content"),
        (Fact::Content, "user_note"),
        (Fact::Reference, "txn_id"),
        (Fact::Id, "id"),
        (Fact::Number, "cart_code"),
        (Fact::Status, "status"),
        (Fact::PreviousStatus, "before_status"),
        (Fact::PaymentStatus, "payment_status_name"),
        (Fact::PaymentStatus, "payment_status"),
        (Fact::PaymentMethod, "name_payment_method"),
        (Fact::PaymentMethod, "payment"),
        (Fact::CustomerId, "user_id"),
        (Fact::Store, "store_name"),
    ]);
    if let Ok(Some(user)) = order.object("user") {
        take(&mut facts, &user, &[(Fact::CustomerId, "user_id"), (Fact::Customer, "name")]);
    }
    if let Ok(Some(to)) = order.object("address") {
        let pairs = [(Fact::Customer, "name"), (Fact::Phone, "tel"), (Fact::Address, "address")];
        take(&mut facts, &to, &pairs);
    }
    facts
}

/// Adds facts of an inner object, where the outer has not said them.
fn take(facts: &mut Facts, inner: &Object<'_>, pairs: &[(Fact, &str)]) {
    for (fact, text) in inner.facts(pairs).iter() {
        if facts.get(fact).is_none() {
            facts.set(fact, text.to_owned());
        }
    }
}

fn product(product: &Object<'_>) -> Facts {
    product.facts(&[
        (Fact::Id, "id"),
        (Fact::Number, "product_code"),
        (Fact::Name, "name"),
        (Fact::Inventory, "inventory"),
    ])
}

fn customer(customer: &Object<'_>) -> Facts {
    customer.facts(&[
        (Fact::Id, "user_id"),
        (Fact::Name, "name"),
        (Fact::Phone, "tel"),
        (Fact::Email, "email"),
    ])
}
