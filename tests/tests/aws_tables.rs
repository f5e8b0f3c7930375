//! Every way in which the tables will be read, by the index that it is read by: an operator's lists,
//! what is due, what was left half done. Written down now, so that no later work has to move data.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{
    Attempt, Claim, Delivery, DeliveryState, Enlisted, Event, EventKey, Finish, Ledger as _,
    Listed, ListedSource, Mark, Name, Overdue, Parked, Refused, SourceId, SourceRecord, Start,
    Survey as _,
};
use jiff::{SignedDuration, Timestamp};
use testkit::aws::{Item, Place, Server, TableShelf, text};
use testkit::contract::{Shelf as _, at, event, transfer};
use testkit::memory::MemoryDirectory;

const SHARDS: u8 = 32;
const SERVERS: [fn() -> &'static Server; 2] = [Server::moto, Server::ministack];

/// The sort keys of the index of all shards under a prefix, merged, with what they are of.
async fn sharded(
    shelf: &TableShelf,
    index: &str,
    sort: &str,
    prefix: &str,
) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for shard in 0..SHARDS {
        for (pk, sk) in shelf.indexed(index, &format!("{prefix}/{shard:02}")).await {
            let item = whole(shelf, &pk, &sk).await;
            all.push((text(&item, sort), pk));
        }
    }
    all.sort();
    all
}

async fn whole(shelf: &TableShelf, pk: &str, sk: &str) -> Item {
    let items = shelf.items(pk, sk).await;
    items.into_iter().find(|item| text(item, "sk") == sk).unwrap()
}

fn of_source(source: &str, identity: &str, received: Timestamp) -> Event {
    let source = SourceId::parse(source).unwrap();
    Event { key: EventKey::new(&source, identity), source, received, ..event(identity) }
}

fn keys(found: &[(String, String)]) -> Vec<&str> {
    found.iter().map(|(_, pk)| pk.as_str()).collect()
}

/// Enlists a delivery of the event `1` in a state.
async fn enlisted(place: &Place, identity: &str, to: &str, state: DeliveryState) -> Delivery {
    let of = event(identity).delivery_to(&Name::parse(to).unwrap());
    let delivery = Delivery::new(of, state, at(0));
    let enlisted = place.ledger().enlist(std::slice::from_ref(&delivery)).await.unwrap();
    assert_eq!(enlisted, [Enlisted::New]);
    delivery
}

fn attempt(n: u32, finished: Timestamp) -> Attempt {
    Attempt {
        n,
        started: finished,
        finished,
        verdict: "retry",
        status: Some(500),
        detail: "x".to_owned(),
        counted: true,
    }
}

#[tokio::test]
async fn events_are_found_by_source_and_hour_in_the_order_of_their_receipt() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        let mut expected = Vec::new();
        for n in 0..60 {
            let received = at(0) + SignedDuration::from_mins(3 * n);
            for source in ["casso/shop", "casso/other"] {
                let event = of_source(source, &n.to_string(), received);
                assert_eq!(place.ledger().claim(&event).await.unwrap(), Claim::Fresh);
                if source == "casso/shop" {
                    expected.push(event.key.to_string());
                }
            }
        }
        let shelf = TableShelf(place);
        let mut found = Vec::new();
        for hour in ["2026-03-01T02", "2026-03-01T03", "2026-03-01T04"] {
            let prefix = format!("event/casso/shop/{hour}");
            let of_hour = sharded(&shelf, "log", "logged", &prefix).await;
            assert_eq!(of_hour.len(), 20, "{hour}");
            assert!(of_hour.iter().all(|(logged, _)| logged.starts_with(hour)), "{of_hour:?}");
            found.extend(of_hour);
        }
        assert_eq!(keys(&found), expected);
        let mut shards = BTreeSet::new();
        for item in shelf.everything().await {
            shards.insert(text(&item, "log").rsplit_once('/').unwrap().1.to_owned());
        }
        assert!(shards.len() > usize::from(SHARDS / 2), "hardly spread: {shards:?}");
    }
}

#[tokio::test]
async fn what_is_not_taken_is_found_oldest_first() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        for n in (0..8).rev() {
            let event = of_source("casso/shop", &n.to_string(), at(n));
            assert_eq!(place.ledger().claim(&event).await.unwrap(), Claim::Fresh);
            if n % 2 == 0 {
                place.ledger().take(&event.key, false).await.unwrap();
            }
        }
        let found = sharded(&TableShelf(place), "open", "since", "untaken").await;
        let expected = ["casso/shop/1", "casso/shop/3", "casso/shop/5", "casso/shop/7"];
        assert_eq!(keys(&found), expected);
        assert_eq!(found[0].0, "2026-03-01T02:05:01.000000Z", "when nobody took it for so long");
    }
}

