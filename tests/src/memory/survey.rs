//! What the sweep asks, over the ledger's maps.

use async_trait::async_trait;
use domain::{
    Delivery, DeliveryState, DestinationName, Event, HourTotals, Overdue, PortError, Refused,
    Retention, SourceId, Standing, Survey, look_again,
};
use jiff::Timestamp;

use super::MemoryLedger;
use super::ledger::{Books, Look};

impl MemoryLedger {
    /// When something is to be looked at next, by [`Survey::overdue`].
    pub fn next_look(&self) -> Option<Timestamp> {
        let books = self.books();
        let looks = books.looks.values().chain(books.untaken.values()).map(|look| look.at);
        let untold = books.conflicts.iter().filter(|(_, told)| !told);
        looks.chain(untold.map(|(event, _)| event.received)).min()
    }

    /// Whether a delivery of this destination is held.
    pub fn has_held(&self, destination: &DestinationName) -> bool {
        let books = self.books();
        let mut all = books.deliveries.values().map(|(delivery, _)| delivery);
        all.any(|d| d.of.destination == *destination && matches!(d.state, DeliveryState::Held(_)))
    }
}

#[async_trait]
impl Survey for MemoryLedger {
    async fn overdue(&self, before: Timestamp, most: usize) -> Result<Vec<Overdue>, PortError> {
        let books = self.books();
        let mut found: Vec<(Timestamp, Overdue)> = Vec::new();
        let events = books.untaken.iter().map(|(key, look)| (look.at, Overdue::Event(key.clone())));
        found.extend(events);
        let deliveries = books.looks.iter();
        found.extend(deliveries.map(|(of, look)| (look.at, Overdue::Delivery(of.clone()))));
        let untold = books.conflicts.iter().filter(|(_, told)| !told);
        found.extend(untold.map(|(event, _)| (event.received, conflict(event))));
        found.retain(|(at, _)| *at < before);
        found.sort_by_key(|(at, _)| *at);
        found.truncate(most);
        Ok(found.into_iter().map(|(_, what)| what).collect())
    }

    async fn put_off(&self, what: &Overdue, now: Timestamp) -> Result<bool, PortError> {
        let mut books = self.books();
        let later = |look: Option<&mut Look>| match look {
            Some(look) if look.at <= now => {
                look.rung += 1;
                look.at = now.saturating_add(look_again(look.rung)).unwrap_or(Timestamp::MAX);
                true
            }
            Some(_) | None => false,
        };
        Ok(match what {
            Overdue::Event(key) => later(books.untaken.get_mut(key)),
            Overdue::Delivery(of) => later(books.looks.get_mut(of)),
            Overdue::Conflict { .. } => {
                let known = books.conflicts.iter_mut().find(|(event, _)| conflict(event) == *what);
                known.is_some_and(|(_, told)| !std::mem::replace(told, true))
            }
        })
    }

    async fn standings(&self) -> Result<Vec<(DestinationName, Standing)>, PortError> {
        Ok(self.all_standings().into_iter().collect())
    }

    async fn forget(&self, destination: &DestinationName) -> Result<(), PortError> {
        let mut books = self.books();
        books.standings.remove(destination);
        books.reserved.remove(destination);
        Ok(())
    }

    async fn held(
        &self,
        destination: &DestinationName,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Delivery)>, PortError> {
        let mut held = held(&self.books(), destination);
        held.retain(|(place, _)| after.is_none_or(|after| place.as_str() > after));
        held.truncate(most);
        Ok(held)
    }

    async fn count_held(&self, destination: &DestinationName) -> Result<u64, PortError> {
        Ok(u64::try_from(held(&self.books(), destination).len()).unwrap_or(u64::MAX))
    }

    async fn logged(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Event)>, PortError> {
        let books = self.books();
        let mut found: Vec<(String, Event)> = Vec::new();
        for stored in books.events.values() {
            let event = &stored.event;
            let place = format!("{:.6} {}", event.received, event.key);
            let within = event.source == *source && (from..until).contains(&event.received);
            if within && after.is_none_or(|after| place.as_str() > after) {
                found.push((place, event.clone()));
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found.truncate(most);
        Ok(found)
    }

    async fn set_totals(&self, totals: &HourTotals) -> Result<(), PortError> {
        let key = (totals.source.clone(), totals.hour);
        self.books().totals.insert(key, totals.clone());
        Ok(())
    }

    async fn totals(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<HourTotals>, PortError> {
        let books = self.books();
        let within = books.totals.range((source.clone(), from)..(source.clone(), until));
        Ok(within.map(|(_, totals)| totals.clone()).collect())
    }

    async fn refusals(&self, source: &SourceId) -> Result<Vec<Refused>, PortError> {
        let mut refused = self.refused();
        refused.retain(|one| one.source == *source);
        Ok(refused)
    }

    async fn expire(
        &self,
        kept: Retention,
        now: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        Ok(self.books().expire(kept, now, most))
    }
}

fn conflict(event: &Event) -> Overdue {
    Overdue::Conflict {
        source: event.source.clone(),
        key: event.key.clone(),
        fingerprint: event.fingerprint(),
    }
}

/// A destination's held deliveries with their places, oldest first.
fn held(books: &Books, destination: &DestinationName) -> Vec<(String, Delivery)> {
    let mut held: Vec<(String, Delivery)> = Vec::new();
    for (delivery, _) in books.deliveries.values() {
        let is_held = matches!(delivery.state, DeliveryState::Held(_));
        if is_held && delivery.of.destination == *destination {
            held.push((format!("{:.6} {}", delivery.created, delivery.of.event), delivery.clone()));
        }
    }
    held.sort_by(|a, b| a.0.cmp(&b.0));
    held
}
