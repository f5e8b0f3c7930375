//! The ports `Notes` and `DeadLetters`: what a flow leaves itself, and what was set aside.

use async_trait::async_trait;
use domain::{DeadLetters, Notes, Port, PortError};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::columns::micros;
use crate::{Database, Failure};

#[async_trait]
impl Notes for Database {
    async fn note(&self, name: &str) -> Result<Option<String>, PortError> {
        let name = name.to_owned();
        self.read(move |db| find(db, &name)).await
    }

    async fn set_note(&self, name: &str, was: Option<&str>, now: &str) -> Result<bool, PortError> {
        let (name, now) = (name.to_owned(), now.to_owned());
        let was = was.map(str::to_owned);
        self.on(Port::Ledger, move |db| {
            let same = find(db, &name)? == was;
            if same {
                let sql = "INSERT OR REPLACE INTO notes (name, text) VALUES (?1, ?2)";
                db.prepare_cached(sql)?.execute([&name, &now])?;
            }
            Ok(same)
        })
        .await
    }
}

fn find(db: &Connection, name: &str) -> Result<Option<String>, Failure> {
    let mut statement = db.prepare_cached("SELECT text FROM notes WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

#[async_trait]
impl DeadLetters for Database {
    async fn bury(&self, envelope: &str, reason: &str) -> Result<(), PortError> {
        let (envelope, reason) = (envelope.to_owned(), reason.to_owned());
        let at = micros(self.inner.clock.now());
        self.on(Port::Queue, move |db| {
            let sql = "INSERT INTO dead_letters (at, reason, receives, envelope) \
                       VALUES (?1, ?2, 0, ?3)";
            db.prepare_cached(sql)?.execute(params![at, reason, envelope])?;
            Ok(())
        })
        .await
    }

    async fn count(&self) -> Result<u64, PortError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT count(*) FROM dead_letters")?;
            let count: i64 = statement.query_row([], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
        .await
    }
}
