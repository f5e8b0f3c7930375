//! Journeys through the API as its callers take them, answer by answer to the letter. What is answered is written
//! beside the call (`expect!`; `UPDATE_EXPECT=1` writes it anew): who reads a change of it here reads what callers
//! will meet. Clock, chance and ports are by hand, so that ids and times are the same in every run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod developer;
mod errors;
mod lines;
mod operator;
mod refusals;

use std::fmt::Write as _;
use std::sync::Arc;

use console::access::{self, Scope};
use console::{Console, Door};
use domain::{
    Clock as _, DestinationRecord, Entries as _, Entry, Name, Number, Origin, Over, SourceRecord,
};
use http::{HeaderMap, Method, Request, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::desk;
use testkit::faults::Faults;
use testkit::world::{World, answer};

use lines::lines;

/// Headers of an answer that callers go by.
const TELLING: [&str; 4] = ["allow", "idempotent-replayed", "retry-after", "www-authenticate"];

/// A console and a pipeline in memory, a ThueAPI source, and what was said so far.
struct Story {
    world: World,
    console: Arc<Console>,
    door: Door,
    token: String,
    told: String,
    sent: usize,
}

impl Story {
    /// Where every webhook answers 200.
    async fn begin(scopes: &[Scope]) -> Self {
        let script = |_: usize, _: &_| Ok(answer(200, r#"{"success":true}"#));
        let world = World::new(providers::ALL, channels::ALL, Faults::none(), script);
        let source = json!({ "provider": "thueapi", "name": "shop", "secrets": ["token"] });
        let source: SourceRecord = serde_json::from_value(source).unwrap();
        let world = world.with_source(&source);
        let console = desk::console(&world, providers::ALL, channels::ALL, Arc::new(|_| Ok(())));
        let door = Door::new(Arc::clone(&console));
        let (token, told) = (String::new(), String::new());
        let mut story = Self { world, console, door, token, told, sent: 0 };
        story.token = story.token_for(scopes).await;
        story
    }

    /// A token of a new client with these scopes.
    async fn token_for(&self, scopes: &[Scope]) -> String {
        let (cabinet, entropy) = (self.console.cabinet.as_ref(), self.console.entropy.as_ref());
        let (scopes, now) = (scopes.iter().copied().collect(), self.world.clock.now());
        let name = "the shop's program";
        let made = access::create(cabinet, entropy, name, scopes, now).await.unwrap();
        let (id, secret) = (&made.client.id, made.secret.expose());
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let request = Request::post("/oauth2/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answered = self.door.answer(request.body(form.into()).unwrap()).await;
        let said: Value = serde_json::from_slice(answered.body()).unwrap();
        said["access_token"].as_str().unwrap().to_owned()
    }

    /// Puts a webhook of a configuration file there; its path.
    async fn filed(&self) -> String {
        let record =
            json!({ "name": "shop", "channel": "webhook", "endpoint": "https://example.com/" });
        let record: DestinationRecord = serde_json::from_value(record).unwrap();
        let entry = Entry::destination(&record, Origin::File).unwrap();
        self.world.directory.put(&entry, Over::Nothing).await.unwrap();
        format!("/api/v1/webhooks/{}", Number::of_destination(&Name::parse("shop").unwrap()))
    }

    /// Calls the API, and writes down what was said and answered.
    async fn call(&mut self, method: &str, path: &str, body: Value) -> Value {
        self.call_with(method, path, &[], body).await
    }

    async fn call_with(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Value {
        let said = if body.is_null() { String::new() } else { body.to_string() };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        _ = writeln!(self.told, "{}", format!("{method} {path} {said}").trim_end());
        self.ask(request.body(said.into()).unwrap()).await
    }

    /// Sends a request, and writes down what was answered.
    async fn ask(&mut self, request: Request<bytes::Bytes>) -> Value {
        let (head, body) = self.door.answer(request).await.into_parts();
        _ = write!(self.told, "{}", head.status.as_u16());
        for name in TELLING {
            if let Some(value) = head.headers.get(name) {
                _ = write!(self.told, " {name}: {}", value.to_str().unwrap());
            }
        }
        let text = String::from_utf8(body.to_vec()).unwrap().replace('\u{feff}', "(BOM)");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        let shown = if json.is_null() { text } else { lines(&json) };
        _ = writeln!(self.told, "\n{}\n", shown.trim_end());
        json
    }

    /// A payment comes in, a second after what was before it, and goes to whoever is to get it.
    async fn pay(&mut self, id: &str, amount: u32, memo: &str) {
        self.world.clock.advance(SignedDuration::from_secs(1));
        let body = json!({ "txn_id": id, "money": amount, "type": "in", "gateway": "acb",
            "number": "0071000123", "content": memo, "datetime": "2026-03-01 08:59:00" });
        let mut headers = HeaderMap::new();
        headers.insert("x-thueapi", "token".parse().unwrap());
        let path = "/hooks/thueapi/shop";
        let ack = self.world.hook(&Method::POST, path, &headers, body.to_string().as_bytes()).await;
        assert_eq!(ack.status, 200);
        self.deliver().await;
    }

    /// What is on the queue is handled; what left is written down.
    async fn deliver(&mut self) {
        while self.world.handle_visible().await.unwrap() > 0 {}
        let all = self.world.sent();
        for (n, sent) in all.iter().enumerate().skip(self.sent) {
            let key = sent.headers.get(header::AUTHORIZATION);
            let key = key.map(|key| key.to_str().unwrap()).unwrap_or_default();
            let id = sent.headers["webhook-id"].to_str().unwrap();
            _ = writeln!(self.told, "{}", format!("→ {} {id} {key}", sent.path).trim_end());
            let body: Value = serde_json::from_slice(&sent.body).unwrap();
            let before = all[..n].iter().any(|before| before.body == sent.body);
            let body = if before { "(the same body)".to_owned() } else { lines(&body) };
            _ = writeln!(self.told, "{body}\n");
        }
        self.sent = all.len();
    }

    /// What was said since it was asked last.
    fn told(&mut self) -> String {
        std::mem::take(&mut self.told)
    }
}
