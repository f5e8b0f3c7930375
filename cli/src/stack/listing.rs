//! A stack's sources or destinations in words, secrets masked.

use std::fmt::Write as _;

use domain::{DestinationRecord, Entry, EntryId, Origin, SourceRecord};

use crate::check::{describe_destination, describe_source};

/// Entries in words. `base` is what the hooks' URLs start with, where that is known.
pub(super) fn list(entries: &[Entry], base: Option<&str>) -> String {
    if entries.is_empty() {
        return "none; write some into tingting.toml and run `tingting apply`\n".to_owned();
    }
    let mut text = String::new();
    for entry in entries {
        let origin = match entry.origin {
            Origin::File => "from a file",
            Origin::Operator => "made by a person",
        };
        // Writing to a String cannot fail; so are the other writes here.
        _ = writeln!(text, "{}  ({origin})", entry.id);
        if let (EntryId::Source(id), Some(base)) = (&entry.id, base) {
            _ = writeln!(text, "  url       {base}/hooks/{id}");
        }
        if let Err(reason) = describe(&mut text, entry) {
            _ = writeln!(text, "  unreadable: {reason}");
        }
        text.push('\n');
    }
    text
}

fn describe(text: &mut String, entry: &Entry) -> Result<(), String> {
    match entry.id {
        EntryId::Source(_) => {
            let record: SourceRecord = read(&entry.record)?;
            describe_source(text, &record.parse(providers::ALL).map_err(|f| f.to_string())?);
        }
        EntryId::Destination(_) => {
            let record: DestinationRecord = read(&entry.record)?;
            describe_destination(text, &record.parse(channels::ALL).map_err(|f| f.to_string())?);
        }
    }
    Ok(())
}

/// The error's own words could quote a secret of the record; its kind is enough.
fn read<T: serde::de::DeserializeOwned>(record: &str) -> Result<T, String> {
    serde_json::from_str(record)
        .map_err(|_| "its record has fields that this version does not know, or lacks some".into())
}

#[cfg(test)]
mod tests {
    use domain::{Name, SourceId};

    use super::*;

    fn source(id: &str, record: &str, origin: Origin) -> Entry {
        let id = EntryId::Source(SourceId::parse(id).unwrap());
        Entry { id, origin, record: record.to_owned() }
    }

    #[test]
    fn entries_are_listed_without_their_secrets() {
        let shop = r#"{"provider":"casso","name":"shop","secrets":["hide-me-0123456789"]}"#;
        let sources = [
            source("casso/shop", shop, Origin::File),
            source("casso/odd", r#"{"hide-me":1}"#, Origin::Operator),
        ];
        let expected = "\
source casso/shop  (from a file)
  url       https://x.example/hooks/casso/shop
  proof     the provider's own
  secrets   ********6789

source casso/odd  (made by a person)
  url       https://x.example/hooks/casso/odd
  unreadable: its record has fields that this version does not know, or lacks some

";
        assert_eq!(list(&sources, Some("https://x.example")), expected);
        let slack = r#"{"name":"sales","channel":"slack",
            "endpoint":"https://hooks.slack.com/services/hide-me"}"#;
        let id = EntryId::Destination(Name::parse("sales").unwrap());
        let told = list(&[Entry { id, origin: Origin::File, record: slack.to_owned() }], None);
        assert!(
            told.starts_with("destination sales  (from a file)\n  channel   slack\n"),
            "{told}"
        );
        assert!(!told.contains("hide-me"), "{told}");
        assert!(list(&[], None).starts_with("none; "));
    }
}
