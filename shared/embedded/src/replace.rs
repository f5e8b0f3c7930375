//! Putting things in the place of what was read, in the file; and the envelopes on the queue and among
//! the dead letters, for the same. What is replaced by what is not decided here.

use domain::{Attempt, Delivery, DeliveryState, Event, EventJsonError, Fact, Kept, Letter};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::Failure;
use crate::claims::{self, read_event};

/// Puts one thing in the place of another of its identity, where that is still as it was.
pub(crate) fn replace(db: &Connection, was: &Kept, now: &Kept) -> Result<bool, Failure> {
    if let (Kept::Event(was), Kept::Event(now)) = (was, now) {
        return replace_event(db, &was.event, &now.event);
    }
    if let (Kept::Conflict { event: was, .. }, Kept::Conflict { event: now, .. }) = (was, now) {
        return replace_conflict(db, was, now);
    }
    if let (Kept::Delivery(was, tried), Kept::Delivery(now, left)) = (was, now) {
        return replace_delivery(db, (was, tried), (now, left));
    }
    let Kept::Parked { source, parked: was, context, .. } = was else { return Ok(false) };
    let Kept::Parked { parked: now, context: left, .. } = now else { return Ok(false) };
    // Under the digest of what it was, so that the same is known when it comes again.
    let hash = claims::parked_hash(was, context);
    let sql = "UPDATE parked SET bytes = ?3, reason = ?4, context = ?5 \
               WHERE source = ?1 AND hash = ?2 AND bytes = ?6";
    let (bytes, known): (&[u8], &[u8]) = (&now.bytes, &was.bytes);
    let row = params![source.as_str(), hash, bytes, now.reason, left, known];
    Ok(db.prepare_cached(sql)?.execute(row)? == 1)
}

fn replace_event(db: &Connection, was: &Event, now: &Event) -> Result<bool, Failure> {
    let sql = "SELECT body FROM events WHERE key = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let found: Option<String> =
        statement.query_row([was.key.as_str()], |row| row.get(0)).optional()?;
    if !is_still(found.as_deref(), was)? {
        return Ok(false);
    }
    let sql = "UPDATE events SET body = ?2, reference = ?3 WHERE key = ?1";
    let reference = now.facts.get(Fact::Reference);
    let row = params![was.key.as_str(), now.to_json().map_err(unwritten)?, reference];
    Ok(db.prepare_cached(sql)?.execute(row)? == 1)
}

fn replace_conflict(db: &Connection, was: &Event, now: &Event) -> Result<bool, Failure> {
    let (key, fingerprint) = (was.key.as_str(), was.fingerprint());
    let sql = "SELECT body FROM conflicts WHERE key = ?1 AND fingerprint = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let found: Option<String> =
        statement.query_row([key, fingerprint.as_str()], |row| row.get(0)).optional()?;
    if !is_still(found.as_deref(), was)? {
        return Ok(false);
    }
    let sql = "UPDATE conflicts SET body = ?3 WHERE key = ?1 AND fingerprint = ?2";
    let row = [key, fingerprint.as_str(), &now.to_json().map_err(unwritten)?];
    Ok(db.prepare_cached(sql)?.execute(row)? == 1)
}

/// Whether a written event is this one; whether it was late is kept beside it.
fn is_still(body: Option<&str>, was: &Event) -> Result<bool, Failure> {
    let Some(body) = body else { return Ok(false) };
    let found = read_event("events", body)?;
    Ok(Event { late: was.late, ..found } == *was)
}

fn replace_delivery(
    db: &Connection,
    (was, tried): (&Delivery, &[Attempt]),
    (now, left): (&Delivery, &[Attempt]),
) -> Result<bool, Failure> {
    let (key, destination) = (was.of.event.as_str(), was.of.destination.as_str());
    let mut all = true;
    let sql = "UPDATE attempts SET detail = ?4 WHERE event = (SELECT id FROM events WHERE key = ?1) \
               AND destination = ?2 AND n = ?3 AND detail = ?5";
    for (was, now) in tried.iter().zip(left).filter(|(was, now)| was.detail != now.detail) {
        let row = params![key, destination, was.n, now.detail, was.detail];
        all &= db.prepare_cached(sql)?.execute(row)? == 1;
    }
    let (was, now) = (reason(&was.state), reason(&now.state));
    if was != now {
        let sql = "UPDATE deliveries SET reason = ?3 WHERE \
                   event = (SELECT id FROM events WHERE key = ?1) AND destination = ?2 AND reason = ?4";
        all &= db.prepare_cached(sql)?.execute(params![key, destination, now, was])? == 1;
    }
    Ok(all)
}

fn reason(state: &DeliveryState) -> Option<&str> {
    match state {
        DeliveryState::Held(why) | DeliveryState::Failed(why) | DeliveryState::Cancelled(why) => {
            Some(why)
        }
        DeliveryState::Pending
        | DeliveryState::Sending { .. }
        | DeliveryState::Waiting { .. }
        | DeliveryState::Gathered { .. }
        | DeliveryState::Delivered => None,
    }
}

/// The envelopes after a place.
pub(crate) fn letters(
    db: &Connection,
    set_aside: bool,
    after: u64,
    most: usize,
) -> Result<Vec<Letter>, Failure> {
    let sql = if set_aside {
        "SELECT id, envelope, reason FROM dead_letters WHERE id > ?1 ORDER BY id LIMIT ?2"
    } else {
        "SELECT id, envelope, NULL FROM messages WHERE id > ?1 ORDER BY id LIMIT ?2"
    };
    let mut statement = db.prepare_cached(sql)?;
    let key = [i64::try_from(after), i64::try_from(most)].map(|n| n.unwrap_or(i64::MAX));
    let rows = statement.query_map(key, |row| {
        let place = row.get::<_, i64>(0)?.unsigned_abs();
        Ok(Letter { place, envelope: row.get(1)?, reason: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts one envelope in the place of another, where that is still as it was.
pub(crate) fn replace_letter(db: &Connection, was: &Letter, now: &Letter) -> Result<bool, Failure> {
    let place = i64::try_from(was.place).unwrap_or(i64::MAX);
    let written = if was.reason.is_some() {
        let sql =
            "UPDATE dead_letters SET envelope = ?2, reason = ?3 WHERE id = ?1 AND envelope = ?4";
        let reason = now.reason.as_deref().unwrap_or_default();
        db.prepare_cached(sql)?.execute(params![place, now.envelope, reason, was.envelope])?
    } else {
        let sql = "UPDATE messages SET envelope = ?2 WHERE id = ?1 AND envelope = ?3";
        db.prepare_cached(sql)?.execute(params![place, now.envelope, was.envelope])?
    };
    Ok(written == 1)
}

fn unwritten(error: EventJsonError) -> Failure {
    Failure::unreadable("events", error)
}
