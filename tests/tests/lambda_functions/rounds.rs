//! Schedules: a run of the sweep, or of asking the providers, is told in one line; no trouble of ours
//! makes it fail, for whatever fails is repeated by a schedule anyway.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    Answer, ApiRecord, Claim, Clock as _, DestinationRecord, Egress, Envelope, Event, EventKey,
    Fact, Facts, Kind, Ledger as _, Money, Provenance, Reconcile, SendError, SourceId,
    SourceRecord, Text,
};
use jiff::{SignedDuration, Timestamp};
use lambda::{Function as _, Rounds};
use serde_json::{Value, json};
use testkit::faults::{Faults, Lasting, Mode};
use testkit::world::{World, answer};

use crate::{invocation, process};

const LONG: SignedDuration = SignedDuration::from_secs(120);
const ACCOUNT: &str = "0011001234567";
/// As Casso's own page on `GET /v2/transactions` shows one, an hour before the clock in hand begins.
const PAGE: &str = r#"{"error":0,"message":"success","data":{"page":1,"pageSize":100,"nextPage":null,
    "prevPage":null,"totalPages":1,"totalRecords":1,"records":[{"id":77,"tid":"TID77",
    "description":"DH35 NGUYEN VAN A","amount":50000,"cusumBalance":90000,
    "when":"WHEN","bankSubAccId":"0011001234567"}]}}"#;

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

/// What EventBridge Scheduler hands over; nothing reads it.
const TICK: &str = r#"{"version":"0","detail-type":"Scheduled Event","detail":{}}"#;

fn world(faults: Arc<Faults>, status: u16, body: &str) -> World {
    let body = body.to_owned();
    let world = World::new(providers::ALL, channels::ALL, faults, move |_, sent| {
        Ok(if sent.path == "/sink" { answer(410, "gone") } else { answer(status, &body) })
    });
    world.with_destination(&DestinationRecord {
        name: "sink".into(),
        channel: "webhook".into(),
        endpoint: Some(Text::Text("https://example.com/sink".into())),
        ..DestinationRecord::default()
    })
}

fn asking(world: World) -> (Reconcile, World) {
    let api = ApiRecord { key: Some("api-key-1".into()), ..ApiRecord::default() };
    let world = world.with_source(&SourceRecord {
        provider: "casso".into(),
        name: "shop".into(),
        secrets: vec!["secret-1".into()],
        api: Some(api),
        ..SourceRecord::default()
    });
    let reconcile = Reconcile {
        ledger: world.sweep.ledger.clone(),
        queue: world.sweep.queue.clone(),
        directory: world.sweep.directory.clone(),
        egress: world.wire.clone(),
        notes: world.sweep.notes.clone(),
        clock: world.clock.clone(),
        timer: Arc::new(testkit::clock::HandTimer(world.clock.clone())),
        providers: providers::ALL,
    };
    (reconcile, world)
}

fn event(world: &World) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    Event {
        key: EventKey::new(&source, "1"),
        source,
        kind: Kind::TransferIn,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: None,
        received: world.clock.now(),
        money: Money::parse("50000", domain::Currency::VND).ok(),
        balance: None,
        facts: Facts::default().with(Fact::Account, ACCOUNT.to_owned()),
        object: "{}".into(),
    }
}

/// The line without what every line has.
fn stripped(line: &str) -> Value {
    let mut line: Value = serde_json::from_str(line).unwrap();
    let fields = line.as_object_mut().unwrap();
    for name in ["timestamp", "request_id", "xray_trace_id", "duration_ms", "Stack", "_aws"] {
        assert!(fields.remove(name).is_some() || name == "_aws" || name == "Stack", "{name}");
    }
    line
}

macro_rules! tick {
    ($rounds:expr, $clock:expr) => {{
        let handled = $rounds.handle(TICK, &invocation(&$clock, LONG)).await;
        assert_eq!(serde_json::to_value(handled.answer.unwrap()).unwrap(), Value::Null);
        handled.line
    }};
}

#[tokio::test]
async fn a_sweep_that_finds_nothing_says_so_and_how_many_are_paused() {
    let world = world(Faults::none(), 200, "");
    let clock = world.clock.clone();
    let sweep = Rounds::new(world.sweep, &process(&clock));
    let line = tick!(sweep, clock);
    assert_eq!(
        stripped(&line),
        json!({ "level": "INFO", "message": "swept", "destinations_paused": 0 })
    );
    assert!(line.len() <= 400, "one a minute, and paid by the byte: {}", line.len());
}

#[tokio::test]
async fn a_paused_destination_is_told_once_and_counted_each_time() {
    let world = world(Faults::none(), 200, "");
    let (clock, event) = (world.clock.clone(), event(&world));
    assert_eq!(world.ledger.claim(&event).await.unwrap(), Claim::Fresh);
    _ = world.dispatch.handle(&Envelope::for_event(&event).unwrap()).await.unwrap();
    let sweep = Rounds::new(world.sweep, &process(&clock));
    assert_eq!(
        stripped(&tick!(sweep, clock)),
        json!({
            "level": "WARN", "message": "swept", "alarms": ["paused/sink"], "attention": 1,
            "destinations_paused": 1,
        })
    );
    assert_eq!(
        stripped(&tick!(sweep, clock)),
        json!({ "level": "INFO", "message": "swept", "destinations_paused": 1 })
    );
    clock.advance(SignedDuration::from_mins(15));
    assert_eq!(
        stripped(&tick!(sweep, clock)),
        // The alarm is rung again: nobody takes it here.
        json!({
            "level": "INFO", "message": "swept", "probes": 1, "rung": 1, "destinations_paused": 1,
        })
    );
}

