//! What the sweep adds up and what it tells operators: closed hours, silence, refused calls, messages
//! set aside, records that cannot be read. Each is told once per change. With the clock in hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod summaries;

use std::time::Duration;

use domain::{
    AccountTotal, Clock as _, Currency, DestinationRecord, Event, EventKey, Fact, Facts,
    HourTotals, Kind, Ledger as _, Listed, Money, MoneyTotal, Name, Outbound, Provenance,
    Queue as _, Refused, SourceId, SourceRecord, Survey as _, Text,
};
use jiff::{SignedDuration, Timestamp};
use testkit::faults::Faults;
use testkit::world::{World, answer};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A shop at Casso whose operators are told of everything.
fn world(silence: Option<&str>) -> World {
    let shop = SourceRecord {
        provider: "casso".into(),
        name: "shop".into(),
        secrets: vec!["key".into()],
        silence: silence.map(str::to_owned),
        active: None,
        created: None,
        auth: None,
        client_id: None,
        header: None,
        max_age: None,
        code_pattern: None,
        api: None,
    };
    let operators = DestinationRecord {
        name: "operators".into(),
        channel: "webhook".into(),
        endpoint: Some(Text::Text("https://example.com/operators".into())),
        events: vec!["change".into()],
        alarms: Some(true),
        ..DestinationRecord::default()
    };
    World::new(providers::ALL, channels::ALL, Faults::none(), |_, _| Ok(answer(200, "")))
        .with_source(&shop)
        .with_destination(&operators)
}

fn transfer(world: &World, id: &str, kind: Kind, amount: &str) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    Event {
        key: EventKey::new(&source, id),
        source,
        kind,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: None,
        received: world.clock.now(),
        money: Money::parse(amount, Currency::VND).ok(),
        balance: None,
        facts: Facts::default()
            .with(Fact::Account, "9".to_owned())
            .with(Fact::Bank, "VCB".to_owned())
            .with(Fact::VirtualAccount, "96VA".to_owned()),
        object: "{}".into(),
    }
}

async fn put(world: &World, event: &Event) {
    assert_eq!(world.ledger.claim(event).await.unwrap(), domain::Claim::Fresh);
    world.ledger.take(&event.key, false).await.unwrap();
}

async fn pass(world: &mut World, span: SignedDuration) {
    let until = world.clock.now() + span;
    world.live(until).await;
}

fn told(world: &World) -> Vec<serde_json::Value> {
    let object = |sent: testkit::world::Sent| {
        let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
        body["data"]["object"].clone()
    };
    world.sent().into_iter().map(object).collect()
}

fn words(world: &World) -> Vec<String> {
    told(world).iter().map(|alarm| alarm["alarm"].as_str().unwrap_or("").to_owned()).collect()
}

#[tokio::test]
async fn a_closed_hour_is_added_up_from_the_log_and_again_an_hour_later() {
    let mut world = world(Some("off"));
    let hour = world.clock.now();
    for (id, kind, amount) in [
        ("1", Kind::TransferIn, "50000"),
        ("2", Kind::TransferIn, "5"),
        ("3", Kind::TransferOut, "7"),
    ] {
        let provenance = if id == "2" { Provenance::Reconciled } else { Provenance::Hook };
        put(&world, &Event { provenance, ..transfer(&world, id, kind, amount) }).await;
    }
    let test = Event { test: true, ..transfer(&world, "4", Kind::TransferIn, "1000000") };
    put(&world, &test).await;
    let shop = SourceId::parse("casso/shop").unwrap();
    let totals = async |world: &World| world.ledger.totals(&shop, hour, hour + HOUR).await.unwrap();
    pass(&mut world, MINUTE * 61).await;
    assert_eq!(totals(&world).await, [], "the hour has just closed");
    pass(&mut world, MINUTE * 2).await;
    let money = |count_in, sum_in: &str| MoneyTotal {
        currency: Currency::VND,
        count_in,
        sum_in: sum_in.parse().unwrap(),
        count_out: 1,
        sum_out: "7".parse().unwrap(),
    };
    let expected = |events, hooks, money: Vec<MoneyTotal>| HourTotals {
        source: shop.clone(),
        hour,
        logged: events + 1,
        events,
        hooks,
        money: money.clone(),
        accounts: vec![AccountTotal {
            account: "9".to_owned(),
            bank: Some("VCB".to_owned()),
            virtual_accounts: vec!["96VA".to_owned()],
            money,
        }],
    };
    assert_eq!(totals(&world).await, [expected(3, 2, vec![money(2, "50005")])]);
    // Written late by a stalled process, with the time of its receipt.
    let late =
        Event { received: hour + MINUTE * 59, ..transfer(&world, "5", Kind::TransferIn, "1") };
    put(&world, &late).await;
    pass(&mut world, HOUR).await;
    assert_eq!(totals(&world).await, [expected(4, 3, vec![money(3, "50006")])]);
}

