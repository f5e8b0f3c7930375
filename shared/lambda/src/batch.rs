//! Messages of the event queue, side by side through `domain::Dispatch`, answered with the ids that
//! failed.
//!
//! The queue counts how often it hands a message out, and sets aside what it has handed out too often.
//! That is for messages which break their handler. Nothing good may get there, however long our tables
//! or our time fall short: such a message is sent anew with a delay, and the old one is done with.
//! Only where even that fails does the queue hand it out again.

use std::sync::Arc;
use std::time::Duration;

use domain::{
    DeadLetters, Dispatch, Handled as Dispatched, Made, Outbound, PortError, chain, shown,
};
use futures_util::future::join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::JoinError;
use tokio::time::error::Elapsed;

use crate::deadline::UntilDeadline;
use crate::invocation::Invocation;
use crate::process::{Function, Handled, Process};
use crate::report::Report;

/// Before Lambda's deadline nobody works any more: time to send what is left over anew, and to answer.
const MARGIN: Duration = Duration::from_secs(4);
/// How long what could not be handled stays away: longer than a throttled table takes to recover.
const AWAY: Duration = Duration::from_secs(60);
/// And up to so much longer, so that not all of it comes back at once.
const SPREAD_MS: u64 = 30_000;

/// Why a batch failed as a whole.
#[derive(Debug, thiserror::Error)]
#[error("this is no event of an SQS queue")]
pub struct BatchFault;

/// The messages that failed; the queue hands them out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    /// One for each of them.
    pub batch_item_failures: Vec<BatchFailure>,
}

/// A message that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchFailure {
    /// Its id.
    pub item_identifier: String,
}

/// The delivering flow, fed by batches.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Batches {
    dispatch: Arc<Dispatch>,
    egress: Arc<UntilDeadline>,
    dead_letters: Arc<dyn DeadLetters>,
    stack: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: String,
}

/// What becomes of a message.
#[derive(Debug)]
pub(crate) enum Fate {
    /// Done with.
    Done(Vec<Made>),
    /// It can never be handled, and is set aside.
    Buried { key: Option<String>, reason: String },
    /// Good, but not now: to be sent anew. What was made of it all the same.
    PutBack { made: Vec<Made>, error: String },
    /// To be handed out again by the queue, which counts.
    Failed { made: Vec<Made>, error: String },
}

impl Fate {
    fn put_back(why: &str) -> Self {
        Self::PutBack { made: Vec::new(), error: why.to_owned() }
    }

    fn failed(why: String) -> Self {
        Self::Failed { made: Vec::new(), error: why }
    }
}

impl Batches {
    /// Batches for this flow; what can never be handled goes to `dead_letters`.
    pub fn new(dispatch: Dispatch, dead_letters: Arc<dyn DeadLetters>, process: &Process) -> Self {
        let (inner, clock) = (Arc::clone(&dispatch.egress), Arc::clone(&dispatch.clock));
        let egress = Arc::new(UntilDeadline::new(inner, clock));
        let dispatch = Arc::new(Dispatch { egress: Arc::clone(&egress) as _, ..dispatch });
        Self { dispatch, egress, dead_letters, stack: process.stack() }
    }

    /// Handles one message as far as it is only this message's business.
    async fn fate(&self, envelope: &str, patience: Duration) -> Fate {
        if patience.is_zero() {
            return Fate::put_back("no time left to begin");
        }
        let (dispatch, text) = (Arc::clone(&self.dispatch), envelope.to_owned());
        // A task of its own: a panic is this message's alone.
        let task =
            tokio::spawn(
                async move { tokio::time::timeout(patience, dispatch.handle(&text)).await },
            );
        match judge(task.await) {
            Fate::Buried { key, reason } => match self.dead_letters.bury(envelope, &reason).await {
                Ok(()) => Fate::Buried { key, reason },
                Err(error) => Fate::failed(chain(&error)),
            },
            fate @ (Fate::Done(_) | Fate::PutBack { .. } | Fate::Failed { .. }) => fate,
        }
    }

    /// Sends anew what was put back; where that fails it has failed.
    async fn send_anew(&self, records: &[Record], fates: &mut [Fate]) {
        let back = |fate: &Fate| matches!(fate, Fate::PutBack { .. });
        let copies: Vec<Outbound> = records
            .iter()
            .zip(fates.iter())
            .filter(|(_, fate)| back(fate))
            .map(|(record, _)| Outbound { envelope: record.body.clone(), delay: self.delay() })
            .collect();
        if copies.is_empty() {
            return;
        }
        if let Err(failure) = self.dispatch.queue.send(&copies).await {
            for fate in fates {
                if let Fate::PutBack { made, error } = fate {
                    let error = format!("{error}; and not sent anew: {}", chain(&failure));
                    *fate = Fate::Failed { made: std::mem::take(made), error };
                }
            }
        }
    }

    fn delay(&self) -> Duration {
        AWAY + Duration::from_millis(self.dispatch.entropy.next() % SPREAD_MS)
    }

    fn duration(&self, began: Timestamp) -> Duration {
        Duration::try_from(self.dispatch.clock.now().duration_since(began)).unwrap_or_default()
    }
}

impl Function for Batches {
    type Answer = BatchAnswer;
    type Fault = BatchFault;

    async fn handle(&self, payload: &str, of: &Invocation) -> Handled<BatchAnswer, BatchFault> {
        let began = self.dispatch.clock.now();
        let stack = self.stack.as_deref();
        let Ok(Batch { records }) = serde_json::from_str(payload) else {
            let line = Report::unreadable(began).render(of, stack);
            return Handled { answer: Err(BatchFault), line };
        };
        self.egress.set(of.deadline);
        let patience = of.left(began, MARGIN);
        let handling = records.iter().map(|record| self.fate(&record.body, patience));
        let mut fates = join_all(handling).await;
        self.send_anew(&records, &mut fates).await;
        let report = Report { began, took: self.duration(began), fates: &fates };
        let line = report.line().render(of, stack);
        let failed = records.into_iter().zip(&fates).filter_map(|(record, fate)| match fate {
            Fate::Failed { .. } => Some(BatchFailure { item_identifier: record.message_id }),
            Fate::Done(_) | Fate::Buried { .. } | Fate::PutBack { .. } => None,
        });
        Handled { answer: Ok(BatchAnswer { batch_item_failures: failed.collect() }), line }
    }
}

/// What a handler's end means for its message.
fn judge(ended: Result<Result<Result<Dispatched, PortError>, Elapsed>, JoinError>) -> Fate {
    match ended {
        Ok(Ok(Ok(Dispatched::Done(made)))) => Fate::Done(made),
        Ok(Ok(Ok(Dispatched::Poison { reason, key }))) => {
            Fate::Buried { key: key.as_ref().map(shown), reason }
        }
        Ok(Ok(Ok(Dispatched::Unfinished { made, error }))) => {
            Fate::PutBack { made, error: chain(&error) }
        }
        Ok(Ok(Err(error))) => Fate::put_back(&chain(&error)),
        Ok(Err(_)) => Fate::put_back("out of time"),
        Err(error) if error.is_panic() => Fate::failed(BUG.to_owned()),
        Err(_) => Fate::put_back("its handler was stopped"),
    }
}

const BUG: &str = "a bug: the handler panicked; the log has a line that says where";
