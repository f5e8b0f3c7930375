//! Closed hours are added up from the log, each twice, never incremented. Who is called silent for the
//! want of them is `silence`'s.

use jiff::{SignedDuration, Timestamp};

use super::{Sweep, Swept};
use crate::{HourTotals, ListedSource, PortError, Source, Tally};

pub(super) const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// An hour is added up when it has been over for so long: clocks differ, and answers take a while.
const CLOSED_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// Hours of one source added up in one run.
const HOURS_AT_ONCE: usize = 24;
/// How far back hours are added up that were never added up.
const HOURS_BACK: i64 = 48;
/// Events of the log read at once.
const PAGE: usize = 500;

impl Sweep {
    pub(super) async fn hours(&self, swept: &mut Swept) -> Result<(), PortError> {
        for provider in &self.providers {
            for listed in self.directory.sources(provider).await? {
                let ListedSource::Ready(source) = listed else { continue };
                let done = self.add_up(&source).await;
                swept.note(source.id.as_str(), done);
                if source.active {
                    let heard = self.listen(&source, swept).await;
                    swept.note(source.id.as_str(), heard);
                }
            }
        }
        Ok(())
    }

    /// Adds up the hours that have closed since the last run, and the last of them once more an hour
    /// later: what was written late is then in it too.
    async fn add_up(&self, source: &Source) -> Result<(), PortError> {
        let name = format!("hours/{}", source.id);
        let closed = hour_of(minus(self.clock.now(), CLOSED_AFTER));
        let mut was = self.notes.note(&name).await?;
        let first = minus(closed, HOUR * i32::try_from(HOURS_BACK).unwrap_or(48));
        let known = was.as_deref().and_then(|text| text.parse().ok());
        let mut next = known.map_or(first, |until: Timestamp| minus(until, HOUR));
        if known == Some(closed) {
            return Ok(());
        }
        for _ in 0..HOURS_AT_ONCE {
            if next >= closed {
                break;
            }
            let totals = self.totals_of(source, next, plus(next, HOUR)).await?;
            self.survey.set_totals(&totals).await?;
            next = plus(next, HOUR);
            // Noted hour by hour: a run that is cut off has not read for nothing.
            let now = next.to_string();
            if known.is_none_or(|known| next > known) {
                if !self.notes.set_note(&name, was.as_deref(), &now).await? {
                    break;
                }
                was = Some(now);
            }
        }
        Ok(())
    }

    /// What a source brought from one moment until before another.
    async fn totals_of(
        &self,
        source: &Source,
        hour: Timestamp,
        until: Timestamp,
    ) -> Result<HourTotals, PortError> {
        let mut tally = Tally::default();
        let mut after: Option<String> = None;
        loop {
            let page = self.survey.logged(&source.id, hour, until, after.as_deref(), PAGE).await?;
            for (_, event) in &page {
                tally.add(event);
            }
            match page.last() {
                Some((place, _)) if page.len() == PAGE => after = Some(place.clone()),
                Some(_) | None => break,
            }
        }
        Ok(tally.into_hour(&source.id, hour))
    }
}

/// The hour that a moment is in.
pub(super) fn hour_of(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(3600)).unwrap_or(at)
}

pub(super) fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

pub(super) fn minus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}
