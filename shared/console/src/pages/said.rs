//! What a form said, field by field, as its page shows it again.

use std::collections::BTreeMap;

use crate::people::FIELD;

/// What a form said; what was left empty says nothing.
#[derive(Debug, Default)]
pub(crate) struct Said(BTreeMap<String, Vec<String>>);

impl Said {
    /// Reads a form's body, but for its token. Blanks around what was typed do not count.
    pub(crate) fn read(body: &[u8]) -> Self {
        let mut said = Self::default();
        for (name, value) in form_urlencoded::parse(body).filter(|(name, _)| name != FIELD) {
            said.put(&name, value.trim());
        }
        said
    }

    /// Adds what a field says.
    pub(crate) fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.entry(name.to_owned()).or_default().push(value.into());
    }

    /// What a field said; nothing where it was left empty.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).and_then(|said| said.first()).map_or("", String::as_str)
    }

    /// The same, where it said anything.
    pub(crate) fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|said| !said.is_empty()).map(str::to_owned)
    }

    /// All that a field said, of one that may be chosen several times.
    pub(crate) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a field said this, among others.
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|one| one == value)
    }
}
