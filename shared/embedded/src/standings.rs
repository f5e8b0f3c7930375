//! The rows of standings. SQL alone: what a mark changes was decided by `domain::Standing`.

use std::collections::HashMap;

use domain::{Cause, DestinationName, Mode, Name, Probed, Standing, Streak};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::Failure;
use crate::columns::{micros, time};

const TABLE: &str = "standings";

/// How every destination stands that something was marked of.
pub(crate) type Standings = HashMap<DestinationName, Standing>;

/// All of them.
pub(crate) fn read_all(db: &Connection) -> Result<Standings, Failure> {
    let sql = "SELECT mode, since, cause, words, streak, failures, probed, place, \
               resumed, told, destination FROM standings";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut all = HashMap::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(10)?;
        let name = Name::parse(&name).map_err(|error| Failure::unreadable(TABLE, error))?;
        all.insert(name, read(row)?);
    }
    Ok(all)
}

/// How one stands.
pub(crate) fn find(
    db: &Connection,
    destination: &DestinationName,
) -> Result<Option<Standing>, Failure> {
    let sql = "SELECT mode, since, cause, words, streak, failures, probed, place, \
               resumed, told FROM standings WHERE destination = ?1";
    let mut statement = db.prepare_cached(sql)?;
    statement.query_row([destination.as_str()], |row| Ok(read(row))).optional()?.transpose()
}

/// Writes how one stands.
pub(crate) fn write(
    db: &Connection,
    destination: &DestinationName,
    standing: &Standing,
) -> Result<(), Failure> {
    let sql = "INSERT OR REPLACE INTO standings (destination, mode, since, cause, words, streak, \
               failures, probed, place, resumed, told) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let (mode, since, cause) = match &standing.mode {
        Mode::Active => ("active", None, None),
        Mode::Paused { since, cause } => ("paused", Some(*since), Some(cause)),
        Mode::Disabled { since } => ("disabled", Some(*since), None),
    };
    let (cause, words) = match cause {
        None => (None, None),
        Some(Cause::Failing) => (Some("failing"), None),
        Some(Cause::Operator) => (Some("operator"), None),
        Some(Cause::Dead(words)) => (Some("dead"), Some(words)),
    };
    db.prepare_cached(sql)?.execute(params![
        destination.as_str(),
        mode,
        since.map(micros),
        cause,
        words,
        standing.streak.map(|streak| micros(streak.since)),
        standing.streak.map_or(0, |streak| streak.failures),
        standing.probed.as_ref().map(|probed| micros(probed.at)),
        standing.probed.as_ref().map(|probed| &probed.place),
        standing.resumed.map(micros),
        standing.told,
    ])?;
    Ok(())
}

/// Forgets how one stands, and what was reserved.
pub(crate) fn forget(db: &Connection, destination: &DestinationName) -> Result<(), Failure> {
    for sql in [
        "DELETE FROM standings WHERE destination = ?1",
        "DELETE FROM reserved WHERE destination = ?1",
    ] {
        db.prepare_cached(sql)?.execute([destination.as_str()])?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Standing, Failure> {
    let at = |column| -> Result<Option<Timestamp>, Failure> {
        row.get::<_, Option<i64>>(column)?.map(|at| time(TABLE, at)).transpose()
    };
    let lacks = |what: &str| Failure::unreadable(TABLE, format!("one without {what}"));
    let since = || at(1)?.ok_or_else(|| lacks("a time"));
    let mode: String = row.get(0)?;
    let mode = match mode.as_str() {
        "active" => Mode::Active,
        "paused" => Mode::Paused { since: since()?, cause: cause(row)? },
        "disabled" => Mode::Disabled { since: since()? },
        other => return Err(Failure::unreadable(TABLE, format!("mode {other:?}"))),
    };
    let failures = row.get(5)?;
    let streak = at(4)?.map(|since| Streak { since, failures });
    let place: Option<String> = row.get(7)?;
    let probed = at(6)?.zip(place).map(|(at, place)| Probed { at, place });
    Ok(Standing { mode, streak, probed, resumed: at(8)?, told: row.get(9)? })
}

fn cause(row: &Row<'_>) -> Result<Cause, Failure> {
    let cause: Option<String> = row.get(2)?;
    match cause.as_deref() {
        Some("failing") => Ok(Cause::Failing),
        Some("operator") => Ok(Cause::Operator),
        Some("dead") => Ok(Cause::Dead(row.get::<_, Option<String>>(3)?.unwrap_or_default())),
        other => Err(Failure::unreadable(TABLE, format!("cause {other:?}"))),
    }
}
