//! Where no webhook may lead: this machine, its network and the cloud's own addresses, however they are
//! spelled. Each trick is tried over the API (made, changed, tested unsaved and saved) and by a real delivery
//! of what is kept already; and each that would reach this machine does reach it where the guard is open.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod addresses;
mod names;
mod redirects;
mod trap;
mod tricks;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use console::Door;
use console::access::{self, Scope};
use domain::{
    Clock as _, Destination, DestinationRecord, Entries as _, Entry, Name, Number, Origin, Over,
    SourceRecord,
};
use egress::{Guard, HttpEgress, Lookup, unresolved};
use http::{HeaderMap, Method, Request, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::clock::HandClock;
use testkit::desk;
use testkit::faults::Faults;
use testkit::world::{World, answer};

const LONG: Duration = Duration::from_secs(30);

/// A console and a pipeline in memory whose calls leave by the real door.
struct Place {
    door: Door,
    token: String,
    world: World,
}

/// What is said of an address that a destination may not have, when it is made.
fn told(address: &str) -> String {
    format!(
        "the address {address} is not allowed; correct it, or add its range to [egress] allow (on AWS: EgressAllow)"
    )
}

/// What is said of it in the log, when it was to be called.
fn logged(address: &str) -> String {
    format!("the address {address} is not allowed for destinations")
}

/// An address in a refused range.
fn inside(address: &str) -> String {
    format!("{address} (in a private or special network)")
}

/// The real door behind this guard, where names lead where they are told to.
fn egress(guard: &Guard, lookup: Arc<Lookup>) -> Arc<HttpEgress> {
    let clock = Arc::new(HandClock::default());
    Arc::new(HttpEgress::told(guard.clone(), clock, lookup).unwrap())
}

/// Nobody is asked where a name leads.
fn no_names() -> Arc<Lookup> {
    Arc::new(|name| Err(io::Error::other(format!("{name} was looked up"))))
}

impl Place {
    /// Judges like `serve` and `manage`: names when they are called.
    async fn open(allow: &[&str], lookup: Arc<Lookup>) -> Self {
        Self::judging(allow, lookup, Arc::new(unresolved)).await
    }

    /// Judges names by this when they are said, and by the other when they are called.
    async fn judging(allow: &[&str], lookup: Arc<Lookup>, said: Arc<Lookup>) -> Self {
        let guard = Guard::new(allow.iter().map(|range| range.parse().unwrap()).collect());
        let egress = egress(&guard, lookup);
        let script = |_: usize, _: &_| Ok(answer(200, ""));
        let mut world = World::new(providers::ALL, channels::ALL, Faults::none(), script);
        world.dispatch.egress = egress.clone();
        let source = json!({ "provider": "thueapi", "name": "shop", "secrets": ["token"] });
        let source: SourceRecord = serde_json::from_value(source).unwrap();
        let world = world.with_source(&source);
        let judge = move |destination: &Destination| {
            guard.judge_destination(destination, channels::ALL, &|name| said(name))
        };
        let (providers, channels) = (providers::ALL, channels::ALL);
        let console = desk::console_through(&world, providers, channels, Arc::new(judge), egress);
        let (cabinet, entropy) = (console.cabinet.as_ref(), console.entropy.as_ref());
        let (scopes, now) = (Scope::ALL.into(), world.clock.now());
        let made = access::create(cabinet, entropy, "x", scopes, now).await.unwrap();
        let place = Self { door: Door::new(Arc::clone(&console)), token: String::new(), world };
        let (id, secret) = (&made.client.id, made.secret.expose());
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let request = Request::post("/oauth2/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (_, said) = place.ask(request.body(form.into()).unwrap()).await;
        Self { token: said["access_token"].as_str().unwrap().to_owned(), ..place }
    }

    async fn ask(&self, request: Request<Bytes>) -> (u16, Value) {
        let (head, body) = self.door.answer(request).await.into_parts();
        (head.status.as_u16(), serde_json::from_slice(&body).unwrap())
    }

    /// Calls the API, ten times a second: no more are taken for long.
    async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.world.clock.set(self.world.clock.now() + SignedDuration::from_millis(100));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json");
        self.ask(request.body(body.to_string().into()).unwrap()).await
    }

    /// Keeps a webhook that nobody has judged: of an older version, or of a table that was written by hand.
    /// Its path in the API.
    async fn keep(&self, name: &str, more: &Value) -> String {
        let mut record = json!({ "name": name, "channel": "webhook" });
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let record: DestinationRecord = serde_json::from_value(record).unwrap();
        let entry = Entry::destination(&record, Origin::Operator).unwrap();
        self.world.directory.put(&entry, Over::Anything).await.unwrap();
        let number = Number::of_destination(&Name::parse(name).unwrap());
        format!("/api/v1/webhooks/{number}")
    }

    /// A payment comes in, and is sent to whoever is to get it. What became of each, by name: the verdict's
    /// word, and why.
    async fn pay(&self) -> Vec<(String, &'static str, String)> {
        let mut headers = HeaderMap::new();
        headers.insert("x-thueapi", "token".parse().unwrap());
        let body = br#"{"txn_id":"T1","money":1000,"type":"in","gateway":"acb","number":"1"}"#;
        let ack = self.world.hook(&Method::POST, "/hooks/thueapi/shop", &headers, body).await;
        assert_eq!(ack.status, 200);
        self.world.handle_visible().await.unwrap();
        let of = |(delivery, attempts): (domain::Delivery, Vec<domain::Attempt>)| {
            let attempt = attempts.last().unwrap_or_else(|| panic!("{delivery:?}"));
            let name = delivery.of.destination.to_string();
            (name, attempt.verdict, attempt.detail.clone())
        };
        self.world.ledger.deliveries().into_iter().map(of).collect()
    }
}

/// What SePay's document says a webhook must have, leading here.
fn webhook(url: &str) -> Value {
    json!({
        "bank_account_id": 0, "name": "x", "event_type": "All", "is_verify_payment": 0,
        "authen_type": "No_Authen", "request_content_type": "Json", "webhook_url": url,
    })
}

/// The same at a good address, with a token from here.
fn oauth2(token_url: &str) -> Value {
    let mut body = webhook("https://example.com/hook");
    body["authen_type"] = "OAuth2.0".into();
    body["oauth2_access_token_url"] = token_url.into();
    body["oauth2_client_id"] = "id".into();
    body["oauth2_client_secret"] = "secret".into();
    body
}

/// Where a name leads that was told.
fn leads(to: &[&str]) -> io::Result<Vec<IpAddr>> {
    Ok(to.iter().map(|address| address.parse().unwrap()).collect())
}