#[tokio::test]
async fn silence_longer_than_its_setting_is_told_once_and_so_is_its_end() {
    let mut world = world(Some("3h"));
    pass(&mut world, HOUR * 6).await;
    assert_eq!(words(&world), [""; 0], "one that never called is not silent");
    put(&world, &transfer(&world, "1", Kind::TransferIn, "1")).await;
    let heard: Timestamp = world.clock.now();
    pass(&mut world, HOUR * 3).await;
    assert_eq!(words(&world), [""; 0]);
    let transfer_in = transfer(&world, "found", Kind::TransferIn, "1");
    let filled = Event { provenance: Provenance::Reconciled, ..transfer_in };
    put(&world, &filled).await;
    pass(&mut world, HOUR * 24).await;
    assert_eq!(words(&world), ["silence"]);
    let since: Timestamp = told(&world)[0]["since"].as_str().unwrap().parse().unwrap();
    assert!(since.duration_since(heard) <= HOUR, "{since}");
    put(&world, &transfer(&world, "2", Kind::TransferIn, "1")).await;
    pass(&mut world, MINUTE * 2).await;
    assert_eq!(words(&world), ["silence", "heard"]);
    pass(&mut world, HOUR * 6).await;
    assert_eq!(words(&world), ["silence", "heard", "silence"], "a new silence is told anew");
}

#[tokio::test]
async fn silence_is_learnt_from_the_rhythm_and_a_night_is_none() {
    let mut world = world(None);
    let mut id = 0;
    // Twelve events in each hour from 01:00 to 14:00 UTC, 08:00 to 21:00 in Vietnam; a week of it.
    for hour in 0..(24 * 7 + 2) {
        if (1..14).contains(&((hour + 2) % 24)) {
            for _ in 0..12 {
                id += 1;
                put(&world, &transfer(&world, &id.to_string(), Kind::TransferIn, "1")).await;
            }
        }
        pass(&mut world, HOUR).await;
    }
    assert_eq!(words(&world), [""; 0], "seven nights were no silence");
    pass(&mut world, HOUR * 3).await;
    assert_eq!(words(&world), ["silence"], "a morning without a call is");
}

/// The last hour with a hook leaves the fortnight that is looked at: that is no call.
#[tokio::test]
async fn a_silence_of_weeks_is_one_silence() {
    // A rhythm has twelve calls an hour for three days; a setting needs none.
    for (silence, hours) in [(Some("14d"), 1), (None, 24 * 3 + 1)] {
        let mut world = world(silence);
        for id in 0..12 * hours {
            put(&world, &transfer(&world, &id.to_string(), Kind::TransferIn, "1")).await;
            pass(&mut world, MINUTE * 5).await;
        }
        pass(&mut world, HOUR * (24 * 15)).await;
        assert_eq!(words(&world), ["silence"], "{silence:?}");
        put(&world, &transfer(&world, "again", Kind::TransferIn, "1")).await;
        pass(&mut world, MINUTE * 2).await;
        assert_eq!(words(&world), ["silence", "heard"], "{silence:?}");
    }
}

#[tokio::test]
async fn refused_calls_that_rise_are_told_once_until_they_have_fallen() {
    let mut world = world(Some("off"));
    let refuse = async |world: &World| {
        let refused = Refused {
            source: SourceId::parse("casso/shop").unwrap(),
            at: world.clock.now(),
            reason: "the signature does not match".into(),
            summary: String::new(),
        };
        world.ledger.refuse(&refused).await.unwrap();
    };
    for _ in 0..9 {
        refuse(&world).await;
        pass(&mut world, MINUTE).await;
    }
    assert_eq!(words(&world), [""; 0]);
    for _ in 0..5 {
        refuse(&world).await;
        pass(&mut world, MINUTE).await;
    }
    assert_eq!(words(&world), ["refused"]);
    assert_eq!(told(&world)[0]["reason"], "the signature does not match");
    pass(&mut world, HOUR).await;
    for _ in 0..11 {
        refuse(&world).await;
    }
    pass(&mut world, MINUTE * 2).await;
    assert_eq!(words(&world), ["refused", "refused"]);
}

#[tokio::test]
async fn messages_set_aside_and_records_that_cannot_be_read_are_told() {
    let mut world = world(Some("off"));
    let poison = Outbound { envelope: "nonsense".into(), delay: Duration::ZERO };
    world.queue.send(std::slice::from_ref(&poison)).await.unwrap();
    let name = Name::parse("newer").unwrap();
    let newer = Listed::Unreadable { name: name.clone(), reason: "newer".into() };
    world.directory.put_destination(newer);
    pass(&mut world, HOUR).await;
    let mut seen = words(&world);
    seen.sort();
    assert_eq!(seen, ["dead_letters", "unreadable"]);
    world.queue.send(&[poison]).await.unwrap();
    pass(&mut world, HOUR).await;
    assert_eq!(words(&world).len(), 3, "one more is told");
    assert_eq!(told(&world).last().unwrap()["count"], 2);
}
