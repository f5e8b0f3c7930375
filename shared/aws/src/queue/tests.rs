//! What SQS does not take of a batch, and how a message looks on its way.

use serde_json::{Value, json};

use super::*;
use crate::scripted::{Asked, Script, bad, good};

fn messages(count: usize) -> Vec<Outbound> {
    let message = |n| Outbound {
        envelope: format!("m{n}"),
        delay: Duration::from_secs(if n == 1 { 5 } else { 0 }),
    };
    (0..count).map(message).collect()
}

fn queue(script: &Script) -> SqsQueue {
    SqsQueue::new(script.sqs(), "http://127.0.0.1/events")
}

fn answer(failed: &[(&str, bool)]) -> (u16, Value) {
    let failed = failed.iter().map(|(id, theirs)| {
        let code = if *theirs { "InvalidMessageContents" } else { "InternalError" };
        json!({ "Id": id, "SenderFault": theirs, "Code": code, "Message": "said SQS" })
    });
    good(json!({ "Successful": [], "Failed": failed.collect::<Vec<_>>() }))
}

fn bodies((operation, input): &Asked) -> Vec<String> {
    assert_eq!(operation, "SendMessageBatch");
    let entries = input["Entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["MessageBody"].as_str().unwrap().to_owned()).collect()
}

fn told(error: &PortError) -> String {
    assert_eq!(error.port, Port::Queue);
    error.source.to_string()
}

#[tokio::test]
async fn a_single_message_is_no_batch() {
    let script = Script::of([good(json!({ "MessageId": "1" }))]);
    queue(&script).send(&messages(2)[1..]).await.unwrap();
    let url = "http://127.0.0.1/events";
    let input = json!({ "QueueUrl": url, "MessageBody": "m1", "DelaySeconds": 5 });
    assert_eq!(script.asked(), [("SendMessage".to_owned(), input)]);
}

#[tokio::test]
async fn nothing_is_sent_for_nothing() {
    let script = Script::of([]);
    queue(&script).send(&[]).await.unwrap();
    assert_eq!(script.asked(), []);
}

#[tokio::test(start_paused = true)]
async fn only_what_was_not_taken_is_sent_again() {
    let script =
        Script::of([answer(&[("0", false), ("2", false)]), answer(&[("2", false)]), answer(&[])]);
    queue(&script).send(&messages(3)).await.unwrap();
    let sent: Vec<Vec<String>> = script.asked().iter().map(bodies).collect();
    assert_eq!(sent, [vec!["m0", "m1", "m2"], vec!["m0", "m2"], vec!["m2"]]);
}

#[tokio::test(start_paused = true)]
async fn what_is_never_taken_is_an_error_that_names_the_code() {
    let script = Script::of((0..5).map(|_| answer(&[("1", false)])));
    let error = queue(&script).send(&messages(2)).await.unwrap_err();
    assert_eq!(told(&error), "SendMessageBatch was answered InternalError: said SQS");
}

#[tokio::test]
async fn what_is_our_fault_is_not_sent_again() {
    let script = Script::of([answer(&[("0", false), ("1", true)])]);
    let error = queue(&script).send(&messages(2)).await.unwrap_err();
    assert_eq!(told(&error), "SendMessageBatch was answered InvalidMessageContents: said SQS");
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn a_batch_that_fails_keeps_no_other_from_being_sent() {
    let refused = bad("ExpiredTokenException", json!({ "message": "expired" }));
    let script = Script::of([refused, answer(&[])]);
    let error = queue(&script).send(&messages(12)).await.unwrap_err();
    assert_eq!(told(&error), "SendMessageBatch was answered ExpiredTokenException: expired");
    assert_eq!(script.asked().len(), 2);
}
