//! How a delivery looks as an item, and where the indexes have it. Which move it may make is
//! `domain::Delivery`'s business.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Delivery, DeliveryRef, DeliveryState, EventKey};
use jiff::{SignedDuration, Timestamp};

use super::change::BY;
use crate::failure::Failure;
use crate::items::{Item, Reader, expires, item, number, text, time};
use crate::keys::{Key, LOG, LOGGED, OPEN, SINCE, deliveries, sortable};
use crate::update::Update;

pub(super) const STATE: &str = "state";
pub(super) const OWNER: &str = "owner";
pub(super) const FAILURES: &str = "failures";
pub(super) const VERSION: &str = "version";
/// How often the sweep has rung for it since it last moved.
pub(super) const RUNG: &str = "rung";
const UNTIL: &str = "until";
const DUE: &str = "due";
pub(super) const REASON: &str = "reason";
const CREATED: &str = "created";
const ATTEMPTS: &str = "attempts";
const FIRST_ATTEMPT: &str = "first_attempt";
const INTO: &str = "into";
const GATHERED: &str = "gathered";
const ALONE: &str = "alone";

/// A delivery as it was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) delivery: Delivery,
    /// Who leased it last; kept when its attempt is finished, so that a finish whose answer was lost
    /// is known again.
    pub(super) owner: Option<u64>,
    /// Who moved it last without an attempt.
    pub(super) by: Option<String>,
    pub(super) version: u64,
}

/// The item of a new delivery.
pub(super) fn new(delivery: &Delivery, kept: SignedDuration) -> Item {
    new_at(delivery, kept, delivery.created)
}

/// The same, where it came to stand as it does at `now`.
pub(super) fn new_at(delivery: &Delivery, kept: SignedDuration, now: Timestamp) -> Item {
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
    let first = (FIRST_ATTEMPT, delivery.first_attempt.map(time));
    let more = [first, (ALONE, alone(delivery)), (OWNER, owner(&delivery.state))];
    let written = written(delivery, now);
    for (name, value) in written.into_iter().chain(more) {
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
        alone: item.flag(ALONE)?,
    };
    let by = item.text_if(BY)?.map(str::to_owned);
    Ok(Found { delivery, owner, by, version: item.number(VERSION)? })
}

/// Makes of what was found what the rules say is next, if nobody else was faster.
pub(super) fn moved(found: &Found, next: &Delivery, now: Timestamp) -> Update {
    let mut update = Update::new(Key::delivery(&next.of));
    write_state(&mut update, next, now);
    update.set_or_remove(OWNER, owner(&next.state));
    update.set(ATTEMPTS, number(next.attempts));
    update.set(FAILURES, number(next.failures));
    update.set_or_remove(FIRST_ATTEMPT, next.first_attempt.map(time));
    update.set_or_remove(ALONE, alone(next));
    update.set(VERSION, number(found.version.saturating_add(1)));
    update.if_equal(VERSION, number(found.version));
    update
}

/// Writes a delivery's state and its place in the indexes into an update.
pub(super) fn write_state(update: &mut Update, next: &Delivery, now: Timestamp) {
    for (name, value) in written(next, now) {
        update.set_or_remove(name, value);
    }
    update.remove(RUNG);
}

type Attribute = (&'static str, Option<AttributeValue>);

/// What a delivery's state has its item say, its owner aside; what is not said is removed.
fn written(delivery: &Delivery, now: Timestamp) -> [Attribute; 10] {
    let (mut until, mut due, mut reason, mut into, mut gathered) = (None, None, None, None, None);
    match &delivery.state {
        DeliveryState::Pending | DeliveryState::Delivered => {}
        DeliveryState::Sending { until: at, .. } => until = Some(time(*at)),
        DeliveryState::Waiting { due: at } => due = Some(time(*at)),
        DeliveryState::Gathered { into: digest, since } => {
            (into, gathered) = (Some(text(digest.as_str())), Some(time(*since)));
        }
        DeliveryState::Held(why) | DeliveryState::Failed(why) | DeliveryState::Cancelled(why) => {
            reason = Some(text(why.as_str()));
        }
    }
    let [open, since, log, logged] = place(delivery, now);
    let state = Some(text(delivery.state.word()));
    [
        (STATE, state),
        (UNTIL, until),
        (DUE, due),
        (REASON, reason),
        (INTO, into),
        (GATHERED, gathered),
        (OPEN, open),
        (SINCE, since),
        (LOG, log),
        (LOGGED, logged),
    ]
}

/// Where the indexes have a delivery: what is open by when somebody must look at it, so that starting
/// one that was pending moves nothing; what is held by its creation; what failed by its end.
fn place(delivery: &Delivery, now: Timestamp) -> [Option<AttributeValue>; 4] {
    let of = &delivery.of;
    let at = |key: String, at: Timestamp| (Some(text(key)), Some(text(sortable(at))));
    let ((open, since), (log, logged)) = match (&delivery.state, delivery.look_at()) {
        (DeliveryState::Failed(_), _) => ((None, None), at(deliveries::failed(of, now), now)),
        (DeliveryState::Held(_), _) => (at(deliveries::held(of), delivery.created), (None, None)),
        (
            DeliveryState::Pending
            | DeliveryState::Sending { .. }
            | DeliveryState::Waiting { .. }
            | DeliveryState::Gathered { .. }
            | DeliveryState::Delivered
            | DeliveryState::Cancelled(_),
            look,
        ) => (look.map_or((None, None), |look| at(deliveries::due(of), look)), (None, None)),
    };
    [open, since, log, logged]
}

fn alone(delivery: &Delivery) -> Option<AttributeValue> {
    delivery.alone.then_some(AttributeValue::Bool(true))
}

fn owner(state: &DeliveryState) -> Option<AttributeValue> {
    match state {
        DeliveryState::Sending { owner, .. } => Some(number(owner)),
        DeliveryState::Pending
        | DeliveryState::Waiting { .. }
        | DeliveryState::Gathered { .. }
        | DeliveryState::Held(_)
        | DeliveryState::Delivered
        | DeliveryState::Failed(_)
        | DeliveryState::Cancelled(_) => None,
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
        "gathered" => DeliveryState::Gathered {
            into: EventKey::from_stored(item.text(INTO)?),
            since: item.time(GATHERED)?,
        },
        "held" => DeliveryState::Held(item.text(REASON)?.to_owned()),
        "delivered" => DeliveryState::Delivered,
        "failed" => DeliveryState::Failed(item.text(REASON)?.to_owned()),
        "cancelled" => DeliveryState::Cancelled(item.text(REASON)?.to_owned()),
        other => return Err(item.fault(format!("its state is {other:?}"))),
    })
}

#[cfg(test)]
mod tests;
