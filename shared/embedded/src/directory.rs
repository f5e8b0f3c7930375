//! The port `Directory`, served from memory, and following a configuration file. How entries are written
//! one by one is `entries`.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use domain::{
    Clash, DestinationRecord, Directory, Entry, Fault, Listed, ListedSource, Name, Origin, Port,
    PortError, SourceId, SourceRecord,
};
use rusqlite::Connection;

use crate::entries::{self, Table};
use crate::{Database, Failure};

/// How many entries following the file changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// New or different ones.
    pub written: usize,
    /// The destinations that are not in the file any more: what is open or held for them will end.
    pub removed: Vec<String>,
}

/// Why the file was not followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// An operator made an entry of the same name.
    #[error(transparent)]
    Clash(#[from] Clash),
    /// A record without a name to write it under.
    #[error(transparent)]
    Record(#[from] Fault),
    /// Our infrastructure failed.
    #[error(transparent)]
    Port(#[from] PortError),
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
    ) -> Result<Followed, FollowError> {
        let sources = sources.iter().map(|record| Entry::source(record, Origin::File));
        let destinations =
            destinations.iter().map(|record| Entry::destination(record, Origin::File));
        let entries: Vec<Entry> = sources.chain(destinations).collect::<Result<_, _>>()?;
        Ok(self.edit(move |db| entries::follow(db, &entries)).await??)
    }

    /// Runs an edit, and has everybody see its outcome before it is answered.
    pub(crate) async fn edit<T: Send + 'static>(
        &self,
        mut edit: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        let book = Arc::clone(&self.inner.book);
        let run = move |db: &Connection| Ok((edit(db)?, Arc::new(Book::read(db)?)));
        let turn = move |(_, new): &(_, Arc<Book>)| {
            *book.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(new);
        };
        let (outcome, _) = self.on_then(Port::Directory, run, turn).await?;
        Ok(outcome)
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
        let sources = entries::records(db, Table::Sources)?;
        let destinations = entries::records(db, Table::Destinations)?;
        let source = |(id, record): &(String, String)| {
            let id = SourceId::parse(id).map_err(|error| error.to_string())?;
            Ok(ListedSource::read(id, record))
        };
        let destination = |(name, record): &(String, String)| {
            let name = Name::parse(name).map_err(|error| error.to_string())?;
            Ok(Listed::read(name, record))
        };
        Ok(Self {
            sources: sources.iter().map(source).collect(),
            destinations: destinations
                .iter()
                .map(destination)
                .collect::<Result<_, _>>()
                .map(Arc::new),
        })
    }
}

fn unreadable(table: &'static str, reason: String) -> PortError {
    PortError::new(Port::Directory, Failure::Unreadable { table, reason })
}
