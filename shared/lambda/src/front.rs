//! The front door on AWS: one event in, the ingest flow's acknowledgement out, within 3 s and before
//! Lambda's own deadline. What to answer is decided by the flow.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use domain::{Ack, Clock, Ingest, Refusal, Request};
use futures_util::FutureExt as _;
use jiff::Timestamp;

use crate::event::{EventFault, Form, HttpEvent};
use crate::invocation::Invocation;
use crate::line::Line;
use crate::metric::Metric;
use crate::process::{Function, Handled, Process};
use crate::response::Response;
use crate::told;

/// A caller is answered within this.
const ANSWER: Duration = Duration::from_secs(3);
/// And so long before Lambda stops the process: a 503 with `Retry-After` is an answer, and a process
/// that was stopped is none.
pub(crate) const MARGIN: Duration = Duration::from_millis(300);

/// What an error says when the flow itself broke.
pub(crate) const BUG: &str = "a bug: the flow panicked; the log has a line that says where";

/// The front door of the providers of one flow.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Front {
    ingest: Ingest,
    clock: Arc<dyn Clock>,
    stack: Option<String>,
}

impl Front {
    /// A front door to this flow.
    pub fn new(ingest: Ingest, process: &Process) -> Self {
        Self { ingest, clock: Arc::clone(&process.clock), stack: process.stack() }
    }

    /// A front door to this flow, whose sources are read now, beside whatever else there is to
    /// prepare: the first caller waits for nothing of it.
    pub async fn open(ingest: Ingest, process: &Process, beside: impl Future<Output = ()>) -> Self {
        let front = Self::new(ingest, process);
        futures_util::join!(front.ingest.prepare(front.clock.now()), beside);
        front
    }

    async fn ack(&self, event: &HttpEvent, of: &Invocation, received: Timestamp) -> Answered {
        let request = Request {
            method: &event.method,
            path: event.hook(),
            query: &event.query,
            headers: &event.headers,
            body: Ok(event.body.clone()),
            receipt: &of.request_id,
            received,
        };
        let patience = ANSWER.min(of.left(received, MARGIN));
        // What a panic leaves behind is in mutexes whose poison the flow takes in its stride.
        let flow = AssertUnwindSafe(self.ingest.answer(request)).catch_unwind();
        let bug = match tokio::time::timeout(patience, flow).await {
            Ok(Ok(ack)) => return Answered { ack, bug: None },
            Ok(Err(_)) => Some(BUG),
            Err(_) => None,
        };
        let source = self.ingest.source_of(event.hook());
        Answered { ack: Ack { source, ..Ack::refuse(Refusal::Overdue) }, bug }
    }
}

impl Function for Front {
    type Answer = Response;
    /// Every event gets an answer.
    type Fault = Infallible;

    async fn handle(&self, payload: &str, of: &Invocation) -> Handled<Response, Infallible> {
        let received = self.clock.now();
        let (response, line) = match HttpEvent::parse(payload) {
            Ok(event) => {
                let Answered { ack, bug } = self.ack(&event, of, received).await;
                let took = self.clock.now().duration_since(received);
                let took = Duration::try_from(took).unwrap_or_default();
                (Response::of(&ack, event.form), told::of_ack(&ack, received, took, bug))
            }
            Err(fault) => {
                (Response::bad_request(&fault.to_string(), Form::V1), of_fault(&fault, received))
            }
        };
        Handled { answer: Ok(response), line: line.render(of, self.stack.as_deref()) }
    }
}

struct Answered {
    ack: Ack,
    bug: Option<&'static str>,
}

fn of_fault(fault: &EventFault, at: Timestamp) -> Line {
    told::of_fault(fault, at).count(Metric::HooksRefused, 1)
}
