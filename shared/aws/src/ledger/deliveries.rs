//! How a delivery looks as an item, and where the indexes have it. Which move it may make is
//! `domain::Delivery`'s business.

use domain::{Delivery, DeliveryRef, DeliveryState};
use jiff::{SignedDuration, Timestamp};

use crate::failure::Failure;
use crate::items::{Item, Reader, expires, item, number, text, time};
use crate::keys::{Key, LOG, LOGGED, OPEN, SINCE, deliveries, sortable, unsorted};
use crate::update::Update;

pub(super) const STATE: &str = "state";
pub(super) const OWNER: &str = "owner";
pub(super) const FAILURES: &str = "failures";
pub(super) const VERSION: &str = "version";
const UNTIL: &str = "until";
const DUE: &str = "due";
const REASON: &str = "reason";
const CREATED: &str = "created";
const ATTEMPTS: &str = "attempts";
const FIRST_ATTEMPT: &str = "first_attempt";

/// When somebody must look at a delivery that nobody rang for. Longer than a healthy one takes, so
/// that the index is written when it begins and when it ends, and not in between.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// A delivery as it was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) delivery: Delivery,
    /// Who leased it last; kept when its attempt is finished, so that a finish whose answer was lost
    /// is known again.
    pub(super) owner: Option<u64>,
    pub(super) version: u64,
    /// Its place in the index of what is open.
    since: Option<Timestamp>,
}

/// The item of a new delivery.
pub(super) fn new(delivery: &Delivery, kept: SignedDuration) -> Item {
    let look_again = later(delivery.created);
    let [pk, sk] = Key::delivery(&delivery.of).attributes();
    let mut item = item([
        pk,
        sk,
        (CREATED, time(delivery.created)),
        (ATTEMPTS, number(delivery.attempts)),
        (FAILURES, number(delivery.failures)),
        (VERSION, number(1)),
        ("expires", expires(delivery.created, kept)),
    ]);
    let first = delivery.first_attempt.map(|at| (FIRST_ATTEMPT, Some(time(at))));
    let state = state(&delivery.state).into_iter().chain(first);
    let place = place(&delivery.of, &delivery.state, look_again, delivery.created);
    for (name, value) in state.chain([(OWNER, owner(&delivery.state))]).chain(place) {
        if let Some(value) = value {
            item.insert(name.to_owned(), value);
        }
    }
    item
}

/// Reads the item of a delivery.
pub(super) fn read(of: &DeliveryRef, item: &Item) -> Result<Found, Failure> {
    let item = Reader::new("delivery", item);
    let owner = item.number_if(OWNER)?;
    let delivery = Delivery {
        of: of.clone(),
        created: item.time(CREATED)?,
        state: read_state(item, owner)?,
        attempts: item.number(ATTEMPTS)?,
        failures: item.number(FAILURES)?,
        first_attempt: item.time_if(FIRST_ATTEMPT)?,
    };
    let since = item.text_if(SINCE)?.and_then(unsorted);
    Ok(Found { delivery, owner, version: item.number(VERSION)?, since })
}

/// Makes of what was found what the rules say is next, if nobody else was faster.
pub(super) fn moved(found: &Found, next: &Delivery, now: Timestamp) -> Update {
    let mut update = Update::new(Key::delivery(&next.of));
    let since = found.since.unwrap_or_else(|| later(now));
    write_state(&mut update, &next.of, &next.state, since, now);
    update.set_or_remove(OWNER, owner(&next.state));
    update.set(ATTEMPTS, number(next.attempts));
    update.set_or_remove(FIRST_ATTEMPT, next.first_attempt.map(time));
    update.set(VERSION, number(found.version.saturating_add(1)));
    update.if_equal(VERSION, number(found.version));
    update
}

