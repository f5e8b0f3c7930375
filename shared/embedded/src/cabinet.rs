//! The port `Cabinet` on the file.

use async_trait::async_trait;
use domain::{Cabinet, Card, Drawer, Port, PortError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::columns::{micros, time};
use crate::{Database, Failure};

const TABLE: &str = "cards";

#[async_trait]
impl Cabinet for Database {
    async fn card(&self, drawer: Drawer, name: &str) -> Result<Option<String>, PortError> {
        let name = name.to_owned();
        self.read(move |db| find(db, drawer, &name)).await
    }

    async fn cards(
        &self,
        drawer: Drawer,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, String)>, PortError> {
        let after = after.map(str::to_owned);
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.read(move |db| {
            let sql = "SELECT name, text FROM cards WHERE drawer = ?1 AND (?2 IS NULL OR name > ?2) \
                       ORDER BY name LIMIT ?3";
            let mut statement = db.prepare_cached(sql)?;
            let row = params![drawer.word(), after, most];
            let rows = statement.query_map(row, |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn set_card(
        &self,
        drawer: Drawer,
        name: &str,
        was: Option<&str>,
        now: &str,
        until: Option<Timestamp>,
    ) -> Result<bool, PortError> {
        let (name, now) = (name.to_owned(), now.to_owned());
        let (was, until) = (was.map(str::to_owned), until.map(micros));
        self.on(Port::Directory, move |db| {
            let same = find(db, drawer, &name)? == was;
            if same {
                write(db, drawer, &name, &now, until)?;
            }
            Ok(same)
        })
        .await
    }

    async fn remove_card(&self, drawer: Drawer, name: &str) -> Result<(), PortError> {
        let name = name.to_owned();
        self.on(Port::Directory, move |db| {
            let sql = "DELETE FROM cards WHERE drawer = ?1 AND name = ?2";
            db.prepare_cached(sql)?.execute([drawer.word(), &name])?;
            Ok(())
        })
        .await
    }
}

/// Puts a card that was taken along from elsewhere, if there is none of its name; whether it did.
pub(crate) fn file(db: &Connection, card: &Card) -> Result<bool, Failure> {
    let Card { drawer, name, text, until } = card;
    let new = find(db, *drawer, name)?.is_none();
    if new {
        write(db, *drawer, name, text, until.map(micros))?;
    }
    Ok(new)
}

/// Reads a row of a place, drawer, name, text and time.
pub(crate) fn read(row: &Row<'_>) -> Result<Card, Failure> {
    let (drawer, until): (String, Option<i64>) = (row.get(1)?, row.get(4)?);
    let unknown = || Failure::unreadable(TABLE, format!("the drawer {drawer:?}"));
    Ok(Card {
        drawer: Drawer::parse(&drawer).ok_or_else(unknown)?,
        name: row.get(2)?,
        text: row.get(3)?,
        until: until.map(|until| time(TABLE, until)).transpose()?,
    })
}

fn write(
    db: &Connection,
    drawer: Drawer,
    name: &str,
    text: &str,
    until: Option<i64>,
) -> Result<(), Failure> {
    let sql = "INSERT OR REPLACE INTO cards (drawer, name, text, until) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![drawer.word(), name, text, until])?;
    Ok(())
}

fn find(db: &Connection, drawer: Drawer, name: &str) -> Result<Option<String>, Failure> {
    let sql = "SELECT text FROM cards WHERE drawer = ?1 AND name = ?2";
    let mut statement = db.prepare_cached(sql)?;
    Ok(statement.query_row([drawer.word(), name], |row| row.get(0)).optional()?)
}
