//! What days brought, in Vietnam's days: closed hours from their totals, hours that are not added up yet
//! from the log. Reads alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::hours::{HOUR, MAYBE_OPEN, minus, plus};
use crate::{Log, PortError, SourceId, Stretch, Stretched, Survey, Tally, VIETNAM};

const PAGE: usize = 500;

/// What days brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days {
    /// By day and source.
    pub days: BTreeMap<Date, BTreeMap<SourceId, Tally>>,
    /// Whether there was more in the open hours than may be looked at.
    pub partial: bool,
}

/// What these sources brought from the beginning of one day until before that of another.
pub async fn days(
    (survey, log): (&dyn Survey, &dyn Log),
    sources: &BTreeSet<SourceId>,
    (from, until): (Date, Date),
    now: Timestamp,
) -> Result<Days, PortError> {
    let (from, until) = (beginning(from), beginning(until));
    let mut found = Days::default();
    for source in sources {
        let mut open = from.max(minus(now, MAYBE_OPEN));
        for hour in survey.totals(source, from, until).await? {
            found.of(hour.hour, source).add_hour(&hour);
            open = open.max(plus(hour.hour, HOUR));
        }
        found.partial |= !read_open(log, source, (open, until), now, &mut found).await?;
    }
    Ok(found)
}

/// Adds what the log has of open hours; whether that is all there is.
async fn read_open(
    log: &dyn Log,
    source: &SourceId,
    (from, until): (Timestamp, Timestamp),
    now: Timestamp,
    into: &mut Days,
) -> Result<bool, PortError> {
    if from >= until {
        return Ok(true);
    }
    let stretch = Stretch { sources: vec![source.clone()], ..Stretch::between(now, from, until) };
    let (mut after, mut left) = (None::<String>, log.breadth());
    while left > 0 {
        // A few days at most: what is looked at is little more than what is found.
        let Stretched { events, next, .. } =
            log.stretch(&stretch, after.as_deref(), PAGE.min(left)).await?;
        left = left.saturating_sub(events.len().max(1));
        for (_, stored) in &events {
            into.of(stored.event.received, source).add(&stored.event);
        }
        after = next;
        if after.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Days {
    fn of(&mut self, at: Timestamp, source: &SourceId) -> &mut Tally {
        let day = VIETNAM.to_datetime(at).date();
        self.days.entry(day).or_default().entry(source.clone()).or_default()
    }
}

/// When a day of Vietnam's begins.
pub fn beginning(day: Date) -> Timestamp {
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    TimeZone::fixed(VIETNAM).to_timestamp(midnight).unwrap_or(Timestamp::MAX)
}
