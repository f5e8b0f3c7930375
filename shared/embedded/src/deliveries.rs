//! The rows of deliveries and attempts. SQL alone: every move was decided by `domain::Delivery`.

use domain::{Attempt, Delivery, DeliveryRef, DestinationName, Enlisted, EventKey};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::Failure;
use crate::columns::{State, micros, time, verdict};

const TABLE: &str = "deliveries";

/// What [`read`] reads, in its order.
macro_rules! columns {
    () => {
        "event, created, state, owner, at, reason, digest, attempts, failures, first_attempt, alone"
    };
}

/// `CROSS JOIN` keeps SQLite from beginning with the events.
pub(crate) const WAITING: &str = concat!(
    "SELECT ",
    columns!(),
    ", key FROM deliveries CROSS JOIN events ON id = event \
     WHERE state = 'waiting' AND destination = ?1 AND at <= ?2 ORDER BY at, event LIMIT ?3"
);
pub(crate) const HELD: &str = concat!(
    "SELECT ",
    columns!(),
    ", key FROM deliveries CROSS JOIN events ON id = event \
     WHERE state = 'held' AND destination = ?1 AND (created, event) > (?2, ?3) \
     ORDER BY created, event LIMIT ?4"
);
pub(crate) const COUNT_HELD: &str =
    "SELECT count(*) FROM deliveries WHERE state = 'held' AND destination = ?1";

/// A delivery and the id of its event's row.
pub(crate) struct Found {
    pub(crate) event: i64,
    pub(crate) delivery: Delivery,
}

/// Puts a delivery if it is absent. One whose event the ledger does not have is not written: there
/// is nothing to deliver, and `start` will say so.
pub(crate) fn insert(db: &Connection, delivery: &Delivery) -> Result<Enlisted, Failure> {
    let sql = "INSERT INTO deliveries (event, destination, created, state, owner, at, reason, \
               digest, attempts, failures, first_attempt, alone, look) \
               SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 \
               FROM events WHERE key = ?1 ON CONFLICT (event, destination) DO NOTHING";
    let state = State::of(&delivery.state);
    let written = db.prepare_cached(sql)?.execute(params![
        delivery.of.event.as_str(),
        delivery.of.destination.as_str(),
        micros(delivery.created),
        state.word,
        state.owner,
        state.at,
        state.reason,
        state.digest,
        delivery.attempts,
        delivery.failures,
        delivery.first_attempt.map(micros),
        delivery.alone,
        delivery.look_at().map(micros),
    ])?;
    Ok(if written == 0 { Enlisted::Known } else { Enlisted::New })
}

/// Finds a delivery.
pub(crate) fn find(db: &Connection, of: &DeliveryRef) -> Result<Option<Found>, Failure> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM deliveries WHERE event = (SELECT id FROM events WHERE key = ?1) AND destination = ?2"
    );
    let mut statement = db.prepare_cached(sql)?;
    let key = params![of.event.as_str(), of.destination.as_str()];
    let row = statement.query_row(key, |row| Ok(read(row, of))).optional()?;
    row.transpose()
}

/// All deliveries of an event, by destination.
pub(crate) fn of_event(db: &Connection, key: &EventKey) -> Result<Vec<Found>, Failure> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", destination FROM deliveries WHERE event = (SELECT id FROM events WHERE key = ?1) \
         ORDER BY destination"
    );
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([key.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name = row.get_ref(11)?.as_str().map_err(rusqlite::Error::from)?;
        let name = DestinationName::parse(name);
        let destination = name.map_err(|error| Failure::unreadable(TABLE, error))?;
        found.push(read(row, &DeliveryRef { event: key.clone(), destination })?);
    }
    Ok(found)
}

/// A destination's waiting deliveries that are due by `until`, oldest due first.
pub(crate) fn waiting(
    db: &Connection,
    destination: &DestinationName,
    until: i64,
    most: usize,
) -> Result<Vec<Delivery>, Failure> {
    let mut statement = db.prepare_cached(WAITING)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![destination.as_str(), until, most])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        waiting.push(listed(row, destination)?.delivery);
    }
    Ok(waiting)
}

/// A destination's held deliveries after one of them, oldest first.
pub(crate) fn held(
    db: &Connection,
    destination: &DestinationName,
    (created, event): (i64, i64),
    most: usize,
) -> Result<Vec<Found>, Failure> {
    let mut statement = db.prepare_cached(HELD)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![destination.as_str(), created, event, most])?;
    let mut held = Vec::new();
    while let Some(row) = rows.next()? {
        held.push(listed(row, destination)?);
    }
    Ok(held)
}

/// How many deliveries of a destination are held.
pub(crate) fn count_held(db: &Connection, destination: &DestinationName) -> Result<u64, Failure> {
    let count: i64 =
        db.prepare_cached(COUNT_HELD)?.query_row([destination.as_str()], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Writes a delivery's next state. A move brings a look of its own.
pub(crate) fn update(db: &Connection, event: i64, delivery: &Delivery) -> Result<(), Failure> {
    let sql = "UPDATE deliveries SET state = ?3, owner = ?4, at = ?5, reason = ?6, digest = ?7, \
               attempts = ?8, failures = ?9, first_attempt = ?10, alone = ?11, look = ?12, rung = 0 \
               WHERE event = ?1 AND destination = ?2";
    let state = State::of(&delivery.state);
    db.prepare_cached(sql)?.execute(params![
        event,
        delivery.of.destination.as_str(),
        state.word,
        state.owner,
        state.at,
        state.reason,
        state.digest,
        delivery.attempts,
        delivery.failures,
        delivery.first_attempt.map(micros),
        delivery.alone,
        delivery.look_at().map(micros),
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

/// A row of [`WAITING`] or [`HELD`].
fn listed(row: &Row<'_>, destination: &DestinationName) -> Result<Found, Failure> {
    let key = row.get_ref(11)?.as_str().map_err(rusqlite::Error::from)?;
    let of = DeliveryRef { event: EventKey::from_stored(key), destination: destination.clone() };
    read(row, &of)
}

fn read(row: &Row<'_>, of: &DeliveryRef) -> Result<Found, Failure> {
    let state = State {
        word: row.get(2)?,
        owner: row.get(3)?,
        at: row.get(4)?,
        reason: row.get(5)?,
        digest: row.get(6)?,
    };
    let first_attempt: Option<i64> = row.get(9)?;
    let delivery = Delivery {
        of: of.clone(),
        created: time(TABLE, row.get(1)?)?,
        state: state.read()?,
        attempts: row.get(7)?,
        failures: row.get(8)?,
        first_attempt: first_attempt.map(|at| time(TABLE, at)).transpose()?,
        alone: row.get(10)?,
    };
    Ok(Found { event: row.get(0)?, delivery })
}
