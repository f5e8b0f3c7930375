//! What somebody must look at, and the stamp that puts off the next look. SQL alone: how long it is
//! put off is `domain::look_again`.

use domain::{
    DeliveryRef, DestinationName, EventKey, Fingerprint, Name, Overdue, SourceId, look_again,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::Failure;
use crate::columns::micros;

/// `CROSS JOIN` keeps SQLite from beginning with the events.
const DELIVERIES: &str = "SELECT look, key, destination FROM deliveries \
    CROSS JOIN events ON id = event WHERE look < ?1 ORDER BY look LIMIT ?2";
const RUNG_EVENTS: &str = "SELECT look, key FROM unfinished \
    CROSS JOIN events ON id = event WHERE look < ?1 ORDER BY look LIMIT ?2";
/// In the order of recording, which is nearly that of receipt; one that was rung costs this list a
/// step, and nothing on a healthy event's way.
const NEW_EVENTS: &str = "SELECT received + ?1, key FROM unfinished \
    CROSS JOIN events ON id = event WHERE look IS NULL ORDER BY event LIMIT ?2";
const CONFLICTS: &str = "SELECT received, source, key, fingerprint FROM conflicts \
    WHERE told = 0 AND received < ?1 ORDER BY received LIMIT ?2";

/// What was to be looked at before `before`, longest overdue first.
pub(crate) fn list(db: &Connection, before: i64, most: usize) -> Result<Vec<Overdue>, Failure> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let mut all = rows(db, DELIVERIES, before, limit, |row| Ok(Overdue::Delivery(to(row)?)))?;
    all.extend(rows(db, RUNG_EVENTS, before, limit, |row| Ok(Overdue::Event(key(row, 1)?)))?);
    let mut new = rows(db, NEW_EVENTS, first_look(), limit, |row| Ok(Overdue::Event(key(row, 1)?)))?;
    new.retain(|(look, _)| *look < before);
    all.append(&mut new);
    all.extend(rows(db, CONFLICTS, before, limit, conflict)?);
    all.sort_by_key(|(look, _)| *look);
    all.truncate(most);
    Ok(all.into_iter().map(|(_, what)| what).collect())
}

fn rows(
    db: &Connection,
    sql: &str,
    first: i64,
    limit: i64,
    read: impl Fn(&Row<'_>) -> Result<Overdue, Failure>,
) -> Result<Vec<(i64, Overdue)>, Failure> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([first, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, read(row)?));
    }
    Ok(found)
}

fn to(row: &Row<'_>) -> Result<DeliveryRef, Failure> {
    let name: String = row.get(2)?;
    let destination: DestinationName =
        Name::parse(&name).map_err(|error| Failure::unreadable("deliveries", error))?;
    Ok(DeliveryRef { event: key(row, 1)?, destination })
}

fn key(row: &Row<'_>, column: usize) -> Result<EventKey, Failure> {
    let key = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(EventKey::from_stored(key))
}

fn conflict(row: &Row<'_>) -> Result<Overdue, Failure> {
    let (source, fingerprint): (String, String) = (row.get(1)?, row.get(3)?);
    let source =
        SourceId::parse(&source).map_err(|error| Failure::unreadable("conflicts", error))?;
    let fingerprint = Fingerprint::from_stored(&fingerprint);
    Ok(Overdue::Conflict { source, key: key(row, 2)?, fingerprint })
}

/// Puts off the next look, if it is past; a conflict's for good. Whether it was this call that did.
pub(crate) fn put_off(db: &Connection, what: &Overdue, now: Timestamp) -> Result<bool, Failure> {
    match what {
        Overdue::Event(key) => put_off_event(db, key, now),
        Overdue::Delivery(of) => put_off_delivery(db, of, now),
        Overdue::Conflict { key, fingerprint, .. } => {
            let sql = "UPDATE conflicts SET told = 1 \
                       WHERE key = ?1 AND fingerprint = ?2 AND told = 0";
            let row = [key.as_str(), fingerprint.as_str()];
            Ok(db.prepare_cached(sql)?.execute(row)? == 1)
        }
    }
}

fn put_off_event(db: &Connection, key: &EventKey, now: Timestamp) -> Result<bool, Failure> {
    let sql = "SELECT event, coalesce(look, received + ?2), rung FROM unfinished \
               CROSS JOIN events ON id = event \
               WHERE event = (SELECT id FROM events WHERE key = ?1)";
    let mut statement = db.prepare_cached(sql)?;
    let key = params![key.as_str(), first_look()];
    let found = statement.query_row(key, |row| {
        Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
    });
    let Some((event, look, rung)) = found.optional()? else { return Ok(false) };
    let Some((look, rung)) = next_look(look, rung, now) else { return Ok(false) };
    let sql = "UPDATE unfinished SET look = ?2, rung = ?3 WHERE event = ?1";
    db.prepare_cached(sql)?.execute(params![event, look, rung])?;
    Ok(true)
}

fn put_off_delivery(db: &Connection, of: &DeliveryRef, now: Timestamp) -> Result<bool, Failure> {
    let sql = "SELECT event, look, rung FROM deliveries WHERE look IS NOT NULL \
               AND event = (SELECT id FROM events WHERE key = ?1) AND destination = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let key = [of.event.as_str(), of.destination.as_str()];
    let found = statement.query_row(key, |row| {
        Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
    });
    let Some((event, look, rung)) = found.optional()? else { return Ok(false) };
    let Some((look, rung)) = next_look(look, rung, now) else { return Ok(false) };
    let sql = "UPDATE deliveries SET look = ?3, rung = ?4 WHERE event = ?1 AND destination = ?2";
    db.prepare_cached(sql)?.execute(params![event, of.destination.as_str(), look, rung])?;
    Ok(true)
}

/// The look after this one and how often it was rung by then; nothing while this one is not past.
fn next_look(look: i64, rung: u32, now: Timestamp) -> Option<(i64, u32)> {
    let rung = rung.saturating_add(1);
    let next = now.saturating_add(look_again(rung)).unwrap_or(Timestamp::MAX);
    (look <= micros(now)).then_some((micros(next), rung))
}

/// How long after its receipt an event is looked at first, in microseconds.
fn first_look() -> i64 {
    i64::try_from(look_again(0).as_micros()).unwrap_or(i64::MAX)
}
