//! What an operator has one delivery do: go again, or go to a destination that it never went to, or
//! not at all. The moves are the delivery's; the bell is rung here.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    Delivery, DeliveryRef, DeliveryState, Enlisted, Envelope, Finish, Ledger, Move, Outbound, Port,
    PortError, Queue, Stay,
};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Resent {
    /// It is done; what goes out goes within moments.
    Done,
    /// The delivery stays where it is, and why.
    Stays(Stay),
    /// There is no such delivery.
    Missing,
}

/// Has a delivery attempted now, whether it ended or waits.
pub async fn resend(
    ledger: &dyn Ledger,
    queue: &dyn Queue,
    of: &DeliveryRef,
    now: Timestamp,
) -> Result<Resent, PortError> {
    let told = shift(ledger, of, &Move::Resend, now).await?;
    if told == Resent::Done {
        ring(queue, of).await?;
    }
    Ok(told)
}

/// Has an event delivered to a destination that it never went to; where it did, that is resent.
pub async fn send(
    ledger: &dyn Ledger,
    queue: &dyn Queue,
    of: &DeliveryRef,
    now: Timestamp,
) -> Result<Resent, PortError> {
    let new = Delivery::new(of.clone(), DeliveryState::Pending, now);
    match ledger.enlist(&[new]).await?.first() {
        Some(Enlisted::New) => {
            ring(queue, of).await?;
            Ok(Resent::Done)
        }
        Some(Enlisted::Known) | None => resend(ledger, queue, of, now).await,
    }
}

/// Ends a delivery that is open.
pub async fn cancel(
    ledger: &dyn Ledger,
    of: &DeliveryRef,
    reason: &str,
    now: Timestamp,
) -> Result<Resent, PortError> {
    shift(ledger, of, &Move::Cancel { reason: reason.to_owned() }, now).await
}

async fn shift(
    ledger: &dyn Ledger,
    of: &DeliveryRef,
    step: &Move,
    now: Timestamp,
) -> Result<Resent, PortError> {
    let Some((known, _)) = ledger.delivery(of).await? else { return Ok(Resent::Missing) };
    if let Err(stay) = known.after(step, now) {
        return Ok(Resent::Stays(stay));
    }
    Ok(match ledger.shift(of, step, now).await? {
        Finish::Written => Resent::Done,
        Finish::Fenced => Resent::Stays(Stay::Fenced),
    })
}

/// Where this fails, the sweep rings within minutes: what was moved is due.
async fn ring(queue: &dyn Queue, of: &DeliveryRef) -> Result<(), PortError> {
    let envelope = Envelope::for_delivery(of).map_err(|e| PortError::new(Port::Queue, e))?;
    queue.send(&[Outbound { envelope, delay: Duration::ZERO }]).await
}
