//! The port `Directory`, served from memory, and how its entries are written. An entry is the
//! record that a person typed, in a file or by hand; neither way touches the other's entries.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use domain::{
    DestinationRecord, Directory, Listed, ListedSource, Name, Port, PortError, SourceId,
    SourceRecord,
};
use rusqlite::Connection;

use crate::entries::{self, Entry, Table};
use crate::{Database, Failure};

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `tingting.toml`: read-only elsewhere.
    File,
    /// An operator, by hand.
    Operator,
}

/// How many entries following the file changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// New or different ones.
    pub written: usize,
    /// The destinations that are not in the file any more: what is open or held for them will end.
    pub removed: Vec<String>,
}

/// Why the directory was not changed.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The name is taken by an entry of the other origin.
    #[error("the {what} {name} {}", clash(*.origin))]
    Clash {
        /// `source` or `destination`.
        what: &'static str,
        /// Its name.
        name: String,
        /// Where the other comes from.
        origin: Origin,
    },
    /// Our infrastructure failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

fn clash(origin: Origin) -> &'static str {
    match origin {
        Origin::File => "comes from the configuration file; change it there",
        Origin::Operator => "was made by an operator; rename or remove one of the two",
    }
}

#[async_trait]
impl Directory for Database {
    async fn sources(&self, provider: &str) -> Result<Vec<ListedSource>, PortError> {
        match &self.book().sources {
            Ok(listed) => {
                Ok(listed.iter().filter(|l| l.id().provider() == provider).cloned().collect())
            }
            Err(reason) => Err(unreadable("sources", reason.clone())),
        }
    }

    async fn destinations(&self) -> Result<Arc<Vec<Listed>>, PortError> {
        match &self.book().destinations {
            Ok(listed) => Ok(Arc::clone(listed)),
            Err(reason) => Err(unreadable("destinations", reason.clone())),
        }
    }
}

impl Database {
    /// Makes the file's entries exactly these: writes what is new or different, removes what is
    /// gone. All or nothing; an operator's entry of the same name is an error.
    pub async fn follow_file(
        &self,
        sources: &[SourceRecord],
        destinations: &[DestinationRecord],
    ) -> Result<Followed, DirectoryError> {
        let mut entries = Vec::with_capacity(sources.len() + destinations.len());
        for record in sources {
            entries.push(Entry::source(record)?);
        }
        for record in destinations {
            entries.push(Entry::destination(record)?);
        }
        self.edit(move |db| entries::follow(db, &entries)).await
    }

    /// Writes an operator's source.
    pub async fn put_source(&self, record: &SourceRecord) -> Result<(), DirectoryError> {
        self.put(Entry::source(record)?).await
    }

    /// Writes an operator's destination.
    pub async fn put_destination(&self, record: &DestinationRecord) -> Result<(), DirectoryError> {
        self.put(Entry::destination(record)?).await
    }

    async fn put(&self, entry: Entry) -> Result<(), DirectoryError> {
        self.edit(move |db| entries::put(db, &entry)).await
    }

    /// Runs an edit, and has everybody see its outcome before it is answered.
    async fn edit<T: Send + 'static>(
        &self,
        mut edit: impl FnMut(&Connection) -> Result<Result<T, DirectoryError>, Failure> + Send + 'static,
    ) -> Result<T, DirectoryError> {
        let book = Arc::clone(&self.inner.book);
        let run = move |db: &Connection| Ok((edit(db)?, Arc::new(Book::read(db)?)));
        let turn = move |(_, new): &(_, Arc<Book>)| {
            *book.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(new);
        };
        let (outcome, _) = self.on_then(Port::Directory, run, turn).await?;
        outcome
    }

    fn book(&self) -> Arc<Book> {
        Arc::clone(&self.inner.book.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The directory, parsed once; or what is wrong with a row that cannot even be named.
pub(crate) struct Book {
    sources: Result<Vec<ListedSource>, String>,
    destinations: Result<Arc<Vec<Listed>>, String>,
}

impl Book {
    /// Reads all rows. One that cannot be parsed is listed as such.
    pub(crate) fn read(db: &Connection) -> Result<Self, Failure> {
        let sources = entries::all(db, Table::Sources)?;
        let destinations = entries::all(db, Table::Destinations)?;
        Ok(Self {
            sources: sources.iter().map(|(name, record)| list_source(name, record)).collect(),
            destinations: destinations
                .iter()
                .map(|(name, record)| list_destination(name, record))
                .collect::<Result<_, _>>()
                .map(Arc::new),
        })
    }
}

/// The parser's own words may quote a secret of the record.
const UNREADABLE: &str = "its record lacks a field, or has one that this version does not know";

fn list_source(name: &str, record: &str) -> Result<ListedSource, String> {
    let id = SourceId::parse(name).map_err(|error| error.to_string())?;
    let parsed = serde_json::from_str::<SourceRecord>(record)
        .map_err(|_| UNREADABLE.to_owned())
        .and_then(|record| record.parse_alone().map_err(|fault| fault.to_string()));
    Ok(match parsed {
        Ok(source) => ListedSource::Ready(Arc::new(source)),
        Err(reason) => ListedSource::Unreadable { id, reason },
    })
}

fn list_destination(name: &str, record: &str) -> Result<Listed, String> {
    let name = Name::parse(name).map_err(|error| error.to_string())?;
    let parsed = serde_json::from_str::<DestinationRecord>(record)
        .map_err(|_| UNREADABLE.to_owned())
        .and_then(|record| record.parse_alone().map_err(|fault| fault.to_string()));
    Ok(match parsed {
        Ok(destination) => Listed::Ready(Box::new(destination)),
        Err(reason) => Listed::Unreadable { name, reason },
    })
}

fn unreadable(table: &'static str, reason: String) -> PortError {
    PortError::new(Port::Directory, Failure::Unreadable { table, reason })
}
