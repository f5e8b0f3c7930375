//! Upgrades on AWS, while hooks keep arriving: what the previous version left in the tables and on the
//! queue is carried on by this one, and what a newer one wrote is left for it. The written forms are
//! pinned in `golden/`: a change of them is a decision, and the old file stays as what the previous
//! version wrote.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Attempt, Claim, Delivery, DeliveryState, DestinationRecord, Directory as _, Dispatch, Enlisted,
    Envelope, Event, Finish, Handled, Ledger as _, Listed, ListedSource, Name, Parked, Refused,
    RetryRecord, Snapshot, SourceId, SourceRecord, Start, Stored, Text, TokenCache,
};
use serde_json::{Value, json};
use testkit::aws::{Item, Place, Server, TableShelf};
use testkit::clock::{HandClock, SeededEntropy};
use testkit::contract::{Shelf as _, at, event, transfer};
use testkit::faults::Faults;
use testkit::world::{World, answer};

/// Events by what became of them before the upgrade.
const UNTAKEN: &str = "untaken";
const TAKEN: &str = "taken";
const CUT_OFF: &str = "cut off while sending";
const WAITING: &str = "waiting for a third attempt";
const LONG: &str = "long enough to be deflated";

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// An attribute as DynamoDB's own JSON has it, bytes in hex.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds are AWS's, and never ours")]
fn written(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::B(bytes) => json!({ "B": hex::encode(bytes.as_ref()) }),
        AttributeValue::M(map) => {
            let sorted: BTreeMap<_, _> = map.iter().map(|(k, v)| (k, written(v))).collect();
            json!({ "M": sorted })
        }
        other => panic!("no item of ours has {other:?}"),
    }
}

fn read(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    let text = || value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "B" => AttributeValue::B(hex::decode(text()).unwrap().into()),
        "M" => AttributeValue::M(read_item(value)),
        other => panic!("no item of ours has {other}"),
    }
}

fn read_item(value: &Value) -> Item {
    value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), read(value))).collect()
}

/// The deflated text of an item made plain: which bytes a text deflates to is the library's to choose.
fn inflated(mut items: Value) -> Value {
    for item in items.as_array_mut().unwrap() {
        if let Some(deflated) = item.get_mut("deflated") {
            let bytes = hex::decode(deflated["B"].as_str().unwrap()).unwrap();
            let mut text = String::new();
            flate2::read::DeflateDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
            *deflated = json!(text);
        }
    }
    items
}

fn sorted(items: Vec<Item>) -> Value {
    let mut items: Vec<Value> = items.into_iter().map(|i| written(&AttributeValue::M(i))).collect();
    items.iter_mut().for_each(|item| *item = item["M"].take());
    items.sort_by_key(|item| (item["pk"].to_string(), item["sk"].to_string()));
    Value::Array(items)
}

async fn load(place: &Place, table: &str, items: &Value) {
    for item in items.as_array().unwrap() {
        let put = place.services.dynamodb.put_item().table_name(table);
        put.set_item(Some(read_item(item))).send().await.unwrap();
    }
}

fn sink() -> DestinationRecord {
    DestinationRecord {
        name: "sink".to_owned(),
        channel: "webhook".to_owned(),
        endpoint: Some(Text::Text("https://example.com/sink".to_owned())),
        retry: Some(RetryRecord {
            waits: Some(["10s", "1m", "10m"].map(str::to_owned).to_vec()),
            ..RetryRecord::default()
        }),
        ..DestinationRecord::default()
    }
}

fn shop() -> SourceRecord {
    SourceRecord {
        provider: "casso".to_owned(),
        name: "shop".to_owned(),
        secrets: vec!["a secret of the shop".to_owned()],
        auth: None,
        client_id: None,
        header: None,
        max_age: Some("7d".to_owned()),
        code_pattern: Some("DH[0-9]+".to_owned()),
        api: None,
        silence: None,
    }
}

fn long() -> Event {
    Event { object: format!("{:?}", "dài ".repeat(200)), ..event(LONG) }
}

