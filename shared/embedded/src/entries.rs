//! The port `Entries` on the file: two tables of one shape. Which origin may write which row is decided
//! here; what the records mean is not.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::{
    Clash, Edited, Entries, Entry, EntryId, Name, Origin, Over, Port, PortError, SourceId,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{Database, Failure, Followed};

/// One of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Sources,
    Destinations,
}

impl Table {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sources => "sources",
            Self::Destinations => "destinations",
        }
    }
}

#[async_trait]
impl Entries for Database {
    async fn entries(&self) -> Result<Vec<Entry>, PortError> {
        self.on(Port::Directory, all).await
    }

    async fn put(&self, entry: &Entry, over: Over<'_>) -> Result<Edited, PortError> {
        let (entry, over) = (entry.clone(), Expected::of(over));
        self.edit(move |db| put(db, &entry, &over)).await
    }

    async fn remove(&self, id: &EntryId, origin: Origin) -> Result<Edited, PortError> {
        let id = id.clone();
        self.edit(move |db| remove(db, &id, origin)).await
    }
}

/// `Over`, for another thread.
enum Expected {
    Nothing,
    Record(String),
    Anything,
}

impl Expected {
    fn of(over: Over<'_>) -> Self {
        match over {
            Over::Nothing => Self::Nothing,
            Over::Record(text) => Self::Record(text.to_owned()),
            Over::Anything => Self::Anything,
        }
    }
}

/// All rows of a table as name and record, by name.
pub(crate) fn records(db: &Connection, table: Table) -> Result<Vec<(String, String)>, Failure> {
    let sql = format!("SELECT name, record FROM {} ORDER BY name", table.name());
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn all(db: &Connection) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    for table in [Table::Sources, Table::Destinations] {
        let sql = format!("SELECT name, record, origin FROM {} ORDER BY name", table.name());
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            entries.push(read(table, row)?);
        }
    }
    Ok(entries)
}

/// Reads a row of name, record and origin.
pub(crate) fn read(table: Table, row: &Row<'_>) -> Result<Entry, Failure> {
    let (name, origin): (String, String) = (row.get(0)?, row.get(2)?);
    let unnamed = |error| Failure::unreadable(table.name(), error);
    let id = match table {
        Table::Sources => EntryId::Source(SourceId::parse(&name).map_err(unnamed)?),
        Table::Destinations => EntryId::Destination(Name::parse(&name).map_err(unnamed)?),
    };
    Ok(Entry { id, origin: read_origin(table, &origin)?, record: row.get(1)? })
}

/// Makes the rows from the file exactly these. The inner error means that nothing was written.
pub(crate) fn follow(
    db: &Connection,
    entries: &[Entry],
) -> Result<Result<Followed, Clash>, Failure> {
    for Entry { id, .. } in entries {
        if let Some((Origin::Operator, _)) = find(db, id)? {
            return Ok(Err(Clash { id: id.clone(), origin: Origin::Operator }));
        }
    }
    let mut followed = Followed::default();
    for entry in entries {
        followed.written += write(db, entry)?;
    }
    let wanted: BTreeSet<&EntryId> = entries.iter().map(|entry| &entry.id).collect();
    for Entry { id, origin, .. } in all(db)? {
        if origin == Origin::File && !wanted.contains(&id) {
            delete(db, &id)?;
            if let EntryId::Destination(name) = id {
                followed.removed.push(name.to_string());
            }
        }
    }
    Ok(Ok(followed))
}

fn put(db: &Connection, entry: &Entry, over: &Expected) -> Result<Edited, Failure> {
    let found = find(db, &entry.id)?;
    let as_expected = match (&found, over) {
        (Some((origin, _)), _) if *origin != entry.origin => return Ok(Edited::Clash(*origin)),
        // What was to be written is there: it was written, and its answer lost.
        (Some((_, there)), _) if *there == entry.record => true,
        (None, Expected::Nothing) | (_, Expected::Anything) => true,
        (Some((_, there)), Expected::Record(seen)) => there == seen,
        (None, Expected::Record(_)) | (Some(_), Expected::Nothing) => false,
    };
    if as_expected {
        write(db, entry)?;
    }
    Ok(if as_expected { Edited::Done } else { Edited::Changed })
}

fn remove(db: &Connection, id: &EntryId, origin: Origin) -> Result<Edited, Failure> {
    match find(db, id)? {
        Some((other, _)) if other != origin => Ok(Edited::Clash(other)),
        Some(_) | None => delete(db, id).map(|_| Edited::Done),
    }
}

/// Writes a row that was taken along from elsewhere, if there is none of its name; whether it did.
pub(crate) fn file(db: &Connection, entry: &Entry) -> Result<bool, Failure> {
    let new = find(db, &entry.id)?.is_none();
    if new {
        write(db, entry)?;
    }
    Ok(new)
}

/// Where a row comes from, and its record.
fn find(db: &Connection, id: &EntryId) -> Result<Option<(Origin, String)>, Failure> {
    let (table, name) = place(id);
    let sql = format!("SELECT origin, record FROM {} WHERE name = ?1", table.name());
    let mut statement = db.prepare_cached(&sql)?;
    let found: Option<(String, String)> =
        statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.map(|(origin, record)| Ok((read_origin(table, &origin)?, record))).transpose()
}

/// Writes a row; how many rows changed.
fn write(db: &Connection, entry: &Entry) -> Result<usize, Failure> {
    let (table, name) = place(&entry.id);
    let sql = format!(
        "INSERT INTO {} (name, record, origin) VALUES (?1, ?2, ?3) \
         ON CONFLICT (name) DO UPDATE SET record = excluded.record \
         WHERE record <> excluded.record",
        table.name()
    );
    let row = params![name, entry.record, entry.origin.word()];
    Ok(db.prepare_cached(&sql)?.execute(row)?)
}

fn delete(db: &Connection, id: &EntryId) -> Result<usize, Failure> {
    let (table, name) = place(id);
    let sql = format!("DELETE FROM {} WHERE name = ?1", table.name());
    Ok(db.prepare_cached(&sql)?.execute([name])?)
}

fn place(id: &EntryId) -> (Table, String) {
    match id {
        EntryId::Source(id) => (Table::Sources, id.to_string()),
        EntryId::Destination(name) => (Table::Destinations, name.to_string()),
    }
}

fn read_origin(table: Table, word: &str) -> Result<Origin, Failure> {
    let unknown = || Failure::unreadable(table.name(), format!("origin {word:?}"));
    Origin::parse(word).ok_or_else(unknown)
}