#[tokio::test]
async fn what_is_due_to_a_destination_is_found_soonest_first() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        let waiting = |due| DeliveryState::Waiting { due: at(due) };
        let sending = |until| DeliveryState::Sending { owner: 1, until: at(until) };
        for (identity, state) in [
            ("waits long", waiting(1000)),
            ("waits", waiting(60)),
            ("pending", DeliveryState::Pending),
            ("sending", sending(20)),
            ("sends long", sending(900)),
            ("delivered", DeliveryState::Delivered),
            ("failed", DeliveryState::Failed("x".into())),
            ("cancelled", DeliveryState::Cancelled("x".into())),
        ] {
            enlisted(&place, identity, "sales", state).await;
        }
        enlisted(&place, "another's", "other", waiting(1)).await;
        let shelf = TableShelf(place.clone());
        let due = async || {
            let due = sharded(&shelf, "open", "since", "due/sales").await;
            let minute = |at: &str| at["2026-03-01T".len()..][.."hh:mm:ss".len()].to_owned();
            let name = |pk: &str| pk["casso/shop/".len()..].to_owned();
            due.iter().map(|(at, pk)| (minute(at), name(pk))).collect::<Vec<_>>()
        };
        let row = |at: &str, name: &str| (at.to_owned(), name.to_owned());
        let five = "02:05:00";
        assert_eq!(
            due().await,
            [
                row("02:01:00", "waits"),
                row(five, "pending"),
                row(five, "sending"),
                row("02:15:00", "sends long"),
                row("02:16:40", "waits long"),
            ]
        );
        // Once started, what waited is looked at like all the others; what was pending stays.
        for identity in ["waits", "pending"] {
            let of = event(identity).delivery_to(&Name::parse("sales").unwrap());
            let started = place.ledger().start(&of, 2, at(60), at(80), false).await.unwrap();
            assert!(matches!(started, Start::Go(_)), "{started:?}");
        }
        let expected = [row(five, "pending"), row(five, "sending"), row(five, "waits")];
        assert_eq!(due().await[..3], expected);
    }
}

#[tokio::test]
async fn what_was_rung_for_still_waits() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        let survey = place.survey(Arc::new(MemoryDirectory::default()));
        let sales = Name::parse("sales").unwrap();
        for (identity, due) in [("rung", 10), ("due", 20), ("later", 5000)] {
            enlisted(&place, identity, "sales", DeliveryState::Waiting { due: at(due) }).await;
        }
        let of = event("rung").delivery_to(&sales);
        for now in [at(100), at(1000)] {
            assert!(survey.put_off(&Overdue::Delivery(of.clone()), now).await.unwrap());
            let waiting = place.ledger().waiting(&sales, now, 9).await.unwrap();
            let waiting: Vec<_> =
                waiting.iter().map(|delivery| delivery.of.event.as_str()).collect();
            assert_eq!(waiting, ["casso/shop/rung", "casso/shop/due"]);
        }
    }
}

/// Where much is open, each thing that may be overdue is asked for by name, and nothing else is read.
#[tokio::test]
async fn what_is_overdue_is_found_by_name_where_much_is_open() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        let directory = MemoryDirectory::default();
        let record = r#"{"provider":"casso","name":"shop","secrets":["token"]}"#;
        let record: SourceRecord = serde_json::from_str(record).unwrap();
        directory.put_source(ListedSource::Ready(Arc::new(record.parse_alone().unwrap())));
        let unreadable =
            Listed::Unreadable { name: Name::parse("listed").unwrap(), reason: "x".into() };
        directory.put_destination(unreadable);
        let ledger = place.ledger();
        // One destination is in the directory; of the other something was marked.
        let marked = ledger.mark(&Name::parse("marked").unwrap(), &Mark::Failed, at(0)).await;
        assert!(marked.unwrap().changed);
        for n in 0..40 {
            let held = DeliveryState::Held("paused".to_owned());
            enlisted(&place, &format!("held {n}"), "listed", held).await;
        }
        for to in ["listed", "marked"] {
            enlisted(&place, "1", to, DeliveryState::Waiting { due: at(10) }).await;
        }
        assert_eq!(ledger.claim(&event("2")).await.unwrap(), Claim::Fresh);
        let conflict = ledger.claim(&transfer("2", "6")).await.unwrap();
        assert_eq!(conflict, Claim::Conflict { first: true });
        let survey = place.survey(Arc::new(directory));
        let all = survey.overdue(at(5000), 99).await.unwrap();
        assert_eq!(all.len(), 4, "{all:?}");
        let asked = survey.clone().with_little(1).overdue(at(5000), 99).await.unwrap();
        assert_eq!(asked, all);
        let first = survey.with_little(1).overdue(at(5000), 1).await.unwrap();
        assert_eq!(first, all[..1]);
    }
}

