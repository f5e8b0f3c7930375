//! The ledger in maps.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{
    Attempt, Claim, Delivery, DeliveryRef, DeliveryState, DestinationName, Enlisted, Event,
    EventKey, Finish, HourTotals, Ledger, Limit, Mark, Marked, Move, Parked, PortError, Refused,
    Reserved, Slot, Snapshot, SourceId, Standing, Start, Stored, Turn,
};
use jiff::{SignedDuration, Timestamp};

const REFUSED_KEPT: usize = 50;

/// A parked body as the ledger keeps it: source, what was parked, context and time.
pub type Bound = (SourceId, Parked, String, Timestamp);

/// The ledger in maps.
#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<Books>);

/// When somebody must look at something again, and how often it was rung.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) at: Timestamp,
    pub(super) rung: u32,
}

impl Look {
    pub(super) fn at(at: Timestamp) -> Self {
        Self { at, rung: 0 }
    }

    /// When a delivery is to be looked at, if at all.
    fn of(delivery: &Delivery) -> Option<Self> {
        delivery.look_at().map(Self::at)
    }
}

/// A slot's holder and the end of its lease.
type Lease = Option<(u64, Timestamp)>;

#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) events: BTreeMap<EventKey, Stored>,
    pub(super) untaken: BTreeMap<EventKey, Look>,
    pub(super) looks: BTreeMap<DeliveryRef, Look>,
    pub(super) standings: BTreeMap<DestinationName, Standing>,
    pub(super) reserved: HashMap<DestinationName, String>,
    slots: HashMap<DestinationName, Vec<Lease>>,
    pub(super) totals: BTreeMap<(SourceId, Timestamp), HourTotals>,
    /// With whether operators were told.
    pub(super) conflicts: Vec<(Event, bool)>,
    pub(super) parked: Vec<Bound>,
    pub(super) refused: Vec<Refused>,
    pub(super) snapshots: BTreeMap<String, Timestamp>,
    pub(super) deliveries: BTreeMap<DeliveryRef, (Delivery, Vec<Attempt>)>,
    pub(super) moved: BTreeMap<DestinationName, (String, String)>,
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
        self.books().conflicts.iter().map(|(event, _)| event.clone()).collect()
    }

    /// Ends every lease, as a process does that starts on its own file.
    pub fn end_leases(&self) {
        let mut books = self.books();
        books.slots.clear();
        let Books { deliveries, looks, .. } = &mut *books;
        for (delivery, _) in deliveries.values_mut() {
            if let DeliveryState::Sending { until, .. } = &mut delivery.state {
                *until = Timestamp::UNIX_EPOCH;
                looks.insert(delivery.of.clone(), Look::at(Timestamp::UNIX_EPOCH));
            }
        }
    }

    /// How every destination stands that something was marked of.
    pub fn all_standings(&self) -> BTreeMap<DestinationName, Standing> {
        self.books().standings.clone()
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
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
            let look = event.received.saturating_add(domain::look_again(0));
            books.untaken.insert(event.key.clone(), Look::at(look.unwrap_or(Timestamp::MAX)));
            return Ok(Claim::Fresh);
        };
        let fingerprint = event.fingerprint();
        if known.event.fingerprint().agrees_with(&fingerprint) {
            return Ok(if known.taken { Claim::Settled } else { Claim::Unfinished });
        }
        let same = |kept: &Event| kept.key == event.key && kept.fingerprint() == fingerprint;
        let first = !books.conflicts.iter().any(|(kept, _)| same(kept));
        if first {
            books.conflicts.push((event.clone(), false));
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
    ) -> Result<bool, PortError> {
        let mut books = self.books();
        let same = |(of, kept, with, _): &Bound| {
            of == source && kept.bytes == parked.bytes && with == context
        };
        let new = !books.parked.iter().any(same);
        if new {
            books.parked.push((source.clone(), parked.clone(), context.to_owned(), at));
        }
        Ok(new)
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
                books.put(delivery.clone());
            }
            enlisted.push(if known { Enlisted::Known } else { Enlisted::New });
        }
        Ok(enlisted)
    }

    async fn take(&self, key: &EventKey, late: bool) -> Result<(), PortError> {
        let mut books = self.books();
        if let Some(stored) = books.events.get_mut(key)
            && !stored.taken
        {
            stored.taken = true;
            stored.event.late = late;
        }
        books.untaken.remove(key);
        Ok(())
    }

    async fn start(
        &self,
        of: &DeliveryRef,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
        probe: bool,
    ) -> Result<Start, PortError> {
        let mut books = self.books();
        let Some((delivery, _)) = books.deliveries.get(of) else { return Ok(Start::Missing) };
        let start = delivery.start(owner, now, until, probe);
        if let Start::Go(started) = &start {
            books.put(started.clone());
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
        let step = Move::Finish { owner, counted: attempt.counted, next: next.clone() };
        let Some(finished) = books.moved(of, &step, attempt.finished) else {
            return Ok(Finish::Fenced);
        };
        books.put(finished);
        if let Some((_, attempts)) = books.deliveries.get_mut(of) {
            attempts.push(attempt.clone());
        }
        Ok(Finish::Written)
    }

    async fn shift(
        &self,
        of: &DeliveryRef,
        step: &Move,
        now: Timestamp,
    ) -> Result<Finish, PortError> {
        let mut books = self.books();
        let Some(moved) = books.moved(of, step, now) else { return Ok(Finish::Fenced) };
        books.put(moved);
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
        let from = digest(endpoint);
        let moved = books.moved.get(destination).filter(|(known, _)| *known == from);
        Ok(moved.map(|(_, to)| to.clone()))
    }

    async fn set_moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
        to: &str,
    ) -> Result<(), PortError> {
        let moved = (digest(endpoint), to.to_owned());
        self.books().moved.insert(destination.clone(), moved);
        Ok(())
    }

    async fn waiting(
        &self,
        destination: &DestinationName,
        until: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, PortError> {
        let books = self.books();
        let mut found: Vec<(Timestamp, Delivery)> = Vec::new();
        for (delivery, _) in books.deliveries.values() {
            if let DeliveryState::Waiting { due } = delivery.state
                && delivery.of.destination == *destination
                && due <= until
            {
                found.push((due, delivery.clone()));
            }
        }
        found.sort_by(|a, b| (a.0, &a.1.of).cmp(&(b.0, &b.1.of)));
        found.truncate(most);
        Ok(found.into_iter().map(|(_, delivery)| delivery).collect())
    }

    async fn standing(&self, destination: &DestinationName) -> Result<Standing, PortError> {
        Ok(self.books().standings.get(destination).cloned().unwrap_or_default())
    }

    async fn mark(
        &self,
        destination: &DestinationName,
        mark: &Mark,
        now: Timestamp,
    ) -> Result<Marked, PortError> {
        let mut books = self.books();
        let standing = books.standings.get(destination).cloned().unwrap_or_default();
        Ok(match standing.after(mark, now) {
            Some(next) => {
                books.standings.insert(destination.clone(), next.clone());
                Marked { standing: next, changed: true }
            }
            None => Marked { standing, changed: false },
        })
    }

    async fn reserve(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        now: Timestamp,
        patience: SignedDuration,
    ) -> Result<Turn, PortError> {
        let mut books = self.books();
        let known = books.reserved.get(destination).map_or("", String::as_str);
        let (next, turn) = Reserved::from_text(known).reserve(limits, now, patience);
        books.reserved.insert(destination.clone(), next.to_text());
        Ok(turn)
    }

    async fn give_back(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        moment: Timestamp,
    ) -> Result<(), PortError> {
        if let Some(known) = self.books().reserved.get_mut(destination) {
            *known = Reserved::from_text(known).give_back(limits, moment).to_text();
        }
        Ok(())
    }

    async fn occupy(
        &self,
        destination: &DestinationName,
        slots: u32,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Slot, PortError> {
        let mut books = self.books();
        let leases = books.slots.entry(destination.clone()).or_default();
        let most = usize::try_from(slots).unwrap_or(usize::MAX);
        if leases.len() < most {
            leases.resize(most, None);
        }
        let free = |lease: &Lease| lease.is_none_or(|(_, until)| until <= now);
        let first = leases.iter().take(most).position(free);
        if let Some(index) = first
            && let Some(lease) = leases.get_mut(index)
        {
            *lease = Some((owner, until));
            return Ok(Slot::Yours(u32::try_from(index).unwrap_or(u32::MAX)));
        }
        let ends = leases.iter().take(most).flatten().map(|(_, until)| *until).min();
        Ok(Slot::Full(ends.unwrap_or(now)))
    }

    async fn vacate(
        &self,
        destination: &DestinationName,
        slot: u32,
        owner: u64,
    ) -> Result<(), PortError> {
        let mut books = self.books();
        let leases = books.slots.entry(destination.clone()).or_default();
        let lease = usize::try_from(slot).ok().and_then(|index| leases.get_mut(index));
        if let Some(lease) = lease
            && lease.is_some_and(|(holder, _)| holder == owner)
        {
            *lease = None;
        }
        Ok(())
    }
}

/// The SHA-256 of an endpoint, in hex: all that is kept of where a destination moved from.
fn digest(endpoint: &str) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(endpoint))
}

impl Books {
    /// The delivery after a move, if it may make it.
    fn moved(&self, of: &DeliveryRef, step: &Move, now: Timestamp) -> Option<Delivery> {
        let (delivery, _) = self.deliveries.get(of)?;
        delivery.after(step, now).ok()
    }

    /// Writes a delivery, and when it is to be looked at.
    pub(super) fn put(&mut self, delivery: Delivery) {
        match Look::of(&delivery) {
            Some(look) => _ = self.looks.insert(delivery.of.clone(), look),
            None => _ = self.looks.remove(&delivery.of),
        }
        match self.deliveries.get_mut(&delivery.of) {
            Some((known, _)) => *known = delivery,
            None => _ = self.deliveries.insert(delivery.of.clone(), (delivery, Vec::new())),
        }
    }
}
