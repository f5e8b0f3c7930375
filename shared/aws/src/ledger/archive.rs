//! The port `Archive` on both tables: the directory's entries, then a scan of the ledger's table for all
//! but deliveries, then one for those. What is put is put with its places in the indexes.

mod replace;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Archive, Attempt, Delivery, DeliveryRef, Entries as _, EventKey, Filed, Kept, Leaf, Name,
    PortError, SourceId,
};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::survey::hours;
use super::{
    DynamoLedger, attempts, cabinet, deliveries, events, failed, notes, records, standings,
};
use crate::directory::DynamoDirectory;
use crate::entries;
use crate::failure::Failure;
use crate::items::{Item, Reader, expires};
use crate::keys::{DRAWERS, Key, OPEN, PK, SK, STANDINGS, events as due};
use crate::table::Written;

/// Things put at once.
const AT_ONCE: usize = 16;

/// Everything on DynamoDB.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "randomness has nothing to show")]
pub struct DynamoArchive {
    ledger: DynamoLedger,
    directory: Arc<DynamoDirectory>,
}

impl DynamoArchive {
    /// What this ledger and this directory keep.
    pub fn new(ledger: DynamoLedger, directory: Arc<DynamoDirectory>) -> Self {
        Self { ledger, directory }
    }
}

#[async_trait]
impl Archive for DynamoArchive {
    async fn leaf(&self, after: Option<&str>, most: usize) -> Result<Leaf, PortError> {
        let Some((turn, key)) = after.and_then(|after| after.split_once(' ')) else {
            let entries = self.directory.entries().await?;
            let kept = entries.into_iter().map(Kept::Entry).collect();
            return Ok(Leaf { kept, next: Some("1 ".to_owned()) });
        };
        scanned(&self.ledger, turn, key, most).await.map_err(failed)
    }

    async fn file(&self, kept: &[Kept]) -> Result<Filed, PortError> {
        let mut filed = Filed::default();
        // In two steps, for a delivery is nothing without its event.
        for step in 0..2 {
            let of_step =
                kept.iter().filter(|one| matches!(one, Kept::Delivery(..)) == (step == 1));
            let puts: Vec<_> = of_step.map(|one| self.put(one)).collect();
            let new: Vec<bool> = stream::iter(puts).buffer_unordered(AT_ONCE).try_collect().await?;
            new.into_iter().for_each(|new| filed.count(new));
        }
        Ok(filed)
    }

    async fn replace(&self, pairs: &[(Kept, Kept)]) -> Result<Vec<bool>, PortError> {
        let replaced: Vec<_> =
            pairs.iter().map(|(was, now)| replace::replace(&self.ledger, was, now)).collect();
        stream::iter(replaced).buffered(AT_ONCE).try_collect().await.map_err(failed)
    }
}

impl DynamoArchive {
    /// Puts one thing where there is none of its identity; whether it was new.
    async fn put(&self, kept: &Kept) -> Result<bool, PortError> {
        if let Kept::Entry(entry) = kept {
            return entries::file(&self.directory, entry).await;
        }
        put(&self.ledger, kept).await.map_err(failed)
    }
}

/// A part of a scan: all but deliveries in turn 1, those in turn 2.
async fn scanned(
    ledger: &DynamoLedger,
    turn: &str,
    after: &str,
    most: usize,
) -> Result<Leaf, Failure> {
    let start = after.split_once('\n').map(|(pk, sk)| {
        let key = Key { pk: pk.to_owned(), sk: sk.to_owned() };
        key.attributes().map(|(name, value)| (name.to_owned(), value)).into()
    });
    let (items, last) = ledger.table.scan_on(start, most).await?;
    let mut kept = Vec::new();
    for item in &items {
        let delivery = Reader::new("item", item).sk()?.starts_with("delivery/");
        if delivery == (turn == "2") {
            kept.extend(read(ledger, item).await?);
        }
    }
    let next = match last {
        Some(last) => Some(format!("{turn} {}\n{}", key_text(&last, PK), key_text(&last, SK))),
        None => (turn == "1").then(|| "2 ".to_owned()),
    };
    Ok(Leaf { kept, next })
}

