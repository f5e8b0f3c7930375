//! The rows of deliveries and attempts. SQL alone: every move was decided by `domain::Delivery`.

use domain::{Attempt, Delivery, DeliveryRef, Enlisted};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::Failure;
use crate::columns::{State, micros, time, verdict};

const TABLE: &str = "deliveries";

/// A delivery and the id of its event's row.
pub(crate) struct Found {
    pub(crate) event: i64,
    pub(crate) delivery: Delivery,
}

/// Puts a delivery if it is absent. One whose event the ledger does not have is not written: there
/// is nothing to deliver, and `start` will say so.
pub(crate) fn insert(db: &Connection, delivery: &Delivery) -> Result<Enlisted, Failure> {
    let sql = "INSERT INTO deliveries (event, destination, created, state, owner, at, reason, \
               attempts, failures, first_attempt) \
               SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM events WHERE key = ?1 \
               ON CONFLICT (event, destination) DO NOTHING";
    let state = State::of(&delivery.state);
    let written = db.prepare_cached(sql)?.execute(params![
        delivery.of.event.as_str(),
        delivery.of.destination.as_str(),
        micros(delivery.created),
        state.word,
        state.owner,
        state.at,
        state.reason,
        delivery.attempts,
        delivery.failures,
        delivery.first_attempt.map(micros),
    ])?;
    Ok(if written == 0 { Enlisted::Known } else { Enlisted::New })
}

/// Finds a delivery.
pub(crate) fn find(db: &Connection, of: &DeliveryRef) -> Result<Option<Found>, Failure> {
    let sql = "SELECT event, created, state, owner, at, reason, attempts, failures, first_attempt \
               FROM deliveries \
               WHERE event = (SELECT id FROM events WHERE key = ?1) AND destination = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let key = params![of.event.as_str(), of.destination.as_str()];
    let row = statement.query_row(key, |row| Ok(read(row, of))).optional()?;
    row.transpose()
}

/// Writes a delivery's next state.
pub(crate) fn update(db: &Connection, event: i64, delivery: &Delivery) -> Result<(), Failure> {
    let sql = "UPDATE deliveries SET state = ?3, owner = ?4, at = ?5, reason = ?6, attempts = ?7, \
               failures = ?8, first_attempt = ?9 WHERE event = ?1 AND destination = ?2";
    let state = State::of(&delivery.state);
    db.prepare_cached(sql)?.execute(params![
        event,
        delivery.of.destination.as_str(),
        state.word,
        state.owner,
        state.at,
        state.reason,
        delivery.attempts,
        delivery.failures,
        delivery.first_attempt.map(micros),
    ])?;
    Ok(())
}

/// Writes an attempt.
pub(crate) fn record(
    db: &Connection,
    event: i64,
    of: &DeliveryRef,
    attempt: &Attempt,
) -> Result<(), Failure> {
    let sql = "INSERT INTO attempts (event, destination, n, started, finished, verdict, status, \
               detail, counted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    db.prepare_cached(sql)?.execute(params![
        event,
        of.destination.as_str(),
        attempt.n,
        micros(attempt.started),
        micros(attempt.finished),
        attempt.verdict,
        attempt.status,
        attempt.detail,
        attempt.counted,
    ])?;
    Ok(())
}

/// A delivery's attempts, oldest first.
pub(crate) fn attempts(db: &Connection, found: &Found) -> Result<Vec<Attempt>, Failure> {
    let sql = "SELECT n, started, finished, verdict, status, detail, counted FROM attempts \
               WHERE event = ?1 AND destination = ?2 ORDER BY n";
    let mut statement = db.prepare_cached(sql)?;
    let destination = found.delivery.of.destination.as_str();
    let mut rows = statement.query(params![found.event, destination])?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(Attempt {
            n: row.get(0)?,
            started: time("attempts", row.get(1)?)?,
            finished: time("attempts", row.get(2)?)?,
            verdict: verdict(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?,
            status: row.get(4)?,
            detail: row.get(5)?,
            counted: row.get(6)?,
        });
    }
    Ok(attempts)
}

fn read(row: &Row<'_>, of: &DeliveryRef) -> Result<Found, Failure> {
    let state =
        State { word: row.get(2)?, owner: row.get(3)?, at: row.get(4)?, reason: row.get(5)? };
    let first_attempt: Option<i64> = row.get(8)?;
    let delivery = Delivery {
        of: of.clone(),
        created: time(TABLE, row.get(1)?)?,
        state: state.read()?,
        attempts: row.get(6)?,
        failures: row.get(7)?,
        first_attempt: first_attempt.map(|at| time(TABLE, at)).transpose()?,
    };
    Ok(Found { event: row.get(0)?, delivery })
}
