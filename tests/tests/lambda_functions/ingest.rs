//! From an event to its answer.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{Directory, Ingest, Listed, ListedSource, PortError, Request, SourceRecord};
use http::Method;
use jiff::{SignedDuration, Timestamp};
use lambda::{Front, Function as _, Response};
use serde_json::{Value, json};
use testkit::clock::HandClock;
use testkit::faults::{Faults, FaultyLedger, FaultyQueue, Lasting, Mode};
use testkit::memory::{MemoryDirectory, MemoryLedger, MemoryQueue};

use crate::doors::{Call, DOORS, Door};
use crate::{invocation, process};

/// A flow over memory, and what is under it.
pub(crate) struct Bench {
    pub(crate) clock: Arc<HandClock>,
    pub(crate) ledger: Arc<MemoryLedger>,
    queue: Arc<MemoryQueue>,
    directory: Arc<MemoryDirectory>,
    faults: Arc<Faults>,
}

impl Bench {
    pub(crate) fn new(records: &[SourceRecord]) -> Self {
        Self::failing(records, Faults::none())
    }

    fn failing(records: &[SourceRecord], faults: Arc<Faults>) -> Self {
        let clock = Arc::new(HandClock::default());
        let directory = Arc::new(MemoryDirectory::default());
        for record in records {
            let source = record.parse(providers::ALL).unwrap();
            directory.put_source(ListedSource::Ready(Arc::new(source)));
        }
        let queue = Arc::new(MemoryQueue::new(Arc::clone(&clock)));
        Self { clock, ledger: Arc::default(), queue, directory, faults }
    }

    fn ingest(&self) -> Ingest {
        let ledger = FaultyLedger(self.ledger.clone(), Arc::clone(&self.faults));
        let queue = FaultyQueue(self.queue.clone(), Arc::clone(&self.faults));
        Ingest::new(Arc::new(ledger), Arc::new(queue), self.directory.clone(), providers::ALL)
    }

    pub(crate) async fn front(&self) -> Front {
        Front::open(self.ingest(), &process(&self.clock), async {}).await
    }

    /// What the flow answers when nothing is between.
    async fn directly(&self, call: &Call) -> (u16, String) {
        let request = Request {
            method: &Method::from_bytes(call.method.as_bytes()).unwrap(),
            path: &call.path,
            query: &call.query,
            headers: &call.header_map(),
            body: Ok(Bytes::from(call.body.clone())),
            receipt: &invocation(&self.clock, SignedDuration::ZERO).request_id,
            received: domain::Clock::now(&*self.clock),
        };
        let ack = self.ingest().answer(request).await;
        (ack.status.as_u16(), ack.body.into_owned())
    }

    /// What a front door answers.
    pub(crate) async fn through(&self, event: &str) -> (Response, String) {
        let of = invocation(&self.clock, SignedDuration::from_secs(10));
        let handled = self.front().await.handle(event, &of).await;
        (handled.answer.unwrap(), handled.line)
    }

    fn books(&self) -> (Vec<Value>, usize) {
        let events = self.ledger.events();
        let event = |text: String| serde_json::from_str(&text).unwrap();
        (
            events.iter().map(|e| event(e.event.to_json().unwrap())).collect(),
            self.queue.envelopes().len(),
        )
    }
}

/// A source with one secret.
pub(crate) fn source(provider: &str, secret: &str) -> SourceRecord {
    let extra = match provider {
        "abaha" => json!({ "header": "X-Abaha-Token" }),
        "sepay" => json!({ "auth": "oauth2", "client_id": "client-1" }),
        _ => json!({}),
    };
    let mut record = json!({ "provider": provider, "name": "shop", "secrets": [secret] });
    record.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    serde_json::from_value(record).unwrap()
}

#[tokio::test]
async fn every_vector_means_the_same_through_every_front_door() {
    let mut compared = 0;
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let vector: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            compared += compare(&vector, &path.display().to_string()).await;
        }
    }
    assert!(compared > 2_500, "{compared}");
}

