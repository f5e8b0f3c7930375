//! Notes in a map.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{Notes, PortError};

/// Notes in a map.
#[derive(Debug, Default)]
pub struct MemoryNotes(Mutex<BTreeMap<String, String>>);

impl MemoryNotes {
    /// What a note says now.
    pub fn get(&self, name: &str) -> Option<String> {
        self.notes().get(name).cloned()
    }

    /// Writes a note, whatever it said.
    pub fn put(&self, name: &str, text: &str) {
        self.notes().insert(name.to_owned(), text.to_owned());
    }

    pub(super) fn notes(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Notes for MemoryNotes {
    async fn note(&self, name: &str) -> Result<Option<String>, PortError> {
        Ok(self.get(name))
    }

    async fn set_note(&self, name: &str, was: Option<&str>, now: &str) -> Result<bool, PortError> {
        let mut notes = self.notes();
        if notes.get(name).map(String::as_str) != was {
            return Ok(false);
        }
        notes.insert(name.to_owned(), now.to_owned());
        Ok(true)
    }
}
