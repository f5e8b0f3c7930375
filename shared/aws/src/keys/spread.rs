//! Keys of the two indexes: what many items share is spread over 32 shards, and merged again by
//! whoever asks. Not the keys of the table itself.

use domain::{DeliveryRef, DestinationName, EventKey, SourceId};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{LOG, LOGGED, OPEN, SINCE, sortable};

/// Over how many keys of an index the events of one source and hour are spread. One partition takes
/// 1 000 writes a second: at 10 000 events a second each of these takes 313 and as many removals.
const SHARDS: u8 = 32;

/// An index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    /// What is open.
    Open,
    /// The log by time.
    Log,
}

impl Index {
    /// Its name, which is its partition key's too.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => OPEN,
            Self::Log => LOG,
        }
    }

    /// Its sort key.
    pub(crate) fn sort(self) -> &'static str {
        match self {
            Self::Open => SINCE,
            Self::Log => LOGGED,
        }
    }
}

/// The keys of all shards under a prefix.
pub(crate) fn shards(prefix: &str) -> impl Iterator<Item = String> {
    (0..SHARDS).map(move |n| format!("{prefix}/{n:02}"))
}

/// Index keys of events. What ends in `of` is a prefix, to be spread over the shards.
pub(crate) mod events {
    use super::{EventKey, SourceId, Timestamp, shard, sortable};

    /// Of events whose deliveries are not all written.
    pub(crate) const UNTAKEN: &str = "untaken";
    /// What the keys of conflicts begin with that nobody was told of.
    pub(crate) const CONFLICTS: &str = "conflict/";

    /// The log of a source's events: one hour.
    pub(crate) fn logged_of(source: &SourceId, hour: Timestamp) -> String {
        format!("event/{source}/{}", &sortable(hour)[..13])
    }

    /// The log of a source's events: one hour of one shard.
    pub(crate) fn logged(source: &SourceId, received: Timestamp, key: &EventKey) -> String {
        format!("{}/{}", logged_of(source, received), shard(key.as_str()))
    }

    /// Events whose deliveries are not all written.
    pub(crate) fn untaken(key: &EventKey) -> String {
        format!("{UNTAKEN}/{}", shard(key.as_str()))
    }

    /// Of a source's conflicts that nobody was told of.
    pub(crate) fn conflicts_of(source: &SourceId) -> String {
        format!("{CONFLICTS}{source}")
    }

    /// A source's conflicts that nobody was told of.
    pub(crate) fn conflicts(source: &SourceId, key: &EventKey) -> String {
        format!("{}/{}", conflicts_of(source), shard(key.as_str()))
    }

    /// Of a source's conflicts that operators were told of.
    pub(crate) fn told_of(source: &SourceId) -> String {
        format!("told/{source}")
    }

    /// A source's conflicts that operators were told of.
    pub(crate) fn told(source: &SourceId, key: &EventKey) -> String {
        format!("{}/{}", told_of(source), shard(key.as_str()))
    }

    /// Of a source's parked bodies.
    pub(crate) fn parked_of(source: &SourceId) -> String {
        format!("parked/{source}")
    }

    /// A source's parked bodies; each is known by its partition key.
    pub(crate) fn parked(source: &SourceId, pk: &str) -> String {
        format!("{}/{}", parked_of(source), shard(pk))
    }
}

/// Index keys of deliveries. What ends in `of` is a prefix, to be spread over the shards.
pub(crate) mod deliveries {
    use super::{DeliveryRef, DestinationName, Timestamp, shard, sortable};

    /// What the keys of deliveries begin with that somebody must look at in time.
    pub(crate) const DUE: &str = "due/";

    /// Of a destination's deliveries that have not ended and are not held.
    pub(crate) fn due_of(destination: &DestinationName) -> String {
        format!("{DUE}{destination}")
    }

    /// A destination's deliveries that have not ended and are not held.
    pub(crate) fn due(of: &DeliveryRef) -> String {
        format!("{}/{}", due_of(&of.destination), shard(of.event.as_str()))
    }

    /// Of a destination's held deliveries.
    pub(crate) fn held_of(destination: &DestinationName) -> String {
        format!("held/{destination}")
    }

    /// A destination's held deliveries.
    pub(crate) fn held(of: &DeliveryRef) -> String {
        format!("{}/{}", held_of(&of.destination), shard(of.event.as_str()))
    }

    /// Of a destination's deliveries that failed on one day.
    pub(crate) fn failed_of(destination: &DestinationName, ended: Timestamp) -> String {
        format!("failed/{destination}/{}", &sortable(ended)[..10])
    }

    /// A destination's deliveries that failed on one day.
    pub(crate) fn failed(of: &DeliveryRef, ended: Timestamp) -> String {
        format!("{}/{}", failed_of(&of.destination, ended), shard(of.event.as_str()))
    }
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
    fn keys_say_what_they_are_of_and_stand_in_a_shard() {
        let (of, source) = (of("1"), SourceId::parse("casso/shop").unwrap());
        let at: Timestamp = "2026-11-21T08:59:59.999999999Z".parse().unwrap();
        for (prefix, key, expected) in [
            (
                events::logged_of(&source, at),
                events::logged(&source, at, &of.event),
                "event/casso/shop/2026-11-21T08/26",
            ),
            (events::UNTAKEN.to_owned(), events::untaken(&of.event), "untaken/26"),
            (
                events::conflicts_of(&source),
                events::conflicts(&source, &of.event),
                "conflict/casso/shop/26",
            ),
            (deliveries::due_of(&of.destination), deliveries::due(&of), "due/sales/26"),
            (deliveries::held_of(&of.destination), deliveries::held(&of), "held/sales/26"),
        ] {
            assert_eq!(key, expected);
            assert!(shards(&prefix).any(|shard| shard == key), "{prefix}");
        }
        assert_eq!(events::told(&source, &of.event), "told/casso/shop/26");
        assert_eq!(deliveries::failed(&of, at), "failed/sales/2026-11-21/26");
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
}