async fn compare(vector: &Value, name: &str) -> usize {
    let record: SourceRecord = serde_json::from_value(vector["source"].clone()).unwrap();
    let now: Timestamp = vector["now"].as_str().unwrap().parse().unwrap();
    let call = Call::of_vector(vector);
    let bench = || {
        let bench = Bench::new(std::slice::from_ref(&record));
        bench.clock.set(now);
        bench
    };
    let direct = bench();
    let expected = direct.directly(&call).await;
    let mut compared = 0;
    for (door, binary) in DOORS.iter().flat_map(|door| [(*door, false), (*door, true)]) {
        // Two headers of one name become one there, and a query that was badly encoded another here.
        let as_sent = match door {
            Door::HttpApi | Door::FunctionUrl => call.has_each_header_once(),
            Door::RestApi => !call.query.contains("%zz"),
        };
        if as_sent {
            let bench = bench();
            let (response, line) = bench.through(&door.event(&call, binary)).await;
            assert_eq!(
                (response.status_code, response.body.into_owned()),
                expected,
                "{name} {door:?}"
            );
            assert_eq!(bench.books(), direct.books(), "{name} {door:?}");
            for secret in &record.secrets {
                assert!(!line.contains(secret.as_str()), "{name} {door:?}: {line}");
            }
            compared += 1;
        }
    }
    compared
}

#[tokio::test]
async fn every_route_of_every_provider_has_its_answer() {
    let records: Vec<SourceRecord> = ["abaha", "appotapay", "casso", "sepay", "thueapi"]
        .iter()
        .map(|provider| source(provider, "a-secret-of-this-source-0123456789"))
        .collect();
    let secret = "a-secret-of-this-source-0123456789";
    let abaha = [("X-Abaha-Token", secret)];
    let order = r#"{"order_id":1,"order_status":"new"}"#;
    let post = |path: &str| Call::new("POST", path, &[], "{}");
    let with = |method: &str, path: &str| Call::new(method, path, &[], "");
    let thueapi = Call {
        query: "money=5&type=in&gateway=acb&number=1&txn_id=T1".to_owned(),
        ..Call::new("GET", "/hooks/thueapi/shop", &[("X-Thueapi", secret)], "")
    };
    let token = Call::new(
        "POST",
        "/hooks/sepay/shop/token",
        &[("content-type", "application/x-www-form-urlencoded")],
        &format!("grant_type=client_credentials&client_id=client-1&client_secret={secret}"),
    );
    for (call, status, allow) in [
        (Call::new("POST", "/hooks/abaha/shop/order", &abaha, order), 200, None),
        (Call::new("POST", "/hooks/abaha/shop", &abaha, order), 200, None),
        (Call::new("POST", "/hooks/abaha/shop/refund", &abaha, order), 404, None),
        (Call::new("POST", "/hooks/casso/shop", &[("secure-token", secret)], "[]"), 200, None),
        (thueapi, 200, None),
        (token, 200, None),
        (post("/hooks/appotapay/shop"), 401, None),
        (post("/hooks/casso/shop"), 401, None),
        (post("/hooks/casso/other"), 404, None),
        (post("/hooks/casso"), 404, None),
        (post("/hooks/nobody/shop"), 404, None),
        (post("/hooks/casso/Shop%2F.."), 404, None),
        (post("/"), 404, None),
        (post(""), 404, None),
        (with("HEAD", "/hooks/casso/shop"), 405, Some("POST")),
        (with("PUT", "/hooks/thueapi/shop"), 405, Some("GET, POST")),
        (with("GET", "/hooks/casso/shop"), 405, Some("POST")),
    ] {
        for door in DOORS {
            let bench = Bench::new(&records);
            let (response, line) = bench.through(&door.event(&call, false)).await;
            let told = format!("{} {} {door:?}: {response:?} {line}", call.method, call.path);
            assert_eq!(response.status_code, status, "{told}");
            let allowed: Option<Vec<&str>> = response.headers.get("Allow").map(|a| {
                let mut methods: Vec<&str> = a.split(", ").collect();
                methods.sort_unstable();
                methods
            });
            assert_eq!(allowed.map(|methods| methods.join(", ")).as_deref(), allow, "{told}");
            assert_eq!(response.headers["Content-Type"], "application/json", "{told}");
            serde_json::from_str::<Value>(&response.body).expect(&told);
        }
    }
}

