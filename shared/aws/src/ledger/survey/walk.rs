//! Walks along the indexes, newest first: hour by hour where the log is asked, past the hours in which
//! nothing came; day by day where failed deliveries are; at once where open or held ones are. An index
//! says where something stood a moment ago: what it is now is read by the caller.

use std::collections::{BTreeMap, BTreeSet};

use domain::{DestinationName, ENDS_WITHIN, MAYBE_OPEN, PortError, SourceId, Stretch, hour_of};
use jiff::{SignedDuration, Timestamp};

use super::super::failed;
use super::{DynamoSurvey, hours};
use crate::failure::Failure;
use crate::keys::{Index, deliveries, events, sortable, unsorted};
use crate::table::{Entry, Span};

/// So many hours of one source, or days of one destination, are looked into for one answer, each by a
/// query of every shard.
const VISITS: usize = 24;
/// How far back one reading of totals looks for hours in which something came.
const BACK: SignedDuration = SignedDuration::from_hours(31 * 24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const MOMENT: SignedDuration = SignedDuration::from_micros(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How far a walk came.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) entries: Vec<Entry>,
    /// Queries of an hour or a day.
    pub(super) visits: usize,
    pub(super) next: Option<String>,
}

/// Where a stretch's events are, after a place.
pub(super) async fn walk(
    survey: &DynamoSurvey,
    of: &Stretch,
    after: Option<&str>,
    most: usize,
) -> Result<Walked, PortError> {
    match of.state {
        Some("failed") => {
            let destinations = destinations(survey, of).await?;
            days(survey, of, &destinations, after, most).await.map_err(failed)
        }
        Some(state @ ("held" | "pending" | "sending" | "waiting" | "gathered")) => {
            let destinations = destinations(survey, of).await?;
            open(survey, state, &destinations, after, most).await.map_err(failed)
        }
        Some(_) | None => {
            let sources = match of.sources.as_slice() {
                [] => survey.sources().await?,
                some => some.to_vec(),
            };
            log(survey, of, &sources, after, most).await.map_err(failed)
        }
    }
}

async fn destinations(
    survey: &DynamoSurvey,
    of: &Stretch,
) -> Result<Vec<DestinationName>, PortError> {
    if let Some(one) = &of.destination {
        return Ok(vec![one.clone()]);
    }
    let listed = survey.directory.destinations().await?;
    Ok(listed.iter().map(|listed| listed.name().clone()).collect())
}

/// What is open or held, of all these destinations.
async fn open(
    survey: &DynamoSurvey,
    state: &str,
    destinations: &[DestinationName],
    after: Option<&str>,
    most: usize,
) -> Result<Walked, Failure> {
    let span = Span { after, backwards: true, ..Span::default() };
    let mut entries = Vec::new();
    for destination in destinations {
        let prefix = match state {
            "held" => deliveries::held_of(destination),
            _ => deliveries::due_of(destination),
        };
        entries.extend(survey.ledger.table.entries(Index::Open, &prefix, span, most).await?);
    }
    Ok(cut(entries, most))
}

/// What failed, day by day.
async fn days(
    survey: &DynamoSurvey,
    of: &Stretch,
    destinations: &[DestinationName],
    after: Option<&str>,
    most: usize,
) -> Result<Walked, Failure> {
    let newest = of.until.saturating_add(ENDS_WITHIN).unwrap_or(Timestamp::MAX).min(of.now);
    let newest = after.and_then(at).unwrap_or(newest);
    let span = Span { after, backwards: true, ..Span::default() };
    let (mut entries, mut visits, mut day) = (Vec::new(), 0, newest);
    while day.saturating_add(DAY).unwrap_or(Timestamp::MAX) > of.from {
        for destination in destinations {
            let prefix = deliveries::failed_of(destination, day);
            entries.extend(survey.ledger.table.entries(Index::Log, &prefix, span, most).await?);
            visits += 1;
        }
        if entries.len() >= most {
            return Ok(Walked { visits, ..cut(entries, most) });
        }
        let begin = format!("{} ", &sortable(day)[..10]);
        day = day.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        if visits >= VISITS || day == Timestamp::MIN {
            let more = day.saturating_add(DAY).unwrap_or(Timestamp::MAX) > of.from;
            let next = more.then_some(begin);
            return Ok(Walked { visits, next, ..cut(entries, most) });
        }
    }
    Ok(Walked { visits, ..cut(entries, most) })
}

