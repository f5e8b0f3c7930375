//! What nobody rang for. One scan of what is open says it all while little is; else each thing that
//! may be overdue is asked for by name, and only what is overdue is read.

use std::collections::BTreeSet;

use domain::{
    DeliveryRef, DestinationName, EventKey, Fingerprint, Name, Overdue, PortError, SourceId,
    look_again,
};
use jiff::Timestamp;

use super::super::deliveries::{RUNG, VERSION};
use super::super::events::{self, FINGERPRINT};
use super::super::{DynamoLedger, failed, standings};
use super::DynamoSurvey;
use crate::failure::Failure;
use crate::items::{Reader, number, text};
use crate::keys::{Index, Key, OPEN, SINCE, deliveries as due, events as open, sortable, unsorted};
use crate::table::{Entry, Span, Written};
use crate::update::Update;

/// So much that is open is little: some 800 KB of index, 100 read units.
const LITTLE: usize = 4_000;

/// What was to be looked at before `before`, longest overdue first.
pub(super) async fn overdue(
    survey: &DynamoSurvey,
    before: Timestamp,
    most: usize,
) -> Result<Vec<Overdue>, PortError> {
    let before = sortable(before);
    let ledger = &survey.ledger;
    let (sample, whole) = ledger.table.scan_index(Index::Open, LITTLE).await.map_err(failed)?;
    let mut entries = if whole { sample } else { asked(survey, &sample, &before, most).await? };
    entries.retain(|entry| entry.at < before && may_be_overdue(entry));
    entries.sort_by_cached_key(Entry::place);
    entries.truncate(most);
    let mut found = Vec::new();
    for entry in &entries {
        found.extend(read(ledger, entry).await.map_err(failed)?);
    }
    Ok(found)
}

/// The overdue entries of everything that is known by name: in the directory, because something was
/// marked of it, or because a sample of what is open has it.
async fn asked(
    survey: &DynamoSurvey,
    sample: &[Entry],
    before: &str,
    most: usize,
) -> Result<Vec<Entry>, PortError> {
    let ledger = &survey.ledger;
    let mut prefixes = BTreeSet::from([open::UNTAKEN.to_owned()]);
    for source in survey.sources().await? {
        prefixes.insert(open::conflicts_of(&source));
    }
    for listed in survey.directory.destinations().await?.iter() {
        prefixes.insert(due::due_of(listed.name()));
    }
    for (name, _) in standings::all(ledger).await.map_err(failed)? {
        prefixes.insert(due::due_of(&name));
    }
    let sampled = sample.iter().filter(|entry| may_be_overdue(entry));
    prefixes.extend(sampled.filter_map(|entry| Some(entry.under.rsplit_once('/')?.0.to_owned())));
    let span = Span { before: Some(before), ..Span::default() };
    let mut entries = Vec::new();
    for prefix in prefixes {
        let found = ledger.table.entries(Index::Open, &prefix, span, most).await;
        entries.extend(found.map_err(failed)?);
    }
    Ok(entries)
}

/// Whether an entry is of what somebody must look at in time: not held, parked or told of.
fn may_be_overdue(entry: &Entry) -> bool {
    let untaken = entry.under.strip_prefix(open::UNTAKEN).is_some_and(|rest| rest.starts_with('/'));
    untaken || entry.under.starts_with(due::DUE) || entry.under.starts_with(open::CONFLICTS)
}

/// What an entry is of. A conflict that this version cannot read is left to one that can.
async fn read(ledger: &DynamoLedger, entry: &Entry) -> Result<Option<Overdue>, Failure> {
    let event = EventKey::from_stored(&entry.key.pk);
    if let Some(source) = entry.under.strip_prefix(open::CONFLICTS) {
        return match conflict(ledger, entry, source).await {
            Ok(found) => Ok(found.map(|(source, fingerprint)| {
                Overdue::Conflict { source, key: event, fingerprint }
            })),
            Err(Failure::Unreadable { .. }) => Ok(None),
            Err(failure) => Err(failure),
        };
    }
    if !entry.under.starts_with(due::DUE) {
        return Ok(Some(Overdue::Event(event)));
    }
    let destination = destination_of(&entry.key.sk);
    Ok(destination.map(|destination| Overdue::Delivery(DeliveryRef { event, destination })))
}

/// The destination that the sort key of a delivery names.
fn destination_of(sk: &str) -> Option<DestinationName> {
    Name::parse(sk.strip_prefix("delivery/")?.strip_suffix('/')?).ok()
}

/// Of which source a conflict is, and what it came with. The previous version did not write the
/// fingerprint down: it is its event's.
async fn conflict(
    ledger: &DynamoLedger,
    entry: &Entry,
    source: &str,
) -> Result<Option<(SourceId, Fingerprint)>, Failure> {
    let Some(item) = ledger.table.get(entry.key.clone()).await? else { return Ok(None) };
    let reader = Reader::new("conflict", &item);
    let fingerprint = match reader.text_if(FINGERPRINT)? {
        Some(text) => Fingerprint::from_stored(text),
        None => events::read(ledger, &item).await?.fingerprint(),
    };
    let source = source.rsplit_once('/').map_or(source, |(source, _)| source);
    let source = SourceId::parse(source).map_err(|error| reader.fault(error))?;
    Ok(Some((source, fingerprint)))
}

/// Puts off the next look; for one caller only. An answer that was lost costs one look: it comes
/// again after the next wait.
pub(super) async fn put_off(
    ledger: &DynamoLedger,
    what: &Overdue,
    now: Timestamp,
) -> Result<bool, Failure> {
    let update = match what {
        Overdue::Event(key) => later(ledger, Key::event(key), open::UNTAKEN, now).await?,
        Overdue::Delivery(of) => later(ledger, Key::delivery(of), due::DUE, now).await?,
        Overdue::Conflict { source, key, fingerprint } => {
            let mut told = Update::new(Key::conflict(key, fingerprint.as_str()));
            told.set(OPEN, text(open::told(source, key)));
            told.if_equal(OPEN, text(open::conflicts(source, key)));
            Some(told)
        }
    };
    let Some(update) = update else { return Ok(false) };
    Ok(match ledger.table.update(update).await? {
        Written::Done => true,
        Written::Not(_) => false,
    })
}

/// The next look at an item, if it is open under such a key and it is time for one.
async fn later(
    ledger: &DynamoLedger,
    key: Key,
    under: &str,
    now: Timestamp,
) -> Result<Option<Update>, Failure> {
    let Some(item) = ledger.table.get(key.clone()).await? else { return Ok(None) };
    let item = Reader::new("open item", &item);
    let (Some(open), Some(since)) = (item.text_if(OPEN)?, item.text_if(SINCE)?) else {
        return Ok(None);
    };
    if !open.starts_with(under) || unsorted(since).is_none_or(|since| now < since) {
        return Ok(None);
    }
    let rung = item.number_if::<u32>(RUNG)?.unwrap_or(0).saturating_add(1);
    let look = now.saturating_add(look_again(rung)).unwrap_or(Timestamp::MAX);
    let mut update = Update::new(key);
    update.set(SINCE, text(sortable(look)));
    update.set(RUNG, number(rung));
    update.if_equal(OPEN, text(open));
    update.if_equal(SINCE, text(since));
    if let Some(version) = item.number_if::<u64>(VERSION)? {
        update.if_equal(VERSION, number(version));
    }
    Ok(Some(update))
}
