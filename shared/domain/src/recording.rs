//! Claim, park, ring: the order in which events become durable and are put on the queue, shared by
//! `ingest` and `reconcile`; and claim, ring for events of our own. Nobody may say that an event was taken before all three are done.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use crate::{Claim, Envelope, Event, Ledger, Outbound, Parked, Port, PortError, Queue, SourceId};

/// Writes in flight at once.
const WRITES_AT_ONCE: usize = 32;

/// Claims events; what was said of each is in their order. After an error no more are begun, and
/// what was begun is waited for: nothing is claimed that nobody hears of.
pub(crate) async fn claim(ledger: &dyn Ledger, events: &[Event]) -> Vec<Result<Claim, PortError>> {
    let mut said = Vec::with_capacity(events.len());
    for events in events.chunks(WRITES_AT_ONCE) {
        let claims: Vec<_> = events.iter().map(|event| ledger.claim(event)).collect();
        said.extend(join_all(claims).await);
        if said.iter().any(Result::is_err) {
            break;
        }
    }
    said
}

/// Keeps what could not be read; how much of it was not kept before.
pub(crate) async fn park(
    ledger: &dyn Ledger,
    source: &SourceId,
    parked: &[Parked],
    context: &str,
    at: Timestamp,
) -> Result<u32, PortError> {
    let parking: Vec<_> =
        parked.iter().map(|element| ledger.park(source, element, context, at)).collect();
    futures_util::stream::iter(parking)
        .buffer_unordered(WRITES_AT_ONCE)
        .try_fold(0, async |new, is_new| Ok(new + u32::from(is_new)))
        .await
}

/// Claims an event of our own and rings for it, so that it is delivered like any event; whether it is a
/// new one. What was claimed and never rung for is rung for by the next who announces it, or by the
/// sweep.
pub(crate) async fn announce(
    ledger: &dyn Ledger,
    queue: &dyn Queue,
    event: &Event,
) -> Result<bool, PortError> {
    let claim = ledger.claim(event).await?;
    match claim {
        Claim::Fresh | Claim::Unfinished => {
            let envelope =
                Envelope::for_key(&event.key).map_err(|e| PortError::new(Port::Queue, e))?;
            queue.send(&[Outbound { envelope, delay: Duration::ZERO }]).await?;
        }
        Claim::Settled | Claim::Conflict { .. } => {}
    }
    Ok(claim == Claim::Fresh)
}

/// Rings for every event whose claim says that it was not taken yet.
pub(crate) async fn ring(
    queue: &dyn Queue,
    events: &[Event],
    claims: &[Claim],
) -> Result<(), PortError> {
    let mut messages = Vec::new();
    for (event, claim) in events.iter().zip(claims) {
        match claim {
            Claim::Fresh | Claim::Unfinished => {
                let envelope =
                    Envelope::for_event(event).map_err(|e| PortError::new(Port::Queue, e))?;
                messages.push(Outbound { envelope, delay: Duration::ZERO });
            }
            Claim::Settled | Claim::Conflict { .. } => {}
        }
    }
    if messages.is_empty() { Ok(()) } else { queue.send(&messages).await }
}
