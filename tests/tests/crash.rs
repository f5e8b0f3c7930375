//! The process dies at every step in turn, or a port fails once at every step in turn, before its
//! effect or after it. The provider calls again as providers do. Afterwards the books are checked:
//! everything acknowledged arrived everywhere, and nothing twice unless the blow fell between "sent"
//! and "written down".

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use domain::{Answer, DestinationRecord, SendError, SourceRecord};
use http::{HeaderMap, Method};
use testkit::faults::{Faults, Lasting, Mode};
use testkit::world::{Sent, World, answer};

/// Two transfers in one hook; the second wanted by both destinations, the first by one.
const HOOK: &str = r#"{"error":0,"data":[
    {"id":1,"tid":"A","description":"DH1","amount":50000,"when":"2026-03-01 09:00:00","bank_sub_acc_id":"9"},
    {"id":2,"tid":"B","description":"DH2","amount":-7000,"when":"2026-03-01 09:00:01","bank_sub_acc_id":"9"}
]}"#;
const EXPECTED: [(&str, &str); 3] =
    [("/all", "casso/shop/1"), ("/all", "casso/shop/2"), ("/in", "casso/shop/1")];

/// `/all` fails its first request and takes the second; `/in` takes everything.
fn script(_: usize, sent: &Sent) -> Result<Answer, SendError> {
    let attempt_of_first = sent.path == "/all" && key(sent) == "casso/shop/1";
    let minute_passed = sent.at.as_second() % 3600 >= 30;
    Ok(answer(if attempt_of_first && !minute_passed { 503 } else { 204 }, ""))
}

fn key(sent: &Sent) -> String {
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    body["data"]["key"].as_str().unwrap().to_owned()
}

fn world(faults: std::sync::Arc<Faults>) -> World {
    let source = SourceRecord {
        provider: "casso".into(),
        name: "shop".into(),
        secrets: vec!["key".into()],
        auth: None,
        client_id: None,
        header: None,
        max_age: None,
        code_pattern: None,
    };
    let destination = |name: &str, events: &[&str]| DestinationRecord {
        name: name.into(),
        channel: "webhook".into(),
        endpoint: Some(domain::Text::Text(format!("https://example.com/{name}"))),
        events: events.iter().map(|&e| e.to_owned()).collect(),
        ..DestinationRecord::default()
    };
    World::new(providers::ALL, channels::ALL, faults, script)
        .with_source(&source)
        .with_destination(&destination("all", &[]))
        .with_destination(&destination("in", &["in"]))
}

/// The provider calls until it is told success, as long as providers try.
async fn call_as_casso_does(world: &mut World, lasting: Lasting) {
    let mut headers = HeaderMap::new();
    headers.insert("secure-token", "key".parse().unwrap());
    for _ in 0..5 {
        let ack = world.hook(&Method::POST, "/hooks/casso/shop", &headers, HOOK.as_bytes()).await;
        if ack.is_success() {
            return;
        }
        assert_eq!(ack.status, 503, "our failures are told as ours");
        if lasting == Lasting::FromThenOn {
            world.restart();
        }
    }
    panic!("the provider gave up");
}

/// How often each message arrived where it was taken.
fn arrivals(world: &World) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for (n, sent) in world.sent().iter().enumerate() {
        if script(n, sent).is_ok_and(|answer| answer.status.is_success()) {
            *counts.entry((sent.path.clone(), key(sent))).or_insert(0) += 1;
        }
    }
    counts
}

#[tokio::test]
async fn a_blow_at_any_port_call_loses_nothing_and_repeats_only_what_was_not_written_down() {
    let clean = Faults::none();
    let mut calm = world(std::sync::Arc::clone(&clean));
    call_as_casso_does(&mut calm, Lasting::Once).await;
    calm.drain().await;
    calm.check_the_books();
    let attempts: usize = calm.ledger.deliveries().iter().map(|(_, attempts)| attempts.len()).sum();
    assert_eq!(attempts, 4, "three deliveries, one of them in two attempts");

    let mut repeated_before = 0;
    for lasting in [Lasting::Once, Lasting::FromThenOn] {
        for mode in [Mode::Before, Mode::After] {
            for n in 1..=clean.calls() {
                let blow = format!("call {n} of {}, {mode:?}, {lasting:?}", clean.calls());
                let faults = Faults::at(n, mode, lasting);
                let mut world = world(std::sync::Arc::clone(&faults));
                call_as_casso_does(&mut world, lasting).await;
                world.drain().await;
                assert!(faults.struck(), "{blow} never fell");
                world.check_the_books();
                let arrivals = arrivals(&world);
                let all: Vec<_> = arrivals.keys().map(|(p, k)| (p.as_str(), k.as_str())).collect();
                assert_eq!(all, EXPECTED, "{blow}");
                let repeats: usize = arrivals.values().map(|count| count - 1).sum();
                match mode {
                    Mode::After => assert_eq!(repeats, 0, "{blow}: {arrivals:?}"),
                    Mode::Before => repeated_before += repeats,
                }
            }
        }
    }
    // Exactly the blows on writing a success down repeat a message: three successes, two ways to die.
    assert_eq!(repeated_before, 6);
}
