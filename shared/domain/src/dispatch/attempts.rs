//! One attempt under its lease, and what is written down of it.

use std::time::Duration;

use jiff::Timestamp;

use super::{Dispatch, done, gather, later};
use crate::attempt::Attempt;
use crate::exchange::{Work, detail};
use crate::{DeliveryState, Destination, Finish, Handled, Kind, Made, Mark, PortError, Standing};

/// When a delivery is attempted again that could not be held.
const UNMARKED_WAIT: Duration = Duration::from_secs(60);

impl Dispatch {
    /// One attempt under its lease: wait for the moment, exchange, judge, leave, write down, ring
    /// again.
    pub(super) async fn attempt(&self, work: Work<'_>) -> Result<Handled, PortError> {
        self.timer.wait_until(work.way.at).await;
        let started = self.clock.now();
        let members = self.members(work.event).await?;
        if members.as_ref().is_some_and(Vec::is_empty) {
            let of = &work.delivery.of;
            self.end_empty(of, work.owner, started).await?;
            self.leave(work.destination, work.way, work.owner).await;
            return Ok(done());
        }
        let members = match members {
            Some(members) => members,
            None => self.named(work.event).await?,
        };
        let exchanged = self.exchange(&work, &members).await;
        let now = self.clock.now();
        let Work { event, destination, ref delivery, owner, .. } = work;
        // Before anything is written: whoever finds the lane free must find the slot free too.
        self.leave(destination, work.way, owner).await;
        let (ending, answer) = exchanged?;
        let marked = self.marked(&work.standing, destination, ending.mark(), now).await;
        let is_written = marked.is_ok();
        let standing = marked.unwrap_or_else(|standing| standing);
        let jitter = u16::try_from(self.entropy.next() & 0xFFFF).unwrap_or(0);
        let before = work.earlier.last().map(|attempt| attempt.finished);
        let next = ending.next(delivery, destination, &standing, before, now, jitter);
        // The sweep finds what is held by how its destination stands: it must have been told.
        let unfound = !is_written && matches!(next, DeliveryState::Held(_));
        let wait = DeliveryState::Waiting { due: later(now, UNMARKED_WAIT) };
        let next = if unfound { wait } else { next };
        let next = if event.kind == Kind::Digest { gather::ended(next) } else { next };
        let attempt = Attempt {
            n: delivery.attempts,
            started,
            finished: now,
            verdict: ending.word(),
            status: answer.as_ref().map(|answer| answer.status.as_u16()),
            detail: detail(&ending, answer.as_ref()),
            counted: ending.counts() && !work.probe,
        };
        let of = delivery.of.clone();
        let finish = self.ledger.finish(&of, owner, &attempt, &next).await?;
        if next == DeliveryState::Delivered && work.standing.awaits_success() {
            // Where this fails the next success tells.
            _ = self.ledger.mark(&destination.name, &Mark::Taken, now).await;
        }
        let followed = match (finish, &next) {
            (Finish::Written, DeliveryState::Waiting { due }) => self.ring(&of, *due).await,
            (Finish::Written, next) if event.kind == Kind::Digest => self.settle(event, next).await,
            (Finish::Written | Finish::Fenced, _) => Ok(done()),
        };
        let made = vec![Made { of, attempt: Some(attempt), next }];
        Ok(match followed {
            Ok(_) => Handled::Done(made),
            Err(error) => Handled::Unfinished { made, error },
        })
    }

    /// How a destination stands after this; `Err` with what we believe, where that cannot be written.
    async fn marked(
        &self,
        known: &Standing,
        destination: &Destination,
        mark: Option<Mark>,
        now: Timestamp,
    ) -> Result<Standing, Standing> {
        let Some(mark) = mark else { return Ok(known.clone()) };
        match self.ledger.mark(&destination.name, &mark, now).await {
            Ok(marked) => Ok(marked.standing),
            Err(_) => Err(known.after(&mark, now).unwrap_or_else(|| known.clone())),
        }
    }
}
