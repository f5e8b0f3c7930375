//! The keys of both tables and their indexes, in one place: what is found by what.
//!
//! Everything an ingest function writes has a partition key that begins with its provider's name and
//! a slash, so that one leading-keys condition covers it. What many events share is spread over
//! shards (`spread`), so that no partition takes more than its share of the busiest source.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{DeliveryRef, DestinationName, Drawer, EventKey, Snapshot, SourceId};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::items::text;

mod spread;

pub(crate) use spread::{Index, deliveries, events, shards};

/// The partition key of both tables.
pub(crate) const PK: &str = "pk";
/// The sort key of both tables.
pub(crate) const SK: &str = "sk";
/// The index of what is open: this and [`SINCE`].
pub(crate) const OPEN: &str = "open";
/// Since when, or until when, something is open.
pub(crate) const SINCE: &str = "since";
/// The index that is the log by time: this and [`LOGGED`].
pub(crate) const LOG: &str = "log";
/// When something was logged.
pub(crate) const LOGGED: &str = "logged";

/// An item's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// An event.
    pub(crate) fn event(key: &EventKey) -> Self {
        Self::new(key.as_str(), "event")
    }

    /// A part of an event that is too large for one item; they sort by their number.
    pub(crate) fn part(pk: &str, digest: &str, n: usize) -> Self {
        Self::new(pk, format!("{}{n:04}", parts_of(digest)))
    }

    /// An event that came with the key of another.
    pub(crate) fn conflict(key: &EventKey, fingerprint: &str) -> Self {
        Self::new(key.as_str(), format!("conflict/{}", digest([fingerprint.as_bytes()])))
    }

    /// A delivery.
    pub(crate) fn delivery(of: &DeliveryRef) -> Self {
        Self::new(of.event.as_str(), format!("delivery/{}/", of.destination))
    }

    /// A delivery's second or later attempt.
    pub(crate) fn attempt(of: &DeliveryRef, n: u32) -> Self {
        Self::new(of.event.as_str(), format!("delivery/{}/{n:04}", of.destination))
    }

    /// The newest state of an object. Its id is the provider's, of any length: bounded like an
    /// event's key.
    pub(crate) fn state(snapshot: &Snapshot) -> Self {
        Self::new(EventKey::from_stored(&snapshot.object).as_str(), "state")
    }

    /// A body that could not be read.
    pub(crate) fn parked(source: &SourceId, context: &str, bytes: &[u8]) -> Self {
        // Some providers say everything in the query, which the context holds.
        Self::parked_as(source, &digest([context.as_bytes(), b"\0", bytes]))
    }

    /// The same, by its digest.
    pub(crate) fn parked_as(source: &SourceId, digest: &str) -> Self {
        Self::new(format!("{source}#parked/{digest}"), "parked")
    }

    /// A call that was refused; a source's sort by their times.
    pub(crate) fn refused(source: &SourceId, at: Timestamp, of: &str) -> Self {
        let tie = &digest([of.as_bytes()])[..8];
        Self::new(refused_of(source), format!("{}/{tie}", sortable(at)))
    }

    /// Where a destination has moved to.
    pub(crate) fn moved(destination: &DestinationName) -> Self {
        Self::new(state_of(destination), "moved")
    }

    /// How a destination stands. All are in one partition, so that one query lists them: few are
    /// written, and only while something fails.
    pub(crate) fn standing(destination: &DestinationName) -> Self {
        Self::new(STANDINGS, destination.as_str())
    }

    /// The moments that were reserved of a destination.
    pub(crate) fn reserved(destination: &DestinationName) -> Self {
        Self::new(state_of(destination), "reserved")
    }

    /// The leases of some of a destination's slots.
    pub(crate) fn slots(destination: &DestinationName, group: u32) -> Self {
        Self::new(state_of(destination), format!("slots/{group:02}"))
    }

    /// A note that a flow leaves itself.
    pub(crate) fn note(name: &str) -> Self {
        Self::new(format!("note/{name}"), "note")
    }

    /// A card of the cabinet.
    pub(crate) fn card(of: Drawer, name: &str) -> Self {
        Self::new(drawer(of), name)
    }

    /// What an hour brought a source; a source's sort by their hours.
    pub(crate) fn totals(source: &SourceId, hour: Timestamp) -> Self {
        Self::new(totals_of(source), sortable(hour))
    }

    /// In the directory: a source.
    pub(crate) fn source(source: &SourceId) -> Self {
        Self::new(sources_of(source.provider()), source.name())
    }

    /// In the directory: a destination.
    pub(crate) fn destination(name: &DestinationName) -> Self {
        Self::new(DESTINATIONS, name.as_str())
    }

    /// Both attributes.
    pub(crate) fn attributes(self) -> [(&'static str, AttributeValue); 2] {
        [(PK, text(self.pk)), (SK, text(self.sk))]
    }
}

