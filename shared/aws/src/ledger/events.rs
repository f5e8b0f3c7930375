//! Events: claimed, taken, in conflict. One item per event, which carries its own place in the log
//! and, until it is taken, in the index of what is open.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Claim, Event, EventKey, Fingerprint, Stored, look_again};
use jiff::Timestamp;

use super::deliveries::RUNG;
use super::{DynamoLedger, parts};
use crate::failure::Failure;
use crate::items::{Item, Reader, expires, item, text};
use crate::keys::{Key, LOG, LOGGED, OPEN, SINCE, events, sortable};
use crate::table::Written;
use crate::update::Update;

pub(super) const FINGERPRINT: &str = "fingerprint";
pub(super) const TAKEN: &str = "taken";
const LATE: &str = "late";

/// Puts the event under its key if there is none, and says what was found.
pub(super) async fn claim(ledger: &DynamoLedger, event: &Event) -> Result<Claim, Failure> {
    let fingerprint = event.fingerprint();
    let new = new_item(ledger, event, &fingerprint).await?;
    let old = match ledger.table.put_new(new).await? {
        Written::Done => return Ok(Claim::Fresh),
        Written::Not(old) => old.unwrap_or_default(),
    };
    let old = Reader::new("event", &old);
    if !Fingerprint::from_stored(old.text(FINGERPRINT)?).agrees_with(&fingerprint) {
        return conflict(ledger, event).await;
    }
    Ok(if old.flag(TAKEN)? { Claim::Settled } else { Claim::Unfinished })
}

/// The item of an event that was never seen.
async fn new_item(
    ledger: &DynamoLedger,
    event: &Event,
    fingerprint: &Fingerprint,
) -> Result<Item, Failure> {
    let look = event.received.saturating_add(look_again(0)).unwrap_or(Timestamp::MAX);
    let [pk, sk] = Key::event(&event.key).attributes();
    let mut new = item([
        pk,
        sk,
        (FINGERPRINT, text(fingerprint.as_str())),
        (LOG, text(events::logged(&event.source, event.received, &event.key))),
        (LOGGED, text(sortable(event.received))),
        (OPEN, text(events::untaken(&event.key))),
        (SINCE, text(sortable(look))),
        ("expires", expires(event.received, ledger.kept.keys)),
    ]);
    put_body(ledger, event, &mut new).await?;
    Ok(new)
}

/// The item of an event as another ledger had it.
pub(super) async fn item_of(ledger: &DynamoLedger, stored: &Stored) -> Result<Item, Failure> {
    let Stored { event, taken } = stored;
    let mut item = new_item(ledger, event, &event.fingerprint()).await?;
    if *taken {
        item.insert(TAKEN.to_owned(), AttributeValue::Bool(true));
        item.insert(LATE.to_owned(), AttributeValue::Bool(event.late));
        item.remove(OPEN);
        item.remove(SINCE);
    }
    Ok(item)
}

/// The item of an event that came with the key of another.
pub(super) async fn conflict_item(
    ledger: &DynamoLedger,
    event: &Event,
    told: bool,
) -> Result<Item, Failure> {
    let fingerprint = event.fingerprint();
    let [pk, sk] = Key::conflict(&event.key, fingerprint.as_str()).attributes();
    let told_key = events::told(&event.source, &event.key);
    let mut new = item([
        pk,
        sk,
        (OPEN, text(if told { told_key } else { events::conflicts(&event.source, &event.key) })),
        (SINCE, text(sortable(event.received))),
        (FINGERPRINT, text(fingerprint.as_str())),
        ("expires", expires(event.received, ledger.kept.bodies)),
    ]);
    put_body(ledger, event, &mut new).await?;
    Ok(new)
}

/// Keeps an event that came with the key of another, once per fingerprint.
async fn conflict(ledger: &DynamoLedger, event: &Event) -> Result<Claim, Failure> {
    let received = sortable(event.received);
    let new = conflict_item(ledger, event, false).await?;
    let first = match ledger.table.put_new(new).await? {
        Written::Done => true,
        // Received at the very same microsecond: it is our own, and the answer was lost.
        Written::Not(old) => {
            let old = old.unwrap_or_default();
            Reader::new("conflict", &old).text_if(SINCE)? == Some(received.as_str())
        }
    };
    Ok(Claim::Conflict { first })
}

/// Puts the written form of an event into its item.
async fn put_body(ledger: &DynamoLedger, event: &Event, into: &mut Item) -> Result<(), Failure> {
    let expires = expires(event.received, ledger.kept.bodies.saturating_add(parts::SPARE));
    parts::put(ledger, event.key.as_str(), &expires, event.to_json()?, into).await
}

/// The event of a key.
pub(super) async fn stored(
    ledger: &DynamoLedger,
    key: &EventKey,
) -> Result<Option<Stored>, Failure> {
    let Some(found) = ledger.table.get(Key::event(key)).await? else { return Ok(None) };
    read_stored(ledger, &found).await.map(Some)
}

/// The event in an item, and whether it is taken.
pub(super) async fn read_stored(ledger: &DynamoLedger, item: &Item) -> Result<Stored, Failure> {
    let event = read(ledger, item).await?;
    let found = Reader::new("event", item);
    let taken = found.flag(TAKEN)?;
    let late = if taken { found.flag(LATE)? } else { event.late };
    Ok(Stored { event: Event { late, ..event }, taken })
}

/// The event in an item.
pub(super) async fn read(ledger: &DynamoLedger, item: &Item) -> Result<Event, Failure> {
    let item = Reader::new("event", item);
    let body = parts::get(ledger, item).await?;
    Event::from_json(&body).map_err(|error| item.fault(told(&error)))
}

/// Marks an event as taken. The first time decides whether it was late.
pub(super) async fn take(ledger: &DynamoLedger, key: &EventKey, late: bool) -> Result<(), Failure> {
    let mut update = Update::new(Key::event(key));
    update.set(TAKEN, AttributeValue::Bool(true));
    update.set(LATE, AttributeValue::Bool(late));
    update.remove(OPEN);
    update.remove(SINCE);
    update.remove(RUNG);
    update.if_there();
    update.if_lacking(TAKEN);
    match ledger.table.update(update).await? {
        Written::Done | Written::Not(_) => Ok(()),
    }
}

fn told(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
