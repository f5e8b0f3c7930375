//! Batches of the event queue: who fails alone, what is buried, and that no trouble of ours counts
//! against a good message.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    Answer, Claim, Clock as _, DeadLetters, DeliveryState, DestinationRecord, Egress, Envelope,
    Event, EventKey, Fact, Facts, Kind, Ledger as _, Money, Port, PortError, Provenance, SendError,
    SourceId, Text,
};
use jiff::{SignedDuration, Timestamp};
use lambda::{Batches, Function as _};
use serde_json::{Value, json};
use testkit::clock::HandClock;
use testkit::faults::{Faults, Lasting, Mode};
use testkit::memory::{MemoryLedger, MemoryQueue};
use testkit::world::{Sent, World, answer};

use crate::{invocation, process};

type Graves = Mutex<Vec<(String, String)>>;

/// Dead letters in memory, or a queue that takes none.
struct Cemetery {
    graves: Graves,
    open: bool,
}

#[async_trait]
impl DeadLetters for Cemetery {
    async fn bury(&self, envelope: &str, reason: &str) -> Result<(), PortError> {
        if !self.open {
            return Err(PortError::new(Port::Queue, "no such queue"));
        }
        self.graves.lock().unwrap().push((envelope.to_owned(), reason.to_owned()));
        Ok(())
    }

    async fn count(&self) -> Result<u64, PortError> {
        Ok(u64::try_from(self.graves.lock().unwrap().len()).unwrap_or(u64::MAX))
    }
}

/// A network in which nothing ever answers.
struct Silence;

#[async_trait]
impl Egress for Silence {
    async fn send(
        &self,
        _: http::Request<Bytes>,
        _: Duration,
        _: Timestamp,
    ) -> Result<Answer, SendError> {
        std::future::pending().await
    }
}

/// The function, and what is under it.
struct Bench {
    batches: Batches,
    clock: Arc<HandClock>,
    ledger: Arc<MemoryLedger>,
    queue: Arc<MemoryQueue>,
    cemetery: Arc<Cemetery>,
}

impl Bench {
    fn new(world: World, open: bool) -> Self {
        let cemetery = Arc::new(Cemetery { graves: Mutex::default(), open });
        let World { clock, ledger, queue, dispatch, .. } = world;
        let batches = Batches::new(dispatch, cemetery.clone(), &process(&clock));
        Self { batches, clock, ledger, queue, cemetery }
    }

    /// Handles these envelopes as one batch; the ids are `m0`, `m1`…
    async fn handle(&self, left: SignedDuration, envelopes: &[String]) -> (Vec<String>, Value) {
        let records: Vec<Value> = envelopes
            .iter()
            .enumerate()
            .map(|(n, body)| {
                let attributes = json!({ "ApproximateReceiveCount": "1" });
                json!({ "messageId": format!("m{n}"), "body": body, "attributes": attributes })
            })
            .collect();
        let event = json!({ "Records": records }).to_string();
        let handled = self.batches.handle(&event, &invocation(&self.clock, left)).await;
        let answer = serde_json::to_value(handled.answer.unwrap()).unwrap();
        let failed = answer["batchItemFailures"].as_array().unwrap();
        let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
        (failed.iter().map(id).collect(), serde_json::from_str(&handled.line).unwrap())
    }

    /// Claims an event, as `ingest` does, and gives its envelope.
    async fn envelope(&self, id: &str) -> String {
        let event = event(id, self.clock.now());
        assert_eq!(self.ledger.claim(&event).await.unwrap(), Claim::Fresh);
        Envelope::for_event(&event).unwrap()
    }

    fn delivered(&self) -> usize {
        let all = self.ledger.deliveries();
        all.iter().filter(|(delivery, _)| delivery.state == DeliveryState::Delivered).count()
    }

    /// In how many whole seconds the next message becomes visible.
    fn next_in(&self) -> Option<i64> {
        Some(self.queue.next_visible()?.duration_since(self.clock.now()).as_secs())
    }
}

const LONG: SignedDuration = SignedDuration::from_secs(90);
const ACCOUNT: &str = "0011001234567";

fn event(id: &str, received: Timestamp) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    Event {
        key: EventKey::new(&source, id),
        source,
        kind: Kind::TransferIn,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: None,
        received,
        money: Money::parse("50000", domain::Currency::VND).ok(),
        balance: None,
        facts: Facts::default()
            .with(Fact::Account, ACCOUNT.to_owned())
            .with(Fact::Content, "DH35 NGUYEN VAN A".to_owned()),
        object: "{}".into(),
    }
}

fn world(
    faults: Arc<Faults>,
    script: impl Fn(usize, &Sent) -> Result<Answer, SendError> + Send + Sync + 'static,
) -> World {
    let record = DestinationRecord {
        name: "sink".into(),
        channel: "webhook".into(),
        endpoint: Some(Text::Text("https://example.com/sink".into())),
        ..DestinationRecord::default()
    };
    World::new(providers::ALL, channels::ALL, faults, script).with_destination(&record)
}

