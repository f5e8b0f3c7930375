//! The real process, killed at random under load while its senders call again as providers do.
//! Everything acknowledged arrives, and what arrives twice carries the same `webhook-id`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod program;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::Egress as _;
use egress::HttpEgress;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use testkit::sink::Sink;
use tokio::sync::watch;

use program::{client, configure, start};

const SENDERS: usize = 8;
const EVENTS_EACH: usize = 40;
const KILLS: usize = 20;

/// Calls until told success; a call that fails is made again once the program is up anew.
async fn send(
    client: Arc<HttpEgress>,
    mut address: watch::Receiver<String>,
    acknowledged: Arc<AtomicUsize>,
    sender: usize,
) {
    for n in 0..EVENTS_EACH {
        let id = sender * 1000 + n;
        let body = format!(
            r#"{{"txn_id":"T{id}","money":{},"type":"in","gateway":"acb","number":"1"}}"#,
            1000 + id
        );
        loop {
            let target = address.borrow_and_update().clone();
            let request = http::Request::post(format!("http://{target}/hooks/thueapi/shop"))
                .header("x-thueapi", "token")
                .body(body.clone().into())
                .unwrap();
            let answer = client.send(request, Duration::from_secs(30), Timestamp::MAX).await;
            if answer.is_ok_and(|answer| answer.status.is_success()) {
                acknowledged.fetch_add(1, Ordering::SeqCst);
                break;
            }
            // Down: it comes up at another address.
            address.changed().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_acknowledged_arrives() {
    let sink = Sink::answering(200, "").await;
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), &sink.url("/"));
    let client = Arc::new(client());

    let (mut child, first) = start(&config, &[]).await;
    let (tell, address) = watch::channel(first);
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let senders: Vec<_> = (0..SENDERS)
        .map(|n| {
            tokio::spawn(send(Arc::clone(&client), address.clone(), Arc::clone(&acknowledged), n))
        })
        .collect();
    let mut chance = StdRng::seed_from_u64(7);
    for kill in 1..=KILLS {
        // At a random instant after the next share of events was acknowledged.
        let share = kill * SENDERS * EVENTS_EACH / (KILLS + 2);
        while acknowledged.load(Ordering::SeqCst) < share {
            tokio::task::yield_now().await;
        }
        for _ in 0..chance.next_u32() % 20_000 {
            tokio::task::yield_now().await;
        }
        child.kill().await.unwrap();
        let (next, at) = start(&config, &[]).await;
        child = next;
        tell.send_replace(at);
    }
    for sender in senders {
        sender.await.unwrap();
    }

    let all = SENDERS * EVENTS_EACH;
    assert_eq!(acknowledged.load(Ordering::SeqCst), all);
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    loop {
        let received = sink.received();
        ids.clear();
        for one in &received {
            let key = one.json()["data"]["key"].as_str().unwrap().to_owned();
            let id = one.headers["webhook-id"].to_str().unwrap().to_owned();
            ids.entry(key).or_default().push(id);
        }
        if ids.len() == all {
            break;
        }
        sink.wait_for(received.len() + 1).await;
    }
    let repeats: usize = ids.values().map(|ids| ids.len() - 1).sum();
    println!("{all} events, {KILLS} kills: 0 lost, {repeats} sent twice");
    for (key, ids) in &ids {
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{key}: {ids:?}");
    }
    child.kill().await.unwrap();
}
