//! The moves of deliveries: put, started, finished, shifted. `domain::Delivery` decides over what was
//! read, and the write holds only if nobody moved the delivery since; a lost race is decided anew.

use domain::{Attempt, Delivery, DeliveryRef, DeliveryState, Enlisted, Finish, Move, Start};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use super::change::{BY, token};
use super::deliveries::{self, FAILURES, Found, OWNER, STATE, VERSION};
use super::{DynamoLedger, attempts};
use crate::failure::Failure;
use crate::items::{Item, expires, number, text};
use crate::keys::Key;
use crate::table::Written;
use crate::update::Update;

/// Deliveries of one event written at once.
const AT_ONCE: usize = 32;
/// Races over one delivery that one caller may lose. Two are rare: whoever wins leases it.
const RACES: u32 = 8;

/// Puts each delivery if it is absent. Whether the ledger has its event is not asked: that would
/// cost as much again, and nobody enlists for an event that was not claimed.
pub(super) async fn enlist(
    ledger: &DynamoLedger,
    deliveries: &[Delivery],
) -> Result<Vec<Enlisted>, Failure> {
    let puts: Vec<_> = deliveries.iter().map(|delivery| put(ledger, delivery)).collect();
    stream::iter(puts).buffered(AT_ONCE).try_collect().await
}

async fn put(ledger: &DynamoLedger, delivery: &Delivery) -> Result<Enlisted, Failure> {
    let known = match ledger.table.put_new(deliveries::new(delivery, ledger.kept.keys)).await? {
        Written::Done => return Ok(Enlisted::New),
        Written::Not(item) => item.unwrap_or_default(),
    };
    let DeliveryState::Sending { owner, .. } = delivery.state else { return Ok(Enlisted::Known) };
    // Leased to this very caller: it was put, and the answer was lost.
    let known = deliveries::read(&delivery.of, &known)?;
    let mine = known.version == 1 && known.owner == Some(owner);
    Ok(if mine { Enlisted::New } else { Enlisted::Known })
}

/// Leases a delivery for one attempt.
pub(super) async fn start(
    ledger: &DynamoLedger,
    of: &DeliveryRef,
    owner: u64,
    now: Timestamp,
    until: Timestamp,
    probe: bool,
) -> Result<Start, Failure> {
    let mut known = find(ledger, of).await?;
    let mut mine = None;
    for _ in 0..RACES {
        let Some(found) = known else { return Ok(Start::Missing) };
        if let Some((version, delivery)) = mine
            && found.version == version
            && found.owner == Some(owner)
        {
            // The lease was written, and the answer was lost.
            return Ok(Start::Go(delivery));
        }
        let delivery = match found.delivery.start(owner, now, until, probe) {
            Start::Go(delivery) => delivery,
            not @ (Start::Not(_) | Start::Missing) => return Ok(not),
        };
        match ledger.table.update(deliveries::moved(&found, &delivery, now)).await? {
            Written::Done => return Ok(Start::Go(delivery)),
            Written::Not(item) => known = read(of, item)?,
        }
        mine = Some((found.version.saturating_add(1), delivery));
    }
    Err(Failure::Contended { operation: "starting a delivery" })
}

/// Moves a delivery without an attempt.
pub(super) async fn shift(
    ledger: &DynamoLedger,
    of: &DeliveryRef,
    step: &Move,
    now: Timestamp,
) -> Result<Finish, Failure> {
    let token = token(ledger);
    let mut known = find(ledger, of).await?;
    for _ in 0..RACES {
        let Some(found) = known else { return Ok(Finish::Fenced) };
        if found.by.as_deref() == Some(token.as_str()) {
            // It was written, and the answer was lost.
            return Ok(Finish::Written);
        }
        let Ok(delivery) = found.delivery.after(step, now) else { return Ok(Finish::Fenced) };
        let mut update = deliveries::moved(&found, &delivery, now);
        update.set(BY, text(token.as_str()));
        match ledger.table.update(update).await? {
            Written::Done => return Ok(Finish::Written),
            Written::Not(item) => known = read(of, item)?,
        }
    }
    Err(Failure::Contended { operation: "moving a delivery" })
}

/// Writes an attempt and the state that follows, without reading first, unless it is held, by its
/// creation: that the lease is still the owner's is all there is to know.
pub(super) async fn finish(
    ledger: &DynamoLedger,
    of: &DeliveryRef,
    owner: u64,
    attempt: &Attempt,
    next: &DeliveryState,
) -> Result<Finish, Failure> {
    let ended = attempt.finished;
    let mut finished = Delivery::new(of.clone(), next.clone(), ended);
    if let DeliveryState::Held(_) = next {
        let Some(known) = find(ledger, of).await? else { return Ok(Finish::Fenced) };
        finished.created = known.delivery.created;
    }
    let mut update = Update::new(Key::delivery(of));
    deliveries::write_state(&mut update, &finished, ended);
    update.add(FAILURES, u32::from(attempt.counted));
    update.add(VERSION, 1);
    update.if_equal(STATE, text("sending"));
    update.if_equal(OWNER, number(owner));
    let written = if attempt.n == 1 {
        update.set(attempts::FIRST, attempts::first(attempt));
        ledger.table.update(update).await?
    } else {
        let expires = expires(attempt.started, ledger.kept.bodies);
        let item = attempts::later(of, attempt, expires);
        ledger.table.update_and_put(update, item).await?
    };
    let known = match written {
        Written::Done => return Ok(Finish::Written),
        Written::Not(item) => read(of, item)?,
    };
    // It still names this owner and stands where this attempt put it: it was written, and the answer
    // was lost. Whoever moves it on takes the owner away.
    let mine = |known: &Found| {
        known.owner == Some(owner)
            && known.delivery.attempts == attempt.n
            && known.delivery.state.word() == next.word()
    };
    Ok(if known.as_ref().is_some_and(mine) { Finish::Written } else { Finish::Fenced })
}

async fn find(ledger: &DynamoLedger, of: &DeliveryRef) -> Result<Option<Found>, Failure> {
    read(of, ledger.table.get(Key::delivery(of)).await?)
}

fn read(of: &DeliveryRef, item: Option<Item>) -> Result<Option<Found>, Failure> {
    item.map(|item| deliveries::read(of, &item)).transpose()
}

#[cfg(test)]
mod tests;