fn healthy() -> Bench {
    Bench::new(world(Faults::none(), |_, _| Ok(answer(200, ""))), true)
}

#[tokio::test]
async fn a_batch_is_delivered_and_told_in_one_short_line() {
    let bench = healthy();
    let envelope = bench.envelope("1").await;
    let (failed, line) = bench.handle(LONG, &[envelope]).await;
    assert_eq!((failed.len(), bench.delivered()), (0, 1));
    let of = &bench.ledger.deliveries()[0].0.of;
    assert_eq!(
        line["attempts"],
        json!([{
            "event.key": "casso/shop/1", "delivery.id": of.id().as_str(), "destination": "sink",
            "attempt.n": 1, "verdict": "delivered", "status": 200, "duration_ms": 0,
        }])
    );
    assert_eq!((&line["level"], &line["message"]), (&json!("INFO"), &json!("dispatched")));
    assert_eq!((&line["deliveries_delivered"], line.get("messages")), (&json!(1), None));
    assert_eq!((&line["Stack"], line.get("deliveries_failed")), (&json!("tingting"), None));
    assert!(line.to_string().len() <= 600, "with the trace that most lines lack: {line}");

    let envelopes = [bench.envelope("2").await, bench.envelope("3").await];
    let (failed, line) = bench.handle(LONG, &envelopes).await;
    assert_eq!((failed.len(), bench.delivered()), (0, 3));
    assert_eq!((&line["deliveries_delivered"], &line["messages"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn what_can_never_be_handled_is_buried_with_its_reason_and_blocks_nobody() {
    let bench = healthy();
    let poison = r#"{"v":1,"memo":"DH35"}"#.to_owned();
    let (failed, line) = bench.handle(LONG, &[poison.clone(), bench.envelope("1").await]).await;
    assert_eq!((failed.len(), bench.delivered()), (0, 1));
    let reason = "not an envelope this version can read".to_owned();
    assert_eq!(*bench.cemetery.graves.lock().unwrap(), [(poison, reason.clone())]);
    assert_eq!((&line["level"], line.get("faults")), (&json!("ERROR"), None));
    assert_eq!(line["dead_lettered"], json!([{ "event.key": null, "reason": reason }]));
    assert!(!line.to_string().contains("DH35"), "{line}");
}

#[tokio::test]
async fn what_cannot_be_buried_has_failed() {
    let bench = Bench::new(world(Faults::none(), |_, _| Ok(answer(200, ""))), false);
    let batch = ["poison".to_owned(), bench.envelope("1").await];
    let (failed, line) = bench.handle(LONG, &batch).await;
    assert_eq!((failed, bench.delivered()), (vec!["m0".to_owned()], 1));
    assert_eq!(line["failed"], json!(["the queue could not be reached: no such queue"]));
    assert_eq!(line.get("dead_lettered"), None, "nothing was buried");
}

#[tokio::test]
async fn a_message_that_panics_its_handler_fails_alone() {
    let world = world(Faults::none(), |n, _| match n {
        1 => panic!("a memo that must not be in the log"),
        _ => Ok(answer(200, "")),
    });
    let bench = Bench::new(world, true);
    let mut batch = Vec::new();
    for id in ["1", "2", "3"] {
        batch.push(bench.envelope(id).await);
    }
    let (failed, line) = bench.handle(LONG, &batch).await;
    assert_eq!((failed.len(), bench.delivered()), (1, 2), "{failed:?}");
    assert!(line["failed"][0].as_str().unwrap().contains("panicked"), "{line}");
    assert!(!line.to_string().contains("memo"), "{line}");
    assert_eq!(
        bench.queue.envelopes(),
        Vec::<String>::new(),
        "the queue counts, so nobody else does"
    );
}

#[tokio::test]
async fn our_own_trouble_sends_a_good_message_anew_and_never_lets_it_be_counted() {
    let faults = Faults::at(2, Mode::Before, Lasting::Once);
    let bench = Bench::new(world(faults, |_, _| Ok(answer(200, ""))), true);
    let envelope = bench.envelope("1").await;
    let (failed, line) = bench.handle(LONG, std::slice::from_ref(&envelope)).await;
    assert_eq!((failed.len(), bench.delivered()), (0, 0));
    assert_eq!(bench.queue.envelopes(), std::slice::from_ref(&envelope));
    assert!((60..90).contains(&bench.next_in().unwrap()), "{:?}", bench.next_in());
    assert_eq!(line["level"], json!("ERROR"));
    let error = "the ledger could not be reached: call 2 fails, as planned";
    assert_eq!(line["put_back"], json!([error]));
    let (failed, _) = bench.handle(LONG, &[envelope]).await;
    assert_eq!((failed.len(), bench.delivered()), (0, 1), "once the trouble is over");
}

#[tokio::test]
async fn only_what_cannot_be_sent_anew_is_left_to_the_queue() {
    let faults = Faults::at(1, Mode::Before, Lasting::FromThenOn);
    let bench = Bench::new(world(faults, |_, _| Ok(answer(200, ""))), true);
    let batch = [bench.envelope("1").await, "poison".to_owned(), bench.envelope("2").await];
    let (failed, line) = bench.handle(LONG, &batch).await;
    assert_eq!(failed, ["m0", "m2"]);
    let told = line["failed"][0].as_str().unwrap();
    assert!(told.contains("; and not sent anew: the queue could not be reached"), "{told}");
    assert_eq!(bench.cemetery.graves.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_runs_out_of_time_is_sent_anew_before_lambda_stops_the_process() {
    let mut world = world(Faults::none(), |_, _| Ok(answer(200, "")));
    world.dispatch.egress = Arc::new(Silence);
    let bench = Bench::new(world, true);
    let envelope = bench.envelope("1").await;
    let began = tokio::time::Instant::now();
    let (failed, line) = bench.handle(LONG, std::slice::from_ref(&envelope)).await;
    assert_eq!((failed.len(), began.elapsed().as_secs()), (0, 86));
    assert_eq!(
        (line["put_back"].clone(), bench.queue.envelopes()),
        (json!(["out of time"]), vec![envelope])
    );
}

#[tokio::test]
async fn what_has_no_time_left_is_not_begun() {
    let bench = healthy();
    let envelope = bench.envelope("1").await;
    let left = SignedDuration::from_secs(4);
    let (failed, line) = bench.handle(left, std::slice::from_ref(&envelope)).await;
    assert_eq!((failed.len(), bench.ledger.deliveries().len()), (0, 0));
    assert_eq!(line["put_back"], json!(["no time left to begin"]));
    assert_eq!(bench.queue.envelopes(), [envelope]);
}

#[tokio::test]
async fn an_attempt_that_could_not_be_written_down_in_time_waits_without_using_up_a_retry() {
    let bench = healthy();
    let envelope = bench.envelope("1").await;
    let (failed, line) = bench.handle(SignedDuration::from_secs(15), &[envelope]).await;
    assert_eq!(failed.len(), 0);
    let (delivery, attempts) = bench.ledger.deliveries().remove(0);
    assert!(matches!(delivery.state, DeliveryState::Waiting { .. }), "{delivery:?}");
    assert_eq!((attempts[0].verdict, delivery.failures), ("limited", 0));
    assert!(line["attempts"][0]["due"].is_string(), "{line}");
    assert_eq!(bench.queue.envelopes().len(), 1, "it rings when it is due");
}

#[tokio::test]
async fn a_notification_that_will_not_arrive_is_told_and_counted() {
    let record = DestinationRecord {
        name: "sink".into(),
        channel: "slack".into(),
        endpoint: Some(Text::Text("https://hooks.slack.com/services/T0/B0/x".into())),
        ..DestinationRecord::default()
    };
    let world = World::new(providers::ALL, channels::ALL, Faults::none(), |_, _| {
        Ok(answer(400, "invalid_payload"))
    });
    let bench = Bench::new(world.with_destination(&record), true);
    let envelope = bench.envelope("1").await;
    let (_, line) = bench.handle(LONG, &[envelope]).await;
    assert_eq!((&line["level"], &line["deliveries_failed"]), (&json!("WARN"), &json!(1)));
    assert!(line["attempts"][0]["given_up"].as_str().unwrap().contains("refused"), "{line}");
    for word in [ACCOUNT, "NGUYEN", "50000"] {
        assert!(!line.to_string().contains(word), "{word}: {line}");
    }
}

#[tokio::test]
async fn a_notification_that_waits_for_its_destination_is_told_and_has_not_failed() {
    let bench = Bench::new(world(Faults::none(), |_, _| Ok(answer(410, "gone"))), true);
    let envelope = bench.envelope("1").await;
    let (_, line) = bench.handle(LONG, &[envelope]).await;
    assert_eq!((&line["level"], line.get("deliveries_failed")), (&json!("WARN"), None));
    assert!(line["attempts"][0]["held"].is_string(), "{line}");
}

#[tokio::test]
async fn what_is_no_batch_fails_as_a_whole_and_is_not_quoted() {
    let bench = healthy();
    for event in ["{}", "[]", r#"{"Records":[{"body":"memo"}]}"#, r#""memo""#] {
        let handled = bench.batches.handle(event, &invocation(&bench.clock, LONG)).await;
        assert_eq!(handled.answer.unwrap_err().to_string(), "this is no event of an SQS queue");
        assert!(!handled.line.contains("memo"), "{}", handled.line);
    }
}
