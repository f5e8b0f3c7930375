//! A disk that is full, and one that has become read-only, under the running program: its senders are
//! told 503, nothing acknowledged is lost, and it goes on by itself when the disk does.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod program;

use std::collections::BTreeSet;
use std::time::Duration;

use domain::{Answer, Egress as _};
use jiff::Timestamp;
use program::{client, configure, start};
use testkit::sink::Sink;

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_writes_is_told_as_503_and_loses_nothing() {
    let sink = Sink::answering(200, "").await;
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), &sink.url("/"));
    let (shim, fault) = (testkit::shim::compile(folder.path()), folder.path().join("fault"));
    let (mut child, address) =
        start(&config, &[("LD_PRELOAD", &shim), ("DISK_FAULT", &fault)]).await;
    let client = client();
    let send = async |request: http::Request<bytes::Bytes>| -> Answer {
        client.send(request, Duration::from_secs(30), Timestamp::MAX).await.unwrap()
    };
    let hook = async |id: u32| {
        let body = format!(
            r#"{{"txn_id":"T{id}","money":{id},"type":"in","gateway":"acb","number":"1"}}"#
        );
        let request = http::Request::post(format!("http://{address}/hooks/thueapi/shop"))
            .header("x-thueapi", "token")
            .body(body.into())
            .unwrap();
        send(request).await
    };
    let health = async || {
        let request = http::Request::get(format!("http://{address}/healthz"));
        send(request.body(bytes::Bytes::new()).unwrap()).await.status.as_u16()
    };

    let mut acknowledged = BTreeSet::new();
    for (round, kind) in ["full", "read-only"].into_iter().enumerate() {
        let id = u32::try_from(round).unwrap() * 10 + 1;
        assert_eq!((hook(id).await.status.as_u16(), health().await), (200, 200), "{kind}");
        acknowledged.insert(id);
        std::fs::write(&fault, kind).unwrap();
        for id in id + 1..id + 4 {
            let answer = hook(id).await;
            assert_eq!(answer.status.as_u16(), 503, "{kind}");
            assert_eq!(answer.headers["retry-after"], "5", "{kind}");
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(body["error"], "unavailable", "{kind}");
        }
        assert_eq!(health().await, 503, "{kind}");
        std::fs::remove_file(&fault).unwrap();
        for id in id + 1..id + 4 {
            assert_eq!(hook(id).await.status.as_u16(), 200, "{kind}, and writable again");
            acknowledged.insert(id);
        }
        assert_eq!(health().await, 200, "{kind}, and writable again");
    }
    let amounts = |sink: &Sink| -> BTreeSet<u32> {
        let amount = |body: serde_json::Value| body["data"]["amount"].as_str().unwrap().parse();
        sink.received().iter().map(|one| amount(one.json()).unwrap()).collect()
    };
    while amounts(&sink) != acknowledged {
        sink.wait_for(sink.received().len() + 1).await;
    }
    child.kill().await.unwrap();
}
