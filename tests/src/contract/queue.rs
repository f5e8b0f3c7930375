//! Sending, receiving, deleting and burying messages.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::{Message, Outbound};
use futures_util::future::join_all;

use super::{Case, Fixture, at};

pub(super) const CASES: &[Case] = &[
    ("an empty queue has no messages", |f| Box::pin(empty(f))),
    ("a message comes back whole", |f| Box::pin(whole(f))),
    ("a delayed message is visible when its delay is over", |f| Box::pin(delayed(f))),
    ("a received message is invisible for its visibility", |f| Box::pin(invisible(f))),
    ("a message is received again and counted until it is deleted", |f| Box::pin(again(f))),
    ("a receipt is good until the message is received again", |f| Box::pin(receipts(f))),
    ("a receipt is used up by another of the same moment", |f| Box::pin(same_moment(f))),
    ("messages come in batches", |f| Box::pin(batches(f))),
    ("many large messages are sent at once", |f| Box::pin(large(f))),
    ("messages that wait longest come first", |f| Box::pin(order(f))),
    ("no two receivers get one message", |f| Box::pin(receivers(f))),
    ("a buried message is kept with its reason", |f| Box::pin(buried(f))),
];

const VISIBILITY: Duration = Duration::from_secs(30);

fn outbound(envelope: &str, delay_s: u64) -> Outbound {
    Outbound { envelope: envelope.to_owned(), delay: Duration::from_secs(delay_s) }
}

async fn send(f: &Fixture, envelope: &str, delay_s: u64) {
    f.queue.send(&[outbound(envelope, delay_s)]).await.unwrap();
}

async fn receive(f: &Fixture, most: usize, second: i64) -> Vec<Message> {
    f.inbox.receive(most, at(second), VISIBILITY).await.unwrap()
}

async fn envelopes(f: &Fixture, second: i64) -> Vec<String> {
    receive(f, 100, second).await.into_iter().map(|message| message.envelope).collect()
}

async fn empty(f: &Fixture) {
    f.queue.send(&[]).await.unwrap();
    assert_eq!(receive(f, 10, 0).await, []);
    f.inbox.delete(&[]).await.unwrap();
}