fn key_text(key: &HashMap<String, AttributeValue>, name: &str) -> String {
    key.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

/// What an item is; nothing where it is a part of another, or of no worth elsewhere: refused calls,
/// reserved moments, slots.
async fn read(ledger: &DynamoLedger, item: &Item) -> Result<Option<Kept>, Failure> {
    let reader = Reader::new("item", item);
    let (pk, sk) = (reader.pk(), reader.sk()?);
    let name = |text: &str| Name::parse(text).map_err(|error| reader.fault(error));
    if pk == STANDINGS {
        return Ok(Some(Kept::Standing(name(sk)?, standings::read(reader)?)));
    }
    if let Some(note) = pk.strip_prefix("note/") {
        return Ok(Some(Kept::Note {
            name: note.to_owned(),
            text: notes::read(reader)?.to_owned(),
        }));
    }
    if let Some(drawer) = pk.strip_prefix(DRAWERS) {
        return Ok(Some(Kept::Card(cabinet::read(drawer, reader)?)));
    }
    if let Some(destination) = pk.strip_prefix("destination/") {
        let moved = records::read_moved(reader)?.filter(|_| sk == "moved");
        let Some((from, to)) = moved else { return Ok(None) };
        let destination = name(destination)?;
        return Ok(Some(Kept::Moved { destination, from: from.to_owned(), to: to.to_owned() }));
    }
    if let Some(source) = pk.strip_suffix("#totals") {
        return Ok(Some(Kept::Totals(hours::read(&source_of(reader, source)?, reader)?)));
    }
    Ok(match sk {
        "event" => Some(Kept::Event(events::read_stored(ledger, item).await?)),
        "state" => Some(Kept::Snapshot {
            object: pk.to_owned(),
            modified: reader.time(records::MODIFIED)?,
        }),
        "parked" => {
            let source = source_of(reader, pk.split('#').next().unwrap_or(pk))?;
            Some(records::read_parked(source, reader)?)
        }
        _ if sk.starts_with("conflict/") => {
            let event = events::read(ledger, item).await?;
            let told = reader.text(OPEN)? == due::told(&event.source, &event.key);
            Some(Kept::Conflict { event, told })
        }
        _ => match sk.strip_prefix("delivery/").and_then(|rest| rest.strip_suffix('/')) {
            Some(destination) => {
                let of = DeliveryRef {
                    event: EventKey::from_stored(pk),
                    destination: name(destination)?,
                };
                let found = attempts::with_delivery(ledger, &of).await?;
                found.map(|(delivery, attempts)| Kept::Delivery(delivery, attempts))
            }
            None => None,
        },
    })
}

fn source_of(item: Reader<'_>, text: &str) -> Result<SourceId, Failure> {
    SourceId::parse(text).map_err(|error| item.fault(error))
}

/// Puts one thing, as it would have been written here, where there is none of its identity.
async fn put(ledger: &DynamoLedger, kept: &Kept) -> Result<bool, Failure> {
    let item = match kept {
        Kept::Event(stored) => events::item_of(ledger, stored).await?,
        Kept::Conflict { event, told } => events::conflict_item(ledger, event, *told).await?,
        Kept::Parked { source, parked, context, at } => {
            records::parked_item(ledger, source, parked, context, *at)
        }
        Kept::Snapshot { object, modified } => records::state_item(ledger, object, *modified),
        Kept::Delivery(delivery, history) => return put_delivery(ledger, delivery, history).await,
        Kept::Standing(destination, standing) => standings::item_of(destination, standing),
        Kept::Moved { destination, from, to } => records::moved_item(destination, from, to),
        Kept::Totals(totals) => hours::item_of(totals),
        Kept::Note { name, text } => return notes::set_note(ledger, name, None, text).await,
        Kept::Card(card) => cabinet::item_of(card),
        // The directory's, put there.
        Kept::Entry(_) => return Ok(false),
    };
    Ok(matches!(ledger.table.put_new(item).await?, Written::Done))
}

/// Puts a delivery after its later attempts, so that it is never there without them.
async fn put_delivery(
    ledger: &DynamoLedger,
    delivery: &Delivery,
    history: &[Attempt],
) -> Result<bool, Failure> {
    let kept = ledger.kept.bodies;
    let ended = history.last().map_or(delivery.created, |attempt| attempt.finished);
    // As one that is enlisted here: for as long as its event is known.
    let mut item = deliveries::new_at(delivery, ledger.kept.keys, ended);
    for attempt in history {
        if attempt.n == 1 {
            item.insert(attempts::FIRST.to_owned(), attempts::first(attempt));
        } else {
            let expires = expires(attempt.started, kept);
            // The same attempt, if it is there.
            _ = ledger.table.put_new(attempts::later(&delivery.of, attempt, expires)).await?;
        }
    }
    Ok(matches!(ledger.table.put_new(item).await?, Written::Done))
}
