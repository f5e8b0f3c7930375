//! What pages and metrics ask for: lists and counts. Read on a connection of their own, so that a
//! long list holds up no write; they see what was committed when they began.

use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use domain::{Event, Port, PortError, Refused, SourceId};
use jiff::Timestamp;
use rusqlite::{Connection, Row};

use crate::claims::read_event;
use crate::columns::time;
use crate::{Database, Failure};

/// A body that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedBody {
    /// The bytes.
    pub bytes: Bytes,
    /// What reading them again needs.
    pub context: String,
    /// What was not understood.
    pub reason: String,
    /// When it came first.
    pub at: Timestamp,
}

/// A message that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The envelope's text.
    pub envelope: String,
    /// Why.
    pub reason: String,
    /// How often it had been received.
    pub receives: u32,
    /// When it was set aside.
    pub at: Timestamp,
}

/// Counts, for metrics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// Events recorded.
    pub events: u64,
    /// Events whose deliveries are not all written yet.
    pub not_taken: u64,
    /// Deliveries by the word of their state; a state that no delivery is in is left out.
    pub deliveries: Vec<(String, u64)>,
    /// Messages on the queue, visible or not.
    pub queued: u64,
    /// Messages that were set aside.
    pub dead_letters: u64,
}

impl Database {
    /// The last refused calls of a source, newest first.
    pub async fn refused(&self, source: &SourceId) -> Result<Vec<Refused>, PortError> {
        let source = source.clone();
        self.read(move |db| {
            let sql = "SELECT at, reason, summary FROM refused WHERE source = ?1 ORDER BY id DESC";
            rows(db, sql, &[&source.as_str()], |row| {
                Ok(Refused {
                    source: source.clone(),
                    at: time("refused", row.get(0)?)?,
                    reason: row.get(1)?,
                    summary: row.get(2)?,
                })
            })
        })
        .await
    }

    /// The parked bodies of a source, oldest first.
    pub async fn parked(&self, source: &SourceId) -> Result<Vec<ParkedBody>, PortError> {
        let source = source.clone();
        self.read(move |db| {
            let sql = "SELECT bytes, context, reason, at FROM parked WHERE source = ?1 ORDER BY id";
            rows(db, sql, &[&source.as_str()], |row| {
                Ok(ParkedBody {
                    bytes: row.get::<_, Vec<u8>>(0)?.into(),
                    context: row.get(1)?,
                    reason: row.get(2)?,
                    at: time("parked", row.get(3)?)?,
                })
            })
        })
        .await
    }

    /// The events of a source that came with the key of another, oldest first.
    pub async fn conflicts(&self, source: &SourceId) -> Result<Vec<Event>, PortError> {
        let source = source.clone();
        self.read(move |db| {
            let sql = "SELECT body FROM conflicts WHERE source = ?1 ORDER BY id";
            rows(db, sql, &[&source.as_str()], |row| {
                read_event("conflicts", &row.get::<_, String>(0)?)
            })
        })
        .await
    }

    /// The messages that were set aside, oldest first.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, PortError> {
        self.read(|db| {
            let sql = "SELECT envelope, reason, receives, at FROM dead_letters ORDER BY id";
            rows(db, sql, &[], |row| {
                Ok(DeadLetter {
                    envelope: row.get(0)?,
                    reason: row.get(1)?,
                    receives: row.get(2)?,
                    at: time("dead_letters", row.get(3)?)?,
                })
            })
        })
        .await
    }

    /// Counts of everything.
    pub async fn stats(&self) -> Result<Stats, PortError> {
        self.read(|db| {
            let states = "SELECT state, count(*) FROM deliveries GROUP BY state ORDER BY state";
            Ok(Stats {
                events: count(db, "events")?,
                not_taken: count(db, "unfinished")?,
                deliveries: rows(db, states, &[], |row| Ok((row.get(0)?, whole(row.get(1)?))))?,
                queued: count(db, "visibility")?,
                dead_letters: count(db, "dead_letters")?,
            })
        })
        .await
    }

    /// Reads on a thread that may block.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        let reading = Arc::clone(&self.inner.reading);
        let task = tokio::task::spawn_blocking(move || {
            read(&reading.lock().unwrap_or_else(PoisonError::into_inner))
        });
        let done = task.await.map_err(|error| PortError::new(Port::Ledger, error))?;
        done.map_err(|failure| PortError::new(Port::Ledger, failure))
    }
}

pub(crate) fn rows<T>(
    db: &Connection,
    sql: &str,
    key: &[&dyn rusqlite::ToSql],
    read: impl Fn(&Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut statement = db.prepare_cached(sql)?;
    let mut found = statement.query(key)?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

fn count(db: &Connection, table: &'static str) -> Result<u64, Failure> {
    let sql = format!("SELECT count(*) FROM {table}");
    Ok(db.prepare_cached(&sql)?.query_row([], |row| row.get(0).map(whole))?)
}

/// A count, which is never negative.
fn whole(count: i64) -> u64 {
    count.unsigned_abs()
}
