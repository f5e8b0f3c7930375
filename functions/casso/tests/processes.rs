//! The real function as processes, against a server that speaks DynamoDB and SQS: killed between claim
//! and send, and two at once over one event. What holds for this one holds for all.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{Claim, Entry, Event, EventKey, Inbox as _, Ledger as _, Origin, SourceRecord};
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use testkit::aws::{Meddler, Place, Reply, Server, SqsInbox, TableShelf};
use testkit::contract::{at, transfer};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

const HOOK: &str = r#"{"error":0,"data":[{"id":77,"tid":"FT1","description":"DH1","amount":5000,
    "cusum_balance":9000,"when":"2026-03-01 09:00:00","bank_sub_acc_id":"88888888"}]}"#;

/// Lambda's Runtime API: one invocation, and then none. Passes on what the function answers.
async fn runtime_api() -> (SocketAddr, mpsc::UnboundedReceiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (answered, answers) = mpsc::unbounded_channel();
    let invocations = Arc::new(tokio::sync::Semaphore::new(1));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (answered, invocations) = (answered.clone(), Arc::clone(&invocations));
            let service = service_fn(move |request: Request<Incoming>| {
                let (answered, invocations) = (answered.clone(), Arc::clone(&invocations));
                async move {
                    if request.method() == Method::GET {
                        invocations.acquire().await.unwrap().forget();
                        return Ok::<_, Infallible>(invocation());
                    }
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    _ = answered.send(serde_json::from_slice(&body).unwrap());
                    Ok(Response::builder().status(202).body(Full::default()).unwrap())
                }
            });
            // A function that was killed is no concern of Lambda's.
            tokio::spawn(async move {
                let server = hyper::server::conn::http1::Builder::new();
                _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (address, answers)
}

fn invocation() -> Response<Full<Bytes>> {
    let event = json!({
        "version": "2.0", "rawPath": "/hooks/casso/shop", "rawQueryString": "",
        "headers": { "secure-token": "key", "content-type": "application/json" },
        "requestContext": { "http": { "method": "POST" } },
        "body": HOOK, "isBase64Encoded": false,
    });
    Response::builder()
        .header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        .header("lambda-runtime-deadline-ms", "0")
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:x:1:function:casso")
        .body(Full::new(event.to_string().into()))
        .unwrap()
}

/// Starts the function at a place, its queue to be had at `sqs`.
async fn start(place: &Place, sqs: &str) -> (Child, mpsc::UnboundedReceiver<Value>) {
    let (address, answers) = runtime_api().await;
    let child = Command::new(env!("CARGO_BIN_EXE_casso"))
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "casso")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_REGION", "ap-southeast-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_ENDPOINT_URL_DYNAMODB", place.server.url())
        .env("AWS_ENDPOINT_URL_SQS", sqs)
        .env("TINGTING_DIRECTORY_TABLE", &place.directory)
        .env("TINGTING_LEDGER_TABLE", &place.ledger)
        .env("TINGTING_QUEUE_URL", &place.queue)
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    (child, answers)
}

async fn place() -> Place {
    let place = Place::make(Server::ministack()).await;
    let shop = SourceRecord {
        provider: "casso".to_owned(),
        name: "shop".to_owned(),
        secrets: vec!["key".to_owned()],
        auth: None,
        client_id: None,
        header: None,
        max_age: None,
        code_pattern: None,
        api: None,
        silence: None,
        active: None,
        created: None,
    };
    place.put(&Entry::source(&shop, Origin::Operator).unwrap()).await;
    place
}

/// How many bells ring, and what the ledger says of the event.
async fn found(place: &Place) -> (usize, Claim) {
    let received = SqsInbox::new(place).receive(10, at(0), Duration::from_secs(30)).await;
    let same = Event { key: EventKey::from_stored("casso/shop/77"), ..transfer("77", "5000") };
    (received.unwrap().len(), place.ledger().claim(&same).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_claim_and_send_the_providers_retry_finishes_the_job() {
    let place = place().await;
    let (called, mut calls) = mpsc::unbounded_channel();
    let meddler = Meddler::before(place.server.url(), move |_, call| {
        _ = called.send(call.operation.clone());
        Reply::Hang
    })
    .await;
    let (mut first, mut answers) = start(&place, &meddler.url()).await;
    loop {
        tokio::select! {
            call = calls.recv() => if call.unwrap() == "SendMessage" { break },
            answer = answers.recv() => panic!("acknowledged before it was sent: {answer:?}"),
        }
    }
    first.kill().await.unwrap();
    assert!(answers.try_recv().is_err(), "nothing was acknowledged");
    assert_eq!(found(&place).await, (0, Claim::Unfinished));

    let (_second, mut answers) = start(&place, place.server.url()).await;
    let answer = answers.recv().await.unwrap();
    assert_eq!(
        (&answer["statusCode"], &answer["body"]),
        (&json!(200), &json!(r#"{"success":true}"#))
    );
    assert_eq!(found(&place).await, (1, Claim::Unfinished));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_at_once_acknowledge_one_event() {
    let place = place().await;
    let (one, two) =
        tokio::join!(start(&place, place.server.url()), start(&place, place.server.url()));
    for (_child, mut answers) in [one, two] {
        assert_eq!(answers.recv().await.unwrap()["statusCode"], json!(200));
    }
    let (bells, claim) = found(&place).await;
    assert!((1..=2).contains(&bells), "{bells}: one each at most, and dispatch hears one");
    assert_eq!(claim, Claim::Unfinished);
    let events = TableShelf(place).everything().await;
    assert_eq!(events.len(), 1, "{events:?}");
}