fn attempt(n: u32, second: i64) -> Attempt {
    let (started, finished) = (at(second), at(second + 1));
    let (verdict, detail) = ("retry", "lỗi tạm thời".to_owned());
    Attempt { n, started, finished, verdict, status: Some(500), detail, counted: true }
}

/// Everything that a stack has under way, written by this version.
async fn leave_in_flight(place: &Place) {
    let ledger = place.ledger();
    let sink = Name::parse("sink").unwrap();
    for identity in [UNTAKEN, TAKEN, CUT_OFF, WAITING] {
        assert_eq!(ledger.claim(&event(identity)).await.unwrap(), Claim::Fresh);
        if identity == UNTAKEN {
            continue;
        }
        let of = event(identity).delivery_to(&sink);
        let pending = Delivery::new(of.clone(), DeliveryState::Pending, at(2));
        let Start::Go(leased) = pending.start(7, at(2), at(22)) else { panic!("it is free") };
        assert_eq!(ledger.enlist(&[leased]).await.unwrap(), [Enlisted::New]);
        ledger.take(&event(identity).key, false).await.unwrap();
        if identity == TAKEN {
            let good = Attempt { verdict: "delivered", counted: false, ..attempt(1, 2) };
            let finished = ledger.finish(&of, 7, &good, &DeliveryState::Delivered).await.unwrap();
            assert_eq!(finished, Finish::Written);
        }
        if identity == WAITING {
            let wait = |second| DeliveryState::Waiting { due: at(second) };
            let first = ledger.finish(&of, 7, &attempt(1, 2), &wait(13)).await.unwrap();
            assert_eq!(first, Finish::Written);
            let Start::Go(_) = ledger.start(&of, 8, at(13), at(33)).await.unwrap() else {
                panic!("it is due")
            };
            let second = ledger.finish(&of, 8, &attempt(2, 13), &wait(74)).await.unwrap();
            assert_eq!(second, Finish::Written);
        }
    }
    assert_eq!(ledger.claim(&long()).await.unwrap(), Claim::Fresh);
    let conflict = ledger.claim(&transfer(TAKEN, "1")).await.unwrap();
    assert_eq!(conflict, Claim::Conflict { first: true });
    let source = SourceId::parse("casso/shop").unwrap();
    let (bytes, reason) = (b"\xFF".as_slice().into(), "not JSON".to_owned());
    ledger.park(&source, &Parked { bytes, reason }, "{}", at(3)).await.unwrap();
    let (reason, summary) = ("no secure-token".to_owned(), "POST with 2 bytes".to_owned());
    ledger.refuse(&Refused { source, at: at(4), reason, summary }).await.unwrap();
    let snapshot =
        Snapshot { object: "abaha/shop/order/1".to_owned(), modified: at(5), received: at(5) };
    assert!(!ledger.observe(&snapshot).await.unwrap());
    ledger.set_moved(&sink, "-1", "-1001").await.unwrap();
}

fn envelopes() -> Value {
    let of = |identity| event(identity).delivery_to(&Name::parse("sink").unwrap());
    let large = Event { object: format!("{:?}", "x".repeat(250 * 1024)), ..event(UNTAKEN) };
    json!({
        "event": Envelope::for_event(&event(UNTAKEN)).unwrap(),
        "event by key": Envelope::for_event(&large).unwrap(),
        "delivery cut off": Envelope::for_delivery(&of(CUT_OFF)).unwrap(),
        "delivery waiting": Envelope::for_delivery(&of(WAITING)).unwrap(),
    })
}

/// What an upgrade meets: a place as the previous version left it, and this version's flow over it.
struct Upgraded {
    place: Place,
    world: World,
    dispatch: Dispatch,
}

