//! What is done with a delivery that is not attempted: it is put off, held or cancelled, and rung for
//! when it is due.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Dispatch, done, later};
use crate::attempt::PAUSED;
use crate::{
    DeliveryRef, DeliveryState, Envelope, Event, Finish, Handled, Kind, Move, Outbound, Port,
    PortError,
};

impl Dispatch {
    pub(super) async fn postpone(
        &self,
        of: &DeliveryRef,
        by: SignedDuration,
    ) -> Result<Handled, PortError> {
        self.put_off(of, by.unsigned_abs()).await
    }

    /// Rings again a little later, no attempt made: the destination answers so slowly that its lanes
    /// are full, and what waits for others must not wait behind it.
    pub(super) async fn make_way(
        &self,
        of: &DeliveryRef,
        away: Duration,
    ) -> Result<Handled, PortError> {
        let spread = Duration::from_millis(self.entropy.next() % 5_000);
        self.put_off(of, away.saturating_add(spread)).await
    }

    /// Writes down when it is due again, and rings then.
    pub(super) async fn put_off(
        &self,
        of: &DeliveryRef,
        by: Duration,
    ) -> Result<Handled, PortError> {
        let now = self.clock.now();
        let due = later(now, by);
        match self.ledger.shift(of, &Move::Postpone { due }, now).await? {
            Finish::Written => self.ring(of, due).await,
            Finish::Fenced => Ok(done()),
        }
    }

    /// The destination has to come back first. A digest lets its members go: they are held by
    /// themselves.
    pub(super) async fn hold(&self, event: &Event, of: &DeliveryRef) -> Result<Handled, PortError> {
        if event.kind == Kind::Digest {
            return self.cancel(event, of, PAUSED).await;
        }
        let step = Move::Hold { reason: PAUSED.to_owned() };
        match self.ledger.shift(of, &step, self.clock.now()).await? {
            Finish::Written | Finish::Fenced => Ok(done()),
        }
    }

    pub(super) async fn cancel(
        &self,
        event: &Event,
        of: &DeliveryRef,
        why: &str,
    ) -> Result<Handled, PortError> {
        let step = Move::Cancel { reason: why.to_owned() };
        match self.ledger.shift(of, &step, self.clock.now()).await? {
            Finish::Written if event.kind == Kind::Digest => {
                self.settle(event, &DeliveryState::Cancelled(why.to_owned())).await
            }
            Finish::Written | Finish::Fenced => Ok(done()),
        }
    }

    /// Sends a fresh message for a delivery, visible when it is due.
    pub(super) async fn ring(&self, of: &DeliveryRef, at: Timestamp) -> Result<Handled, PortError> {
        let envelope =
            Envelope::for_delivery(of).map_err(|error| PortError::new(Port::Queue, error))?;
        let delay = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
        self.queue.send(&[Outbound { envelope, delay }]).await?;
        Ok(done())
    }
}
