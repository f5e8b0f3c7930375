//! What a day brought, read from the log once for all that want to know, and added up for each by its own
//! filter: a chat of one account learns nothing of another.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::super::Sweep;
use crate::hours::{HOUR, plus};
use crate::summary::Figures;
use crate::{Event, Filter, PortError, SourceId};

/// Events of the log read at once.
const PAGE: usize = 500;
/// Events of the log read for the summaries of one end, …
const MOST_READ: usize = 200_000;
/// … and for how long: a Lambda must come to its end.
pub(super) const LONGEST: SignedDuration = SignedDuration::from_secs(45);

/// The 24 hours before a whole hour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

/// How much more may be read.
struct Left {
    events: usize,
    until: Timestamp,
}

impl Sweep {
    /// What a day brought, by each of these filters.
    pub(super) async fn add_up_day(
        &self,
        day: Day,
        filters: &[&Filter],
    ) -> Result<Vec<Figures>, PortError> {
        let mut all: Vec<Figures> = filters.iter().map(|_| Figures::default()).collect();
        let mut left = Left { events: MOST_READ, until: plus(self.clock.now(), LONGEST) };
        let mut whole = true;
        for source in self.sources_of(filters).await? {
            for part in self.busy(&source, day).await? {
                let add = |event: &Event| {
                    let wanting = filters.iter().zip(&mut all).filter(|(f, _)| f.wants(event));
                    wanting.for_each(|(_, figures)| figures.add(event));
                };
                whole = whole && self.read(&source, part, &mut left, add).await?;
            }
        }
        all.iter_mut().for_each(|figures| figures.partial |= !whole);
        Ok(all)
    }

    /// Reads a part of a source's day; whether that is all there is.
    async fn read(
        &self,
        source: &SourceId,
        part: Day,
        left: &mut Left,
        mut add: impl FnMut(&Event),
    ) -> Result<bool, PortError> {
        let mut after: Option<String> = None;
        while left.events > 0 && self.clock.now() < left.until {
            let most = PAGE.min(left.events);
            let Day { from, until } = part;
            let page = self.survey.logged(source, from, until, after.as_deref(), most).await?;
            left.events -= page.len().min(most);
            page.iter().for_each(|(_, event)| add(event));
            match page.last() {
                Some((place, _)) if page.len() == most => after = Some(place.clone()),
                Some(_) | None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// The sources that any of these filters may want a transfer of.
    async fn sources_of(&self, filters: &[&Filter]) -> Result<BTreeSet<SourceId>, PortError> {
        let wanting = || filters.iter().filter(|filter| filter.wants_transfers());
        let mut sources: BTreeSet<SourceId> =
            wanting().flat_map(|filter| filter.sources.iter().cloned()).collect();
        if wanting().any(|filter| filter.sources.is_empty()) {
            for provider in &self.providers {
                let listed = self.directory.sources(provider).await?;
                sources.extend(listed.iter().map(|listed| listed.id().clone()));
            }
        }
        Ok(sources)
    }

    /// A day but for the hours that are known to have brought a source nothing: where the log is asked
    /// hour by hour, each costs.
    async fn busy(&self, source: &SourceId, day: Day) -> Result<Vec<Day>, PortError> {
        let totals = self.survey.totals(source, day.from, day.until).await?;
        let empty: BTreeSet<Timestamp> =
            totals.iter().filter(|total| total.logged == 0).map(|total| total.hour).collect();
        let (mut parts, mut hour) = (Vec::<Day>::new(), day.from);
        while hour < day.until {
            let next = plus(hour, HOUR);
            match parts.last_mut() {
                _ if empty.contains(&hour) => {}
                Some(part) if part.until == hour => part.until = next,
                Some(_) | None => parts.push(Day { from: hour, until: next }),
            }
            hour = next;
        }
        Ok(parts)
    }
}
