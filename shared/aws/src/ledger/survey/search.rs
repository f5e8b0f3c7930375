//! The port `Log` on the ledger's table. What is found by which walk is in `walk`; every answer costs
//! a bounded number of reads, which docs/aws.md counts.

use async_trait::async_trait;
use domain::{
    Delivery, Event, EventKey, Fact, Fingerprint, History, Kept, Log, ParkedCall, PortError,
    SourceId, Stored, Stretch, Stretched,
};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::super::{DynamoLedger, attempts, events, failed, records};
use super::{DynamoSurvey, walk};
use crate::failure::Failure;
use crate::items::Reader;
use crate::keys::{Index, Key, events as places};
use crate::table::{Entry, Span};

/// Items read at once.
const AT_ONCE: usize = 32;
/// A read unit or two each.
const BREADTH: usize = 1_000;
/// What it counts as to look into an hour or a day, however little is found.
const VISIT: usize = 10;
/// What is between a source and the digest in the key of a parked call.
const PARKED: &str = "#parked/";

#[async_trait]
impl Log for DynamoSurvey {
    fn breadth(&self) -> usize {
        BREADTH
    }

    async fn stretch(
        &self,
        of: &Stretch,
        after: Option<&str>,
        most: usize,
    ) -> Result<Stretched, PortError> {
        let walked = walk::walk(self, of, after, most).await?;
        let reads: Vec<_> =
            walked.entries.iter().map(|one| wanted(&self.ledger, of, one)).collect();
        let found: Vec<_> =
            stream::iter(reads).buffered(AT_ONCE).try_collect().await.map_err(failed)?;
        let looked_at = walked.entries.len().max(walked.visits * VISIT);
        let events = found.into_iter().flatten().collect();
        Ok(Stretched { events, looked_at, next: walked.next })
    }

    async fn history(&self, key: &EventKey) -> Result<Option<History>, PortError> {
        history(&self.ledger, key).await.map_err(failed)
    }

    async fn conflicts(&self, source: &SourceId, most: usize) -> Result<Vec<Event>, PortError> {
        conflicts(&self.ledger, source, most).await.map_err(failed)
    }

    async fn settle(&self, key: &EventKey, fingerprint: &Fingerprint) -> Result<bool, PortError> {
        take_out(&self.ledger, || Key::conflict(key, fingerprint.as_str())).await.map_err(failed)
    }

    async fn parked(&self, source: &SourceId, most: usize) -> Result<Vec<ParkedCall>, PortError> {
        parked(&self.ledger, source, most).await.map_err(failed)
    }

    async fn parked_call(
        &self,
        source: &SourceId,
        id: &str,
    ) -> Result<Option<ParkedCall>, PortError> {
        call(&self.ledger, source.clone(), Key::parked_as(source, id)).await.map_err(failed)
    }

    async fn unpark(&self, source: &SourceId, id: &str) -> Result<bool, PortError> {
        take_out(&self.ledger, || Key::parked_as(source, id)).await.map_err(failed)
    }
}

/// The event that an entry leads to, where it is as asked.
async fn wanted(
    ledger: &DynamoLedger,
    of: &Stretch,
    entry: &Entry,
) -> Result<Option<(String, Stored)>, Failure> {
    let key = EventKey::from_stored(&entry.key.pk);
    let of_delivery = of.destination.is_some() || of.state.is_some();
    let stored = if of_delivery {
        let history = history(ledger, &key).await?;
        let found = history.filter(|history| is_found_by(&entry.key, history, of));
        found.map(|history| history.stored)
    } else {
        events::stored(ledger, &key).await?
    };
    let is_asked = |Stored { event, .. }: &Stored| {
        (of.from..of.until).contains(&event.received)
            && (of.sources.is_empty() || of.sources.contains(&event.source))
            && (of.reference.is_none()
                || event.facts.get(Fact::Reference) == of.reference.as_deref())
    };
    Ok(stored.filter(is_asked).map(|stored| (entry.place(), stored)))
}

