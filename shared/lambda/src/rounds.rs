//! A schedule: whatever its event says, one run of a flow that goes round by itself. What a run leaves
//! undone, the next one does; so an invocation never fails for trouble of ours, and is never repeated.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, PortError, Reconcile, Reconciled, Sweep, chain, raise};
use jiff::Timestamp;

use crate::invocation::Invocation;
use crate::line::Line;
use crate::process::{Function, Handled, Process};
use crate::ran::{Asked, of_asked, of_cut_off, of_swept};

/// Before Lambda's deadline a run ends: time to write its line.
const MARGIN: Duration = Duration::from_secs(2);
/// No further question is asked of a provider so long before that: the answer must be written down.
const LAST_QUESTION: Duration = Duration::from_secs(10);

/// A flow that a schedule runs.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Rounds<F> {
    flow: F,
    clock: Arc<dyn Clock>,
    stack: Option<String>,
}

impl<F> Rounds<F> {
    /// Rounds of this flow: [`Sweep`] or [`Reconcile`].
    pub fn new(flow: F, process: &Process) -> Self {
        Self { flow, clock: Arc::clone(&process.clock), stack: process.stack() }
    }

    /// Runs it, as long as there is time, and tells.
    async fn told<R>(
        &self,
        of: &Invocation,
        run: impl Future<Output = R>,
        tell: impl FnOnce(R, Timestamp, Duration) -> Line,
    ) -> Handled<(), Infallible> {
        let began = self.clock.now();
        let ran = tokio::time::timeout(of.left(began, MARGIN), run).await;
        let took = Duration::try_from(self.clock.now().duration_since(began)).unwrap_or_default();
        let line = match ran {
            Ok(ran) => tell(ran, began, took),
            Err(_) => of_cut_off(began, took),
        };
        Handled { answer: Ok(()), line: line.render(of, self.stack.as_deref()) }
    }
}

impl Function for Rounds<Sweep> {
    type Answer = ();
    type Fault = Infallible;

    async fn handle(&self, _: &str, of: &Invocation) -> Handled<(), Infallible> {
        self.told(of, self.flow.run(), |swept, began, took| of_swept(&swept, began, took)).await
    }
}

impl Function for Rounds<Reconcile> {
    type Answer = ();
    type Fault = Infallible;

    async fn handle(&self, _: &str, of: &Invocation) -> Handled<(), Infallible> {
        self.told(of, self.ask(of), |asked, began, took| of_asked(&asked, began, took)).await
    }
}

impl Rounds<Reconcile> {
    /// Asks, and raises the alarms that the answers give reason for.
    async fn ask(&self, of: &Invocation) -> Asked {
        let now = self.clock.now();
        let left = of.left(now, MARGIN + LAST_QUESTION);
        let until = now.saturating_add(left).unwrap_or(Timestamp::MAX);
        let reports = match self.flow.run(until).await {
            Ok(reports) => reports,
            Err(error) => return Asked { failed: vec![chain(&error)], ..Asked::default() },
        };
        let mut asked = Asked::default();
        for report in &reports {
            match self.tell(report).await {
                Ok(alarms) => asked.alarms += alarms,
                Err(error) => asked.failed.push(format!("{}: {}", report.source, chain(&error))),
            }
        }
        Asked { reports, ..asked }
    }

    /// How many of its alarms are new.
    async fn tell(&self, report: &Reconciled) -> Result<u64, PortError> {
        let (ledger, queue) = (self.flow.ledger.as_ref(), self.flow.queue.as_ref());
        let (now, mut new) = (self.clock.now(), 0);
        for (alarm, change) in report.alarms(now) {
            new += u64::from(raise(ledger, queue, &alarm, &change, now).await?);
        }
        Ok(new)
    }
}