async fn whole(f: &Fixture) {
    let long = format!(r#"{{"pad":"{}"}}"#, "x".repeat(200 * 1024));
    for envelope in [r#"{"v":1,"memo":"\u0000 \ufffe '\""}"#, &long] {
        send(f, envelope, 0).await;
        let [message] = &receive(f, 10, 0).await[..] else { panic!("one message") };
        assert_eq!((message.envelope.as_str(), message.receives), (envelope, 1));
        f.inbox.delete(std::slice::from_ref(&message.receipt)).await.unwrap();
    }
}

async fn delayed(f: &Fixture) {
    f.queue.send(&[outbound("later", 20), outbound("now", 0)]).await.unwrap();
    assert_eq!(envelopes(f, 19).await, ["now"]);
    assert_eq!(envelopes(f, 20).await, ["later"]);
    f.clock.set(at(100));
    send(f, "from then", 5).await;
    assert!(!envelopes(f, 104).await.contains(&"from then".to_owned()));
    assert_eq!(envelopes(f, 105).await, ["from then"]);
}

async fn invisible(f: &Fixture) {
    send(f, "one", 0).await;
    assert_eq!(envelopes(f, 0).await, ["one"]);
    assert_eq!(envelopes(f, 29).await, [""; 0]);
    assert_eq!(envelopes(f, 30).await, ["one"]);
}

async fn again(f: &Fixture) {
    send(f, "one", 0).await;
    for n in 1..=4 {
        let [message] = &receive(f, 10, i64::from(n) * 30).await[..] else { panic!("one message") };
        assert_eq!(message.receives, n);
        if n == 4 {
            f.inbox.delete(std::slice::from_ref(&message.receipt)).await.unwrap();
        }
    }
    assert_eq!(receive(f, 10, 1000).await, []);
}

async fn receipts(f: &Fixture) {
    send(f, "one", 0).await;
    let first = receive(f, 1, 0).await.remove(0);
    let second = receive(f, 1, 30).await.remove(0);
    assert_ne!(first.receipt, second.receipt);
    f.inbox.delete(std::slice::from_ref(&first.receipt)).await.unwrap();
    f.inbox.bury(&first.receipt, "late", at(31)).await.unwrap();
    assert_eq!(f.shelf.buried().await, []);
    let third = receive(f, 1, 60).await.remove(0);
    assert_eq!(third.receives, 3);
    let unknown = ["", "nonsense", "0", "-1.1.1", "99999.1.1", "\u{FFFE}"].map(str::to_owned);
    f.inbox.delete(&unknown).await.unwrap();
    f.inbox.delete(&[first.receipt, third.receipt.clone(), third.receipt]).await.unwrap();
    assert_eq!(receive(f, 1, 1000).await, []);
}

/// With no visibility at all, two receipts of one moment differ all the same.
async fn same_moment(f: &Fixture) {
    send(f, "one", 0).await;
    let mut received = Vec::new();
    for n in 1..=2 {
        let [message] = &f.inbox.receive(1, at(0), Duration::ZERO).await.unwrap()[..] else {
            panic!("one message")
        };
        assert_eq!(message.receives, n);
        received.push(message.receipt.clone());
    }
    f.inbox.delete(&received[..1]).await.unwrap();
    assert_eq!(receive(f, 1, 0).await.len(), 1);
}

async fn batches(f: &Fixture) {
    let messages: Vec<Outbound> = (0..25).map(|n| outbound(&format!("m{n}"), 0)).collect();
    f.queue.send(&messages).await.unwrap();
    let mut seen = BTreeSet::new();
    while seen.len() < 25 {
        let batch = receive(f, 10, 0).await;
        assert!((1..=10).contains(&batch.len()), "{}", batch.len());
        let receipts: Vec<String> = batch.iter().map(|m| m.receipt.clone()).collect();
        f.inbox.delete(&receipts).await.unwrap();
        for message in batch {
            assert!(seen.insert(message.envelope.clone()), "{} twice", message.envelope);
        }
    }
    assert_eq!(receive(f, 10, 1000).await, []);
}

/// Twenty-five of 40 KB: more than ten, and more than 256 KiB together.
async fn large(f: &Fixture) {
    let envelope = |n: usize| format!("{n}:{}", "x".repeat(40_000));
    let messages: Vec<Outbound> = (0..25).map(|n| outbound(&envelope(n), 0)).collect();
    f.queue.send(&messages).await.unwrap();
    let received: BTreeSet<String> = envelopes(f, 0).await.into_iter().collect();
    assert_eq!(received, (0..25).map(envelope).collect());
}

async fn order(f: &Fixture) {
    send(f, "b", 10).await;
    send(f, "c", 20).await;
    send(f, "a", 0).await;
    assert_eq!(envelopes(f, 60).await, ["a", "b", "c"]);
}

async fn receivers(f: &Fixture) {
    let messages: Vec<Outbound> = (0..50).map(|n| outbound(&format!("m{n}"), 0)).collect();
    f.queue.send(&messages).await.unwrap();
    let receivers = (0..20).map(|_| {
        let inbox = Arc::clone(&f.inbox);
        tokio::spawn(async move { inbox.receive(5, at(0), VISIBILITY).await.unwrap() })
    });
    let mut seen = BTreeSet::new();
    for received in join_all(receivers).await {
        for message in received.unwrap() {
            assert!(seen.insert(message.envelope.clone()), "{} twice", message.envelope);
        }
    }
    assert_eq!(seen.len(), 50);
}

async fn buried(f: &Fixture) {
    f.queue.send(&[outbound("poison", 0), outbound("good", 0)]).await.unwrap();
    let received = receive(f, 10, 0).await;
    let poison = received.iter().find(|m| m.envelope == "poison").unwrap();
    f.inbox.bury(&poison.receipt, "không đọc được", at(1)).await.unwrap();
    f.inbox.bury(&poison.receipt, "again", at(2)).await.unwrap();
    f.inbox.bury("nonsense", "unknown", at(2)).await.unwrap();
    let expected = [("poison".to_owned(), "không đọc được".to_owned())];
    assert_eq!(f.shelf.buried().await, expected);
    assert_eq!(envelopes(f, 100).await, ["good"]);
}
