//! The flows behind AWS Lambda: an HTTP event becomes a `domain::Request` and its acknowledgement a
//! response ([`Front`]); a batch of messages becomes calls of `domain::Dispatch` and a list of the ids
//! that failed ([`Batches`]); a schedule becomes a run of `domain::Sweep` or `domain::Reconcile`
//! ([`Rounds`]); an HTTP event becomes a request of any kind, and a router's response Lambda's
//! ([`Doorway`]); [`run`] is the process around each.
//!
//! Each invocation writes one line of JSON, which is its log and its metrics at once ([`Metric`]).
//! Not here: which ports there are and where; that is each function's `main`.

mod batch;
mod deadline;
mod doorway;
mod event;
mod front;
mod invocation;
mod lanes;
mod line;
mod metric;
mod passed;
mod process;
mod ran;
mod reply;
mod report;
mod request;
mod response;
mod rounds;
mod screen;
mod told;

pub use batch::{BatchAnswer, BatchFault, Batches};
pub use doorway::Doorway;
pub use front::Front;
pub use invocation::Invocation;
pub use lanes::InstanceLanes;
pub use metric::Metric;
pub use process::{Function, Handled, Process, run};
pub use reply::Reply;
pub use response::Response;
pub use rounds::Rounds;
pub use screen::NoScreen;
