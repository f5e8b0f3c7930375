//! The log by time: a source's events, hour by hour.

use domain::{Event, SourceId, hour_of};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};

use super::super::{DynamoLedger, events as stored};
use crate::failure::Failure;
use crate::keys::{Index, events, sortable, unsorted};
use crate::table::{Entry, Span};

/// Events read at once.
const AT_ONCE: usize = 32;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A stretch of a source's log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hours<'a> {
    pub(super) source: &'a SourceId,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

/// The events of a stretch after a place, each with its place, in the order of their receipt.
pub(super) async fn events(
    ledger: &DynamoLedger,
    hours: Hours<'_>,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<(String, Event)>, Failure> {
    let entries = entries(ledger, hours, after, most).await?;
    let reads: Vec<_> = entries.iter().map(|entry| event(ledger, entry)).collect();
    let found: Vec<_> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn event(ledger: &DynamoLedger, entry: &Entry) -> Result<Option<(String, Event)>, Failure> {
    let Some(item) = ledger.table.get(entry.key.clone()).await? else { return Ok(None) };
    Ok(Some((entry.place(), stored::read(ledger, &item).await?)))
}

/// Where the log has them.
pub(super) async fn entries(
    ledger: &DynamoLedger,
    hours: Hours<'_>,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<Entry>, Failure> {
    let (from, until) = (sortable(hours.from), sortable(hours.until));
    let span = Span { from: Some(&from), before: Some(&until), after, ..Span::default() };
    let after = after.and_then(|place| unsorted(place.split(' ').next()?));
    let mut hour = hour_of(hours.from.max(after.unwrap_or(hours.from)));
    let mut found = Vec::new();
    while hour < hours.until && found.len() < most {
        let prefix = events::logged_of(hours.source, hour);
        found.extend(ledger.table.entries(Index::Log, &prefix, span, most - found.len()).await?);
        hour = hour.saturating_add(HOUR).unwrap_or(Timestamp::MAX);
    }
    Ok(found)
}
