//! The directory in maps: entries as they are typed, and parsed sources and destinations, readable or
//! not, that a test puts beside them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{
    DestinationName, Directory, Edited, Entries, Entry, EntryId, Listed, ListedSource, Origin,
    Over, PortError, SourceId,
};

/// The directory in maps.
#[derive(Debug, Default)]
pub struct MemoryDirectory(Mutex<Lists>);

#[derive(Debug, Default)]
struct Lists {
    sources: BTreeMap<SourceId, ListedSource>,
    destinations: BTreeMap<DestinationName, Listed>,
    entries: BTreeMap<EntryId, Entry>,
}

impl Lists {
    fn write(&mut self, entry: &Entry) {
        match &entry.id {
            EntryId::Source(id) => {
                let listed = ListedSource::read(id.clone(), &entry.record);
                self.sources.insert(id.clone(), listed);
            }
            EntryId::Destination(name) => {
                let listed = Listed::read(name.clone(), &entry.record);
                self.destinations.insert(name.clone(), listed);
            }
        }
        self.entries.insert(entry.id.clone(), entry.clone());
    }
}

impl MemoryDirectory {
    /// Puts a source in the place of the one of its name.
    pub fn put_source(&self, source: ListedSource) {
        self.lists().sources.insert(source.id().clone(), source);
    }

    /// Removes a source.
    pub fn remove_source(&self, id: &SourceId) {
        self.lists().sources.remove(id);
    }

    /// Puts a destination in the place of the one of its name.
    pub fn put_destination(&self, destination: Listed) {
        self.lists().destinations.insert(destination.name().clone(), destination);
    }

    /// Removes a destination.
    pub fn remove_destination(&self, name: &DestinationName) {
        self.lists().destinations.remove(name);
    }

    /// Whether there is a destination of this name.
    pub fn has_destination(&self, name: &DestinationName) -> bool {
        self.lists().destinations.contains_key(name)
    }

    /// Writes an entry where there is none of its name; whether it did.
    pub fn file(&self, entry: &Entry) -> bool {
        let mut lists = self.lists();
        let new = !lists.entries.contains_key(&entry.id);
        if new {
            lists.write(entry);
        }
        new
    }

    /// The entries, in the order of their ids.
    pub fn written(&self) -> Vec<Entry> {
        self.lists().entries.values().cloned().collect()
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Directory for MemoryDirectory {
    async fn sources(&self, provider: &str) -> Result<Vec<ListedSource>, PortError> {
        let of = |source: &&ListedSource| source.id().provider() == provider;
        Ok(self.lists().sources.values().filter(of).cloned().collect())
    }

    async fn destinations(&self) -> Result<Arc<Vec<Listed>>, PortError> {
        Ok(Arc::new(self.lists().destinations.values().cloned().collect()))
    }
}

#[async_trait]
impl Entries for MemoryDirectory {
    async fn entries(&self) -> Result<Vec<Entry>, PortError> {
        Ok(self.written())
    }

    async fn put(&self, entry: &Entry, over: Over<'_>) -> Result<Edited, PortError> {
        let mut lists = self.lists();
        let as_expected = match (lists.entries.get(&entry.id), over) {
            (Some(there), _) if there.origin != entry.origin => {
                return Ok(Edited::Clash(there.origin));
            }
            (Some(there), _) if there.record == entry.record => true,
            (None, Over::Nothing) | (_, Over::Anything) => true,
            (Some(there), Over::Record(seen)) => there.record == seen,
            (None, Over::Record(_)) | (Some(_), Over::Nothing) => false,
        };
        if as_expected {
            lists.write(entry);
        }
        Ok(if as_expected { Edited::Done } else { Edited::Changed })
    }

    async fn remove(&self, id: &EntryId, origin: Origin) -> Result<Edited, PortError> {
        let mut lists = self.lists();
        if let Some(there) = lists.entries.get(id).filter(|there| there.origin != origin) {
            return Ok(Edited::Clash(there.origin));
        }
        lists.entries.remove(id);
        match id {
            EntryId::Source(id) => _ = lists.sources.remove(id),
            EntryId::Destination(name) => _ = lists.destinations.remove(name),
        }
        Ok(Edited::Done)
    }
}