/// The log of all these sources, hour by hour.
async fn log(
    survey: &DynamoSurvey,
    of: &Stretch,
    sources: &[SourceId],
    after: Option<&str>,
    most: usize,
) -> Result<Walked, Failure> {
    let newest = of.until.min(after.and_then(at).unwrap_or(Timestamp::MAX)).min(of.now);
    // A whole hour, so that the next reading of totals begins where this one ended.
    let oldest = of.from.max(hour_of(newest.saturating_sub(BACK).unwrap_or(Timestamp::MIN)));
    let (from, until) = (sortable(of.from), sortable(of.until));
    let span = Span { from: Some(&from), before: Some(&until), after, backwards: true };
    let (mut entries, mut visits) = (Vec::new(), 0);
    let busy = busy_hours(survey, sources, oldest, newest, of.now).await?;
    for (hour, busy) in busy.into_iter().rev() {
        if visits >= VISITS {
            let next = Some(before(hour.saturating_add(HOUR).unwrap_or(hour)));
            return Ok(Walked { visits, next, ..cut(entries, most) });
        }
        for source in busy {
            let prefix = events::logged_of(source, hour);
            entries.extend(survey.ledger.table.entries(Index::Log, &prefix, span, most).await?);
            visits += 1;
        }
        if entries.len() >= most {
            return Ok(Walked { visits, ..cut(entries, most) });
        }
    }
    let next = (oldest > of.from).then(|| before(oldest));
    Ok(Walked { visits, next, ..cut(entries, most) })
}

/// The hours in which something came, as far as that is known, each with the sources that it came to.
async fn busy_hours<'a>(
    survey: &DynamoSurvey,
    sources: &'a [SourceId],
    oldest: Timestamp,
    newest: Timestamp,
    now: Timestamp,
) -> Result<BTreeMap<Timestamp, BTreeSet<&'a SourceId>>, Failure> {
    let mut busy: BTreeMap<Timestamp, BTreeSet<&SourceId>> = BTreeMap::new();
    let unsure = now.saturating_sub(MAYBE_OPEN).unwrap_or(Timestamp::MIN).max(oldest);
    for source in sources {
        let from = hour_of(oldest);
        let totals = hours::totals(&survey.ledger, source, from, newest).await?;
        let known: BTreeMap<Timestamp, u64> =
            totals.iter().map(|totals| (totals.hour, totals.logged)).collect();
        for (hour, logged) in &known {
            if *logged > 0 {
                busy.entry(*hour).or_default().insert(source);
            }
        }
        // Of our own sources no hour is ever added up.
        let mut hour = hour_of(if source.is_own() { oldest } else { unsure });
        while hour <= newest {
            if !known.contains_key(&hour) {
                busy.entry(hour).or_default().insert(source);
            }
            hour = hour.saturating_add(HOUR).unwrap_or(Timestamp::MAX);
        }
    }
    Ok(busy)
}

/// The first of these, newest first, and where to go on if there are more. What is at one place stays
/// together: deliveries of one event.
fn cut(mut entries: Vec<Entry>, most: usize) -> Walked {
    entries.sort_by_cached_key(|entry| std::cmp::Reverse(entry.place()));
    let last = most.checked_sub(1).and_then(|last| entries.get(last));
    let next = last.map(Entry::place);
    if let Some(next) = &next {
        entries.retain(|entry| entry.place() >= *next);
    }
    Walked { entries, next, ..Walked::default() }
}

/// The place that everything before a moment comes after.
fn before(moment: Timestamp) -> String {
    format!("{} ~", sortable(moment.saturating_sub(MOMENT).unwrap_or(Timestamp::MIN)))
}

/// The time of a place.
fn at(place: &str) -> Option<Timestamp> {
    let text = place.split(' ').next()?;
    // A day's beginning is a place, too: what follows it is of the day before.
    let day = || unsorted(&format!("{text}T00:00:00Z"))?.checked_sub(MOMENT).ok();
    unsorted(text).or_else(day)
}
