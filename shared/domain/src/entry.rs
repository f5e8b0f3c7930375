//! An entry of the directory: the record that a person typed, and where. What records mean is
//! `record`'s; who may write over whose entry is said here, and kept by every directory.

use std::fmt;

use serde::Serialize;

use crate::{
    DestinationName, DestinationRecord, Fault, Listed, ListedSource, Name, SourceId, SourceRecord,
};

/// Where an entry comes from. Neither way touches the other's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A configuration file: read-only elsewhere.
    File,
    /// An operator, by hand.
    Operator,
}

impl Origin {
    /// Its word in rows and items.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Operator => "operator",
        }
    }

    /// Reads its word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "file" => Some(Self::File),
            "operator" => Some(Self::Operator),
            _ => None,
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

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(id) => write!(f, "source {id}"),
            Self::Destination(name) => write!(f, "destination {name}"),
        }
    }
}

/// An entry of the directory.
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

/// Without the record, which holds secrets.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, origin, record: _ } = self;
        f.debug_struct("Entry").field("id", id).field("origin", origin).finish_non_exhaustive()
    }
}

impl Entry {
    /// The entry of a source, whose names must be names; the rest of the record is not looked at.
    pub fn source(record: &SourceRecord, origin: Origin) -> Result<Self, Fault> {
        let provider = name("provider", &record.provider)?;
        let id = SourceId::new(&provider, &name("name", &record.name)?);
        Ok(Self { id: EntryId::Source(id), origin, record: json(record)? })
    }

    /// The entry of a destination, whose name must be one; the rest of the record is not looked at.
    pub fn destination(record: &DestinationRecord, origin: Origin) -> Result<Self, Fault> {
        let id = EntryId::Destination(name("name", &record.name)?);
        Ok(Self { id, origin, record: json(record)? })
    }
}

impl ListedSource {
    /// The source of this record, or why this version cannot read it.
    pub fn read(id: SourceId, record: &str) -> Self {
        let parsed = read::<SourceRecord>(record).and_then(|record| {
            let source = record.parse_alone().map_err(|fault| fault.to_string())?;
            let own = source.id == id;
            own.then_some(source).ok_or_else(|| ANOTHER.to_owned())
        });
        match parsed {
            Ok(source) => Self::Ready(source.into()),
            Err(reason) => Self::Unreadable { id, reason },
        }
    }
}

impl Listed {
    /// The destination of this record, or why this version cannot read it.
    pub fn read(name: DestinationName, record: &str) -> Self {
        let parsed = read::<DestinationRecord>(record).and_then(|record| {
            let destination = record.parse_alone().map_err(|fault| fault.to_string())?;
            let own = destination.name == name;
            own.then_some(destination).ok_or_else(|| ANOTHER.to_owned())
        });
        match parsed {
            Ok(destination) => Self::Ready(destination.into()),
            Err(reason) => Self::Unreadable { name, reason },
        }
    }
}

/// The parser's own words may quote a secret of the record.
const UNREADABLE: &str = "its record lacks a field, or has one that this version does not know";
const ANOTHER: &str = "its record names another";

fn read<T: serde::de::DeserializeOwned>(record: &str) -> Result<T, String> {
    serde_json::from_str(record).map_err(|_| UNREADABLE.to_owned())
}

/// On what an entry may be written. Always only over one of its own origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over<'a> {
    /// Where there is none.
    Nothing,
    /// Over the one with exactly this record: what its writer has seen.
    Record(&'a str),
    /// Over whatever is there, or where there is none.
    Anything,
}

/// What became of writing or removing an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// It is done.
    Done,
    /// Not done: the entry of this name has another origin.
    Clash(Origin),
    /// Not done: what is there, or is not there, is not what it was to be written over.
    Changed,
}

/// An entry that could not be written, for the name is taken by one of another origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {id} {}", clash(*.origin))]
pub struct Clash {
    /// Which entry.
    pub id: EntryId,
    /// Where the other comes from.
    pub origin: Origin,
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

fn json(record: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(record)
        .map_err(|error| Fault { key: "record", message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(record: &str) -> String {
        match ListedSource::read(SourceId::parse("casso/shop").unwrap(), record) {
            ListedSource::Ready(source) => format!("ready: {}", source.id),
            ListedSource::Unreadable { id, reason } => format!("{id}: {reason}"),
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_is_listed_with_the_reason_and_without_its_secrets() {
        for (record, expected) in [
            (r#"{"provider":"casso","name":"shop"}"#, "ready: casso/shop"),
            ("not JSON", "casso/shop: its record lacks a field, or"),
            (
                r#"{"provider":"casso","name":"shop","secrets":"hide-me"}"#,
                "casso/shop: its record lacks",
            ),
            (
                r#"{"provider":"casso","name":"shop","newer":1}"#,
                "casso/shop: its record lacks a field, or has one that this version does not know",
            ),
            (
                r#"{"provider":"casso","name":"shop","max_age":"soon"}"#,
                "casso/shop: max_age: \"soon\" is no duration",
            ),
            (r#"{"provider":"sepay","name":"shop"}"#, "casso/shop: its record names another"),
        ] {
            assert!(reason(record).starts_with(expected), "{}", reason(record));
            assert!(!reason(record).contains("hide-me"), "{}", reason(record));
        }
        let name = Name::parse("sales").unwrap();
        let record = r#"{"name":"other","channel":"preview"}"#;
        let expected = Listed::Unreadable { name: name.clone(), reason: ANOTHER.to_owned() };
        assert_eq!(Listed::read(name, record), expected);
    }

    #[test]
    fn an_entry_shows_no_secret_and_a_record_without_a_name_is_none() {
        let mut record = DestinationRecord { name: "sales".to_owned(), ..Default::default() };
        record.secret = Some("hidden".to_owned());
        let entry = Entry::destination(&record, Origin::File).unwrap();
        assert!(entry.record.contains("hidden"));
        assert!(!format!("{entry:?}").contains("hidden"), "{entry:?}");
        record.name = "Sales".to_owned();
        let fault = Entry::destination(&record, Origin::File).unwrap_err();
        assert_eq!(fault.key, "name");
    }

    #[test]
    fn the_words_of_an_origin_are_its_own() {
        for origin in [Origin::File, Origin::Operator] {
            assert_eq!(Origin::parse(origin.word()), Some(origin));
        }
        assert_eq!(Origin::parse("elsewhere"), None);
    }
}
