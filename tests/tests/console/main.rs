//! The console's API as its callers meet it, over ports in memory: what each call answers, and to whom.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod browser;
mod changes;
mod edit_pages;
mod events;
mod export;
mod first;
mod limits;
mod once;
mod openapi;
mod overview;
mod page_acts;
mod pages;
mod password_page;
mod people;
mod previews;
mod replay;
mod signing_page;
mod source_pages;
mod sources;
mod standing;
mod statistics;
mod trouble;
mod trouble_pages;
mod webhooks;

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use console::access::{self as who, Created, Scope};
use console::{Console, Door};
use domain::{Answer, Destination, Entries as _, Entry, EntryId, Fault, SendError};
use http::{HeaderMap, Request, StatusCode, header};
use serde_json::Value;
use testkit::clock::HandClock;
use testkit::desk;
use testkit::faults::Faults;
use testkit::memory::MemoryDirectory;
use testkit::world::{Sent, World, answer};

/// A console beside a whole pipeline in memory, and who calls it.
struct Place {
    door: Door,
    console: Arc<Console>,
    directory: Arc<MemoryDirectory>,
    clock: Arc<HandClock>,
    world: World,
}

/// What was answered.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
}

impl Place {
    /// Where every webhook is answered 200.
    fn open() -> Self {
        Self::answering(|_, _| Ok(answer(200, r#"{"success":true}"#)))
    }

    /// Where webhooks are answered by this script.
    fn answering(
        script: impl Fn(usize, &Sent) -> Result<Answer, SendError> + Send + Sync + 'static,
    ) -> Self {
        let faults = Faults::none();
        let world = World::new(providers::ALL, channels::ALL, faults, script);
        let (directory, clock) = (Arc::clone(&world.directory), Arc::clone(&world.clock));
        let console = desk::console(&world, providers::ALL, channels::ALL, Arc::new(judge));
        Self { door: Door::new(Arc::clone(&console)), console, directory, clock, world }
    }

    /// A client's token for all there is.
    async fn owner(&self) -> String {
        self.token(&self.client(&Scope::ALL).await).await
    }

    async fn client(&self, scopes: &[Scope]) -> Created {
        let (cabinet, entropy) = (self.console.cabinet.as_ref(), self.console.entropy.as_ref());
        let scopes: BTreeSet<Scope> = scopes.iter().copied().collect();
        let now = self.console.clock.now();
        who::create(cabinet, entropy, "a shop's program", scopes, now).await.unwrap()
    }

    async fn token(&self, of: &Created) -> String {
        let body = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            of.client.id,
            of.secret.expose()
        );
        let answered = self.ask(form(&body)).await;
        assert_eq!(answered.status, 200, "{}", answered.json);
        answered.json["access_token"].as_str().unwrap().to_owned()
    }

    async fn ask(&self, request: Request<Bytes>) -> Answered {
        let (head, body) = self.door.answer(request).await.into_parts();
        let is_table = head.headers["content-type"].as_bytes().starts_with(b"text/csv");
        let json = if is_table { Ok(Value::Null) } else { serde_json::from_slice(&body) };
        let json = json.unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&body)));
        Answered { status: head.status, headers: head.headers, json }
    }

    async fn call(&self, token: &str, method: &str, path: &str, body: &str) -> Answered {
        let request = Request::builder().method(method).uri(path);
        let request = request
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.ask(request.body(Bytes::from(body.to_owned())).unwrap()).await
    }

    /// The records that are kept, by name.
    async fn records(&self) -> Vec<Value> {
        let entries: Vec<Entry> = self.directory.entries().await.unwrap();
        let of = |entry: &&Entry| matches!(entry.id, EntryId::Destination(_));
        entries
            .iter()
            .filter(of)
            .map(|entry| serde_json::from_str(&entry.record).unwrap())
            .collect()
    }
}

/// As `serve` judges: this one address is of its own network.
fn judge(destination: &Destination) -> Result<(), Fault> {
    let endpoint = destination.settings.endpoint.as_ref();
    match endpoint.is_some_and(|url| url.expose().contains("10.0.0.1")) {
        true => Err(Fault::new("endpoint", "the address 10.0.0.1 is not allowed")),
        false => Ok(()),
    }
}

fn form(body: &str) -> Request<Bytes> {
    let request = Request::post("/oauth2/token");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(Bytes::from(body.to_owned())).unwrap()
}
