//! Forgetting what has been kept for long enough, a bounded part at a time.
//!
//! Events are passed in the order of their ids, which is that of recording: once for their bodies and
//! attempts, once more for their keys. How far each pass got is written down, so that no run begins
//! anew. What is still open when it is passed *lingers*: it is asked after again a day later.

use domain::Retention;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::Failure;
use crate::claims::read_event;
use crate::columns::micros;

/// When one that is still open is asked after again.
const LINGER: SignedDuration = SignedDuration::from_hours(24);

pub(crate) const NEXT: &str = "SELECT id, received FROM events WHERE id > ?1 ORDER BY id LIMIT ?2";
pub(crate) const LINGERING: &str = "SELECT again, event FROM lingering WHERE again <= ?1 LIMIT ?2";
pub(crate) const IS_OPEN: &str = "SELECT EXISTS (SELECT 1 FROM unfinished WHERE event = ?1) \
    OR EXISTS (SELECT 1 FROM deliveries WHERE event = ?1 \
               AND state NOT IN ('delivered', 'failed', 'cancelled'))";
/// What is old by its own time.
pub(crate) const OTHERS: [&str; 4] = [
    "DELETE FROM parked WHERE id IN (SELECT id FROM parked WHERE at <= ?1 ORDER BY at LIMIT ?2)",
    "DELETE FROM refused WHERE id IN (SELECT id FROM refused WHERE at <= ?1 ORDER BY at LIMIT ?2)",
    "DELETE FROM dead_letters WHERE id IN \
     (SELECT id FROM dead_letters WHERE at <= ?1 ORDER BY at LIMIT ?2)",
    "DELETE FROM conflicts WHERE id IN \
     (SELECT id FROM conflicts WHERE received <= ?1 ORDER BY received LIMIT ?2)",
];

/// What is over by its own time, at once.
pub(crate) const CARDS: &str = "DELETE FROM cards WHERE (drawer, name) IN \
    (SELECT drawer, name FROM cards WHERE until <= ?1 ORDER BY until LIMIT ?2)";

/// What a pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    /// Rows that were looked at: fewer than allowed when there is no more.
    pub(crate) looked_at: usize,
    /// How many of them were forgotten.
    pub(crate) forgotten: usize,
}

/// What is as old as this, or older, is forgotten; in microseconds.
struct Limits {
    bodies: i64,
    keys: i64,
    now: Timestamp,
    keep: SignedDuration,
}

/// One bounded pass over everything.
pub(crate) fn pass(
    db: &Connection,
    kept: Retention,
    now: Timestamp,
    most: usize,
) -> Result<Passed, Failure> {
    let limit = |age| micros(now.saturating_sub(age).unwrap_or(Timestamp::MIN));
    // Without its key nothing is left of an event.
    let bodies = limit(kept.bodies.min(kept.keys));
    let limits = Limits { bodies, keys: limit(kept.keys), now, keep: kept.keys };
    let mut passed = Passed::default();
    linger(db, &limits, most, &mut passed)?;
    events(db, "keys", &limits, most, &mut passed)?;
    events(db, "bodies", &limits, most, &mut passed)?;
    let rest = i64::try_from(most - passed.looked_at.min(most)).unwrap_or(i64::MAX);
    let deleted = db.prepare_cached(CARDS)?.execute([micros(limits.now), rest])?;
    passed.looked_at += deleted;
    passed.forgotten += deleted;
    for sql in OTHERS {
        let rest = i64::try_from(most - passed.looked_at).unwrap_or(i64::MAX);
        let deleted = db.prepare_cached(sql)?.execute([limits.bodies, rest])?;
        passed.looked_at += deleted;
        passed.forgotten += deleted;
    }
    Ok(passed)
}

