//! Putting things in the place of what was read. Each write is conditional on what it replaces and
//! touches nothing else of its item, so that whoever works on the ledger meanwhile is not disturbed.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Attempt, Delivery, DeliveryState, Event, Kept};

use super::super::{DynamoLedger, attempts, deliveries, events, parts, records};
use crate::failure::Failure;
use crate::items::{Reader, text};
use crate::keys::Key;
use crate::table::Written;
use crate::update::Update;

/// Puts one thing in the place of another of its identity, where that is still as it was.
pub(super) async fn replace(
    ledger: &DynamoLedger,
    was: &Kept,
    now: &Kept,
) -> Result<bool, Failure> {
    if let (Kept::Event(was), Kept::Event(now)) = (was, now) {
        let key = Key::event(&was.event.key);
        return replace_event(ledger, key, &was.event, &now.event).await;
    }
    if let (Kept::Conflict { event: was, .. }, Kept::Conflict { event: now, .. }) = (was, now) {
        let key = Key::conflict(&was.key, was.fingerprint().as_str());
        return replace_event(ledger, key, was, now).await;
    }
    if let (Kept::Delivery(was, tried), Kept::Delivery(now, left)) = (was, now) {
        return replace_delivery(ledger, (was, tried), (now, left)).await;
    }
    let Kept::Parked { source, parked: was, context, .. } = was else { return Ok(false) };
    let Kept::Parked { parked: now, context: left, .. } = now else { return Ok(false) };
    let bytes = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
    // Under the digest of what it was, so that the same is known when it comes again.
    let mut update = Update::new(Key::parked(source, context, &was.bytes));
    update.set(records::BYTES, bytes(&now.bytes));
    update.set(records::CONTEXT, text(left.as_str()));
    update.set(records::REASON, text(now.reason.as_str()));
    update.if_equal(records::BYTES, bytes(&was.bytes));
    done(ledger, update).await
}

/// Only the text: whether the event is taken, told of or late stands beside it.
async fn replace_event(
    ledger: &DynamoLedger,
    key: Key,
    was: &Event,
    now: &Event,
) -> Result<bool, Failure> {
    let Some(item) = ledger.table.get(key.clone()).await? else { return Ok(false) };
    let found = events::read(ledger, &item).await?;
    if (Event { late: was.late, ..found }) != *was {
        return Ok(false);
    }
    let mut update = Update::new(key);
    parts::replace(&mut update, now.to_json()?);
    parts::if_same(&mut update, &item);
    let done = done(ledger, update).await?;
    if done {
        parts::remove(ledger, Reader::new("event", &item)).await?;
    }
    Ok(done)
}

async fn replace_delivery(
    ledger: &DynamoLedger,
    (was, tried): (&Delivery, &[Attempt]),
    (now, left): (&Delivery, &[Attempt]),
) -> Result<bool, Failure> {
    let of = &was.of;
    let mut all = true;
    for (was, now) in tried.iter().zip(left).filter(|(was, now)| was != now) {
        let mut update;
        if was.n == 1 {
            update = Update::new(Key::delivery(of));
            update.set(attempts::FIRST, attempts::first(now));
            update.if_equal(attempts::FIRST, attempts::first(was));
        } else {
            update = Update::new(Key::attempt(of, was.n));
            update.set(attempts::DETAIL, text(now.detail.as_str()));
            update.if_equal(attempts::DETAIL, text(was.detail.as_str()));
        }
        all &= done(ledger, update).await?;
    }
    if let (Some(was), Some(now)) = (reason(&was.state), reason(&now.state))
        && was != now
    {
        let mut update = Update::new(Key::delivery(of));
        update.set(deliveries::REASON, text(now));
        update.if_equal(deliveries::REASON, text(was));
        all &= done(ledger, update).await?;
    }
    Ok(all)
}

fn reason(state: &DeliveryState) -> Option<&str> {
    match state {
        DeliveryState::Held(why) | DeliveryState::Failed(why) | DeliveryState::Cancelled(why) => {
            Some(why)
        }
        DeliveryState::Pending
        | DeliveryState::Sending { .. }
        | DeliveryState::Waiting { .. }
        | DeliveryState::Gathered { .. }
        | DeliveryState::Delivered => None,
    }
}

async fn done(ledger: &DynamoLedger, update: Update) -> Result<bool, Failure> {
    Ok(matches!(ledger.table.update(update).await?, Written::Done))
}
