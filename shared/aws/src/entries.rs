//! The items of the directory as operators see them: listed, written and deleted one by one. Which
//! origin may write which item is a condition of the write, so that a configuration file and a person
//! never overwrite each other, at whatever moment they write.

use std::fmt;

use domain::{DestinationName, DestinationRecord, Fault, Name, Port, PortError};
use domain::{SourceId, SourceRecord};
use serde::Serialize;

use crate::directory::DynamoDirectory;
use crate::failure::Failure;
use crate::items::{Item, Reader, item, text};
use crate::keys::{DESTINATIONS, Key, SOURCES};
use crate::table::Written;

pub(crate) const RECORD: &str = "record";
const ORIGIN: &str = "origin";

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A configuration file: read-only elsewhere.
    File,
    /// An operator, by hand.
    Operator,
}

impl Origin {
    fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Operator => "operator",
        }
    }

    fn read(item: Reader<'_>) -> Result<Self, Failure> {
        match item.text(ORIGIN)? {
            "file" => Ok(Self::File),
            "operator" => Ok(Self::Operator),
            other => Err(item.fault(format!("its origin is {other:?}"))),
        }
    }
}

/// What an entry is of. Sources sort before destinations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryId {
    /// A source.
    Source(SourceId),
    /// A destination.
    Destination(DestinationName),
}

impl EntryId {
    fn key(&self) -> Key {
        match self {
            Self::Source(id) => Key::source(id),
            Self::Destination(name) => Key::destination(name),
        }
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(id) => write!(f, "source {id}"),
            Self::Destination(name) => write!(f, "destination {name}"),
        }
    }
}

/// An entry: the record that a person typed, and where.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is of.
    pub id: EntryId,
    /// Where it comes from.
    pub origin: Origin,
    /// The record as JSON, its secrets included. Of two entries with the same record the texts are
    /// the same, as long as one program wrote both.
    pub record: String,
}

impl Entry {
    /// The entry of a source.
    pub fn source(record: &SourceRecord, origin: Origin) -> Result<Self, DirectoryError> {
        let provider = name("provider", &record.provider)?;
        let id = SourceId::new(&provider, &name("name", &record.name)?);
        Ok(Self { id: EntryId::Source(id), origin, record: json(record)? })
    }

    /// The entry of a destination.
    pub fn destination(record: &DestinationRecord, origin: Origin) -> Result<Self, DirectoryError> {
        let id = EntryId::Destination(name("name", &record.name)?);
        Ok(Self { id, origin, record: json(record)? })
    }

    fn item(&self) -> Item {
        let [pk, sk] = self.id.key().attributes();
        item([pk, sk, (RECORD, text(self.record.as_str())), (ORIGIN, text(self.origin.word()))])
    }

    /// Reads an item; nothing if it is of a sort that has no record.
    fn read(item: &Item) -> Result<Option<Self>, Failure> {
        let item = Reader::new("directory's entry", item);
        let (pk, sk) = (item.pk(), item.sk()?);
        let unnamed = |error: domain::NameError| item.fault(error);
        let id = if let Some(provider) = pk.strip_prefix(SOURCES) {
            let id = SourceId::parse(&format!("{provider}/{sk}")).map_err(unnamed)?;
            EntryId::Source(id)
        } else if pk == DESTINATIONS {
            EntryId::Destination(Name::parse(sk).map_err(unnamed)?)
        } else {
            return Ok(None);
        };
        let record = item.text(RECORD)?.to_owned();
        Ok(Some(Self { id, origin: Origin::read(item)?, record }))
    }
}

/// Without the record, which holds secrets.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, origin, record: _ } = self;
        f.debug_struct("Entry").field("id", id).field("origin", origin).finish_non_exhaustive()
    }
}

