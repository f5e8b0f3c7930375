//! Forgetting what has been kept for long enough, in the ledger's maps. The queue's buried letters are
//! not the ledger's: they stay.

use domain::{EventKey, Facts, Retention};
use jiff::{SignedDuration, Timestamp};

use super::ledger::Books;

impl Books {
    /// Forgets at most `most` of it, keys before bodies; how much it was.
    pub(super) fn expire(&mut self, kept: Retention, now: Timestamp, most: usize) -> usize {
        let ago = |age: SignedDuration| now.saturating_sub(age).unwrap_or(Timestamp::MIN);
        let (keys, bodies) = (ago(kept.keys), ago(kept.bodies));
        let mut ended = self.ended();
        ended.retain(|(_, received)| *received <= bodies);
        let mut forgotten = 0;
        for (key, received) in ended {
            if forgotten == most {
                return forgotten;
            }
            forgotten +=
                usize::from(if received <= keys { self.drop(&key) } else { self.strip(&key) });
        }
        forgotten + self.expire_others(bodies, most - forgotten)
    }

    /// The events of which nothing is open, with the times they came.
    fn ended(&self) -> Vec<(EventKey, Timestamp)> {
        let ended = |key: &EventKey| {
            !self.untaken.contains_key(key)
                && !self
                    .deliveries
                    .values()
                    .any(|(delivery, _)| delivery.of.event == *key && delivery.is_open())
        };
        let known = self.events.iter().filter(|(key, _)| ended(key));
        known.map(|(key, stored)| (key.clone(), stored.event.received)).collect()
    }

    fn drop(&mut self, key: &EventKey) -> bool {
        self.deliveries.retain(|of, _| of.event != *key);
        self.conflicts.retain(|(event, _)| event.key != *key);
        self.events.remove(key).is_some()
    }

    /// Takes body and attempts away; whether there was anything to take.
    fn strip(&mut self, key: &EventKey) -> bool {
        let attempts = self.deliveries.iter_mut().filter(|(of, _)| of.event == *key);
        attempts.for_each(|(_, (_, attempts))| attempts.clear());
        let Some(stored) = self.events.get_mut(key) else { return false };
        let bare = stored.event.object == "null";
        stored.event.balance = None;
        stored.event.facts = Facts::default();
        stored.event.object = "null".into();
        !bare
    }

    fn expire_others(&mut self, before: Timestamp, most: usize) -> usize {
        let mut left = most;
        let mut old = |at: Timestamp| {
            let goes = at <= before && left > 0;
            left -= usize::from(goes);
            goes
        };
        self.parked.retain(|(.., at)| !old(*at));
        self.refused.retain(|refused| !old(refused.at));
        self.conflicts.retain(|(event, _)| !old(event.received));
        most - left
    }
}
