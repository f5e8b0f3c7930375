//! The directory in maps. Takes parsed sources and destinations, readable or not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{DestinationName, Directory, Listed, ListedSource, PortError, SourceId};

/// The directory in maps.
#[derive(Debug, Default)]
pub struct MemoryDirectory(Mutex<Lists>);

#[derive(Debug, Default)]
struct Lists {
    sources: BTreeMap<SourceId, ListedSource>,
    destinations: BTreeMap<DestinationName, Listed>,
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