/// Why the directory was not changed.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The name is taken by an entry of the other origin.
    #[error("the {id} {}", clash(*.origin))]
    Clash {
        /// Which entry.
        id: EntryId,
        /// Where the other comes from.
        origin: Origin,
    },
    /// A record without a name to write it under.
    #[error(transparent)]
    Record(#[from] Fault),
    /// Our infrastructure failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl DynamoDirectory {
    /// All entries: sources by provider and name, then destinations by name.
    pub async fn entries(&self) -> Result<Vec<Entry>, PortError> {
        let items = self.table.scan().await.map_err(failed)?;
        let entries = items.iter().filter_map(|item| Entry::read(item).transpose());
        let mut entries: Vec<Entry> = entries.collect::<Result<_, _>>().map_err(failed)?;
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(entries)
    }

    /// Writes an entry, over one of the same origin or where there is none.
    pub async fn put(&self, entry: &Entry) -> Result<(), DirectoryError> {
        let written = self.table.put_over(entry.item(), (ORIGIN, entry.origin.word())).await;
        self.forget_destinations().await;
        judged(&entry.id, written)
    }

    /// Deletes an entry of this origin; where there is none, nothing is to do.
    pub async fn delete(&self, id: &EntryId, origin: Origin) -> Result<(), DirectoryError> {
        let written = self.table.delete(id.key(), (ORIGIN, origin.word())).await;
        self.forget_destinations().await;
        judged(id, written)
    }
}

/// Puts an entry that was taken along from elsewhere where there is none of its name; whether it did.
pub(crate) async fn file(
    directory: &DynamoDirectory,
    entry: &domain::Entry,
) -> Result<bool, PortError> {
    let unnamed = |error| PortError::new(Port::Directory, error);
    let id = if entry.destination {
        EntryId::Destination(Name::parse(&entry.name).map_err(unnamed)?)
    } else {
        EntryId::Source(SourceId::parse(&entry.name).map_err(unnamed)?)
    };
    let origin = if entry.from_file { Origin::File } else { Origin::Operator };
    let item = Entry { id, origin, record: entry.record.clone() }.item();
    let written = directory.table.put_new(item).await.map_err(failed)?;
    directory.forget_destinations().await;
    Ok(matches!(written, Written::Done))
}

impl From<Entry> for domain::Entry {
    fn from(entry: Entry) -> Self {
        let (destination, name) = match entry.id {
            EntryId::Source(id) => (false, id.to_string()),
            EntryId::Destination(name) => (true, name.to_string()),
        };
        let from_file = entry.origin == Origin::File;
        Self { destination, name, from_file, record: entry.record }
    }
}

fn judged(id: &EntryId, written: Result<Written, Failure>) -> Result<(), DirectoryError> {
    match written.map_err(failed)? {
        Written::Done => Ok(()),
        Written::Not(other) => {
            let other = other.unwrap_or_default();
            let origin = Origin::read(Reader::new("directory's entry", &other)).map_err(failed)?;
            Err(DirectoryError::Clash { id: id.clone(), origin })
        }
    }
}

fn clash(origin: Origin) -> &'static str {
    match origin {
        Origin::File => "comes from a configuration file; change it there",
        Origin::Operator => "was made by an operator; rename or remove one of the two",
    }
}

fn name(key: &'static str, text: &str) -> Result<Name, Fault> {
    Name::parse(text).map_err(|error| Fault { key, message: error.to_string() })
}

fn json(record: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(record).map_err(|error| PortError::new(Port::Directory, error))
}

fn failed(failure: Failure) -> PortError {
    PortError::new(Port::Directory, failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sales() -> Entry {
        let record = DestinationRecord {
            name: "sales".to_owned(),
            secret: Some("hidden".to_owned()),
            ..DestinationRecord::default()
        };
        Entry::destination(&record, Origin::File).unwrap()
    }

    #[test]
    fn an_entry_comes_back_the_same_and_shows_no_secret() {
        let entry = sales();
        assert!(entry.record.contains("hidden"));
        assert!(!format!("{entry:?}").contains("hidden"), "{entry:?}");
        assert_eq!(Entry::read(&entry.item()).unwrap(), Some(entry));
    }

    #[test]
    fn what_has_no_record_is_passed_over_and_what_is_broken_is_named() {
        let client = item([("pk", text("client")), ("sk", text("1"))]);
        assert_eq!(Entry::read(&client).unwrap(), None);
        for (name, value, expected) in [
            (ORIGIN, "elsewhere", "its origin is \"elsewhere\""),
            ("sk", "Sales", "\"Sales\" is not a name"),
        ] {
            let mut broken = sales().item();
            broken.insert(name.to_owned(), text(value));
            let failure = Entry::read(&broken).unwrap_err().to_string();
            assert!(failure.contains(expected), "{failure}");
        }
    }

    #[test]
    fn a_record_without_a_name_is_no_entry() {
        let record = DestinationRecord { name: "Sales".to_owned(), ..DestinationRecord::default() };
        let error = Entry::destination(&record, Origin::File).unwrap_err();
        assert!(matches!(&error, DirectoryError::Record(Fault { key: "name", .. })), "{error:?}");
    }
}
