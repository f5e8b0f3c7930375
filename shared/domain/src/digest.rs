//! A digest: what waits for one chat destination, in one message. It is an event of our own, written
//! once with its members fixed, so that attempt, lease and verdict are the digest's. Its words are the
//! channels' business; who gathers and scatters is `dispatch/gather`'s.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    DeliveryRef, DestinationName, Event, EventKey, Facts, Kind, Name, Provenance, SourceId,
};

/// More than this many that wait become a digest.
pub(crate) const FEW: usize = 5;
/// The most members that one digest has.
pub(crate) const MANY: usize = 200;

/// A digest's members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// For whom.
    pub destination: DestinationName,
    /// The keys of the members' events, oldest first.
    pub members: Vec<EventKey>,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    destination: String,
    members: Vec<String>,
}

impl Digest {
    /// The key of a digest's event.
    pub fn key(id: u64) -> EventKey {
        EventKey::new(&SourceId::own("digest"), &format!("{id:016x}"))
    }

    /// The event that holds the members.
    pub fn event(&self, key: EventKey, now: Timestamp) -> Event {
        let members = self.members.iter().map(EventKey::to_string).collect();
        let wire = Wire { destination: self.destination.to_string(), members };
        Event {
            key,
            source: SourceId::own("digest"),
            kind: Kind::Digest,
            test: false,
            late: false,
            provenance: Provenance::Hook,
            occurred: None,
            received: now,
            money: None,
            balance: None,
            facts: Facts::default(),
            object: serde_json::to_string(&wire).unwrap_or_else(|_| "null".to_owned()),
        }
    }

    /// The digest that an event is.
    pub fn of(event: &Event) -> Option<Self> {
        if event.kind != Kind::Digest {
            return None;
        }
        let wire: Wire = serde_json::from_str(&event.object).ok()?;
        let members = wire.members.iter().map(|key| EventKey::from_stored(key)).collect();
        Some(Self { destination: Name::parse(&wire.destination).ok()?, members })
    }

    /// The members' deliveries.
    pub fn deliveries(&self) -> impl Iterator<Item = DeliveryRef> {
        let to = |event: &EventKey| DeliveryRef {
            event: event.clone(),
            destination: self.destination.clone(),
        };
        self.members.iter().map(to)
    }
}
