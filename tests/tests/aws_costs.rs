//! What a healthy event costs on DynamoDB, from hook to delivered, and that it leaves nothing open.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Attempt, Claim, Delivery, DeliveryState, Enlisted, Event, Finish, Hook, Ledger as _, Limit,
    Name, Reading, Slot, SourceRecord, Standing, Start, Turn, find_provider,
};
use http::{HeaderMap, Method};
use jiff::SignedDuration;
use testkit::aws::{Item, Meddler, Place, Reply, Server, TableShelf, patient, services};
use testkit::contract::at;

/// A transfer as Casso sends it, as its provider reads it.
fn typical() -> Event {
    let record = r#"{"provider":"casso","name":"shop","secrets":["token"]}"#;
    let record: SourceRecord = serde_json::from_str(record).unwrap();
    let source = record.parse(providers::ALL).unwrap();
    let body = r#"{"error":0,"data":{"id":1203948,"reference":"FT26325048812","description":"DH1042 Nguyen Van An chuyen khoan","amount":1250000,"runningBalance":48120500,"transactionDateTime":"2026-03-01 08:59:58","accountNumber":"0123456789","bankName":"Ngan hang TMCP Quan doi","bankAbbreviation":"MB","virtualAccountNumber":"","virtualAccountName":"","counterAccountName":"NGUYEN VAN AN","counterAccountNumber":"19030012345678","counterAccountBankId":"970407","counterAccountBankName":"Techcombank"}}"#;
    let mut headers = HeaderMap::new();
    headers.insert("secure-token", "token".parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    let hook = Hook {
        method: &Method::POST,
        tail: "",
        query: "",
        headers: &headers,
        body: body.as_bytes(),
        receipt: "r",
        received: at(1),
    };
    let casso = find_provider(providers::ALL, "casso").unwrap();
    match casso.read(&hook, &source).unwrap() {
        Reading::Events { events, .. } => events.into_iter().next().unwrap(),
        Reading::Answer { .. } => panic!("an answer"),
    }
}

/// From hook to delivered, at the first attempt.
#[tokio::test]
async fn a_healthy_event_costs_little_and_leaves_nothing_open() {
    let event = typical();
    for (server, counts) in [(Server::ministack(), true), (Server::moto(), false)] {
        let plain = Place::make(server).await;
        let meddler = Meddler::before(server.url(), |_, _| Reply::Pass).await;
        let place = plain.by(patient(&services(&meddler.url(), &meddler.url())));
        let ledger = place.ledger();
        assert_eq!(ledger.claim(&event).await.unwrap(), Claim::Fresh);
        let of = event.delivery_to(&Name::parse("sales").unwrap());
        let pending = Delivery::new(of.clone(), DeliveryState::Pending, at(2));
        let Start::Go(leased) = pending.start(7, at(2), at(22), false) else {
            panic!("it is free")
        };
        assert_eq!(ledger.enlist(&[leased]).await.unwrap(), [Enlisted::New]);
        ledger.take(&event.key, false).await.unwrap();
        let sent = Attempt {
            n: 1,
            started: at(2),
            finished: at(3),
            verdict: "delivered",
            status: Some(200),
            detail: String::new(),
            counted: false,
        };
        let finished = ledger.finish(&of, 7, &sent, &DeliveryState::Delivered).await.unwrap();
        assert_eq!(finished, Finish::Written);

        let operations = meddler.operations();
        assert_eq!(operations, ["PutItem", "PutItem", "UpdateItem", "UpdateItem"]);
        let shelf = TableShelf(plain);
        for item in shelf.everything().await {
            assert!(!item.contains_key("open"), "left open: {item:?}");
        }
        // moto counts one for everything; ministack as AWS does, indexes included.
        if counts {
            let costs: Vec<f64> = meddler.costs().iter().map(|cost| cost.units).collect();
            let [item] = &shelf.items(event.key.as_str(), "event").await[..] else { panic!("one") };
            println!("the event's item has {} bytes; units: {costs:?}", size(item));
            // A unit is 1 KiB. Claim: item, log, open. Lease: item, open. Taken: item, open. Finish:
            // item, open.
            assert_eq!(costs, [3.0, 2.0, 2.0, 2.0]);
        }
    }
}

/// What else an attempt needs so that its destination is not flooded: a slot taken and given back, or
/// a moment reserved. How the destination stands is read.
#[tokio::test]
async fn the_way_in_costs_two_units_to_a_webhook_and_one_to_a_chat() {
    let plain = Place::make(Server::ministack()).await;
    let meddler = Meddler::before(plain.server.url(), |_, _| Reply::Pass).await;
    let ledger = plain.by(patient(&services(&meddler.url(), &meddler.url()))).ledger();
    let (shop, chat) = (Name::parse("shop").unwrap(), Name::parse("chat").unwrap());
    // As busy as it gets: all other slots are taken, and as many moments reserved as are remembered.
    for owner in 1..10 {
        let taken = ledger.occupy(&shop, 10, u64::MAX - owner, at(0), at(20)).await.unwrap();
        assert!(matches!(taken, Slot::Yours(_)), "{taken:?}");
    }
    let lark = [
        Limit { count: 5, per: Duration::from_secs(1) },
        Limit { count: 100, per: Duration::from_secs(60) },
    ];
    let reserve = async || {
        let turn = ledger.reserve(&chat, &lark, at(0), SignedDuration::MAX).await.unwrap();
        assert!(matches!(turn, Turn::At(_)), "{turn:?}");
    };
    for _ in 0..100 {
        reserve().await;
    }
    let before = meddler.costs().len();
    assert_eq!(ledger.standing(&shop).await.unwrap(), Standing::default());
    let Slot::Yours(slot) = ledger.occupy(&shop, 10, u64::MAX, at(0), at(20)).await.unwrap() else {
        panic!("one is free")
    };
    ledger.vacate(&shop, slot, u64::MAX).await.unwrap();
    reserve().await;
    let costs: Vec<(String, f64)> = meddler
        .costs()
        .split_off(before)
        .into_iter()
        .map(|cost| (cost.operation, cost.units))
        .collect();
    let expected = [
        // How it stands; its slots; one taken, and given back.
        ("GetItem", 1.0),
        ("GetItem", 1.0),
        ("UpdateItem", 1.0),
        ("UpdateItem", 1.0),
        // The moments of the chat; one more of them.
        ("GetItem", 1.0),
        ("UpdateItem", 1.0),
    ];
    assert_eq!(costs, expected.map(|(operation, units)| (operation.to_owned(), units)));
}

/// An item's size as DynamoDB counts it: names and values.
fn size(item: &Item) -> usize {
    let value = |value: &AttributeValue| match (value.as_s(), value.as_n(), value.as_b()) {
        (Ok(text), ..) => text.len(),
        (_, Ok(digits), _) => digits.len() / 2 + 1,
        (.., Ok(bytes)) => bytes.as_ref().len(),
        (Err(_), Err(_), Err(_)) => 1,
    };
    item.iter().map(|(name, of)| name.len() + value(of)).sum()
}
