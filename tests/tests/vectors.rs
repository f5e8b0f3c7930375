//! Every provider against its vectors: one request per file in, events, parked bytes, an answer or
//! a reject out. A file's name is its reason. Providers are run directly: no ledger, no queue.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use domain::{Event, Hook, Provider, Reading, Source, SourceRecord, find_provider};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    why: String,
    source: SourceRecord,
    now: String,
    request: Request,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    #[serde(default)]
    tail: String,
    #[serde(default)]
    query: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    body_base64: Option<String>,
    body_repeat: Option<Repeat>,
}

/// A body too long to be written down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    #[serde(default)]
    before: String,
    text: String,
    times: usize,
    #[serde(default)]
    after: String,
}

/// Either `reject`, or `answer`, or `events` with `parked` and `stale_s`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// The `Debug` text of the reject.
    reject: Option<String>,
    answer: Option<ExpectedAnswer>,
    /// For each event the fields of its wire form that must be exactly so; `null`: not there.
    events: Option<Vec<Map<String, Value>>>,
    /// The reasons.
    #[serde(default)]
    parked: Vec<String>,
    stale_s: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedAnswer {
    status: u16,
    body_has: Map<String, Value>,
}

#[test]
fn every_vector_reads_as_it_says() {
    let mut failures = Vec::new();
    let mut covered = BTreeSet::new();
    for path in files() {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let name =
            format!("{}/{}", folder.display(), path.file_stem().unwrap_or_default().display());
        let text = fs::read_to_string(&path).unwrap();
        let outcome = serde_json::from_str(&text)
            .map_err(|error| format!("not a vector: {error}"))
            .and_then(|vector: Vector| {
                covered.insert((vector.source.provider.clone(), vector.expect.reject.is_none()));
                let home = folder.display().to_string() == vector.source.provider;
                if home { Ok(vector) } else { Err("in another provider's folder".to_owned()) }
            })
            .and_then(|vector| judge(&vector).map_err(|why| format!("{why}\n    {}", vector.why)));
        if let Err(why) = outcome {
            failures.push(format!("{name}: {why}"));
        }
    }
    for provider in providers::ALL {
        for (accepted, word) in [(true, "accepted"), (false, "refused")] {
            if !covered.contains(&(provider.name().to_owned(), accepted)) {
                failures.push(format!("{} has no {word} vector", provider.name()));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// Every `vectors/<provider>/<reason>.json`, in order.
fn files() -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder of vectors can be listed");
        entries.map(|entry| entry.expect("and so can what is in it").path()).collect()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut files: Vec<PathBuf> = list(&root).iter().flat_map(|folder| list(folder)).collect();
    files.sort();
    files
}

fn judge(vector: &Vector) -> Result<(), String> {
    let provider = find_provider(providers::ALL, &vector.source.provider)
        .ok_or_else(|| format!("no provider {}", vector.source.provider))?;
    let source = vector.source.parse(providers::ALL).map_err(|fault| fault.to_string())?;
    let reading = read(provider, &source, vector)?;
    if let Some(secret) = vector.source.secrets.iter().find(|s| format!("{reading:?}").contains(*s))
    {
        return Err(format!("the outcome shows the secret {secret:?}"));
    }
    let expect = &vector.expect;
    match (reading, &expect.reject, &expect.answer, &expect.events) {
        (Err(reject), Some(expected), None, None) => same("reject", &reject, expected),
        (Ok(Reading::Answer { status, body }), None, Some(expected), None) => {
            same("status", &status, &expected.status.to_string())?;
            let body: Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
            has(&body, &expected.body_has)
        }
        (Ok(Reading::Events { events, parked, stale_s }), None, None, Some(expected)) => {
            let reasons: Vec<&str> = parked.iter().map(|parked| parked.reason.as_str()).collect();
            if reasons != expect.parked {
                return Err(format!("parked {reasons:?}, expected {:?}", expect.parked));
            }
            same("stale_s", &stale_s, &format!("{:?}", expect.stale_s))?;
            same("number of events", &events.len(), &expected.len().to_string())?;
            events.iter().zip(expected).try_for_each(|(event, fields)| agrees(event, fields))
        }
        (reading, ..) => Err(format!("got {reading:?}")),
    }
}

/// Runs the provider as the flow does: only by its methods and tails.
fn read(
    provider: &dyn Provider,
    source: &Source,
    vector: &Vector,
) -> Result<Result<Reading, domain::Reject>, String> {
    let request = &vector.request;
    let method: Method = request.method.parse().map_err(|_| "no such method")?;
    if !provider.methods().contains(&method) || !provider.accepts_tail(source, &request.tail) {
        return Err(format!("{} /{} never reaches the provider", request.method, request.tail));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name: HeaderName = name.parse().map_err(|_| format!("no header name: {name}"))?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|error| error.to_string())?;
        headers.append(name, value);
    }
    let received = vector.now.parse().map_err(|_| "now is no time stamp")?;
    let hook = Hook {
        method: &method,
        tail: &request.tail,
        query: &request.query,
        headers: &headers,
        body: &request.bytes()?,
        receipt: "r1",
        received,
    };
    let read = provider.read(&hook, source);
    if let Ok(Reading::Events { events, parked, stale_s }) = &read {
        // What is proven once reads the same without its proof.
        let (events, parked, stale_s) = (events.clone(), parked.clone(), *stale_s);
        let again = provider.reread(&hook, source).at_age(stale_s);
        same("read again", &again, &format!("{:?}", Reading::Events { events, parked, stale_s }))?;
    }
    Ok(read)
}

impl Request {
    fn bytes(&self) -> Result<Vec<u8>, String> {
        match (&self.body, &self.body_base64, &self.body_repeat) {
            (None, None, None) => Ok(Vec::new()),
            (Some(text), None, None) => Ok(text.clone().into_bytes()),
            (None, Some(text), None) => BASE64_STANDARD.decode(text).map_err(|e| e.to_string()),
            (None, None, Some(r)) => {
                Ok(format!("{}{}{}", r.before, r.text.repeat(r.times), r.after).into_bytes())
            }
            _ => Err("more than one body".to_owned()),
        }
    }
}

/// The event's wire form has these fields, and reads back as the same event.
fn agrees(event: &Event, expected: &Map<String, Value>) -> Result<(), String> {
    let json = event.to_json().map_err(|error| format!("{event:?}: {error}"))?;
    let back = Event::from_json(&json).map_err(|error| error.to_string())?;
    if back != *event {
        return Err(format!("reads back differently: {back:?} from {event:?}"));
    }
    has(&serde_json::from_str(&json).map_err(|error| error.to_string())?, expected)
}

fn has(value: &Value, expected: &Map<String, Value>) -> Result<(), String> {
    let differs = |(name, field): &(&String, &Value)| {
        value.get(name.as_str()).unwrap_or(&Value::Null) != *field
    };
    match expected.iter().find(differs) {
        None => Ok(()),
        Some((name, field)) => Err(format!("{name} is not {field} in {value}")),
    }
}

fn same(what: &str, got: &impl std::fmt::Debug, expected: &str) -> Result<(), String> {
    let got = format!("{got:?}");
    if got == expected { Ok(()) } else { Err(format!("{what} {got}, expected {expected}")) }
}
