//! What we should have: asks the providers' own APIs, and fills what we lack.
//!
//! For each source with credentials whose time has come: page by page, every event that is old
//! enough for its hook to be here goes the way of a hook, claim then send, under the hook's key. How
//! far we got is noted only after all of a page is durable and on the queue, so that a crash repeats
//! a page and skips none. Bounded whatever the provider answers: so many pages and so much time, and
//! a page that shows nothing new ends the round. Not here: what an API looks like (`provider_api`).

mod bookmark;
mod visit;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use bookmark::Bookmark;
use visit::{Visit, Whom};

use crate::{
    Api, Clock, Directory, Egress, EventKey, Ledger, ListedSource, Notes, PortError, Provider,
    ProviderApi, Queue, Setback, Source, SourceId, Timer,
};

/// One source is asked no longer than this in one run.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);
/// Who comes so little too early is not sent away: a schedule's ticks are not exact.
const SLACK: SignedDuration = SignedDuration::from_secs(60);

/// The reconciling flow and the ports it may use. Its egress must read answers of
/// [`MAX_PAGE`](crate::MAX_PAGE) bytes.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Reconcile {
    /// Claims and parked rows.
    pub ledger: Arc<dyn Ledger>,
    /// The bell.
    pub queue: Arc<dyn Queue>,
    /// Which sources there are.
    pub directory: Arc<dyn Directory>,
    /// The way to the providers.
    pub egress: Arc<dyn Egress>,
    /// How far we got, and tokens that were issued to us: `reconcile/{source}`.
    pub notes: Arc<dyn Notes>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Waiting between two requests.
    pub timer: Arc<dyn Timer>,
    /// The providers.
    pub providers: &'static [&'static dyn Provider],
}

/// What asking about one source brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// The source.
    pub source: SourceId,
    /// How many pages were read.
    pub pages: u32,
    /// Events that we had.
    pub known: u32,
    /// Events that we lacked; they were filled.
    pub gaps: u32,
    /// When the oldest of the gaps happened, as far as it is known.
    pub oldest: Option<Timestamp>,
    /// How late the oldest of the gaps was filled.
    pub late: Option<SignedDuration>,
    /// Keys under which we had another event, each told once.
    pub conflicts: Vec<EventKey>,
    /// Rows that could not be read and were not kept before: each is told once.
    pub parked: u32,
    /// Rows that were left for their hooks.
    pub young: u32,
    /// There is more to ask: pages or time ran out.
    pub unfinished: bool,
    /// Since when no round has been completed; none where this run completed one.
    pub since: Option<Timestamp>,
    /// What went wrong, and who must do something about it.
    pub fault: Option<Setback>,
}

impl Reconciled {
    fn nothing(source: &SourceId) -> Self {
        Self {
            source: source.clone(),
            pages: 0,
            known: 0,
            gaps: 0,
            oldest: None,
            late: None,
            conflicts: Vec::new(),
            parked: 0,
            young: 0,
            unfinished: false,
            since: None,
            fault: None,
        }
    }
}

/// A source whose time has come.
struct Due {
    source: Arc<Source>,
    api: Api,
    protocol: &'static dyn ProviderApi,
    bookmark: Bookmark,
}

impl Reconcile {
    /// Asks about every source whose time has come, those first that have waited longest, until
    /// `until`. What goes wrong with one source is in its report and stops no other.
    pub async fn run(&self, until: Timestamp) -> Result<Vec<Reconciled>, PortError> {
        let mut due = self.due().await?;
        due.sort_by_key(|one| one.bookmark.asked());
        let (mut reports, mut last) = (Vec::new(), None);
        for one in due {
            let now = self.clock.now();
            if now >= until {
                break;
            }
            let patience = now.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
            let Due { source, api, protocol, bookmark } = one;
            let whom = Whom { source: &source, api: &api, protocol };
            let visit = Visit::new(self, whom, until.min(patience), &mut last);
            reports.extend(visit.go(bookmark).await);
        }
        Ok(reports)
    }

    async fn due(&self) -> Result<Vec<Due>, PortError> {
        let mut due = Vec::new();
        for provider in self.providers {
            let Some(protocol) = provider.api() else { continue };
            for listed in self.directory.sources(provider.name()).await? {
                // What cannot be read is told by whoever answers its hooks.
                let ListedSource::Ready(source) = listed else { continue };
                if !source.active {
                    continue;
                }
                let Some(api) = source.api.clone() else { continue };
                let bookmark = Bookmark::read(self.notes.as_ref(), &source.id, &api).await?;
                let every = api.every.unwrap_or_else(|| protocol.every(&api));
                if bookmark.is_due(every, self.clock.now()) {
                    due.push(Due { source, api, protocol, bookmark });
                }
            }
        }
        Ok(due)
    }
}

/// A span from one time to a later one; none where it would be negative.
fn span(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or(Duration::ZERO)
}
