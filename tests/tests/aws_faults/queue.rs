//! SQS in trouble: of a batch some entries fail, and only those are sent again; what does not pass is
//! told.

use std::time::Duration;

use domain::{Outbound, Port, Queue as _};
use serde_json::{Value, json};
use testkit::aws::{Call, Reply};

use crate::{always, chain, first, hurried, meddled};

fn outbound(texts: &[&str]) -> Vec<Outbound> {
    let outbound = |text: &&str| Outbound { envelope: (*text).to_owned(), delay: Duration::ZERO };
    texts.iter().map(outbound).collect()
}

/// The bodies of a batch, with the ids of their entries.
fn entries(call: &Call) -> Vec<(String, String)> {
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    let entries = call.body["Entries"].as_array().cloned().unwrap_or_default();
    entries.iter().map(|entry| (text(entry, "Id"), text(entry, "MessageBody"))).collect()
}

fn bodies(call: &Call) -> Vec<String> {
    let mut bodies: Vec<String> = entries(call).into_iter().map(|(_, body)| body).collect();
    bodies.sort();
    bodies
}

/// The answer to a batch of which the entries with these bodies failed.
fn partly(call: &Call, failed: &[&str], sender_fault: bool) -> Reply {
    let (bad, good): (Vec<_>, Vec<_>) =
        entries(call).into_iter().partition(|(_, body)| failed.contains(&body.as_str()));
    let good: Vec<Value> = good
        .iter()
        .map(|(id, _)| json!({ "Id": id, "MessageId": "m", "MD5OfMessageBody": "d" }))
        .collect();
    let bad: Vec<Value> = bad
        .iter()
        .map(|(id, _)| {
            json!({ "Id": id, "SenderFault": sender_fault, "Code": "InternalError", "Message": "x" })
        })
        .collect();
    Reply::Answer(200, json!({ "Successful": good, "Failed": bad }).to_string())
}

#[tokio::test]
async fn of_a_batch_only_what_failed_is_sent_again() {
    let script = |n: usize, call: &Call| match n {
        0 => partly(call, &["b", "c"], false),
        1 => partly(call, &["c"], false),
        _ => Reply::Pass,
    };
    let (place, meddler) = meddled(script).await;
    place.queue().send(&outbound(&["a", "b", "c", "d"])).await.unwrap();
    let calls = meddler.calls();
    assert_eq!(bodies(&calls[0]), ["a", "b", "c", "d"]);
    assert_eq!(bodies(&calls[1]), ["b", "c"]);
    let last = &calls[2];
    assert!(last.body.to_string().contains("\"c\""), "{last:?}");
    assert_eq!(calls.len(), 3);
}

#[tokio::test]
async fn what_fails_again_and_again_is_told() {
    for (sender_fault, most) in [(false, 20), (true, 1)] {
        let script = move |_: usize, call: &Call| partly(call, &["b", "c"], sender_fault);
        let (place, meddler) = meddled(script).await;
        let error = place.queue().send(&outbound(&["a", "b", "c"])).await.unwrap_err();
        assert_eq!(error.port, Port::Queue);
        assert!(chain(&error).contains("InternalError"), "{}", chain(&error));
        let calls = meddler.calls();
        assert!((1..=most).contains(&calls.len()), "{} calls", calls.len());
        assert_eq!(calls.len() > 1, !sender_fault, "our own fault is not sent again");
        assert!(calls[1..].iter().all(|call| bodies(call) == ["b", "c"]), "{calls:?}");
    }
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    for reply in [
        Reply::error(400, "RequestThrottled"),
        Reply::error(400, "ThrottlingException"),
        Reply::error(500, "InternalFailure"),
        Reply::Answer(503, String::new()),
        Reply::BreakOff("{\"MessageId\":\"m\"}".to_owned()),
    ] {
        for texts in [&["a"][..], &["a", "b"]] {
            let (place, meddler) = meddled(first(vec![reply.clone(), reply.clone()])).await;
            place.queue().send(&outbound(texts)).await.unwrap();
            assert_eq!(meddler.operations().len(), 3, "{reply:?}");
        }
    }
}

#[tokio::test]
async fn what_does_not_pass_is_told() {
    for (reply, calls, said) in [
        (Reply::error(400, "RequestThrottled"), 4, "RequestThrottled"),
        (Reply::error(400, "ExpiredTokenException"), 1, "ExpiredTokenException"),
        (Reply::error(400, "AccessDeniedException"), 1, "AccessDeniedException"),
        (Reply::error(400, "AWS.SimpleQueueService.NonExistentQueue"), 1, "NonExistentQueue"),
        (Reply::BreakOff("{\"MessageId\":\"m\"}".to_owned()), 4, "got no answer"),
        (Reply::Answer(200, "<html>".to_owned()), 1, "HTTP 200"),
    ] {
        for texts in [&["a"][..], &["a", "b"]] {
            let (place, meddler) = meddled(always(reply.clone())).await;
            let error = place.queue().send(&outbound(texts)).await.unwrap_err();
            let told = chain(&error);
            assert_eq!(error.port, Port::Queue);
            assert!(told.starts_with("the queue could not be reached: SendMessage"), "{told}");
            assert!(told.contains(said), "{told}");
            assert_eq!(meddler.operations().len(), calls, "{told}");
        }
    }
}

/// Ten entries are one call; an eleventh, or 256 KiB, begin another.
#[tokio::test]
async fn batches_end_by_count_and_by_bytes() {
    for (count, bytes, expected) in
        [(1, 5, vec![1]), (10, 5, vec![10]), (25, 5, vec![10, 10, 5]), (5, 100_000, vec![2, 2, 1])]
    {
        let (place, meddler) = meddled(always(Reply::Pass)).await;
        let text = "x".repeat(bytes);
        place.queue().send(&outbound(&vec![text.as_str(); count])).await.unwrap();
        let sizes = meddler.calls().into_iter().map(|call| entries(&call).len().max(1));
        let mut sizes: Vec<usize> = sizes.collect();
        sizes.sort_by(|a, b| b.cmp(a));
        assert_eq!(sizes, expected);
    }
}

#[tokio::test]
async fn a_call_without_an_answer_ends_before_its_caller_does() {
    for texts in [&["a"][..], &["a", "b"]] {
        let (place, meddler) = meddled(always(Reply::Hang)).await;
        let queue = place.by(hurried(&meddler)).queue();
        let sent = tokio::time::timeout(Duration::from_secs(3), queue.send(&outbound(texts))).await;
        let error = sent.expect("the caller is answered within 3 s").unwrap_err();
        assert_eq!(error.port, Port::Queue);
    }
}

/// At most 15 minutes; whoever must wait longer is sent again then.
#[tokio::test]
async fn a_delay_is_cut_to_what_sqs_can_do() {
    let (place, meddler) = meddled(always(Reply::Pass)).await;
    let delays = [0, 1, 899, 900, 901, 86_400].map(Duration::from_secs);
    for delay in delays {
        place.queue().send(&[Outbound { envelope: "a".to_owned(), delay }]).await.unwrap();
    }
    let told = |call: Call| {
        let delay = |body: &Value| body["DelaySeconds"].as_i64().unwrap_or(0);
        delay(&call.body).max(delay(&call.body["Entries"][0]))
    };
    let told: Vec<i64> = meddler.calls().into_iter().map(told).collect();
    assert_eq!(told, [0, 1, 899, 900, 900, 900]);
}
