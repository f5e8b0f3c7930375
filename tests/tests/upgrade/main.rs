//! Upgrades on AWS, while hooks keep arriving: what the previous version left in the tables and on the
//! queue is carried on by this one, and what a newer one wrote is left for it. The written forms are
//! pinned in `golden/`: a change of them is a decision, and the old file stays as what the previous
//! version wrote.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod golden;
mod left;

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Claim, DeliveryState, Directory as _, Dispatch, Entry, Envelope, Event, Handled, Ledger as _,
    Listed, ListedSource, Name, Origin, Overdue, Snapshot, Standing, Stored, Survey as _,
    TokenCache,
};
use serde_json::json;
use testkit::aws::{Place, Server, TableShelf};
use testkit::clock::{HandClock, SeededEntropy};
use testkit::contract::{at, event, transfer};
use testkit::faults::Faults;
use testkit::world::{World, answer};

use golden::{golden, inflated, load, sorted};
use left::{
    CUT_OFF, TAKEN, UNTAKEN, WAITING, envelopes, leave_in_flight, long, shop, sink, survey,
};

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
            timer: Arc::new(testkit::clock::HandTimer(world.clock.clone())),
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
    place.put(&Entry::source(&shop(), Origin::Operator).unwrap()).await;
    place.put(&Entry::destination(&sink(), Origin::Operator).unwrap()).await;
    let everything = sorted(shelf.everything().await);
    let pinned = golden("ledger-2.json");
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

/// What the previous version wrote is found by what only this one asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_previous_version_left_half_done_is_rung_for() {
    for server in [Server::moto(), Server::ministack()] {
        let upgraded = Upgraded::at(server).await;
        let survey = survey(&upgraded.place);
        let overdue = survey.overdue(at(1000), 99).await.unwrap();
        let of = |identity| event(identity).delivery_to(&Name::parse("sink").unwrap());
        let conflict = Overdue::Conflict {
            source: event(TAKEN).source,
            key: event(TAKEN).key,
            fingerprint: transfer(TAKEN, "1").fingerprint(),
        };
        let expected = [
            Overdue::Event(long().key),
            conflict,
            Overdue::Event(event(UNTAKEN).key),
            Overdue::Delivery(of(WAITING)),
            Overdue::Delivery(of(CUT_OFF)),
        ];
        assert_eq!(overdue.len(), expected.len(), "{overdue:?}");
        for what in expected {
            assert!(overdue.contains(&what), "{what:?} in {overdue:?}");
            assert!(survey.put_off(&what, at(1000)).await.unwrap(), "{what:?}");
        }
        assert_eq!(survey.overdue(at(1000), 99).await.unwrap(), []);
        let sink = Name::parse("sink").unwrap();
        let standing = upgraded.place.ledger().standing(&sink).await.unwrap();
        assert_eq!(standing, Standing::default());
        let waiting = upgraded.place.ledger().waiting(&sink, at(100), 9).await.unwrap();
        assert_eq!(waiting.into_iter().map(|one| one.of).collect::<Vec<_>>(), [of(WAITING)]);
        assert_eq!(survey.refusals(&event(TAKEN).source).await.unwrap().len(), 1);
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
    upgraded.newer(WAITING, "delivery/sink/", "state", "dozing").await;
    let error = dispatch.handle(&envelope("delivery waiting")).await.unwrap_err();
    assert!(error.source.to_string().ends_with("its state is \"dozing\""), "{}", error.source);

    // An event that it cannot read, by key and in a newer envelope.
    upgraded.newer(UNTAKEN, "event", "event", r#"{"kind":"transfer.reversed"}"#).await;
    let error = dispatch.handle(&envelope("event by key")).await.unwrap_err();
    assert_eq!(error.port, domain::Port::Ledger, "{}", error.source);
    let newer = envelope("event").replacen("\"v\":1", "\"v\":3", 1);
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
