//! Sources and destinations as people change them: entries whose records can be read. A change is
//! conditioned on what was read, and what comes of a file is left alone.

use domain::{Edited, Entry, EntryId, Origin, Over};
use serde::de::DeserializeOwned;

use crate::{Console, Problem};

/// An entry and what its record says.
#[derive(Debug)]
pub(crate) struct Found<I, R> {
    pub(crate) id: I,
    pub(crate) origin: Origin,
    pub(crate) record: R,
    /// The record as it was read.
    seen: String,
}

impl<I, R> Found<I, R> {
    /// The same, where an operator may change it.
    pub(crate) fn ours(self) -> Result<Self, Problem> {
        match self.origin {
            Origin::File => Err(Problem::ReadOnly(Origin::File)),
            Origin::Operator => Ok(self),
        }
    }

    /// What a change of it is written over.
    pub(crate) fn over(&self) -> Over<'_> {
        Over::Record(&self.seen)
    }
}

impl<I, R: DeserializeOwned> Found<I, R> {
    fn of(entry: Entry, id: impl Fn(EntryId) -> Option<I>) -> Option<Self> {
        let record = serde_json::from_str(&entry.record).ok()?;
        Some(Self { id: id(entry.id)?, origin: entry.origin, record, seen: entry.record })
    }
}

impl Console {
    /// All entries of one sort, by name.
    pub(crate) async fn found<I, R: DeserializeOwned>(
        &self,
        id: impl Fn(EntryId) -> Option<I>,
    ) -> Result<Vec<Found<I, R>>, Problem> {
        let entries = self.entries.entries().await?.into_iter();
        Ok(entries.filter_map(|entry| Found::of(entry, &id)).collect())
    }
}

/// What came of a change.
pub(crate) fn edited(edited: Edited) -> Result<(), Problem> {
    match edited {
        Edited::Done => Ok(()),
        Edited::Clash(origin) => Err(Problem::ReadOnly(origin)),
        Edited::Changed => Err(Problem::Changed),
    }
}
