//! The ledger in maps.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{
    Attempt, Claim, Delivery, DeliveryRef, DeliveryState, DestinationName, Enlisted, Event,
    EventKey, Finish, Ledger, Parked, PortError, Refused, Snapshot, SourceId, Start, Stored,
};
use jiff::Timestamp;

const REFUSED_KEPT: usize = 50;

/// A parked body as the ledger keeps it: source, what was parked, context and time.
pub type Bound = (SourceId, Parked, String, Timestamp);

/// The ledger in maps.
#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    events: BTreeMap<EventKey, Stored>,
    conflicts: Vec<Event>,
    parked: Vec<Bound>,
    refused: Vec<Refused>,
    snapshots: HashMap<String, Timestamp>,
    deliveries: BTreeMap<DeliveryRef, (Delivery, Vec<Attempt>)>,
    moved: HashMap<DestinationName, (String, String)>,
}

impl MemoryLedger {
    /// Every event on record, by key.
    pub fn events(&self) -> Vec<Stored> {
        self.books().events.values().cloned().collect()
    }

    /// Every delivery with its attempts, by event and destination.
    pub fn deliveries(&self) -> Vec<(Delivery, Vec<Attempt>)> {
        self.books().deliveries.values().cloned().collect()
    }

    /// Every parked body, oldest first.
    pub fn parked(&self) -> Vec<Bound> {
        self.books().parked.clone()
    }

    /// Every refused call that is kept, oldest first.
    pub fn refused(&self) -> Vec<Refused> {
        self.books().refused.clone()
    }

    /// Every event that came with the key of another, oldest first.
    pub fn conflicts(&self) -> Vec<Event> {
        self.books().conflicts.clone()
    }

    /// Ends every lease, as a process does that starts on its own file.
    pub fn end_leases(&self) {
        for (delivery, _) in self.books().deliveries.values_mut() {
            if let DeliveryState::Sending { until, .. } = &mut delivery.state {
                *until = Timestamp::UNIX_EPOCH;
            }
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn claim(&self, event: &Event) -> Result<Claim, PortError> {
        let mut books = self.books();
        let Some(known) = books.events.get(&event.key) else {
            let stored = Stored { event: event.clone(), taken: false };
            books.events.insert(event.key.clone(), stored);
            return Ok(Claim::Fresh);
        };
        let fingerprint = event.fingerprint();
        if known.event.fingerprint().agrees_with(&fingerprint) {
            return Ok(if known.taken { Claim::Settled } else { Claim::Unfinished });
        }
        let same = |kept: &Event| kept.key == event.key && kept.fingerprint() == fingerprint;
        let first = !books.conflicts.iter().any(same);
        if first {
            books.conflicts.push(event.clone());
        }
        Ok(Claim::Conflict { first })
    }

    async fn stored(&self, key: &EventKey) -> Result<Option<Stored>, PortError> {
        Ok(self.books().events.get(key).cloned())
    }

    async fn park(
        &self,
        source: &SourceId,
        parked: &Parked,
        context: &str,
        at: Timestamp,
    ) -> Result<(), PortError> {
        let mut books = self.books();
        let same = |(of, kept, with, _): &Bound| {
            of == source && kept.bytes == parked.bytes && with == context
        };
        if !books.parked.iter().any(same) {
            books.parked.push((source.clone(), parked.clone(), context.to_owned(), at));
        }
        Ok(())
    }

    async fn refuse(&self, refused: &Refused) -> Result<(), PortError> {
        let mut books = self.books();
        books.refused.push(refused.clone());
        let of_source = books.refused.iter().filter(|kept| kept.source == refused.source).count();
        if of_source > REFUSED_KEPT
            && let Some(oldest) = books.refused.iter().position(|r| r.source == refused.source)
        {
            books.refused.remove(oldest);
        }
        Ok(())
    }

    async fn observe(&self, snapshot: &Snapshot) -> Result<bool, PortError> {
        let mut books = self.books();
        let newest = books.snapshots.entry(snapshot.object.clone()).or_insert(snapshot.modified);
        let late = snapshot.modified < *newest;
        *newest = snapshot.modified.max(*newest);
        Ok(late)
    }

    async fn enlist(&self, deliveries: &[Delivery]) -> Result<Vec<Enlisted>, PortError> {
        let mut books = self.books();
        let mut enlisted = Vec::new();
        for delivery in deliveries {
            let known = !books.events.contains_key(&delivery.of.event)
                || books.deliveries.contains_key(&delivery.of);
            if !known {
                books.deliveries.insert(delivery.of.clone(), (delivery.clone(), Vec::new()));
            }
            enlisted.push(if known { Enlisted::Known } else { Enlisted::New });
        }
        Ok(enlisted)
    }

    async fn take(&self, key: &EventKey, late: bool) -> Result<(), PortError> {
        if let Some(stored) = self.books().events.get_mut(key)
            && !stored.taken
        {
            stored.taken = true;
            stored.event.late = late;
        }
        Ok(())
    }

    async fn start(
        &self,
        of: &DeliveryRef,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Start, PortError> {
        let mut books = self.books();
        let Some((delivery, _)) = books.deliveries.get_mut(of) else { return Ok(Start::Missing) };
        let start = delivery.start(owner, now, until);
        if let Start::Go(started) = &start {
            *delivery = started.clone();
        }
        Ok(start)
    }

    async fn finish(
        &self,
        of: &DeliveryRef,
        owner: u64,
        attempt: &Attempt,
        next: &DeliveryState,
    ) -> Result<Finish, PortError> {
        let mut books = self.books();
        let Some((delivery, attempts)) = books.deliveries.get_mut(of) else {
            return Ok(Finish::Fenced);
        };
        let Some(finished) = delivery.finish(owner, attempt.counted, next) else {
            return Ok(Finish::Fenced);
        };
        *delivery = finished;
        attempts.push(attempt.clone());
        Ok(Finish::Written)
    }

    async fn resolve(
        &self,
        of: &DeliveryRef,
        now: Timestamp,
        next: &DeliveryState,
    ) -> Result<Finish, PortError> {
        let mut books = self.books();
        let Some((delivery, _)) = books.deliveries.get_mut(of) else { return Ok(Finish::Fenced) };
        let Some(resolved) = delivery.resolve(now, next) else { return Ok(Finish::Fenced) };
        *delivery = resolved;
        Ok(Finish::Written)
    }

    async fn delivery(
        &self,
        of: &DeliveryRef,
    ) -> Result<Option<(Delivery, Vec<Attempt>)>, PortError> {
        Ok(self.books().deliveries.get(of).cloned())
    }

    async fn moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
    ) -> Result<Option<String>, PortError> {
        let books = self.books();
        let moved = books.moved.get(destination).filter(|(from, _)| from == endpoint);
        Ok(moved.map(|(_, to)| to.clone()))
    }

    async fn set_moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
        to: &str,
    ) -> Result<(), PortError> {
        let moved = (endpoint.to_owned(), to.to_owned());
        self.books().moved.insert(destination.clone(), moved);
        Ok(())
    }
}
