//! The directory's sources, kept for a while (system.md §2): younger than a minute used, up to ten
//! minutes used and refreshed beside the claim, older read first, and only an error allows a stale
//! one. A failed proof re-reads its source, an unknown name the directory, at most every 5 s.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::{Directory, PortError, Source, SourceId};

const FRESH: SignedDuration = SignedDuration::from_secs(60);
const USABLE: SignedDuration = SignedDuration::from_mins(10);
const REREAD: SignedDuration = SignedDuration::from_secs(5);

#[derive(Debug, Clone)]
struct Entry {
    source: Arc<Source>,
    read: Timestamp,
    reread: Timestamp,
}

/// A source from the cache, and whether to refresh it beside the claim.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) source: Arc<Source>,
    pub(crate) refresh: bool,
}

/// Sources that were read before.
#[derive(Debug, Default)]
pub struct SourceCache {
    entries: Mutex<HashMap<SourceId, Entry>>,
    unknown: Mutex<Option<Timestamp>>,
}

impl SourceCache {
    /// The source of this name, from the cache where its age allows.
    pub(crate) async fn find(
        &self,
        directory: &dyn Directory,
        id: &SourceId,
        now: Timestamp,
    ) -> Result<Option<Found>, PortError> {
        if let Some(entry) = self.entry(id) {
            let age = now.duration_since(entry.read);
            if age < USABLE {
                return Ok(Some(Found { source: entry.source, refresh: age >= FRESH }));
            }
            return match self.read(directory, id, now).await {
                Ok(found) => Ok(found.map(|source| Found { source, refresh: false })),
                Err(_) => Ok(Some(Found { source: entry.source, refresh: false })),
            };
        }
        if !self.may_ask_for_unknown(now) {
            return Ok(None);
        }
        let found = self.read(directory, id, now).await?;
        if found.is_some() {
            *self.unknown.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        Ok(found.map(|source| Found { source, refresh: false }))
    }

    /// Reads a source anew; one that is gone is forgotten.
    pub(crate) async fn read(
        &self,
        directory: &dyn Directory,
        id: &SourceId,
        now: Timestamp,
    ) -> Result<Option<Arc<Source>>, PortError> {
        let found = directory.source(id).await?;
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match &found {
            Some(source) => {
                let entry = Entry { source: Arc::clone(source), read: now, reread: now };
                entries.insert(id.clone(), entry);
            }
            None => _ = entries.remove(id),
        }
        Ok(found)
    }

    /// After a failed proof: the source as it is now, if it was not read in the last 5 s and changed.
    pub(crate) async fn changed(
        &self,
        directory: &dyn Directory,
        known: &Source,
        now: Timestamp,
    ) -> Option<Arc<Source>> {
        {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = entries.get_mut(&known.id)?;
            if now.duration_since(entry.reread) < REREAD {
                return None;
            }
            entry.reread = now;
        }
        let read = self.read(directory, &known.id, now).await.ok()??;
        (*read != *known).then_some(read)
    }

    fn entry(&self, id: &SourceId) -> Option<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn may_ask_for_unknown(&self, now: Timestamp) -> bool {
        let mut last = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        let may = last.is_none_or(|at| now.duration_since(at).abs() >= REREAD);
        if may {
            *last = Some(now);
        }
        may
    }
}