/// Those that were passed while they were open.
fn linger(
    db: &Connection,
    limits: &Limits,
    most: usize,
    passed: &mut Passed,
) -> Result<(), Failure> {
    for (again, event) in pairs(db, LINGERING, micros(limits.now), most)? {
        let sql = "DELETE FROM lingering WHERE again = ?1 AND event = ?2";
        db.prepare_cached(sql)?.execute([again, event])?;
        passed.looked_at += 1;
        let sql = "SELECT received FROM events WHERE id = ?1";
        let mut statement = db.prepare_cached(sql)?;
        let received: Option<i64> = statement.query_row([event], |row| row.get(0)).optional()?;
        match received {
            None => {}
            Some(received) if received > limits.bodies || is_open(db, event)? => {
                ask_again(db, event, limits.now, LINGER)?;
            }
            Some(received) if received <= limits.keys => {
                delete(db, event)?;
                passed.forgotten += 1;
            }
            Some(received) => {
                passed.forgotten += usize::from(strip(db, event)?);
                let received = Timestamp::from_microsecond(received).unwrap_or(limits.now);
                ask_again(db, event, received, limits.keep)?;
            }
        }
    }
    Ok(())
}

/// The next events in the order of their ids.
fn events(
    db: &Connection,
    what: &'static str,
    limits: &Limits,
    most: usize,
    passed: &mut Passed,
) -> Result<(), Failure> {
    let bodies = what == "bodies";
    let limit = if bodies { limits.bodies } else { limits.keys };
    let sql = "SELECT until FROM forgotten WHERE what = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let from: i64 = statement.query_row([what], |row| row.get(0)).optional()?.unwrap_or(0);
    let mut until = from;
    for (event, received) in pairs(db, NEXT, from, most - passed.looked_at)? {
        // Of a clock that was ahead: it holds up nobody.
        let ahead = received > micros(limits.now);
        if received > limit && !ahead {
            break;
        }
        until = event;
        passed.looked_at += 1;
        if ahead || is_open(db, event)? {
            // The pass for bodies comes by everything that the one for keys does.
            if bodies {
                ask_again(db, event, limits.now, LINGER)?;
            }
        } else if bodies {
            passed.forgotten += usize::from(strip(db, event)?);
        } else {
            delete(db, event)?;
            passed.forgotten += 1;
        }
    }
    if until > from {
        let sql = "INSERT OR REPLACE INTO forgotten (what, until) VALUES (?1, ?2)";
        db.prepare_cached(sql)?.execute(params![what, until])?;
    }
    Ok(())
}

fn pairs(db: &Connection, sql: &str, first: i64, most: usize) -> Result<Vec<(i64, i64)>, Failure> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([first, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn is_open(db: &Connection, event: i64) -> Result<bool, Failure> {
    Ok(db.prepare_cached(IS_OPEN)?.query_row([event], |row| row.get(0))?)
}

fn ask_again(
    db: &Connection,
    event: i64,
    from: Timestamp,
    wait: SignedDuration,
) -> Result<(), Failure> {
    let again = micros(from.saturating_add(wait).unwrap_or(Timestamp::MAX));
    let sql = "INSERT OR IGNORE INTO lingering (again, event) VALUES (?1, ?2)";
    db.prepare_cached(sql)?.execute([again, event])?;
    Ok(())
}

/// Takes the body and the attempts away: what stays says what it was and when. `false` for one that
/// this version cannot read; it goes with its key.
fn strip(db: &Connection, id: i64) -> Result<bool, Failure> {
    let sql = "SELECT body FROM events WHERE id = ?1";
    let body: String = db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?;
    db.prepare_cached("DELETE FROM attempts WHERE event = ?1")?.execute([id])?;
    let Ok(event) = read_event("events", &body) else { return Ok(false) };
    let bare = event.forgotten().to_json();
    let bare = bare.map_err(|error| Failure::unreadable("events", error))?;
    let sql = "UPDATE events SET body = ?2, reference = NULL WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id, bare])?;
    Ok(true)
}

fn delete(db: &Connection, id: i64) -> Result<(), Failure> {
    for sql in [
        "DELETE FROM attempts WHERE event = ?1",
        "DELETE FROM deliveries WHERE event = ?1",
        "DELETE FROM conflicts WHERE key = (SELECT key FROM events WHERE id = ?1)",
        "DELETE FROM events WHERE id = ?1",
    ] {
        db.prepare_cached(sql)?.execute([id])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
