//! What operators ask, over the ledger's maps.

use async_trait::async_trait;
use domain::{
    Event, EventKey, Fact, Fingerprint, History, Log, ParkedCall, Placed, PortError, SourceId,
    Stored, Stretch, Stretched,
};
use sha2::{Digest as _, Sha256};

use super::MemoryLedger;
use super::ledger::{Books, Bound};

/// So few that a test of a long log meets it.
const BREADTH: usize = 1_000;

#[async_trait]
impl Log for MemoryLedger {
    fn breadth(&self) -> usize {
        BREADTH
    }

    async fn stretch(
        &self,
        of: &Stretch,
        after: Option<&str>,
        most: usize,
    ) -> Result<Stretched, PortError> {
        let books = self.books();
        let mut found: Vec<Placed> = Vec::new();
        for stored in books.events.values().filter(|stored| is_within(&books, stored, of)) {
            let place = format!("{:.6} {}", stored.event.received, stored.event.key);
            if after.is_none_or(|after| place.as_str() < after) {
                found.push((place, stored.clone()));
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0));
        let more = found.len() > most;
        found.truncate(most);
        let next = found.last().filter(|_| more).map(|(place, _)| place.clone());
        Ok(Stretched { looked_at: found.len(), events: found, next })
    }

    async fn history(&self, key: &EventKey) -> Result<Option<History>, PortError> {
        let books = self.books();
        let Some(stored) = books.events.get(key).cloned() else { return Ok(None) };
        let deliveries = books.deliveries.iter().filter(|(of, _)| of.event == *key);
        let conflicts = books.conflicts.iter().map(|(event, _)| event);
        Ok(Some(History {
            stored,
            deliveries: deliveries.map(|(_, delivery)| delivery.clone()).collect(),
            conflicts: conflicts.filter(|event| event.key == *key).cloned().collect(),
        }))
    }

    async fn conflicts(&self, source: &SourceId, most: usize) -> Result<Vec<Event>, PortError> {
        let books = self.books();
        let of_source = books.conflicts.iter().map(|(event, _)| event);
        let mut found: Vec<Event> = of_source.filter(|e| e.source == *source).cloned().collect();
        found.reverse();
        found.sort_by_key(|event| std::cmp::Reverse(event.received));
        found.truncate(most);
        Ok(found)
    }

    async fn settle(&self, key: &EventKey, fingerprint: &Fingerprint) -> Result<bool, PortError> {
        let mut books = self.books();
        let before = books.conflicts.len();
        books.conflicts.retain(|(e, _)| e.key != *key || e.fingerprint() != *fingerprint);
        Ok(books.conflicts.len() < before)
    }

    async fn parked(&self, source: &SourceId, most: usize) -> Result<Vec<ParkedCall>, PortError> {
        let books = self.books();
        let of_source = books.parked.iter().filter(|(of, ..)| of == source);
        let mut found: Vec<ParkedCall> = of_source.map(call).collect();
        found.reverse();
        found.sort_by_key(|call| std::cmp::Reverse(call.at));
        found.truncate(most);
        Ok(found)
    }

    async fn parked_call(
        &self,
        source: &SourceId,
        id: &str,
    ) -> Result<Option<ParkedCall>, PortError> {
        let books = self.books();
        let mut of_source = books.parked.iter().filter(|(of, ..)| of == source).map(call);
        Ok(of_source.find(|call| call.id == id))
    }

    async fn unpark(&self, source: &SourceId, id: &str) -> Result<bool, PortError> {
        let mut books = self.books();
        let before = books.parked.len();
        books.parked.retain(|bound| bound.0 != *source || call(bound).id != id);
        Ok(books.parked.len() < before)
    }
}

fn is_within(books: &Books, Stored { event, .. }: &Stored, of: &Stretch) -> bool {
    let timed = (of.from..of.until).contains(&event.received);
    let asked = of.sources.is_empty() || of.sources.contains(&event.source);
    let reference = of.reference.as_deref();
    let referred = reference.is_none() || event.facts.get(Fact::Reference) == reference;
    let all = of.destination.is_none() && of.state.is_none();
    let delivered = all
        || books.deliveries.iter().any(|(to, (delivery, _))| {
            to.event == event.key
                && of.destination.as_ref().is_none_or(|name| *name == to.destination)
                && of.state.is_none_or(|word| word == delivery.state.word())
        });
    timed && asked && referred && delivered
}

fn call((source, parked, context, at): &Bound) -> ParkedCall {
    let mut hash = Sha256::new();
    hash.update(context.as_bytes());
    hash.update([0]);
    hash.update(&parked.bytes);
    ParkedCall {
        id: hex::encode(hash.finalize()),
        source: source.clone(),
        parked: parked.clone(),
        context: context.clone(),
        at: *at,
    }
}
