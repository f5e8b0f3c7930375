//! The process dies at every step in turn, or a port fails once at every step in turn, before its
//! effect or after it. The providers call again as providers do. Afterwards the books are checked:
//! everything acknowledged arrived everywhere, and nothing twice unless the blow fell between "sent"
//! and "written down".

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{
    Ack, Answer, DestinationRecord, Listed, Name, Outbound, Queue as _, SendError, SourceRecord,
    Text,
};
use http::{HeaderMap, Method};
use testkit::faults::{Faults, Lasting, Mode};
use testkit::world::{Sent, World, answer};

/// Two transfers in one hook, and an element that cannot be read.
const TRANSFERS: &str = r#"{"error":0,"data":[
    {"id":1,"tid":"A","description":"DH1","amount":50000,"when":"2026-03-01 09:00:00","bank_sub_acc_id":"9"},
    {"id":2,"tid":"B","description":"DH2","amount":-7000,"when":"2026-03-01 09:00:01","bank_sub_acc_id":"9"},
    {"id":"none"}
]}"#;
/// An order, whose states are compared.
const ORDER: &str = r#"{"id":"7","cart_code":"DH-7","status":"2","payment_status":0,
    "total_after":"560000","modified":"2026-03-01 09:16:00"}"#;
/// Where each event must arrive. `/all` and `/in` are webhooks; the group is asked for orders only.
const EXPECTED: [(&str, &str); 5] = [
    ("all", "abaha/shop/order"),
    ("all", "casso/shop/1"),
    ("all", "casso/shop/2"),
    ("group", "abaha/shop/order"),
    ("in", "casso/shop/1"),
];

