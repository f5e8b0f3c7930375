//! The destinations of every ordeal, what they do to those who call them, and when they are done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::real::audit::Place;
use testkit::real::books::{Asked, Books, Says};
use testkit::real::casso::RARE;
use testkit::real::{Anything, Server, now};
use tokio::time::sleep;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Longer than this nothing that was acknowledged may take, once all is well again.
const PATIENCE: Duration = Duration::from_secs(900);

/// All of them.
pub(crate) const PLACES: &[Place] = &[
    Place { name: "plain", chat: false, rare: false },
    Place { name: "flaky", chat: false, rare: false },
    Place { name: "gone", chat: false, rare: false },
    Place { name: "slow", chat: false, rare: true },
    Place { name: "chat", chat: true, rare: true },
];

/// The destinations, and the switch by which one of them is gone.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) books: Books,
    gone: Arc<AtomicBool>,
}

impl Shop {
    /// Opens them. Three of ten requests to `flaky` fail, by the seed; `slow` takes up to a second.
    pub(crate) async fn open(seed: u64) -> Result<Self, Anything> {
        let gone = Arc::new(AtomicBool::new(false));
        let switch = Arc::clone(&gone);
        let books = Books::open(move |asked| says(seed, &switch, asked)).await?;
        Ok(Self { books, gone })
    }

    /// From now on `gone` is gone, or there again.
    pub(crate) fn set_gone(&self, gone: bool) {
        self.gone.store(gone, Ordering::Relaxed);
    }

    /// What is written of them where they are configured.
    pub(crate) fn records(&self) -> Vec<Value> {
        let rare = [RARE];
        let waits = [1, 1, 2, 2, 5, 5, 5, 10, 10, 10, 10, 10, 10, 10, 10];
        let waits = waits.map(|seconds| format!("{seconds}s"));
        let webhook = |name: &str, more: Value| {
            let mut record = json!({
                "name": name, "channel": "webhook", "endpoint": self.books.url(name),
                "signing_secrets": [SECRET],
            });
            if let (Some(record), Value::Object(more)) = (record.as_object_mut(), more) {
                record.extend(more);
            }
            record
        };
        let chat = json!({
            "name": "chat", "channel": "slack", "endpoint": self.books.url("chat"),
            "accounts": rare,
        });
        vec![
            webhook("plain", json!({ "alarms": true })),
            webhook("flaky", json!({ "retry": { "waits": waits } })),
            webhook("gone", json!({ "concurrency": 50 })),
            webhook("slow", json!({ "accounts": rare })),
            chat,
        ]
    }

    /// The same as tables of `tingting.toml`.
    pub(crate) fn tables(&self) -> String {
        let mut text = "[sweep]\nprobe_every = \"1m\"\n".to_owned();
        for record in self.records() {
            text.push_str("[[destination]]\n");
            for (key, value) in record.as_object().into_iter().flatten() {
                text.push_str(&format!("{key} = {}\n", toml(value)));
            }
        }
        text
    }
}

/// JSON's texts, numbers and lists are TOML's too; its objects are not.
fn toml(value: &Value) -> String {
    let Some(fields) = value.as_object() else { return value.to_string() };
    let fields: Vec<String> =
        fields.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
    format!("{{ {} }}", fields.join(", "))
}

fn says(seed: u64, gone: &AtomicBool, asked: Asked<'_>) -> Says {
    let chance = chance(seed, asked);
    match asked.place {
        "flaky" if chance.is_multiple_of(10) || chance % 10 > 7 => Says::now(500),
        "gone" if gone.load(Ordering::Relaxed) => Says::now(410),
        "slow" => Says { status: 200, after: Duration::from_millis(chance % 1_000) },
        _ => Says::now(200),
    }
}

/// The same for the same request in every run.
fn chance(seed: u64, asked: Asked<'_>) -> u64 {
    let words = asked.id.bytes().map(u64::from).chain([u64::from(asked.before)]);
    // FNV-1a.
    words.fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, word| {
        (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3)
    }) >> 16
}

/// Waits until nothing is open any more; how long that took.
pub(crate) async fn drained(server: &Server) -> Result<Duration, Anything> {
    let started = now();
    loop {
        let open = open(server).await?;
        if open == 0 {
            return Ok(started.elapsed());
        }
        if started.elapsed() > PATIENCE {
            return Err(format!("{open} are still open after {PATIENCE:?}").into());
        }
        sleep(Duration::from_secs(1)).await;
    }
}

async fn open(server: &Server) -> Result<u64, Anything> {
    let mut open = server.metric("tingting_events_not_taken").await?;
    for state in ["pending", "sending", "waiting", "held", "gathered"] {
        // A state in which there is none may not be on the page.
        let name = format!("tingting_deliveries{{state=\"{state}\"}}");
        open += server.metric(&name).await.unwrap_or_default();
    }
    Ok(open)
}
