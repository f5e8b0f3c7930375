//! The port `Log`: what operators ask. Read on a connection of its own; the SQL of stretches is in
//! `stretch`, that of deliveries in `deliveries`.

use async_trait::async_trait;
use domain::{
    Event, EventKey, Fingerprint, History, Log, Parked, ParkedCall, Port, PortError, SourceId,
    Stretch, Stretched,
};
use rusqlite::{Connection, Row, params};

use crate::claims::{self, read_event};
use crate::columns::time;
use crate::reports::rows;
use crate::stretch::stretch;
use crate::{Database, Failure, deliveries};

/// Some 50 ms, where every event's words are looked at.
const BREADTH: usize = 10_000;

#[async_trait]
impl Log for Database {
    fn breadth(&self) -> usize {
        BREADTH
    }

    async fn stretch(
        &self,
        of: &Stretch,
        after: Option<&str>,
        most: usize,
    ) -> Result<Stretched, PortError> {
        let (of, after) = (of.clone(), after.map(str::to_owned));
        self.read(move |db| stretch(db, &of, after.as_deref(), most)).await
    }

    async fn history(&self, key: &EventKey) -> Result<Option<History>, PortError> {
        let key = key.clone();
        self.read(move |db| history(db, &key)).await
    }

    async fn conflicts(&self, source: &SourceId, most: usize) -> Result<Vec<Event>, PortError> {
        let source = source.clone();
        self.read(move |db| {
            let sql = "SELECT body FROM conflicts WHERE source = ?1 \
                       ORDER BY received DESC, id DESC LIMIT ?2";
            rows(db, sql, &[&source.as_str(), &limit(most)], |row| {
                read_event("conflicts", &row.get::<_, String>(0)?)
            })
        })
        .await
    }

    async fn settle(&self, key: &EventKey, fingerprint: &Fingerprint) -> Result<bool, PortError> {
        let (key, fingerprint) = (key.clone(), fingerprint.clone());
        self.on(Port::Ledger, move |db| {
            let sql = "DELETE FROM conflicts WHERE key = ?1 AND fingerprint = ?2";
            Ok(db.prepare_cached(sql)?.execute([key.as_str(), fingerprint.as_str()])? == 1)
        })
        .await
    }

    async fn parked(&self, source: &SourceId, most: usize) -> Result<Vec<ParkedCall>, PortError> {
        let source = source.clone();
        self.read(move |db| {
            let sql = "SELECT hash, bytes, reason, context, at FROM parked WHERE source = ?1 \
                       ORDER BY at DESC, id DESC LIMIT ?2";
            rows(db, sql, &[&source.as_str(), &limit(most)], |row| call(&source, row))
        })
        .await
    }

    async fn parked_call(
        &self,
        source: &SourceId,
        id: &str,
    ) -> Result<Option<ParkedCall>, PortError> {
        let (source, id) = (source.clone(), id.to_owned());
        self.read(move |db| {
            let sql = "SELECT hash, bytes, reason, context, at FROM parked \
                       WHERE source = ?1 AND hash = ?2";
            let found = rows(db, sql, &[&source.as_str(), &id], |row| call(&source, row))?;
            Ok(found.into_iter().next())
        })
        .await
    }

    async fn unpark(&self, source: &SourceId, id: &str) -> Result<bool, PortError> {
        let (source, id) = (source.clone(), id.to_owned());
        self.on(Port::Ledger, move |db| {
            let sql = "DELETE FROM parked WHERE source = ?1 AND hash = ?2";
            Ok(db.prepare_cached(sql)?.execute(params![source.as_str(), id])? == 1)
        })
        .await
    }
}

fn history(db: &Connection, key: &EventKey) -> Result<Option<History>, Failure> {
    let Some(stored) = claims::stored(db, key)? else { return Ok(None) };
    let mut all = Vec::new();
    for found in deliveries::of_event(db, key)? {
        let attempts = deliveries::attempts(db, &found)?;
        all.push((found.delivery, attempts));
    }
    let sql = "SELECT body FROM conflicts WHERE key = ?1 ORDER BY id";
    let conflicts =
        rows(db, sql, &[&key.as_str()], |row| read_event("conflicts", &row.get::<_, String>(0)?))?;
    Ok(Some(History { stored, deliveries: all, conflicts }))
}

/// A parked call: its hash, bytes, reason, context and time.
fn call(source: &SourceId, row: &Row<'_>) -> Result<ParkedCall, Failure> {
    Ok(ParkedCall {
        id: row.get(0)?,
        source: source.clone(),
        parked: Parked { bytes: row.get::<_, Vec<u8>>(1)?.into(), reason: row.get(2)? },
        context: row.get(3)?,
        at: time("parked", row.get(4)?)?,
    })
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
