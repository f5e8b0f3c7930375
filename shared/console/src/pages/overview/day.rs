//! What the last 24 hours brought: closed hours as the sweep has added them up, and those that are not
//! added up yet from the log. Both are added up by the sweep's own tally, which leaves test calls and
//! unknown kinds out.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    MoneyTotal, PortError, SourceId, Stretch, Tally, VIETNAM, Wanted, beginning, hour_of, search,
};
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use crate::Console;

const HOURS: i32 = 24;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Events of open hours that are looked at; beyond, the numbers are the least.
const MOST: usize = 2_000;
const AT_ONCE: usize = 500;

/// The last 24 hours.
#[derive(Debug)]
pub(super) struct Day {
    /// Each hour, oldest first.
    pub(super) hours: Vec<Hour>,
    /// Transfers since midnight in Vietnam, by currency.
    pub(super) money: Vec<MoneyTotal>,
    /// There was more than was looked at.
    pub(super) incomplete: bool,
}

/// One hour.
#[derive(Debug)]
pub(super) struct Hour {
    pub(super) begin: Timestamp,
    pub(super) events: u64,
}

impl Console {
    /// Whether the log has anything at all.
    pub(super) async fn has_any(&self, now: Timestamp) -> Result<bool, PortError> {
        let stretch = stretch(now, back(now, HOUR * (400 * HOURS)));
        let found = search(self.log.as_ref(), &Wanted::all(stretch), None, 1).await?;
        Ok(!found.events.is_empty())
    }

    /// What the last 24 hours brought from these sources.
    pub(super) async fn day(
        &self,
        sources: &BTreeSet<SourceId>,
        now: Timestamp,
    ) -> Result<Day, PortError> {
        let this = hour_of(now);
        let first = back(this, HOUR * (HOURS - 1));
        let hours: Vec<Timestamp> = (0..HOURS).map(|n| this.min(later(first, HOUR * n))).collect();
        let midnight = beginning(VIETNAM.to_datetime(now).date());
        let (mut by_hour, mut today) = (BTreeMap::<Timestamp, Tally>::new(), Tally::default());
        let end = later(this, HOUR);
        let reads = sources.iter().map(|source| self.survey.totals(source, first, end));
        let mut closed = BTreeSet::new();
        for totals in try_join_all(reads).await?.into_iter().flatten() {
            by_hour.entry(totals.hour).or_default().add_hour(&totals);
            if totals.hour >= midnight {
                today.add_hour(&totals);
            }
            closed.insert((totals.source.to_string(), totals.hour));
        }
        let is_open = |hour: &&Timestamp| {
            sources.iter().any(|source| !closed.contains(&(source.to_string(), **hour)))
        };
        let mut incomplete = false;
        if let Some(open) = hours.iter().find(is_open) {
            let wanted = Wanted::all(stretch(now, *open));
            let (mut after, mut looked_at) = (None, 0);
            loop {
                let found = search(self.log.as_ref(), &wanted, after.as_deref(), AT_ONCE).await?;
                looked_at += found.events.len().max(1);
                for (_, stored) in &found.events {
                    let event = &stored.event;
                    let hour = hour_of(event.received);
                    let counted = closed.contains(&(event.source.to_string(), hour));
                    if counted || !sources.contains(&event.source) {
                        continue;
                    }
                    by_hour.entry(hour).or_default().add(event);
                    if hour >= midnight {
                        today.add(event);
                    }
                }
                after = found.next;
                incomplete = after.is_some() && looked_at >= MOST;
                if after.is_none() || incomplete {
                    break;
                }
            }
        }
        let hour = |begin: &Timestamp| Hour {
            begin: *begin,
            events: by_hour.get(begin).map_or(0, |tally| tally.events),
        };
        let hours = hours.iter().map(hour).collect();
        Ok(Day { hours, money: today.money(), incomplete })
    }
}

/// The log from a moment until now.
pub(super) fn stretch(now: Timestamp, from: Timestamp) -> Stretch {
    Stretch::between(now, from, later(now, HOUR))
}

pub(super) fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}
