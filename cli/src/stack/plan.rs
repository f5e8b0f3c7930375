//! What applying a file to a directory would change. A comparison: nothing is read or written here.
//! What a person made elsewhere is never touched by a file; what came from a file and is no longer in
//! it is removed only when asked.

use std::fmt;

use domain::{Entry, EntryId, Origin};
use serde_json::{Map, Value};

/// What becomes of one entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub(super) id: EntryId,
    pub(super) what: What,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// It is new.
    Add,
    /// These lines say how it differs, secrets left out.
    Update(Vec<String>),
    /// It is as the file says.
    Keep,
    /// It came from a file, is no longer in it, and goes.
    Remove,
    /// The same, and stays because nobody asked to prune.
    Leave,
    /// A person made an entry of this name elsewhere: it stays, and the file's cannot be written.
    Clash,
}

/// Keys whose values are secret or may hold one.
const SECRET: &[&str] = &[
    "api",
    "auth",
    "bot_token",
    "endpoint",
    "headers",
    "secret",
    "secrets",
    "signing_secret",
    "signing_secrets",
];

/// Compares what a file says with what the directory has; in the order of the entries' ids.
pub(super) fn plan(wanted: &[Entry], found: &[Entry], prune: bool) -> Vec<Change> {
    let mut changes: Vec<Change> = wanted
        .iter()
        .map(|entry| {
            let what = match found.iter().find(|there| there.id == entry.id) {
                None => What::Add,
                Some(there) => compared(entry, there),
            };
            Change { id: entry.id.clone(), what }
        })
        .collect();
    let gone = found.iter().filter(|there| {
        there.origin == Origin::File && !wanted.iter().any(|entry| entry.id == there.id)
    });
    changes.extend(gone.map(|there| Change {
        id: there.id.clone(),
        what: if prune { What::Remove } else { What::Leave },
    }));
    changes.sort_by(|a, b| a.id.cmp(&b.id));
    changes
}

fn compared(wanted: &Entry, there: &Entry) -> What {
    let [new, old] = [wanted, there].map(|entry| serde_json::from_str(&entry.record).ok());
    let [new, old]: [Value; 2] = [new, old].map(Option::unwrap_or_default);
    match there.origin {
        Origin::Operator => What::Clash,
        Origin::File if old == new => What::Keep,
        Origin::File => What::Update(differences(&old, &new)),
    }
}

fn differences(old: &Value, new: &Value) -> Vec<String> {
    let empty = Map::new();
    let (old, new) = (old.as_object().unwrap_or(&empty), new.as_object().unwrap_or(&empty));
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let differing = keys.into_iter().filter(|key| old.get(*key) != new.get(*key));
    differing.map(|key| difference(key, old.get(key), new.get(key))).collect()
}

fn difference(key: &str, old: Option<&Value>, new: Option<&Value>) -> String {
    let shown = |value: &Value| {
        if SECRET.contains(&key) { "(not shown)".to_owned() } else { value.to_string() }
    };
    match (old, new) {
        (Some(_), Some(_)) if SECRET.contains(&key) => format!("{key}: changed (not shown)"),
        (Some(old), Some(new)) => format!("{key}: {old} → {new}"),
        (None, Some(new)) => format!("{key}: added {}", shown(new)),
        (Some(old), None) => format!("{key}: removed {}", shown(old)),
        (None, None) => key.to_owned(),
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, what } = self;
        match what {
            What::Add => write!(f, "+ {id}"),
            What::Keep => write!(f, "= {id}"),
            What::Remove => write!(f, "- {id}"),
            What::Leave => {
                write!(f, "? {id}: no longer in the file; --prune removes it")
            }
            What::Clash => write!(
                f,
                "! {id}: made by a person elsewhere, which a file never changes; give \
                 yours another name, or remove that one first"
            ),
            What::Update(lines) => {
                write!(f, "~ {id}")?;
                lines.iter().try_for_each(|line| write!(f, "\n    {line}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Name, SourceId};
    use serde_json::json;

    use super::*;

    fn source(id: &str, record: &Value, origin: Origin) -> Entry {
        let id = EntryId::Source(SourceId::parse(id).unwrap());
        Entry { id, origin, record: record.to_string() }
    }

    fn destination(name: &str, record: &Value, origin: Origin) -> Entry {
        let id = EntryId::Destination(Name::parse(name).unwrap());
        Entry { id, origin, record: record.to_string() }
    }

    #[test]
    fn every_entry_is_told_what_becomes_of_it() {
        let secret = |s: &str| json!({"provider": "casso", "secrets": [s], "api": {"key": s}});
        let (file, person) = (Origin::File, Origin::Operator);
        let wanted = [
            destination("new", &json!({"channel": "lark"}), file),
            destination("hers", &json!({"channel": "lark"}), file),
            destination("sales", &json!({"min_amount": 2, "language": "vi"}), file),
            source("casso/shop", &secret("hide-me-2"), file),
            source("casso/same", &json!({"b": 1, "a": 2}), file),
        ];
        let found = [
            source("casso/shop", &secret("hide-me-1"), file),
            Entry {
                record: r#"{"b": 1, "a": 2}"#.to_owned(),
                ..source("casso/same", &json!({}), file)
            },
            source("casso/old", &json!({}), file),
            source("casso/his", &json!({}), person),
            destination("hers", &json!({"channel": "lark"}), person),
            destination("sales", &json!({"min_amount": 1, "secret": "hide-me-3"}), file),
        ];
        let told = |prune| {
            let changes = plan(&wanted, &found, prune);
            changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        let expected = "\
? source casso/old: no longer in the file; --prune removes it
= source casso/same
~ source casso/shop
    api: changed (not shown)
    secrets: changed (not shown)
! destination hers: made by a person elsewhere, which a file never changes; give yours another name, or remove that one first
+ destination new
~ destination sales
    language: added \"vi\"
    min_amount: 1 → 2
    secret: removed (not shown)";
        assert_eq!(told(false), expected);
        assert!(told(true).starts_with("- source casso/old\n"), "{}", told(true));
    }

    #[test]
    fn a_record_that_cannot_be_read_is_written_anew() {
        let wanted = [source("casso/shop", &json!({"provider": "casso"}), Origin::File)];
        let broken = Entry { record: "not JSON".to_owned(), ..wanted[0].clone() };
        let expected = What::Update(vec!["provider: added \"casso\"".to_owned()]);
        assert_eq!(plan(&wanted, &[broken], false)[0].what, expected);
    }
}
