//! A router behind Lambda: one event in, its response out, before Lambda's own deadline. What to
//! answer is decided behind the door; here is only said what it could not.
//!
//! No hooks: those have a front door of their own (`front`).

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{Clock, MAX_BODY};
use futures_util::FutureExt as _;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Request, StatusCode};
use serde_json::json;

use crate::event::{EventFault, Form, HttpEvent};
use crate::front::{BUG, MARGIN};
use crate::invocation::Invocation;
use crate::passed::{Passed, of_passed, shown};
use crate::process::{Function, Handled, Process};
use crate::reply::{MOST, Reply};
use crate::told;

const TOO_LATE: &str = "answering took too long";
const TOO_LARGE: &str = "the answer is larger than Lambda takes";

/// What answers requests, as a function that Lambda invokes. A response may carry an
/// `Arc<domain::PortError>` among its extensions: what of our own failed, for the log alone.
#[expect(missing_debug_implementations, reason = "a door has nothing to show")]
pub struct Doorway<D> {
    door: D,
    clock: Arc<dyn Clock>,
    stack: Option<String>,
}

impl<D: AsyncFn(Request<Bytes>) -> http::Response<Bytes>> Doorway<D> {
    /// A doorway to this door.
    pub fn new(door: D, process: &Process) -> Self {
        Self { door, clock: Arc::clone(&process.clock), stack: process.stack() }
    }

    /// What is answered, and why the door itself did not.
    async fn answer(
        &self,
        request: Request<Bytes>,
        patience: Duration,
    ) -> (http::Response<Bytes>, Option<&'static str>) {
        if request.body().len() > MAX_BODY {
            let message = "the body is larger than 256 KiB";
            return (refuse(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message), None);
        }
        let answering = AssertUnwindSafe((self.door)(request)).catch_unwind();
        match tokio::time::timeout(patience, answering).await {
            Ok(Ok(response)) if response.body().len() > MOST => (unavailable(), Some(TOO_LARGE)),
            Ok(Ok(response)) => (response, None),
            Ok(Err(_)) => (unavailable(), Some(BUG)),
            Err(_) => (unavailable(), Some(TOO_LATE)),
        }
    }
}

impl<D: AsyncFn(Request<Bytes>) -> http::Response<Bytes>> Function for Doorway<D> {
    type Answer = Reply;
    /// Every event gets an answer.
    type Fault = Infallible;

    async fn handle(&self, payload: &str, of: &Invocation) -> Handled<Reply, Infallible> {
        let received = self.clock.now();
        let asked = HttpEvent::parse(payload).and_then(|event| {
            let form = event.form;
            Ok((event.into_request()?, form))
        });
        let (reply, line) = match asked {
            Ok((request, form)) => {
                let (method, path) = (request.method().clone(), shown(request.uri().path()));
                let patience = of.left(received, MARGIN);
                let (response, fault) = self.answer(request, patience).await;
                let port = response.extensions().get().cloned();
                let reply = Reply::of(response, form);
                let took = self.clock.now().duration_since(received);
                let took = Duration::try_from(took).unwrap_or_default();
                let status = reply.status_code;
                let passed = Passed { method, path, status, port, fault, received, took };
                (reply, of_passed(&passed))
            }
            Err(fault) => (bad_request(&fault), told::of_fault(&fault, received)),
        };
        Handled { answer: Ok(reply), line: line.render(of, self.stack.as_deref()) }
    }
}

fn bad_request(fault: &EventFault) -> Reply {
    let response = refuse(StatusCode::BAD_REQUEST, "bad_request", &fault.to_string());
    Reply::of(response, Form::V1)
}

fn unavailable() -> http::Response<Bytes> {
    let message = "this could not be answered; try again in a moment";
    let mut response = refuse(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// An error in the shape that the API's callers know.
fn refuse(status: StatusCode, error: &str, message: &str) -> http::Response<Bytes> {
    let body = json!({ "status": "error", "error": error, "message": message }).to_string();
    let mut response = http::Response::new(body.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
