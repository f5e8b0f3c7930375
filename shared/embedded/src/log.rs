//! The log by source and time, and what closed hours brought. SQL alone.

use domain::{AccountTotal, Currency, Event, HourTotals, MoneyTotal, SourceId};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::claims::read_event;
use crate::columns::{micros, time};
use crate::reports::rows;

pub(crate) const LOGGED: &str = "SELECT received, id, late, body FROM events \
    WHERE source = ?1 AND (received, id) > (?2, ?3) AND received < ?4 \
    ORDER BY received, id LIMIT ?5";
pub(crate) const TOTALS: &str = "SELECT hour, logged, events, hooks, money, accounts FROM totals \
    WHERE source = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour";

/// A place in a list that is ordered by a time and an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub(crate) i64, pub(crate) i64);

impl Place {
    /// Before everything.
    pub(crate) const FIRST: Self = Self(i64::MIN, i64::MIN);

    /// Reads a place. One that is none of ours, of another backend perhaps, is the first.
    pub(crate) fn parse(text: Option<&str>) -> Self {
        text.and_then(Self::read).unwrap_or(Self::FIRST)
    }

    /// Reads a place, if it is one.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self(at.parse().ok()?, id.parse().ok()?))
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
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Money {
    currency: String,
    count_in: u64,
    sum_in: String,
    count_out: u64,
    sum_out: String,
}

/// What an hour brought to one account, in JSON. An older version wrote the first two as a list.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Account {
    account: String,
    money: Vec<Money>,
    #[serde(default)]
    bank: Option<String>,
    #[serde(default)]
    virtual_accounts: Vec<String>,
}

/// Writes what an hour brought.
pub(crate) fn set_totals(db: &Connection, totals: &HourTotals) -> Result<(), Failure> {
    let unwritten = |error| Failure::unreadable("totals", error);
    let money = serde_json::to_string(&of_money(&totals.money)).map_err(unwritten)?;
    let accounts = totals.accounts.iter().map(|total| Account {
        account: total.account.clone(),
        bank: total.bank.clone(),
        virtual_accounts: total.virtual_accounts.clone(),
        money: of_money(&total.money),
    });
    let accounts = serde_json::to_string(&accounts.collect::<Vec<_>>()).map_err(unwritten)?;
    let [logged, events, hooks] = [totals.logged, totals.events, totals.hooks]
        .map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let sql = "INSERT OR REPLACE INTO totals (source, hour, logged, events, hooks, money, accounts) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (source, hour) = (totals.source.as_str(), micros(totals.hour));
    let row = params![source, hour, logged, events, hooks, money, accounts];
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
    rows(db, TOTALS, &[&source.as_str(), &from, &until], |row| read_totals(source.clone(), row, 0))
}

/// What an hour brought, from its columns in the order of [`TOTALS`], the first of which is this one.
pub(crate) fn read_totals(
    source: SourceId,
    row: &Row<'_>,
    first: usize,
) -> Result<HourTotals, Failure> {
    let count = |n: usize| row.get::<_, i64>(first + n).map(i64::unsigned_abs);
    let text = |n: usize| row.get::<_, String>(first + n);
    let unreadable = |error| Failure::unreadable("totals", error);
    let money = serde_json::from_str(&text(4)?).map_err(unreadable)?;
    let accounts: Vec<Account> = serde_json::from_str(&text(5)?).map_err(unreadable)?;
    let accounts =
        accounts.into_iter().map(|Account { account, bank, virtual_accounts, money }| {
            let money = to_money(money)?;
            Ok::<_, Failure>(AccountTotal { account, bank, virtual_accounts, money })
        });
    Ok(HourTotals {
        source,
        hour: time("totals", row.get(first)?)?,
        logged: count(1)?,
        events: count(2)?,
        hooks: count(3)?,
        money: to_money(money)?,
        accounts: accounts.collect::<Result<_, _>>()?,
    })
}

fn of_money(money: &[MoneyTotal]) -> Vec<Money> {
    let money = money.iter().map(|total| Money {
        currency: total.currency.to_string(),
        count_in: total.count_in,
        sum_in: total.sum_in.to_string(),
        count_out: total.count_out,
        sum_out: total.sum_out.to_string(),
    });
    money.collect()
}

fn to_money(money: Vec<Money>) -> Result<Vec<MoneyTotal>, Failure> {
    let unreadable = |why: String| Failure::unreadable("totals", why);
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

    #[test]
    fn accounts_as_an_older_version_wrote_them_are_read() {
        let old = r#"[["9",[]],["10",[]]]"#;
        let read: Vec<Account> = serde_json::from_str(old).unwrap();
        let account = |account: &str| Account {
            account: account.to_owned(),
            money: Vec::new(),
            bank: None,
            virtual_accounts: Vec::new(),
        };
        assert_eq!(read, [account("9"), account("10")]);
    }
}