#[tokio::test]
async fn what_failed_of_a_destination_is_found_by_day() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        let day = 24 * 3600;
        for (identity, ended) in [("b", 20), ("a", 10), ("next day", day), ("delivered", 5)] {
            let leased = DeliveryState::Sending { owner: 7, until: at(99) };
            let delivery = enlisted(&place, identity, "sales", leased).await;
            let next = match identity {
                "delivered" => DeliveryState::Delivered,
                _ => DeliveryState::Failed("refused".to_owned()),
            };
            let attempt = attempt(1, at(ended));
            let finished = place.ledger().finish(&delivery.of, 7, &attempt, &next).await.unwrap();
            assert_eq!(finished, Finish::Written);
        }
        let shelf = TableShelf(place);
        for (day, expected) in [
            ("2026-03-01", &["casso/shop/a", "casso/shop/b"][..]),
            ("2026-03-02", &["casso/shop/next day"]),
            ("2026-03-03", &[]),
        ] {
            let found = sharded(&shelf, "log", "logged", &format!("failed/sales/{day}")).await;
            assert_eq!(keys(&found), expected);
        }
    }
}

#[tokio::test]
async fn an_event_is_read_with_its_deliveries_in_one_query() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        assert_eq!(place.ledger().claim(&event("1")).await.unwrap(), Claim::Fresh);
        assert_eq!(place.ledger().claim(&event("11")).await.unwrap(), Claim::Fresh);
        let conflict = place.ledger().claim(&transfer("1", "6")).await.unwrap();
        assert_eq!(conflict, Claim::Conflict { first: true });
        let ledger = place.ledger();
        for to in ["sales", "sales-2"] {
            let mut delivery = enlisted(&place, "1", to, DeliveryState::Pending).await;
            for n in 1..=2 {
                let now = at(i64::from(n) * 10);
                let started = ledger.start(&delivery.of, 7, now, at(99), false).await.unwrap();
                assert!(matches!(started, Start::Go(_)), "{started:?}");
                delivery.state = DeliveryState::Waiting { due: now };
                let attempt = attempt(n, now);
                let written = ledger.finish(&delivery.of, 7, &attempt, &delivery.state).await;
                assert_eq!(written.unwrap(), Finish::Written);
            }
        }
        let items = TableShelf(place).items("casso/shop/1", "").await;
        let sorts: Vec<String> = items.iter().map(|item| text(item, "sk")).collect();
        assert!(sorts[0].starts_with("conflict/"), "{sorts:?}");
        let sales = ["delivery/sales-2/", "delivery/sales-2/0002"];
        let first = ["delivery/sales/", "delivery/sales/0002", "event"];
        assert_eq!(sorts[1..], [&sales[..], &first].concat());
    }
}

#[tokio::test]
async fn conflicts_parked_bodies_and_refused_calls_are_found_by_their_source_alone() {
    for server in SERVERS {
        let place = Place::make(server()).await;
        let (shop, shop_2) = ("casso/shop", "casso/shop-2");
        for name in [shop, shop_2] {
            let source = SourceId::parse(name).unwrap();
            let first = of_source(name, "1", at(0));
            let second = Event { money: None, ..of_source(name, "1", at(1)) };
            assert_eq!(place.ledger().claim(&first).await.unwrap(), Claim::Fresh);
            let claim = place.ledger().claim(&second).await.unwrap();
            assert_eq!(claim, Claim::Conflict { first: true });
            let parked = Parked { bytes: name.into(), reason: "not JSON".into() };
            place.ledger().park(&source, &parked, "{}", at(2)).await.unwrap();
            let (reason, summary) = ("no token".to_owned(), "POST".to_owned());
            let refused = Refused { source, at: at(3), reason, summary };
            place.ledger().refuse(&refused).await.unwrap();
        }
        let shelf = TableShelf(place);
        for name in [shop, shop_2] {
            let source = SourceId::parse(name).unwrap();
            let [conflict] = &shelf.conflicts(&source).await[..] else { panic!("one") };
            assert_eq!(conflict.source, source);
            let [(parked, ..)] = &shelf.parked(&source).await[..] else { panic!("one") };
            assert_eq!(parked.bytes, name);
            let [refused] = &shelf.refused(&source).await[..] else { panic!("one") };
            assert_eq!(refused.source, source);
        }
        let begins = |item: &Item| text(item, "pk").starts_with("casso/");
        assert!(shelf.everything().await.iter().all(begins), "or no ingest function may write it");
    }
}
