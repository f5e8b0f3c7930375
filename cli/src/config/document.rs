//! A TOML text as a tree that still knows its lines. Not what the keys mean.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

use super::fault::Fault;
use super::forms;

/// Keys that hold lists: one item may stand without brackets.
const LISTS: &[&str] = &[
    "accounts",
    "allow",
    "events",
    "retry_on",
    "secrets",
    "signing_secrets",
    "sources",
    "virtual_accounts",
    "waits",
];

/// A value of the document and where it stands.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// The document's tables by name, and its text for turning places into lines.
pub(super) struct Document<'i> {
    text: &'i str,
    root: DeTable<'i>,
}

impl<'i> Document<'i> {
    /// Parses a text; `None` when it is not TOML, which the first reading of it has said.
    pub(super) fn parse(text: &'i str) -> Option<Self> {
        let mut root = DeTable::parse(text).ok()?.into_inner();
        complete_lists(&mut root);
        Some(Self { text, root })
    }

    /// Takes what stands under a name.
    pub(super) fn take(&mut self, name: &str) -> Option<Value<'i>> {
        self.root.remove(name)
    }

    /// Takes the tables of `[[name]]`.
    pub(super) fn take_all(&mut self, name: &str, faults: &mut Vec<Fault>) -> Vec<Value<'i>> {
        let Some(value) = self.take(name) else { return Vec::new() };
        let line = self.line(&value);
        match value.into_inner() {
            DeValue::Array(tables) => tables.into_iter().collect(),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => {
                let message = format!("{name}: write [[{name}]] in double brackets");
                faults.push(Fault { line, message });
                Vec::new()
            }
        }
    }

    /// What was not taken: keys that mean nothing here.
    pub(super) fn leftovers(&self) -> Vec<Fault> {
        let known = "server, egress, retention, sweep, [[source]] and [[destination]]";
        let fault = |key: &Spanned<std::borrow::Cow<'_, str>>| Fault {
            line: line_of(self.text, &key.span()),
            message: format!("{}: unknown; known are {known}", key.get_ref()),
        };
        self.root.keys().map(fault).collect()
    }

    /// The line of a value.
    pub(super) fn line(&self, value: &Value<'_>) -> Option<usize> {
        line_of(self.text, &value.span())
    }

    /// The line of a key in a table, or else of the table. What follows a dot lies within the key.
    pub(super) fn line_of_key(&self, table: &Value<'_>, key: &str) -> Option<usize> {
        let key = key.split('.').next().unwrap_or(key);
        let keys = table.get_ref().as_table().into_iter().flat_map(|entries| entries.keys());
        let found = keys.into_iter().find(|name| name.get_ref() == key);
        line_of(self.text, &found.map_or_else(|| table.span(), Spanned::span))
    }

    /// Reads the table `name` as `T`.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        name: &str,
        table: Value<'i>,
    ) -> Result<T, Fault> {
        T::deserialize(ValueDeserializer::from(table.clone())).map_err(|error| {
            let place = error.span().unwrap_or_else(|| table.span());
            let key = key_around(&table, &place);
            let message = forms::told(name, key, error.message());
            Fault { line: line_of(self.text, &place), message }
        })
    }
}

/// The key of a table in whose value a place lies.
fn key_around<'t>(table: &'t Value<'_>, place: &Range<usize>) -> Option<&'t str> {
    let mut entries = table.get_ref().as_table().into_iter().flat_map(|entries| entries.iter());
    entries.find(|(_, value)| encloses(value, place)).map(|(key, _)| key.get_ref().as_ref())
}

/// Whether a place lies in a value. One that was written below a header of its own spans no more
/// than that header, so what it holds is asked too, its keys with it.
fn encloses(value: &Value<'_>, place: &Range<usize>) -> bool {
    let spanned = |span: Range<usize>| span.start <= place.start && place.end <= span.end;
    let inside = match value.get_ref() {
        DeValue::Table(table) => {
            table.iter().any(|(key, value)| spanned(key.span()) || encloses(value, place))
        }
        DeValue::Array(items) => items.iter().any(|item| encloses(item, place)),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => false,
    };
    inside || spanned(value.span())
}

/// The line, from 1, of a place in a text.
pub(super) fn line_of(text: &str, place: &Range<usize>) -> Option<usize> {
    let before = text.as_bytes().get(..place.start)?;
    Some(before.iter().filter(|byte| **byte == b'\n').count() + 1)
}

fn complete_lists(table: &mut DeTable<'_>) {
    for (key, value) in table.iter_mut() {
        let single = value.get_ref().is_str() || value.get_ref().is_integer();
        if LISTS.contains(&key.get_ref().as_ref()) && single {
            let one = std::mem::replace(value.get_mut(), DeValue::Boolean(false));
            let list: DeArray<'_> = [Spanned::new(value.span(), one)].into_iter().collect();
            *value.get_mut() = DeValue::Array(list);
        }
        complete_value(value);
    }
}

fn complete_value(value: &mut Value<'_>) {
    match value.get_mut() {
        DeValue::Table(table) => complete_lists(table),
        DeValue::Array(items) => items.iter_mut().for_each(complete_value),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => {}
    }
}