/// `/all` fails transfer 1 in the first minute and a half, twice, and takes everything else; the group
/// has moved.
fn script(_: usize, sent: &Sent) -> Result<Answer, SendError> {
    let early = sent.at.as_second() % 3600 < 90;
    Ok(match sent.path.as_str() {
        "/all" if key(sent) == "casso/shop/1" && early => answer(503, ""),
        "/all" | "/in" => answer(204, ""),
        _ if body(sent)["chat_id"] == -7 => answer(200, r#"{"ok":true,"result":{}}"#),
        _ => answer(
            400,
            r#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-7}}"#,
        ),
    })
}

fn body(sent: &Sent) -> serde_json::Value {
    serde_json::from_slice(&sent.body).unwrap()
}

/// The key of a webhook's event, as far as the tests name it.
fn key(sent: &Sent) -> String {
    let key = body(sent)["data"]["key"].as_str().unwrap_or("abaha/shop/order").to_owned();
    key.split_once(':').map_or(key.clone(), |(start, _)| start.to_owned())
}

fn world(faults: Arc<Faults>) -> World {
    let source = |provider: &str| SourceRecord {
        provider: provider.into(),
        name: "shop".into(),
        secrets: vec!["key".into()],
        auth: None,
        client_id: None,
        header: None,
        max_age: None,
        code_pattern: None,
        api: None,
        silence: None,
        active: None,
        created: None,
    };
    let destination = |name: &str, events: &[&str]| DestinationRecord {
        name: name.into(),
        channel: "webhook".into(),
        endpoint: Some(Text::Text(format!("https://example.com/{name}"))),
        events: events.iter().map(|&e| e.to_owned()).collect(),
        ..DestinationRecord::default()
    };
    let group = DestinationRecord {
        name: "group".into(),
        channel: "telegram".into(),
        endpoint: Some(Text::Number(-1)),
        bot_token: Some("123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into()),
        events: vec!["order".into()],
        ..DestinationRecord::default()
    };
    let world = World::new(providers::ALL, channels::ALL, faults, script)
        .with_source(&source("casso"))
        .with_source(&source("abaha"))
        .with_destination(&destination("all", &[]))
        .with_destination(&destination("in", &["in"]))
        .with_destination(&group);
    let name = Name::parse("newer").unwrap();
    world.directory.put_destination(Listed::Unreadable { name, reason: "newer".into() });
    world
}

async fn call(world: &World, path: &str, header: (&'static str, &str), body: &str) -> Ack {
    let mut headers = HeaderMap::new();
    headers.insert(header.0, header.1.parse().unwrap());
    world.hook(&Method::POST, path, &headers, body.as_bytes()).await
}

/// A provider calls until it is told success, as long as providers try.
async fn insist(world: &mut World, path: &str, header: (&'static str, &str), body: &str) {
    for _ in 0..5 {
        let ack = call(world, path, header, body).await;
        if ack.is_success() {
            return;
        }
        assert_eq!(ack.status, 503, "our failures are told as ours");
        world.restart_if_dead();
    }
    panic!("the provider gave up");
}

/// Everything that happens in one life of a shop: hooks, a stranger, a message that is poison, a
/// destination that cannot be read and is then removed.
async fn journey(faults: Arc<Faults>) -> World {
    let mut world = world(faults);
    let poison = Outbound { envelope: "nonsense".into(), delay: Duration::ZERO };
    world.queue.send(&[poison]).await.unwrap();
    insist(&mut world, "/hooks/casso/shop", ("secure-token", "key"), TRANSFERS).await;
    insist(&mut world, "/hooks/abaha/shop/order", ("x-abaha-token", "key"), ORDER).await;
    let stranger = call(&world, "/hooks/casso/shop", ("secure-token", "guess"), TRANSFERS).await;
    assert!([401, 503].contains(&stranger.status.as_u16()), "{stranger:?}");
    for _ in 0..10 {
        if world.handle_visible().await.is_err() {
            world.restart();
        }
    }
    world.directory.remove_destination(&Name::parse("newer").unwrap());
    world.drain().await;
    world
}

/// How often each message arrived where it was taken.
fn arrivals(world: &World) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for (n, sent) in world.sent().iter().enumerate() {
        if script(n, sent).is_ok_and(|answer| answer.status.is_success()) {
            let place = match sent.path.as_str() {
                "/all" => "all",
                "/in" => "in",
                _ => "group",
            };
            *counts.entry((place.to_owned(), key(sent))).or_insert(0) += 1;
        }
    }
    counts
}

/// Attempts that were begun and, for the blow, never written down.
fn unwritten(world: &World) -> usize {
    let deliveries = world.ledger.deliveries();
    deliveries.iter().map(|(d, attempts)| d.attempts as usize - attempts.len()).sum()
}

#[tokio::test]
async fn a_blow_at_any_port_call_loses_nothing_and_repeats_only_what_was_not_written_down() {
    let clean = Faults::none();
    let calm = journey(Arc::clone(&clean)).await;
    calm.check_the_books();
    assert_eq!((calm.ledger.parked().len(), calm.queue.buried().len()), (1, 1));
    assert_eq!((calm.ledger.refused().len(), unwritten(&calm)), (1, 0));
    let most = calm.ledger.deliveries().iter().map(|(_, attempts)| attempts.len()).max();
    assert_eq!(most, Some(3), "a third attempt reads the ones before it");

    for lasting in [Lasting::Once, Lasting::FromThenOn] {
        for mode in [Mode::Before, Mode::After] {
            let mut repeated = 0;
            for n in 1..=clean.calls() {
                let blow = format!("call {n} of {}, {mode:?}, {lasting:?}", clean.calls());
                let faults = Faults::at(n, mode, lasting);
                let world = journey(Arc::clone(&faults)).await;
                assert!(faults.struck(), "{blow} never fell");
                world.check_the_books();
                let arrivals = arrivals(&world);
                let all: Vec<_> = arrivals.keys().map(|(p, k)| (p.as_str(), k.as_str())).collect();
                assert_eq!(all, EXPECTED, "{blow}");
                assert_eq!(world.ledger.parked().len(), 1, "{blow}");
                assert_eq!(world.queue.buried().len(), 1, "{blow}");
                let repeats: usize = arrivals.values().map(|count| count - 1).sum();
                assert!(repeats <= unwritten(&world), "{blow}: {arrivals:?}");
                repeated += repeats;
            }
            if lasting == Lasting::Once {
                // Exactly the blows on writing a success down repeat a message: five successes.
                let expected = if mode == Mode::Before { EXPECTED.len() } else { 0 };
                assert_eq!(repeated, expected, "{mode:?}");
            }
        }
    }
}
