//! The Lambda Runtime API, as far as one function needs it: hands out one event at a time and takes
//! what the function says to it. From AWS's page "Using the Lambda runtime API".

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use http_body_util::Full;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::front::{Answer, Answers, json, listen};
use super::{Anything, now, timestamp};

const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const ARN: &str = "arn:aws:lambda:ap-southeast-1:123456789012:function:bench";
const TRACE: &str = "Root=1-691f7a2c-5c2f7a9e4b1d4c0f8a6e3b21;Parent=53995c3f42cd8ad8;Sampled=0";
/// How long an invocation may take, as the function is told.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What a function said, and when.
#[derive(Debug)]
pub(super) enum Said {
    /// Its answer to an event.
    Response(Bytes, Instant),
    /// It failed, at an event or before the first.
    Error(Bytes),
}

/// The server of one function.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// Where the next event goes, each time the function asks for one.
    pub(super) asked: mpsc::Receiver<oneshot::Sender<Bytes>>,
    /// What the function said.
    pub(super) said: mpsc::Receiver<Said>,
}

struct Desk {
    asked: mpsc::Sender<oneshot::Sender<Bytes>>,
    said: mpsc::Sender<Said>,
}

impl RuntimeApi {
    /// Listens on a free port.
    pub(super) async fn start() -> Result<Self, Anything> {
        let (ask, asked) = mpsc::channel(1);
        let (say, said) = mpsc::channel(1);
        let desk = Arc::new(Desk { asked: ask, said: say });
        Ok(Self { address: listen(desk).await?, asked, said })
    }
}

impl Answers for Desk {
    async fn answer(&self, request: Request<Bytes>) -> Answer {
        let arrived = now();
        let (head, body) = request.into_parts();
        let path = head.uri.path();
        if head.method == Method::GET && path == NEXT {
            let (give, event) = oneshot::channel();
            return match (self.asked.send(give).await, event.await) {
                (Ok(()), Ok(event)) => invocation(event),
                // Nobody measures any more.
                (Err(_), _) | (_, Err(_)) => json(500, "{}"),
            };
        }
        let response = path.starts_with(INVOCATION) && path.ends_with("/response");
        let said = if response { Said::Response(body, arrived) } else { Said::Error(body) };
        match self.said.send(said).await {
            Ok(()) => json(202, r#"{"status":"OK"}"#),
            Err(_) => json(500, "{}"),
        }
    }
}

fn invocation(event: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(event));
    let deadline = timestamp().checked_add(TIMEOUT).unwrap_or(Timestamp::MAX).as_millisecond();
    let id = format!("8476a536-e9f4-11e8-9739-{:012x}", deadline & 0xffff_ffff_ffff);
    let headers = answer.headers_mut();
    let usual = HeaderValue::from_static;
    headers.insert("content-type", usual("application/json"));
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from(deadline));
    headers.insert("lambda-runtime-invoked-function-arn", usual(ARN));
    headers.insert("lambda-runtime-trace-id", usual(TRACE));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("lambda-runtime-aws-request-id", id);
    }
    answer
}
