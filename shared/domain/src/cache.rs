//! One provider's sources, kept for a while (system contract of the acknowledging path): younger than
//! a minute used, up to ten minutes used and refreshed beside the claim, older read first, and only
//! an error allows stale ones. A failed proof re-reads, per source, and an unknown name, all names
//! together, at most every 5 s: a source or a secret made a second ago works, and strangers who try
//! names cannot push a known source out or make us read more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::{Directory, ListedSource, PortError, SourceId};

const FRESH: SignedDuration = SignedDuration::from_secs(60);
const USABLE: SignedDuration = SignedDuration::from_mins(10);
const REREAD: SignedDuration = SignedDuration::from_secs(5);

type Sources = HashMap<SourceId, ListedSource>;

/// All sources of one provider, as last read.
#[derive(Debug)]
struct Kept {
    sources: Arc<Sources>,
    read: Timestamp,
    asked_for_unknown: Option<Timestamp>,
    asked_after_reject: HashMap<SourceId, Timestamp>,
}

/// What the cache has of a source.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) source: Option<ListedSource>,
    /// Whether to read anew beside the claim.
    pub(crate) refresh: bool,
}

/// The sources that were read before, by provider.
#[derive(Debug, Default)]
pub(crate) struct SourceCache(Mutex<HashMap<String, Kept>>);

impl SourceCache {
    /// The source of this name, from the cache where its age allows.
    pub(crate) async fn find(
        &self,
        directory: &dyn Directory,
        id: &SourceId,
        now: Timestamp,
    ) -> Result<Found, PortError> {
        let kept = self.lock().get(id.provider()).map(|k| (Arc::clone(&k.sources), k.read));
        let (sources, refresh) = match kept {
            Some((sources, read)) if now.duration_since(read) < USABLE => {
                (sources, now.duration_since(read) >= FRESH)
            }
            Some((stale, _)) => {
                (self.read(directory, id.provider(), now).await.unwrap_or(stale), false)
            }
            None => (self.read(directory, id.provider(), now).await?, false),
        };
        let source = match sources.get(id) {
            Some(source) => Some(source.clone()),
            None if self.may_ask_for_unknown(id, now) => {
                self.read(directory, id.provider(), now).await?.get(id).cloned()
            }
            None => None,
        };
        Ok(Found { source, refresh })
    }

    /// Reads the provider's sources anew.
    pub(crate) async fn read(
        &self,
        directory: &dyn Directory,
        provider: &str,
        now: Timestamp,
    ) -> Result<Arc<Sources>, PortError> {
        let listed = directory.sources(provider).await?;
        let sources: Sources = listed.into_iter().map(|l| (l.id().clone(), l)).collect();
        let sources = Arc::new(sources);
        let mut all = self.lock();
        match all.get_mut(provider) {
            Some(kept) => {
                kept.sources = Arc::clone(&sources);
                kept.read = now;
            }
            None => {
                let kept = Kept {
                    sources: Arc::clone(&sources),
                    read: now,
                    asked_for_unknown: Some(now),
                    asked_after_reject: HashMap::new(),
                };
                all.insert(provider.to_owned(), kept);
            }
        }
        Ok(sources)
    }

    /// After a failed proof: the source as it is now, if that is worth another look.
    pub(crate) async fn changed(
        &self,
        directory: &dyn Directory,
        known: &ListedSource,
        now: Timestamp,
    ) -> Option<ListedSource> {
        {
            let mut all = self.lock();
            let kept = all.get_mut(known.id().provider())?;
            let last = kept.asked_after_reject.get(known.id());
            if last.is_some_and(|at| now.duration_since(*at).abs() < REREAD) {
                return None;
            }
            kept.asked_after_reject.insert(known.id().clone(), now);
        }
        let sources = self.read(directory, known.id().provider(), now).await.ok()?;
        sources.get(known.id()).filter(|source| *source != known).cloned()
    }

    fn may_ask_for_unknown(&self, id: &SourceId, now: Timestamp) -> bool {
        let mut all = self.lock();
        let Some(kept) = all.get_mut(id.provider()) else { return true };
        let may = kept.asked_for_unknown.is_none_or(|at| now.duration_since(at).abs() >= REREAD);
        if may {
            kept.asked_for_unknown = Some(now);
        }
        may
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