#[tokio::test]
async fn a_stage_or_a_mapping_before_the_path_makes_no_difference() {
    let bench = Bench::new(&[source("casso", "secret-1")]);
    for (door, path) in
        [(Door::HttpApi, "/prod/hooks/casso/shop"), (Door::RestApi, "/pay/hooks/casso/shop")]
    {
        let call = Call::new("POST", path, &[("secure-token", "secret-1")], "[]");
        assert_eq!(bench.through(&door.event(&call, false)).await.0.status_code, 200, "{path}");
    }
}

#[tokio::test]
async fn a_body_is_measured_after_decoding() {
    let bench = Bench::new(&[source("casso", "secret-1")]);
    for (bytes, status) in [(domain::MAX_BODY, 200), (domain::MAX_BODY + 1, 413)] {
        let body = format!("[{}]", " ".repeat(bytes - 2));
        let call = Call::new("POST", "/hooks/casso/shop", &[("secure-token", "secret-1")], &body);
        for door in DOORS {
            for binary in [false, true] {
                let (response, _) = bench.through(&door.event(&call, binary)).await;
                assert_eq!(response.status_code, status, "{bytes} {door:?} {binary}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_call_is_answered_400_and_not_quoted() {
    let bench = Bench::new(&[source("casso", "secret-1")]);
    let call = Call::new("POST", "/hooks/casso/shop", &[("secure-token", "secret-1")], "[]");
    let garbled = Door::HttpApi.event(&call, true).replace("\"W10=\"", "\"*memo*\"");
    for (event, why) in [
        (garbled.as_str(), "the event's body is not base64, as it says it is"),
        (r#"{"Records":[{"body":"memo"}]}"#, "this event has no path"),
        (r#""memo""#, "this is no event of an HTTP API, a REST API or a function URL"),
        (r#"{"rawPath":"memo"}"#, "this event has no method"),
    ] {
        let (response, line) = bench.through(event).await;
        let body = json!({ "error": "bad_request", "message": why }).to_string();
        assert_eq!((response.status_code, &*response.body), (400, &*body));
        assert!(line.contains(why) && line.contains("WARN") && !line.contains("memo"), "{line}");
    }
}

#[test]
fn the_answer_has_the_form_that_its_front_door_takes() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let bench = Bench::new(&[]);
    let call = Call::new("POST", "/hooks/casso/shop", &[], "");
    let body = r#"{"error":"not_found","message":"there is no such hook here"}"#;
    for door in DOORS {
        let (response, _) = runtime.block_on(bench.through(&door.event(&call, false)));
        let mut expected = json!({
            "statusCode": 404,
            "headers": { "Content-Type": "application/json" },
            "body": body,
            "isBase64Encoded": false,
        });
        if door != Door::RestApi {
            expected["cookies"] = json!([]);
        }
        assert_eq!(serde_json::to_value(response).unwrap(), expected, "{door:?}");
    }
}

#[tokio::test]
async fn our_own_failures_are_503_and_the_providers_retry_finishes_the_job() {
    let call = Call::new("POST", "/hooks/casso/shop", &[("secure-token", "secret-1")], EVENT);
    let event = Door::HttpApi.event(&call, false);
    for (at, port) in [(1, "ledger"), (2, "queue")] {
        let faults = Faults::at(at, Mode::Before, Lasting::Once);
        let bench = Bench::failing(&[source("casso", "secret-1")], faults);
        let (response, line) = bench.through(&event).await;
        assert_eq!((response.status_code, response.headers["Retry-After"].as_str()), (503, "5"));
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["level"], &line["port"]), (&json!("ERROR"), &json!(port)));
        let error = format!("the {port} could not be reached: call {at} fails, as planned");
        assert_eq!((&line["error"], &line["hooks_unavailable"]), (&json!(error), &json!(1)));
        assert_eq!(bench.through(&event).await.0.status_code, 200);
        assert_eq!(bench.books().1, 1, "one bell, whichever call it was that failed");
    }
}

/// One of Casso's transactions, invented.
pub(crate) const EVENT: &str = r#"{"error":0,"data":[{"id":77,"tid":"TF1","amount":200500,
    "description":"DH35 NGUYEN VAN A","when":"2026-03-01 08:00:00","subAccId":"0011001234567"}]}"#;

/// A directory that never answers.
struct Hanging;

#[async_trait]
impl Directory for Hanging {
    async fn sources(&self, _: &str) -> Result<Vec<ListedSource>, PortError> {
        std::future::pending().await
    }

    async fn destinations(&self) -> Result<Arc<Vec<Listed>>, PortError> {
        std::future::pending().await
    }
}

/// A directory that breaks whoever asks.
struct Broken;

#[async_trait]
impl Directory for Broken {
    async fn sources(&self, _: &str) -> Result<Vec<ListedSource>, PortError> {
        panic!("a memo that must not be in the log")
    }

    async fn destinations(&self) -> Result<Arc<Vec<Listed>>, PortError> {
        panic!("a memo that must not be in the log")
    }
}

fn over(bench: &Bench, directory: Arc<dyn Directory>) -> Ingest {
    Ingest::new(bench.ledger.clone(), bench.queue.clone(), directory, providers::ALL)
}

#[tokio::test(start_paused = true)]
async fn an_answer_comes_in_time_whatever_hangs() {
    let call = Call::new("POST", "/hooks/casso/shop", &[("secure-token", "s")], EVENT);
    for (left_ms, waited_ms) in [(10_000, 3_000), (3_300, 3_000), (2_000, 1_700), (100, 0)] {
        let bench = Bench::new(&[]);
        let front = Front::new(over(&bench, Arc::new(Hanging)), &process(&bench.clock));
        let of = invocation(&bench.clock, SignedDuration::from_millis(left_ms));
        let began = tokio::time::Instant::now();
        let handled = front.handle(&Door::HttpApi.event(&call, false), &of).await;
        let response = handled.answer.unwrap();
        // A timer of tokio may be a millisecond late.
        let waited = began.elapsed().as_millis();
        assert!((waited_ms..=waited_ms + 1).contains(&waited), "{waited} of {left_ms}");
        assert_eq!((response.status_code, response.headers["Retry-After"].as_str()), (503, "5"));
        let line: Value = serde_json::from_str(&handled.line).unwrap();
        assert_eq!(line["error"], json!("recording took too long"));
        assert_eq!(line["source.id"], json!("casso/shop"));
    }
}

#[tokio::test]
async fn a_flow_that_panics_is_answered_503_without_its_words() {
    let bench = Bench::new(&[]);
    let front = Front::new(over(&bench, Arc::new(Broken)), &process(&bench.clock));
    let call = Call::new("POST", "/hooks/casso/shop", &[("secure-token", "s")], EVENT);
    let of = invocation(&bench.clock, SignedDuration::from_secs(10));
    let handled = front.handle(&Door::HttpApi.event(&call, false), &of).await;
    assert_eq!(handled.answer.unwrap().status_code, 503);
    assert!(
        handled.line.contains("panicked") && !handled.line.contains("memo"),
        "{}",
        handled.line
    );
}