/// Writes a state and its place in the indexes into an update.
pub(super) fn write_state(
    update: &mut Update,
    of: &DeliveryRef,
    to: &DeliveryState,
    since: Timestamp,
    now: Timestamp,
) {
    for (name, value) in state(to).into_iter().chain(place(of, to, since, now)) {
        update.set_or_remove(name, value);
    }
}

type Attributes<const N: usize> =
    [(&'static str, Option<aws_sdk_dynamodb::types::AttributeValue>); N];

/// A state's attributes, its owner aside.
fn state(state: &DeliveryState) -> Attributes<4> {
    let (until, due, reason) = match state {
        DeliveryState::Sending { until, .. } => (Some(time(*until)), None, None),
        DeliveryState::Waiting { due } => (None, Some(time(*due)), None),
        DeliveryState::Failed(why) | DeliveryState::Cancelled(why) => {
            (None, None, Some(text(why.as_str())))
        }
        DeliveryState::Pending | DeliveryState::Delivered => (None, None, None),
    };
    [(STATE, Some(text(word(state)))), (UNTIL, until), (DUE, due), (REASON, reason)]
}

/// Where the indexes have a delivery. What is open is due: when it was to be looked at before, or
/// later if a lease or a wait ends later. So starting one that was pending moves nothing.
fn place(
    of: &DeliveryRef,
    state: &DeliveryState,
    since: Timestamp,
    now: Timestamp,
) -> Attributes<4> {
    let open = |since: Timestamp| (Some(text(deliveries::due(of))), Some(text(sortable(since))));
    let ((open, since), (log, logged)) = match state {
        DeliveryState::Pending => (open(since), (None, None)),
        DeliveryState::Sending { until, .. } => (open(since.max(*until)), (None, None)),
        DeliveryState::Waiting { due } => (open(*due), (None, None)),
        DeliveryState::Failed(_) => {
            let log = (Some(text(deliveries::failed(of, now))), Some(text(sortable(now))));
            ((None, None), log)
        }
        DeliveryState::Delivered | DeliveryState::Cancelled(_) => ((None, None), (None, None)),
    };
    [(OPEN, open), (SINCE, since), (LOG, log), (LOGGED, logged)]
}

fn owner(state: &DeliveryState) -> Option<aws_sdk_dynamodb::types::AttributeValue> {
    match state {
        DeliveryState::Sending { owner, .. } => Some(number(owner)),
        DeliveryState::Pending
        | DeliveryState::Waiting { .. }
        | DeliveryState::Delivered
        | DeliveryState::Failed(_)
        | DeliveryState::Cancelled(_) => None,
    }
}

/// A state's word.
pub(super) fn word(state: &DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => "pending",
        DeliveryState::Sending { .. } => "sending",
        DeliveryState::Waiting { .. } => "waiting",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Failed(_) => "failed",
        DeliveryState::Cancelled(_) => "cancelled",
    }
}

fn read_state(item: Reader<'_>, owner: Option<u64>) -> Result<DeliveryState, Failure> {
    Ok(match item.text(STATE)? {
        "pending" => DeliveryState::Pending,
        "sending" => DeliveryState::Sending {
            owner: owner.ok_or_else(|| item.fault("it is sending and has no attribute owner"))?,
            until: item.time(UNTIL)?,
        },
        "waiting" => DeliveryState::Waiting { due: item.time(DUE)? },
        "delivered" => DeliveryState::Delivered,
        "failed" => DeliveryState::Failed(item.text(REASON)?.to_owned()),
        "cancelled" => DeliveryState::Cancelled(item.text(REASON)?.to_owned()),
        other => return Err(item.fault(format!("its state is {other:?}"))),
    })
}

/// When to look again at what is put or moved now.
pub(super) fn later(now: Timestamp) -> Timestamp {
    now.saturating_add(LOOK_AGAIN).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use domain::{EventKey, Name};

    use super::*;

    const KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_772_330_400 + seconds).unwrap()
    }

    fn delivery(state: DeliveryState) -> Delivery {
        let of = DeliveryRef {
            event: EventKey::from_stored("casso/shop/1"),
            destination: Name::parse("sales").unwrap(),
        };
        Delivery::new(of, state, at(0))
    }

    fn states() -> [DeliveryState; 7] {
        [
            DeliveryState::Pending,
            DeliveryState::Sending { owner: u64::MAX, until: at(20) },
            DeliveryState::Sending { owner: 0, until: at(1000) },
            DeliveryState::Waiting { due: at(60) },
            DeliveryState::Delivered,
            DeliveryState::Failed("vì\0sao \u{FFFE}".to_owned()),
            DeliveryState::Cancelled(String::new()),
        ]
    }

    #[test]
    fn every_state_comes_back_the_same() {
        for state in states() {
            let mut put = delivery(state);
            (put.attempts, put.failures, put.first_attempt) = (3, 2, Some(at(1)));
            let found = read(&put.of, &new(&put, KEPT)).unwrap();
            assert_eq!((found.delivery, found.version), (put, 1));
        }
    }

    #[test]
    fn the_indexes_have_what_is_open_and_what_failed() {
        let places = [
            Some("2026-03-01T02:05:00.000000Z"),
            Some("2026-03-01T02:05:00.000000Z"),
            Some("2026-03-01T02:16:40.000000Z"),
            Some("2026-03-01T02:01:00.000000Z"),
            None,
            None,
            None,
        ];
        for (state, since) in states().into_iter().zip(places) {
            let item = new(&delivery(state.clone()), KEPT);
            let item = Reader::new("delivery", &item);
            assert_eq!(item.text_if(SINCE).unwrap(), since, "{state:?}");
            assert_eq!(item.text_if(OPEN).unwrap().is_some(), since.is_some(), "{state:?}");
            let failed = matches!(state, DeliveryState::Failed(_));
            assert_eq!(item.text_if(LOG).unwrap().is_some(), failed, "{state:?}");
        }
    }

    #[test]
    fn starting_moves_nothing_in_the_index_unless_it_was_waiting() {
        let lease = DeliveryState::Sending { owner: 1, until: at(80) };
        for (state, since) in [
            (DeliveryState::Pending, "2026-03-01T02:05:00.000000Z"),
            (DeliveryState::Waiting { due: at(60) }, "2026-03-01T02:01:20.000000Z"),
        ] {
            let put = delivery(state);
            let found = read(&put.of, &new(&put, KEPT)).unwrap();
            let update = moved(&found, &Delivery { state: lease.clone(), ..put }, at(60));
            assert_eq!(update.values.unwrap()[":since"], text(since));
        }
    }

    #[test]
    fn a_broken_item_is_named() {
        let whole = new(&delivery(DeliveryState::Pending), KEPT);
        for (name, value, expected) in [
            (STATE, Some(text("held")), "its state is \"held\""),
            (STATE, Some(text("sending")), "it is sending and has no attribute owner"),
            (STATE, Some(text("waiting")), "it has no attribute due"),
            (STATE, Some(text("failed")), "it has no attribute reason"),
            (VERSION, None, "it has no attribute version"),
            (ATTEMPTS, Some(number(-1)), "attempts is no number of its kind"),
        ] {
            let mut broken = whole.clone();
            match value {
                Some(value) => broken.insert(name.to_owned(), value),
                None => broken.remove(name),
            };
            let of = delivery(DeliveryState::Pending).of;
            let failure = read(&of, &broken).unwrap_err().to_string();
            assert!(failure.ends_with(expected), "{failure}");
        }
    }

    #[test]
    fn what_a_newer_version_adds_is_ignored() {
        let put = delivery(DeliveryState::Pending);
        let mut item = new(&put, KEPT);
        item.insert("pace".to_owned(), number(7));
        assert_eq!(read(&put.of, &item).unwrap().delivery, put);
    }
}
