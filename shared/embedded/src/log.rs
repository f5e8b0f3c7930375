//! The log by source and time, and what closed hours brought. SQL alone.

use domain::{Currency, Event, HourTotals, MoneyTotal, SourceId};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::claims::read_event;
use crate::columns::{micros, time};
use crate::reports::rows;

pub(crate) const LOGGED: &str = "SELECT received, id, late, body FROM events \
    WHERE source = ?1 AND (received, id) > (?2, ?3) AND received < ?4 \
    ORDER BY received, id LIMIT ?5";
pub(crate) const TOTALS: &str = "SELECT hour, events, hooks, money FROM totals \
    WHERE source = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour";

/// A place in a list that is ordered by a time and an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub(crate) i64, pub(crate) i64);

impl Place {
    /// Before everything.
    pub(crate) const FIRST: Self = Self(i64::MIN, i64::MIN);

    /// Reads a place. One that is none of ours, of another backend perhaps, is the first.
    pub(crate) fn parse(text: Option<&str>) -> Self {
        let read = |text: &str| {
            let (at, id) = text.split_once('.')?;
            Some(Self(at.parse().ok()?, id.parse().ok()?))
        };
        text.and_then(read).unwrap_or(Self::FIRST)
    }

    /// The written form.
    pub(crate) fn to_text(self) -> String {
        format!("{}.{}", self.0, self.1)
    }
}

/// A source's events after a place that were received before `until`.
pub(crate) fn logged(
    db: &Connection,
    source: &SourceId,
    Place(received, id): Place,
    until: i64,
    most: usize,
) -> Result<Vec<(String, Event)>, Failure> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    rows(db, LOGGED, &[&source.as_str(), &received, &id, &until, &most], |row| {
        let place = Place(row.get(0)?, row.get(1)?).to_text();
        let event = read_event("events", row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
        Ok((place, Event { late: row.get(2)?, ..event }))
    })
}

/// Money of one currency, in JSON.
#[derive(Serialize, Deserialize)]
struct Money {
    currency: String,
    count_in: u64,
    sum_in: String,
    count_out: u64,
    sum_out: String,
}

/// Writes what an hour brought.
pub(crate) fn set_totals(db: &Connection, totals: &HourTotals) -> Result<(), Failure> {
    let money = totals.money.iter().map(|total| Money {
        currency: total.currency.to_string(),
        count_in: total.count_in,
        sum_in: total.sum_in.to_string(),
        count_out: total.count_out,
        sum_out: total.sum_out.to_string(),
    });
    let money = serde_json::to_string(&money.collect::<Vec<_>>());
    let money = money.map_err(|error| Failure::unreadable("totals", error))?;
    let [events, hooks] =
        [totals.events, totals.hooks].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let sql = "INSERT OR REPLACE INTO totals (source, hour, events, hooks, money) \
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![totals.source.as_str(), micros(totals.hour), events, hooks, money];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// What the hours from `from` until before `until` brought a source.
pub(crate) fn totals(
    db: &Connection,
    source: &SourceId,
    from: i64,
    until: i64,
) -> Result<Vec<HourTotals>, Failure> {
    rows(db, TOTALS, &[&source.as_str(), &from, &until], |row| {
        let counts = (row.get(1)?, row.get(2)?);
        read_totals(source.clone(), row.get(0)?, counts, &row.get::<_, String>(3)?)
    })
}

/// The columns of an hour's row; the counts are of events, and of hooks among them.
pub(crate) fn read_totals(
    source: SourceId,
    hour: i64,
    (events, hooks): (i64, i64),
    money: &str,
) -> Result<HourTotals, Failure> {
    let (hour, money) = (time("totals", hour)?, read_money(money)?);
    let (events, hooks) = (events.unsigned_abs(), hooks.unsigned_abs());
    Ok(HourTotals { source, hour, events, hooks, money })
}

fn read_money(text: &str) -> Result<Vec<MoneyTotal>, Failure> {
    let unreadable = |why: String| Failure::unreadable("totals", why);
    let money: Vec<Money> = serde_json::from_str(text).map_err(|e| unreadable(e.to_string()))?;
    let read = |total: Money| {
        let currency =
            Currency::parse(&total.currency).ok_or_else(|| unreadable(total.currency))?;
        let sum = |text: &str| text.parse().map_err(|_| unreadable(format!("the sum {text:?}")));
        Ok(MoneyTotal {
            currency,
            count_in: total.count_in,
            sum_in: sum(&total.sum_in)?,
            count_out: total.count_out,
            sum_out: sum(&total.sum_out)?,
        })
    };
    money.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_the_same_and_another_backends_is_the_first() {
        let place = Place(i64::MAX, 7);
        assert_eq!(Place::parse(Some(&place.to_text())), place);
        for text in [None, Some(""), Some("7"), Some("x.1"), Some("1.2.3"), Some("held#1")] {
            assert_eq!(Place::parse(text), Place::FIRST, "{text:?}");
        }
    }
}
