//! The rows of events: claimed, taken, in conflict; and beside them what was parked, refused and
//! observed. SQL alone: what the outcomes mean is the ledger's business.

use domain::{
    Claim, Event, EventJsonError, EventKey, Fact, Fingerprint, Parked, Refused, Snapshot,
};
use domain::{SourceId, Stored};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::columns::micros;

/// Refused calls kept per source.
const REFUSED_KEPT: u32 = 50;

/// An event as it is written, prepared on the caller's thread.
pub(crate) struct Claimed {
    key: String,
    fingerprint: Fingerprint,
    source: String,
    received: i64,
    late: bool,
    body: String,
    reference: Option<String>,
}

impl Claimed {
    /// The columns of an event.
    pub(crate) fn of(event: &Event) -> Result<Self, EventJsonError> {
        Ok(Self {
            key: event.key.to_string(),
            fingerprint: event.fingerprint(),
            source: event.source.to_string(),
            received: micros(event.received),
            late: event.late,
            body: event.to_json()?,
            reference: event.facts.get(Fact::Reference).map(str::to_owned),
        })
    }

    /// Writes the event if there is none under its key; whether it did.
    pub(crate) fn insert(&self, db: &Connection) -> Result<bool, Failure> {
        let sql = "INSERT INTO events (key, fingerprint, late, body, source, received, reference) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (key) DO NOTHING";
        let (fingerprint, source, received) =
            (self.fingerprint.as_str(), &self.source, self.received);
        let (late, body, reference) = (self.late, &self.body, &self.reference);
        let row = params![self.key, fingerprint, late, body, source, received, reference];
        let new = db.prepare_cached(sql)?.execute(row)? == 1;
        if new {
            let id = db.last_insert_rowid();
            db.prepare_cached("INSERT INTO unfinished (event) VALUES (?1)")?.execute([id])?;
        }
        Ok(new)
    }

    /// Keeps an event that came with the key of another, once per fingerprint; whether it did.
    pub(crate) fn insert_conflict(&self, db: &Connection, told: bool) -> Result<bool, Failure> {
        let sql = "INSERT INTO conflicts (key, fingerprint, source, body, received, told) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (key, fingerprint) DO NOTHING";
        let fingerprint = self.fingerprint.as_str();
        let row = params![self.key, fingerprint, self.source, self.body, self.received, told];
        Ok(db.prepare_cached(sql)?.execute(row)? == 1)
    }

    /// Puts the event under its key if there is none.
    pub(crate) fn write(&self, db: &Connection) -> Result<Claim, Failure> {
        if self.insert(db)? {
            return Ok(Claim::Fresh);
        }
        let sql = "SELECT fingerprint, EXISTS (SELECT 1 FROM unfinished WHERE event = id) \
                   FROM events WHERE key = ?1";
        let (known, unfinished) = db.prepare_cached(sql)?.query_row([&self.key], |row| {
            Ok((row.get_ref(0)?.as_str().map(Fingerprint::from_stored)?, row.get::<_, bool>(1)?))
        })?;
        if !known.agrees_with(&self.fingerprint) {
            return Ok(Claim::Conflict { first: self.insert_conflict(db, false)? });
        }
        Ok(if unfinished { Claim::Unfinished } else { Claim::Settled })
    }
}

/// The event of a key.
pub(crate) fn stored(db: &Connection, key: &EventKey) -> Result<Option<Stored>, Failure> {
    let sql = "SELECT body, late, EXISTS (SELECT 1 FROM unfinished WHERE event = id) \
               FROM events WHERE key = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let found = statement
        .query_row([key.as_str()], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, bool>(2)?))
        })
        .optional()?;
    let Some((body, late, unfinished)) = found else { return Ok(None) };
    let event = read_event("events", &body)?;
    Ok(Some(Stored { event: Event { late, ..event }, taken: !unfinished }))
}

/// An event from its wire form in a table.
pub(crate) fn read_event(table: &'static str, body: &str) -> Result<Event, Failure> {
    Event::from_json(body).map_err(|error| {
        let cause = std::error::Error::source(&error).map_or(String::new(), |e| format!(": {e}"));
        Failure::unreadable(table, format!("{error}{cause}"))
    })
}

/// Marks an event as taken. The first time decides whether it was late.
pub(crate) fn take(db: &Connection, key: &EventKey, late: bool) -> Result<(), Failure> {
    let sql = "DELETE FROM unfinished WHERE event = (SELECT id FROM events WHERE key = ?1)";
    let first = db.prepare_cached(sql)?.execute([key.as_str()])? == 1;
    if first {
        // Nearly always true already, and a row that is not touched costs no page.
        let sql = "UPDATE events SET late = ?2 WHERE key = ?1 AND late <> ?2";
        db.prepare_cached(sql)?.execute(params![key.as_str(), late])?;
    }
    Ok(())
}

/// Keeps a body that could not be read, once per source and content; whether it is the first.
pub(crate) fn park(
    db: &Connection,
    source: &SourceId,
    parked: &Parked,
    context: &str,
    at: Timestamp,
) -> Result<bool, Failure> {
    let hash = parked_hash(parked, context);
    let sql = "INSERT INTO parked (source, hash, at, reason, context, bytes) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (source, hash) DO NOTHING";
    let bytes: &[u8] = &parked.bytes;
    let row = params![source.as_str(), hash, micros(at), parked.reason, context, bytes];
    Ok(db.prepare_cached(sql)?.execute(row)? == 1)
}

/// By what a parked body is known when it comes again.
pub(crate) fn parked_hash(parked: &Parked, context: &str) -> String {
    let mut hash = Sha256::new();
    // Some providers say everything in the query, which the context holds.
    hash.update(context.as_bytes());
    hash.update([0]);
    hash.update(&parked.bytes);
    hex::encode(hash.finalize())
}

/// Records a refused call and forgets all but the newest of its source.
pub(crate) fn refuse(db: &Connection, refused: &Refused) -> Result<(), Failure> {
    let source = refused.source.as_str();
    let sql = "INSERT INTO refused (source, at, reason, summary) VALUES (?1, ?2, ?3, ?4)";
    let row = params![source, micros(refused.at), refused.reason, refused.summary];
    db.prepare_cached(sql)?.execute(row)?;
    let sql = "DELETE FROM refused WHERE source = ?1 AND id <= \
               (SELECT id FROM refused WHERE source = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    db.prepare_cached(sql)?.execute(params![source, REFUSED_KEPT])?;
    Ok(())
}

/// Remembers the newest state of an object; `true` when a newer one was seen before.
pub(crate) fn observe(db: &Connection, snapshot: &Snapshot) -> Result<bool, Failure> {
    let sql = "INSERT INTO snapshots (object, modified) VALUES (?1, ?2) \
               ON CONFLICT (object) DO UPDATE SET modified = excluded.modified \
               WHERE excluded.modified >= modified";
    let row = params![snapshot.object, micros(snapshot.modified)];
    Ok(db.prepare_cached(sql)?.execute(row)? == 0)
}