/// The partition of how destinations stand.
pub(crate) const STANDINGS: &str = "destinations";

/// The partition of what else is remembered of a destination.
pub(crate) fn state_of(destination: &DestinationName) -> String {
    format!("destination/{destination}")
}

/// The partition of the calls to a source that were refused.
pub(crate) fn refused_of(source: &SourceId) -> String {
    format!("{source}#refused")
}

/// The partition of a drawer's cards.
pub(crate) fn drawer(drawer: Drawer) -> String {
    format!("{DRAWERS}{}", drawer.word())
}

/// How every partition of cards begins.
pub(crate) const DRAWERS: &str = "drawer/";

/// The partition of what hours brought a source.
pub(crate) fn totals_of(source: &SourceId) -> String {
    format!("{source}#totals")
}

/// In the directory: the partition of all destinations.
pub(crate) const DESTINATIONS: &str = "destination";

/// In the directory: the partition of a provider's sources.
pub(crate) fn sources_of(provider: &str) -> String {
    format!("{SOURCES}{provider}")
}

/// In the directory: how every partition of sources begins.
pub(crate) const SOURCES: &str = "source/";

/// What the sort keys of an event's parts begin with.
pub(crate) fn parts_of(digest: &str) -> String {
    format!("part/{digest}/")
}

/// A time as a key: of fixed width, so that texts sort as times do.
pub(crate) fn sortable(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// A time from a key.
pub(crate) fn unsorted(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// The SHA-256 of these in a row, in hex.
pub(crate) fn digest<const N: usize>(parts: [&[u8]; N]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use domain::Name;

    use super::*;

    fn of(identity: &str) -> DeliveryRef {
        DeliveryRef {
            event: EventKey::from_stored(&format!("casso/shop/{identity}")),
            destination: Name::parse("sales").unwrap(),
        }
    }

    #[test]
    fn times_sort_as_texts() {
        let texts = ["2026-11-21T08:00:00Z", "2026-11-21T08:00:00.5Z", "2026-11-21T08:00:01Z"];
        let keys: Vec<String> = texts.map(|text| sortable(text.parse().unwrap())).to_vec();
        assert_eq!(keys[1], "2026-11-21T08:00:00.500000Z");
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(sortable(Timestamp::UNIX_EPOCH).len(), keys[0].len());
        assert_eq!(unsorted(&keys[1]).map(sortable), Some(keys[1].clone()));
    }

    #[test]
    fn keys_say_what_they_are_of() {
        let (of, source) = (of("1"), SourceId::parse("casso/shop").unwrap());
        let at: Timestamp = "2026-11-21T08:59:59.999999999Z".parse().unwrap();
        for (key, pk, sk) in [
            (Key::event(&of.event), "casso/shop/1", "event"),
            (Key::part(of.event.as_str(), "ab", 7), "casso/shop/1", "part/ab/0007"),
            (Key::delivery(&of), "casso/shop/1", "delivery/sales/"),
            (Key::attempt(&of, 12), "casso/shop/1", "delivery/sales/0012"),
            (Key::source(&source), "source/casso", "shop"),
            (Key::destination(&of.destination), "destination", "sales"),
            (Key::moved(&of.destination), "destination/sales", "moved"),
            (Key::standing(&of.destination), "destinations", "sales"),
            (Key::reserved(&of.destination), "destination/sales", "reserved"),
            (Key::slots(&of.destination, 1), "destination/sales", "slots/01"),
            (Key::note("hours/casso/shop"), "note/hours/casso/shop", "note"),
            (Key::totals(&source, at), "casso/shop#totals", "2026-11-21T08:59:59.999999Z"),
        ] {
            assert_eq!((key.pk.as_str(), key.sk.as_str()), (pk, sk));
        }
        assert!(Key::refused(&source, at, "x").sk.starts_with("2026-11-21T08:59:59.999999Z/"));
    }

    #[test]
    fn a_long_id_of_an_object_fits_a_key() {
        let object = format!("abaha/shop/order/{}", "1".repeat(5000));
        let snapshot =
            Snapshot { object, modified: Timestamp::UNIX_EPOCH, received: Timestamp::UNIX_EPOCH };
        assert_eq!(Key::state(&snapshot).pk.len(), EventKey::MAX);
    }
}
