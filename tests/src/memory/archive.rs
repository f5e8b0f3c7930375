//! All that the maps keep.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{Archive, Filed, Kept, Leaf, Letter, PortError, Stored, look_again};
use jiff::Timestamp;

use super::ledger::Look;
use super::{MemoryCabinet, MemoryDirectory, MemoryLedger, MemoryNotes, MemoryQueue};

/// Everything in maps.
#[derive(Debug)]
pub struct MemoryArchive {
    ledger: Arc<MemoryLedger>,
    notes: Arc<MemoryNotes>,
    queue: Arc<MemoryQueue>,
    directory: Arc<MemoryDirectory>,
    cabinet: Arc<MemoryCabinet>,
}

impl MemoryArchive {
    /// What these keep.
    pub fn new(
        ledger: Arc<MemoryLedger>,
        notes: Arc<MemoryNotes>,
        queue: Arc<MemoryQueue>,
        directory: Arc<MemoryDirectory>,
        cabinet: Arc<MemoryCabinet>,
    ) -> Self {
        Self { ledger, notes, queue, directory, cabinet }
    }

    fn all(&self) -> Vec<Kept> {
        let books = self.ledger.books();
        let mut all: Vec<Kept> = self.directory.written().into_iter().map(Kept::Entry).collect();
        all.extend(books.events.values().cloned().map(Kept::Event));
        let conflicts = books.conflicts.iter().cloned();
        all.extend(conflicts.map(|(event, told)| Kept::Conflict { event, told }));
        let deliveries = books.deliveries.values().cloned();
        all.extend(deliveries.map(|(delivery, attempts)| Kept::Delivery(delivery, attempts)));
        for (source, parked, context, at) in books.parked.iter().cloned() {
            all.push(Kept::Parked { source, parked, context, at });
        }
        for (object, modified) in books.snapshots.clone() {
            all.push(Kept::Snapshot { object, modified });
        }
        all.extend(books.standings.clone().into_iter().map(|(name, s)| Kept::Standing(name, s)));
        for (destination, (from, to)) in books.moved.clone() {
            all.push(Kept::Moved { destination, from, to });
        }
        all.extend(books.totals.values().cloned().map(Kept::Totals));
        all.extend(self.cabinet.all().into_iter().map(Kept::Card));
        let notes = self.notes.notes().clone().into_iter();
        all.extend(notes.map(|(name, text)| Kept::Note { name, text }));
        all
    }

    fn put(&self, kept: &Kept) -> bool {
        let mut books = self.ledger.books();
        match kept.clone() {
            Kept::Event(stored) => {
                let Stored { event, taken } = &stored;
                if books.events.contains_key(&event.key) {
                    return false;
                }
                if !taken {
                    let look = event.received.saturating_add(look_again(0));
                    let look = Look::at(look.unwrap_or(Timestamp::MAX));
                    books.untaken.insert(event.key.clone(), look);
                }
                books.events.insert(event.key.clone(), stored);
                true
            }
            Kept::Conflict { event, told } => {
                let same = |kept: &domain::Event| {
                    kept.key == event.key && kept.fingerprint() == event.fingerprint()
                };
                let new = !books.conflicts.iter().any(|(kept, _)| same(kept));
                if new {
                    books.conflicts.push((event, told));
                }
                new
            }
            Kept::Delivery(delivery, attempts) => {
                let of = delivery.of.clone();
                let new = !books.deliveries.contains_key(&of);
                if new {
                    books.put(delivery);
                    if let Some((_, known)) = books.deliveries.get_mut(&of) {
                        *known = attempts;
                    }
                }
                new
            }
            Kept::Parked { source, parked, context, at } => {
                let bound = (source, parked, context, at);
                let new = !books.parked.contains(&bound);
                if new {
                    books.parked.push(bound);
                }
                new
            }
            Kept::Snapshot { object, modified } => absent(&mut books.snapshots, object, modified),
            Kept::Standing(name, standing) => absent(&mut books.standings, name, standing),
            Kept::Moved { destination, from, to } => {
                absent(&mut books.moved, destination, (from, to))
            }
            Kept::Totals(totals) => {
                absent(&mut books.totals, (totals.source.clone(), totals.hour), totals)
            }
            Kept::Note { name, text } => absent(&mut self.notes.notes(), name, text),
            Kept::Card(card) => self.cabinet.file(card),
            Kept::Entry(entry) => self.directory.file(&entry),
        }
    }

    /// Puts one thing in the place of another, where that is still as it was.
    fn replace_one(&self, was: &Kept, now: &Kept) -> bool {
        let mut books = self.ledger.books();
        match (was.clone(), now.clone()) {
            (Kept::Event(was), Kept::Event(now)) => {
                let place = books.events.get_mut(&was.event.key);
                let place = place.map(|stored| &mut stored.event);
                put_over(place, &was.event, now.event)
            }
            (Kept::Conflict { event: was, told }, Kept::Conflict { event: now, .. }) => {
                let mut conflicts = books.conflicts.iter_mut();
                let place = conflicts.find(|(event, known)| *event == was && *known == told);
                put_over(place.map(|(event, _)| event), &was, now)
            }
            (Kept::Delivery(was, tried), Kept::Delivery(now, left)) => {
                let place = books.deliveries.get_mut(&was.of);
                put_over(place, &(was, tried), (now, left))
            }
            (
                Kept::Parked { source, parked, context, at },
                Kept::Parked { parked: now, context: left, .. },
            ) => {
                let was = (source.clone(), parked, context, at);
                let place = books.parked.iter_mut().find(|bound| **bound == was);
                put_over(place, &was, (source, now, left, at))
            }
            _ => false,
        }
    }
}

/// Puts a value in a place that holds another; whether it did.
fn put_over<V: PartialEq>(place: Option<&mut V>, was: &V, now: V) -> bool {
    match place.filter(|found| **found == *was) {
        Some(place) => {
            *place = now;
            true
        }
        None => false,
    }
}

/// Puts a value where there is none; whether it did.
fn absent<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: V) -> bool {
    let new = !map.contains_key(&key);
    if new {
        map.insert(key, value);
    }
    new
}

#[async_trait]
impl Archive for MemoryArchive {
    async fn leaf(&self, after: Option<&str>, most: usize) -> Result<Leaf, PortError> {
        let from: usize = after.and_then(|after| after.parse().ok()).unwrap_or(0);
        let all = self.all();
        let until = from.saturating_add(most).min(all.len());
        let next = (until < all.len()).then(|| until.to_string());
        Ok(Leaf { kept: all.into_iter().take(until).skip(from).collect(), next })
    }

    async fn file(&self, kept: &[Kept]) -> Result<Filed, PortError> {
        let mut filed = Filed::default();
        kept.iter().for_each(|one| filed.count(self.put(one)));
        Ok(filed)
    }

    async fn replace(&self, pairs: &[(Kept, Kept)]) -> Result<Vec<bool>, PortError> {
        Ok(pairs.iter().map(|(was, now)| self.replace_one(was, now)).collect())
    }

    async fn letters(
        &self,
        set_aside: bool,
        after: u64,
        most: usize,
    ) -> Result<Vec<Letter>, PortError> {
        let letters = self.queue.letters(set_aside).into_iter();
        Ok(letters.filter(|letter| letter.place > after).take(most).collect())
    }

    async fn replace_letter(&self, was: &Letter, now: &Letter) -> Result<bool, PortError> {
        Ok(self.queue.replace(was, now))
    }
}