#[tokio::test]
async fn steps_that_fail_are_told_and_counted_and_fail_nothing() {
    let world = world(Faults::at(1, Mode::Before, Lasting::FromThenOn), 200, "");
    let clock = world.clock.clone();
    let sweep = Rounds::new(world.sweep, &process(&clock));
    let line = stripped(&tick!(sweep, clock));
    let failed = line["failed"].as_array().unwrap();
    assert!(failed[0].as_str().unwrap().starts_with("ringing: the "), "{line}");
    assert_eq!((&line["level"], &line["faults"]), (&json!("ERROR"), &json!(failed.len())));
}

#[tokio::test]
async fn a_gap_is_filled_told_and_shows_nobody() {
    let at = "2026-03-01T08:00:00+07:00";
    let (reconcile, world) = asking(world(Faults::none(), 200, &PAGE.replace("WHEN", at)));
    let clock = world.clock.clone();
    let rounds = Rounds::new(reconcile, &process(&clock));
    let text = tick!(rounds, clock);
    let line = stripped(&text);
    assert_eq!((&line["level"], &line["attention"]), (&json!("WARN"), &json!(1)), "{line}");
    let source = &line["sources"][0];
    assert_eq!((&source["source.id"], &source["gaps"]), (&json!("casso/shop"), &json!(1)));
    assert_eq!(source["oldest"], json!("2026-03-01T01:00:00Z"));
    assert_eq!(source["late_s"], json!(3600));
    for word in [ACCOUNT, "NGUYEN", "50000", "90000", "api-key-1"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    let kinds: Vec<Kind> = world.ledger.events().iter().map(|stored| stored.event.kind).collect();
    assert_eq!(kinds, [Kind::TransferIn, Kind::Alarm]);
    // Not asked again before its time, and then nothing is new.
    assert_eq!(
        stripped(&tick!(rounds, clock)),
        json!({ "level": "INFO", "message": "reconciled" })
    );
    clock.advance(SignedDuration::from_mins(30));
    let line = stripped(&tick!(rounds, clock));
    assert_eq!((&line["level"], &line["sources"][0]["known"]), (&json!("INFO"), &json!(1)));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_wants_attention_once() {
    let (reconcile, world) = asking(world(Faults::none(), 200, &PAGE.replace("50000", "1.5")));
    let clock = world.clock.clone();
    let rounds = Rounds::new(reconcile, &process(&clock));
    for (level, attention) in [("WARN", json!(1)), ("INFO", Value::Null), ("INFO", Value::Null)] {
        let line = stripped(&tick!(rounds, clock));
        assert_eq!((&line["level"], &line["attention"]), (&json!(level), &attention), "{line}");
        clock.advance(SignedDuration::from_mins(30));
    }
}

#[tokio::test]
async fn whose_fault_it_is_that_a_provider_cannot_be_asked_is_told() {
    let refused = r#"{"error":401,"message":"Unauthorized Access","data":null}"#;
    for (status, body, blame, attention) in
        [(401, refused, "operator", json!(1)), (502, "bad gateway", "provider", Value::Null)]
    {
        let (reconcile, world) = asking(world(Faults::none(), status, body));
        let rounds = Rounds::new(reconcile, &process(&world.clock));
        let line = stripped(&tick!(rounds, world.clock));
        assert_eq!((&line["level"], &line["sources"][0]["blame"]), (&json!("WARN"), &json!(blame)));
        assert_eq!((&line["attention"], line.get("faults")), (&attention, None), "{line}");
    }
}

#[tokio::test]
async fn our_own_trouble_is_counted_and_left_to_the_next_run() {
    for n in 1..=4 {
        let faults = Faults::at(n, Mode::Before, Lasting::Once);
        let (reconcile, world) = asking(world(faults, 200, &PAGE.replace("WHEN", "2026-03-01")));
        let rounds = Rounds::new(reconcile, &process(&world.clock));
        let line = stripped(&tick!(rounds, world.clock));
        assert_eq!((&line["level"], &line["faults"]), (&json!("ERROR"), &json!(1)), "{n}: {line}");
        let failed = line["failed"][0].as_str().unwrap();
        assert!(failed.contains("could not be reached"), "{failed}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_ends_before_lambda_stops_the_process() {
    let (reconcile, world) = asking(world(Faults::none(), 200, ""));
    let rounds =
        Rounds::new(Reconcile { egress: Arc::new(Silence), ..reconcile }, &process(&world.clock));
    let began = tokio::time::Instant::now();
    let line = stripped(&tick!(rounds, world.clock));
    assert_eq!(began.elapsed().as_secs(), 118);
    assert_eq!((&line["level"], &line["message"]), (&json!("ERROR"), &json!("cut off")));
    assert_eq!(line["faults"], json!(1));
}