/// Whether an event has a delivery as asked, and the entry is its own or that of the first of those: one
/// with several is found once.
fn is_found_by(entry: &Key, history: &History, of: &Stretch) -> bool {
    let asked = |delivery: &&Delivery| {
        of.destination.as_ref().is_none_or(|name| *name == delivery.of.destination)
            && of.state.is_none_or(|word| word == delivery.state.word())
    };
    let first = history.deliveries.iter().map(|(delivery, _)| delivery).find(asked);
    first.is_some_and(|first| {
        *entry == Key::event(&history.stored.event.key) || *entry == Key::delivery(&first.of)
    })
}

/// All that is known of an event: one query.
async fn history(ledger: &DynamoLedger, key: &EventKey) -> Result<Option<History>, Failure> {
    let items = ledger.table.query(key.as_str(), "").await?;
    let (mut stored, mut conflicts) = (None, Vec::new());
    for item in &items {
        let sk = Reader::new("item of an event", item).sk()?;
        if sk == "event" {
            stored = Some(events::read_stored(ledger, item).await?);
        } else if sk.starts_with("conflict/") {
            conflicts.push(events::read(ledger, item).await?);
        }
    }
    conflicts.sort_by_key(|event| event.received);
    let deliveries = attempts::of_event(key, &items)?;
    Ok(stored.map(|stored| History { stored, deliveries, conflicts }))
}

/// What came to a source with the key of another, newest first: those told of and those not.
async fn conflicts(
    ledger: &DynamoLedger,
    source: &SourceId,
    most: usize,
) -> Result<Vec<Event>, Failure> {
    let span = Span { backwards: true, ..Span::default() };
    let mut entries = Vec::new();
    for prefix in [places::conflicts_of(source), places::told_of(source)] {
        entries.extend(ledger.table.entries(Index::Open, &prefix, span, most).await?);
    }
    entries.sort_by_cached_key(|entry| std::cmp::Reverse(entry.place()));
    entries.truncate(most);
    let reads: Vec<_> = entries.into_iter().map(|entry| conflict(ledger, entry)).collect();
    let found: Vec<_> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn conflict(ledger: &DynamoLedger, entry: Entry) -> Result<Option<Event>, Failure> {
    match ledger.table.get(entry.key).await? {
        Some(item) => events::read(ledger, &item).await.map(Some),
        None => Ok(None),
    }
}

/// What a source sent and could not be read, newest first.
async fn parked(
    ledger: &DynamoLedger,
    source: &SourceId,
    most: usize,
) -> Result<Vec<ParkedCall>, Failure> {
    let span = Span { backwards: true, ..Span::default() };
    let prefix = places::parked_of(source);
    let mut entries = ledger.table.entries(Index::Open, &prefix, span, most).await?;
    entries.truncate(most);
    let call = |entry: Entry| call(ledger, source.clone(), entry.key);
    let reads: Vec<_> = entries.into_iter().map(call).collect();
    let found: Vec<_> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn call(
    ledger: &DynamoLedger,
    source: SourceId,
    key: Key,
) -> Result<Option<ParkedCall>, Failure> {
    let id = key.pk.split_once(PARKED).map(|(_, id)| id.to_owned()).unwrap_or_default();
    let Some(item) = ledger.table.get(key).await? else { return Ok(None) };
    let kept = records::read_parked(source, Reader::new("parked body", &item))?;
    let Kept::Parked { source, parked, context, at } = kept else { return Ok(None) };
    Ok(Some(ParkedCall { id, source, parked, context, at }))
}

/// Removes an item; whether it was there.
async fn take_out(ledger: &DynamoLedger, key: impl Fn() -> Key) -> Result<bool, Failure> {
    let there = ledger.table.get(key()).await?.is_some();
    if there {
        ledger.table.remove(key()).await?;
    }
    Ok(there)
}