impl Upgraded {
    async fn at(server: &'static Server) -> Self {
        let place = Place::make(server).await;
        load(&place, &place.ledger, &golden("ledger-1.json")).await;
        load(&place, &place.directory, &golden("directory-1.json")).await;
        let world =
            World::new(providers::ALL, channels::ALL, Faults::none(), |_, _| Ok(answer(200, "")));
        world.clock.set(at(100));
        let dispatch = Dispatch {
            ledger: Arc::new(place.ledger()),
            queue: Arc::new(place.queue()),
            directory: Arc::new(place.directory(Arc::clone(&world.clock))),
            egress: world.wire.clone(),
            lanes: world.gate.clone(),
            screen: world.wire.clone(),
            clock: world.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
            channels: channels::ALL,
            tokens: TokenCache::default(),
        };
        Self { place, world, dispatch }
    }

    async fn state(&self, identity: &str) -> (DeliveryState, Vec<u32>) {
        let of = event(identity).delivery_to(&Name::parse("sink").unwrap());
        let (delivery, attempts) = self.place.ledger().delivery(&of).await.unwrap().unwrap();
        (delivery.state, attempts.iter().map(|attempt| attempt.n).collect())
    }

    /// Sets one attribute of an item of the ledger, as a newer version would.
    async fn newer(&self, identity: &str, sk: &str, name: &str, value: &str) {
        let update = self.place.services.dynamodb.update_item().table_name(&self.place.ledger);
        update
            .key("pk", AttributeValue::S(event(identity).key.to_string()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .update_expression("SET #name = :value")
            .expression_attribute_names("#name", name)
            .expression_attribute_values(":value", AttributeValue::S(value.to_owned()))
            .send()
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn this_version_writes_what_is_pinned() {
    let place = Place::make(Server::moto()).await;
    leave_in_flight(&place).await;
    let shelf = TableShelf(place.clone());
    shelf.put_source(&shop()).await;
    shelf.put_destination(&sink()).await;
    let everything = sorted(shelf.everything().await);
    let pinned = golden("ledger-1.json");
    assert_eq!(inflated(everything.clone()), inflated(pinned), "\n{everything:#}");
    let scan = place.services.dynamodb.scan().table_name(&place.directory).send().await.unwrap();
    let directory = sorted(scan.items.unwrap());
    assert_eq!(directory, golden("directory-1.json"), "\n{directory:#}");
    assert_eq!(envelopes(), golden("envelopes-1.json"), "\n{:#}", envelopes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_previous_version_left_in_flight_is_carried_on() {
    for server in [Server::moto(), Server::ministack()] {
        let upgraded = Upgraded::at(server).await;
        let ledger = upgraded.place.ledger();
        // Hooks that the previous version answered 503, or that providers repeat.
        for (event, expected) in [
            (event(UNTAKEN), Claim::Unfinished),
            (event(TAKEN), Claim::Settled),
            (Event { received: at(90), ..transfer(TAKEN, "1") }, Claim::Conflict { first: false }),
        ] {
            assert_eq!(ledger.claim(&event).await.unwrap(), expected);
        }
        for (name, envelope) in golden("envelopes-1.json").as_object().unwrap() {
            let handled = upgraded.dispatch.handle(envelope.as_str().unwrap()).await.unwrap();
            assert!(matches!(handled, Handled::Done(_)), "{name}: {handled:?}");
        }
        let delivered = DeliveryState::Delivered;
        assert_eq!(upgraded.state(UNTAKEN).await, (delivered.clone(), vec![1]));
        assert_eq!(upgraded.state(TAKEN).await, (delivered.clone(), vec![1]));
        assert_eq!(upgraded.state(CUT_OFF).await, (delivered.clone(), vec![2]));
        assert_eq!(upgraded.state(WAITING).await, (delivered, vec![1, 2, 3]));
        assert_eq!(upgraded.world.sent().len(), 3, "the taken one is not announced again");
        assert_eq!(ledger.claim(&event(UNTAKEN)).await.unwrap(), Claim::Settled);
        let sink = Name::parse("sink").unwrap();
        assert_eq!(ledger.moved(&sink, "-1").await.unwrap(), Some("-1001".to_owned()));
        let stored = ledger.stored(&long().key).await.unwrap();
        assert_eq!(stored, Some(Stored { event: long(), taken: false }));
        let late =
            Snapshot { object: "abaha/shop/order/1".to_owned(), modified: at(4), received: at(6) };
        assert!(ledger.observe(&late).await.unwrap());
        let clock = Arc::new(HandClock::default());
        let sources = upgraded.place.directory(clock).sources("casso").await.unwrap();
        assert_eq!(sources, [ListedSource::Ready(Arc::new(shop().parse_alone().unwrap()))]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_newer_version_wrote_is_left_for_it() {
    let upgraded = Upgraded::at(Server::moto()).await;
    let Upgraded { place, world, dispatch } = &upgraded;
    let envelopes = golden("envelopes-1.json");
    let envelope = |name: &str| envelopes[name].as_str().unwrap().to_owned();

    // Attributes that this version does not know change nothing.
    upgraded.newer(CUT_OFF, "event", "pace", "slow").await;
    upgraded.newer(CUT_OFF, "delivery/sink/", "pace", "slow").await;
    let handled = dispatch.handle(&envelope("delivery cut off")).await.unwrap();
    assert!(matches!(&handled, Handled::Done(made) if made.len() == 1), "{handled:?}");

    // A state that it does not know: the message goes back, for whoever knows it.
    upgraded.newer(WAITING, "delivery/sink/", "state", "held").await;
    let error = dispatch.handle(&envelope("delivery waiting")).await.unwrap_err();
    assert!(error.source.to_string().ends_with("its state is \"held\""), "{}", error.source);

    // An event that it cannot read, by key and in a newer envelope.
    upgraded.newer(UNTAKEN, "event", "event", r#"{"kind":"transfer.reversed"}"#).await;
    let error = dispatch.handle(&envelope("event by key")).await.unwrap_err();
    assert_eq!(error.port, domain::Port::Ledger, "{}", error.source);
    let newer = envelope("event").replacen("\"v\":1", "\"v\":2", 1);
    assert_eq!(dispatch.handle(&newer).await.unwrap_err().port, domain::Port::Queue);
    assert_eq!(world.sent().len(), 1);

    // Records of sources and destinations with more in them: hooks are answered 503 and deliveries
    // wait, until the newer version is there.
    let mut record = serde_json::to_value(sink()).unwrap();
    record["quiet_hours"] = json!("22-06");
    for (pk, sk, record) in [
        ("destination", "sink", record.to_string()),
        ("source/casso", "shop", r#"{"provider":"casso","name":"shop","newer":1}"#.to_owned()),
    ] {
        let put = place.services.dynamodb.put_item().table_name(&place.directory);
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let put = put.item("pk", text(pk)).item("sk", text(sk)).item("record", text(&record));
        put.item("origin", text("file")).send().await.unwrap();
    }
    let directory = place.directory(Arc::clone(&world.clock));
    let sources = directory.sources("casso").await.unwrap();
    assert!(matches!(sources[..], [ListedSource::Unreadable { .. }]), "{sources:?}");
    let destinations = directory.destinations().await.unwrap();
    assert!(matches!(destinations[..], [Listed::Unreadable { .. }]), "{destinations:?}");
    let fresh = event("after the newer version wrote its records");
    assert_eq!(place.ledger().claim(&fresh).await.unwrap(), Claim::Fresh);
    world.clock.advance(jiff::SignedDuration::from_secs(2));
    let handled = dispatch.handle(&Envelope::for_event(&fresh).unwrap()).await.unwrap();
    assert!(matches!(&handled, Handled::Done(made) if made.is_empty()), "{handled:?}");
    let of = fresh.delivery_to(&Name::parse("sink").unwrap());
    let (delivery, _) = place.ledger().delivery(&of).await.unwrap().unwrap();
    let due = domain::Clock::now(&*world.clock) + jiff::SignedDuration::from_mins(15);
    assert_eq!(delivery.state, DeliveryState::Waiting { due });
}
