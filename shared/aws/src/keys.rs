//! The keys of both tables and their indexes, in one place: what is found by what.
//!
//! Everything an ingest function writes has a partition key that begins with its provider's name and
//! a slash, so that one leading-keys condition covers it. What many events share is spread over
//! [`SHARDS`], so that no partition takes more than its share of the busiest source.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{DeliveryRef, DestinationName, EventKey, Snapshot, SourceId};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::items::text;

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

/// Over how many keys of an index the events of one source and hour are spread. One partition takes
/// 1 000 writes a second: at 10 000 events a second each of these takes 313 and as many removals.
const SHARDS: u8 = 32;

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
        let digest = digest([context.as_bytes(), b"\0", bytes]);
        Self::new(format!("{source}#parked/{digest}"), "parked")
    }

    /// A call that was refused; a source's sort by their times.
    pub(crate) fn refused(source: &SourceId, at: Timestamp, of: &str) -> Self {
        let tie = &digest([of.as_bytes()])[..8];
        Self::new(format!("{source}#refused"), format!("{}/{tie}", sortable(at)))
    }

    /// Where a destination has moved to.
    pub(crate) fn moved(destination: &DestinationName) -> Self {
        Self::new(format!("destination/{destination}"), "moved")
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

/// Index keys of events.
pub(crate) mod events {
    use super::{EventKey, SourceId, Timestamp, shard, sortable};

    /// The log of a source's events: one hour of one shard.
    pub(crate) fn logged(source: &SourceId, received: Timestamp, key: &EventKey) -> String {
        let hour = &sortable(received)[..13];
        format!("event/{source}/{hour}/{}", shard(key.as_str()))
    }

    /// Events whose deliveries are not all written.
    pub(crate) fn untaken(key: &EventKey) -> String {
        format!("untaken/{}", shard(key.as_str()))
    }

    /// A source's conflicts.
    pub(crate) fn conflicts(source: &SourceId, key: &EventKey) -> String {
        format!("conflict/{source}/{}", shard(key.as_str()))
    }

    /// A source's parked bodies; each is known by its partition key.
    pub(crate) fn parked(source: &SourceId, pk: &str) -> String {
        format!("parked/{source}/{}", shard(pk))
    }
}

/// Index keys of deliveries.
pub(crate) mod deliveries {
    use super::{DeliveryRef, Timestamp, shard, sortable};

    /// A destination's deliveries that have not ended.
    pub(crate) fn due(of: &DeliveryRef) -> String {
        format!("due/{}/{}", of.destination, shard(of.event.as_str()))
    }

    /// A destination's deliveries that failed on one day.
    pub(crate) fn failed(of: &DeliveryRef, ended: Timestamp) -> String {
        let day = &sortable(ended)[..10];
        format!("failed/{}/{day}/{}", of.destination, shard(of.event.as_str()))
    }
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

/// Which of the shards what has this partition key belongs to, as two digits.
fn shard(pk: &str) -> String {
    let first = Sha256::digest(pk.as_bytes()).first().copied().unwrap_or(0);
    format!("{:02}", first % SHARDS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
        ] {
            assert_eq!((key.pk.as_str(), key.sk.as_str()), (pk, sk));
        }
        assert_eq!(events::logged(&source, at, &of.event), "event/casso/shop/2026-11-21T08/26");
        assert_eq!(events::untaken(&of.event), "untaken/26");
        assert_eq!(deliveries::due(&of), "due/sales/26");
        assert_eq!(deliveries::failed(&of, at), "failed/sales/2026-11-21/26");
        assert!(Key::refused(&source, at, "x").sk.starts_with("2026-11-21T08:59:59.999999Z/"));
    }

    #[test]
    fn a_busy_hour_is_spread_evenly() {
        let mut shards: BTreeMap<String, usize> = BTreeMap::new();
        for n in 0..32_000 {
            *shards.entry(shard(of(&n.to_string()).event.as_str())).or_default() += 1;
        }
        assert_eq!(shards.len(), usize::from(SHARDS));
        assert!(shards.values().all(|count| (800..1200).contains(count)), "{shards:?}");
    }

    #[test]
    fn a_long_id_of_an_object_fits_a_key() {
        let object = format!("abaha/shop/order/{}", "1".repeat(5000));
        let snapshot =
            Snapshot { object, modified: Timestamp::UNIX_EPOCH, received: Timestamp::UNIX_EPOCH };
        assert_eq!(Key::state(&snapshot).pk.len(), EventKey::MAX);
    }
}
