//! What hours brought: added up from the log, so that adding up again is harmless. Which hours are added up
//! when is the sweep's; those that something came late to, `recount`'s.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::{Event, EventKey, PortError, SourceId, Survey, Tally};

/// An hour is added up when it has been over for so long: clocks differ, and answers take a while.
pub(crate) const CLOSED_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// The sweep adds up hours that are no older, …
pub(crate) const ADDED_UP_BACK: SignedDuration = SignedDuration::from_hours(48);
/// … so that younger ones than this may have no totals yet though something came in them.
pub const MAYBE_OPEN: SignedDuration = SignedDuration::from_hours(48 + 3);
pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Events of the log read at once.
const PAGE: usize = 500;

/// Adds up what a source brought in an hour, and writes it.
pub(crate) async fn add_up(
    survey: &dyn Survey,
    source: &SourceId,
    hour: Timestamp,
) -> Result<(), PortError> {
    let tally = counted(survey, source, hour, &[]).await?;
    survey.set_totals(&tally.into_hour(source, hour)).await
}

/// Counts events, which were just recorded, in the hours that were closed when they came late to them. What
/// was counted there stays: what it was counted from may have been forgotten since.
pub(crate) async fn recount(
    survey: &dyn Survey,
    late: &[Event],
    now: Timestamp,
) -> Result<(), PortError> {
    let closed = hour_of(minus(now, CLOSED_AFTER));
    let mut hours: BTreeMap<(SourceId, Timestamp), Vec<&Event>> = BTreeMap::new();
    for event in late {
        let hour = hour_of(event.received);
        hours.entry((event.source.clone(), hour)).or_default().push(event);
    }
    for ((source, hour), late) in hours.into_iter().filter(|((_, hour), _)| *hour < closed) {
        let known = survey.totals(&source, hour, plus(hour, HOUR)).await?.into_iter().next();
        let mut tally = counted(survey, &source, hour, &late).await?;
        let before = known.as_ref().map_or(0, |known| known.logged);
        if tally.logged <= before {
            continue;
        }
        let are_all_new = usize::try_from(tally.logged - before) == Ok(late.len());
        if let Some(known) = known.filter(|_| are_all_new) {
            tally = Tally::default();
            tally.add_hour(&known);
            late.iter().for_each(|event| tally.add(event));
        }
        survey.set_totals(&tally.into_hour(&source, hour)).await?;
    }
    Ok(())
}

/// What the log has of an hour, and these events of it, which an index may not have yet.
async fn counted(
    survey: &dyn Survey,
    source: &SourceId,
    hour: Timestamp,
    late: &[&Event],
) -> Result<Tally, PortError> {
    let (mut tally, mut seen) = (Tally::default(), BTreeSet::<EventKey>::new());
    let (until, mut after) = (plus(hour, HOUR), None::<String>);
    loop {
        let page = survey.logged(source, hour, until, after.as_deref(), PAGE).await?;
        for (_, event) in &page {
            tally.add(event);
            if late.iter().any(|late| late.key == event.key) {
                seen.insert(event.key.clone());
            }
        }
        match page.last() {
            Some((place, _)) if page.len() == PAGE => after = Some(place.clone()),
            Some(_) | None => break,
        }
    }
    late.iter().filter(|late| !seen.contains(&late.key)).for_each(|late| tally.add(late));
    Ok(tally)
}

/// The hour that a moment is in. Vietnam's hours begin when the others' do.
pub fn hour_of(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(3600)).unwrap_or(at)
}

pub(crate) fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

pub(crate) fn minus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}
