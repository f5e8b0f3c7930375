//! The rows of the directory: two tables of one shape. Which origin may write which row is decided
//! here; what the records mean is not.

use std::collections::BTreeSet;

use domain::{DestinationRecord, Port, PortError, SourceRecord};
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

use crate::{DirectoryError, Failure, Followed, Origin};

/// One of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Sources,
    Destinations,
}

impl Table {
    const ALL: [Self; 2] = [Self::Sources, Self::Destinations];

    fn name(self) -> &'static str {
        match self {
            Self::Sources => "sources",
            Self::Destinations => "destinations",
        }
    }

    fn entry(self) -> &'static str {
        match self {
            Self::Sources => "source",
            Self::Destinations => "destination",
        }
    }
}

/// A row to be written.
#[derive(Debug)]
pub(crate) struct Entry {
    table: Table,
    name: String,
    record: String,
}

impl Entry {
    /// The row of a source.
    pub(crate) fn source(record: &SourceRecord) -> Result<Self, PortError> {
        let name = format!("{}/{}", record.provider, record.name);
        Ok(Self { table: Table::Sources, name, record: json(record)? })
    }

    /// The row of a destination.
    pub(crate) fn destination(record: &DestinationRecord) -> Result<Self, PortError> {
        let name = record.name.clone();
        Ok(Self { table: Table::Destinations, name, record: json(record)? })
    }
}

/// All rows of a table as name and record, by name.
pub(crate) fn all(db: &Connection, table: Table) -> Result<Vec<(String, String)>, Failure> {
    let sql = format!("SELECT name, record FROM {} ORDER BY name", table.name());
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes the rows from the file exactly these. The inner error means that nothing was written.
pub(crate) fn follow(
    db: &Connection,
    entries: &[Entry],
) -> Result<Result<Followed, DirectoryError>, Failure> {
    for entry in entries {
        if let Some(clash) = clash(db, entry, Origin::File)? {
            return Ok(Err(clash));
        }
    }
    let mut followed = Followed::default();
    for entry in entries {
        followed.written += write(db, entry, Origin::File)?;
    }
    let wanted: BTreeSet<(Table, &str)> =
        entries.iter().map(|entry| (entry.table, entry.name.as_str())).collect();
    for table in Table::ALL {
        for name in names_from_file(db, table)? {
            if !wanted.contains(&(table, name.as_str())) {
                let sql = format!("DELETE FROM {} WHERE name = ?1", table.name());
                db.prepare_cached(&sql)?.execute([&name])?;
                if table == Table::Destinations {
                    followed.removed.push(name);
                }
            }
        }
    }
    Ok(Ok(followed))
}

/// Writes an operator's row. The inner error means that nothing was written.
pub(crate) fn put(db: &Connection, entry: &Entry) -> Result<Result<(), DirectoryError>, Failure> {
    if let Some(clash) = clash(db, entry, Origin::Operator)? {
        return Ok(Err(clash));
    }
    write(db, entry, Origin::Operator)?;
    Ok(Ok(()))
}

/// Writes a row that was taken along from elsewhere, if there is none of its name; whether it did.
pub(crate) fn file(db: &Connection, entry: &domain::Entry) -> Result<bool, Failure> {
    let table = if entry.destination { Table::Destinations } else { Table::Sources };
    let origin = if entry.from_file { Origin::File } else { Origin::Operator };
    let sql = format!(
        "INSERT INTO {} (name, record, origin) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
        table.name()
    );
    let row = [entry.name.as_str(), entry.record.as_str(), origin_word(origin)];
    Ok(db.prepare_cached(&sql)?.execute(row)? == 1)
}

fn clash(
    db: &Connection,
    entry: &Entry,
    writing: Origin,
) -> Result<Option<DirectoryError>, Failure> {
    let sql = format!("SELECT origin FROM {} WHERE name = ?1", entry.table.name());
    let mut statement = db.prepare_cached(&sql)?;
    let found: Option<String> = statement.query_row([&entry.name], |row| row.get(0)).optional()?;
    let Some(word) = found else { return Ok(None) };
    let origin = read_origin(entry.table, &word)?;
    Ok((origin != writing).then(|| DirectoryError::Clash {
        what: entry.table.entry(),
        name: entry.name.clone(),
        origin,
    }))
}

/// Writes a row; how many rows changed.
fn write(db: &Connection, entry: &Entry, origin: Origin) -> Result<usize, Failure> {
    let sql = format!(
        "INSERT INTO {} (name, record, origin) VALUES (?1, ?2, ?3) \
         ON CONFLICT (name) DO UPDATE SET record = excluded.record \
         WHERE record <> excluded.record",
        entry.table.name()
    );
    let row = [entry.name.as_str(), entry.record.as_str(), origin_word(origin)];
    Ok(db.prepare_cached(&sql)?.execute(row)?)
}

fn names_from_file(db: &Connection, table: Table) -> Result<Vec<String>, Failure> {
    let sql = format!("SELECT name FROM {} WHERE origin = ?1", table.name());
    let mut statement = db.prepare_cached(&sql)?;
    let names = statement.query_map([origin_word(Origin::File)], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::File => "file",
        Origin::Operator => "operator",
    }
}

fn read_origin(table: Table, word: &str) -> Result<Origin, Failure> {
    match word {
        "file" => Ok(Origin::File),
        "operator" => Ok(Origin::Operator),
        other => Err(Failure::unreadable(table.name(), format!("origin {other:?}"))),
    }
}

fn json(record: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(record).map_err(|error| PortError::new(Port::Directory, error))
}
