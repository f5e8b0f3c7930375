//! What is left of a thing that names a payer. Pure; keys, fingerprints, kinds, times, amounts and
//! states stay as they are.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::Payer;
use crate::{
    Attempt, Delivery, DeliveryState, Digest, Envelope, Event, EventKey, Fact, Facts, Kept, Letter,
    Parked, Port, PortError, Stored,
};

/// What is left of the provider's object.
const OBJECT: &str = r#"{"erased":true}"#;
/// What is left of a reason in words.
const ERASED: &str = "erased";

/// Whether an event is what erasing left: what its destinations' filters asked for may be gone.
pub fn is_erased(event: &Event) -> bool {
    event.object == OBJECT
}

/// What was met on a walk: attempts are judged by the events that came before them.
pub(super) struct Left<'a> {
    payer: &'a Payer,
    /// Events received after this are left alone until they are taken: it is by what they say that
    /// their destinations are chosen.
    settled: Timestamp,
    /// How many of those there were.
    pub(super) untaken: u64,
    /// Events that name the payer, or that were erased before.
    concerned: HashSet<EventKey>,
    /// The members of each digest: its message held what they say.
    digests: HashMap<EventKey, Vec<EventKey>>,
}

impl<'a> Left<'a> {
    /// Nothing met yet.
    pub(super) fn new(payer: &'a Payer, settled: Timestamp) -> Self {
        Self { payer, settled, untaken: 0, concerned: HashSet::new(), digests: HashMap::new() }
    }

    /// What is left of something; nothing where it can stay as it is.
    pub(super) fn of(&mut self, kept: &Kept) -> Option<Kept> {
        match kept {
            Kept::Event(Stored { event, taken }) => {
                let left = of_event(event, self.payer);
                if left.is_some() && !taken && event.received > self.settled {
                    self.untaken += 1;
                    return None;
                }
                if left.is_some() || is_erased(event) {
                    self.concerned.insert(event.key.clone());
                } else if let Some(digest) = Digest::of(event) {
                    self.digests.insert(event.key.clone(), digest.members);
                }
                left.map(|event| Kept::Event(Stored { event, taken: *taken }))
            }
            Kept::Conflict { event, told } => {
                let event = of_event(event, self.payer)?;
                Some(Kept::Conflict { event, told: *told })
            }
            Kept::Parked { source, parked, context, at } => {
                let bytes = String::from_utf8_lossy(&parked.bytes);
                if !self.payer.is_within(&bytes) && !self.payer.is_within(context) {
                    return None;
                }
                let parked = Parked { bytes: Vec::new().into(), reason: ERASED.to_owned() };
                let (source, context) = (source.clone(), String::new());
                Some(Kept::Parked { source, parked, context, at: *at })
            }
            Kept::Delivery(delivery, attempts) => {
                let told = attempts.iter().any(|attempt| self.payer.is_within(&attempt.detail));
                if !told && !self.is_concerned(&delivery.of.event) {
                    return None;
                }
                of_delivery(delivery, attempts)
            }
            // None of these holds a payer's data.
            Kept::Snapshot { .. }
            | Kept::Standing(..)
            | Kept::Moved { .. }
            | Kept::Note { .. }
            | Kept::Totals(_)
            | Kept::Card(_)
            | Kept::Entry(_) => None,
        }
    }

    fn is_concerned(&self, event: &EventKey) -> bool {
        let members = self.digests.get(event).map_or(&[][..], Vec::as_slice);
        self.concerned.contains(event) || members.iter().any(|key| self.concerned.contains(key))
    }
}

/// What is left of an envelope and of the reason for which it was set aside.
pub(super) fn of_letter(
    letter: &Letter,
    payer: &Payer,
) -> Result<Option<(String, Option<String>)>, PortError> {
    let Letter { envelope, reason, .. } = letter;
    let key = match Envelope::parse(envelope) {
        Ok(Envelope::Event(event)) => match of_event(&event, payer) {
            Some(_) => Some(event.key),
            None => return Ok(None),
        },
        // Keys stay.
        Ok(Envelope::EventByKey(_) | Envelope::Delivery(_) | Envelope::Probe(_)) => {
            return Ok(None);
        }
        Err(_) if payer.is_within(envelope) => None,
        Err(_) => return Ok(None),
    };
    Ok(Some(match (reason, key) {
        (Some(_), _) => (String::new(), Some(ERASED.to_owned())),
        // It still rings, for the event that the ledger has.
        (None, Some(key)) => {
            let envelope = Envelope::for_key(&key);
            (envelope.map_err(|error| PortError::new(Port::Queue, error))?, None)
        }
        (None, None) => (String::new(), None),
    }))
}

/// What is left of an event. Our own, digests, alarms and summaries, name nobody.
fn of_event(event: &Event, payer: &Payer) -> Option<Event> {
    if event.key.is_own() || !payer.is_in_event(event) {
        return None;
    }
    let mut facts = Facts::default();
    for (fact, text) in event.facts.iter() {
        if !is_personal(fact) && !payer.is_in_fact(fact, text) {
            facts.set(fact, text.to_owned());
        }
    }
    Some(Event { facts, object: OBJECT.to_owned(), ..event.clone() })
}

/// What is left of a delivery's attempts and of its state's reason; nothing where they tell nothing. A
/// destination may answer with what it was sent.
fn of_delivery(delivery: &Delivery, attempts: &[Attempt]) -> Option<Kept> {
    let left = |attempt: &Attempt| Attempt { detail: String::new(), ..attempt.clone() };
    let left: Vec<Attempt> = attempts.iter().map(left).collect();
    let state = of_state(&delivery.state);
    if left == attempts && state == delivery.state {
        return None;
    }
    Some(Kept::Delivery(Delivery { state, ..delivery.clone() }, left))
}

/// A state whose reason says of what sort it is, and no more.
fn of_state(state: &DeliveryState) -> DeliveryState {
    let of = |why: &str| match why.split_once(": ") {
        Some((sort, _)) => format!("{sort}: {ERASED}"),
        None => why.to_owned(),
    };
    match state {
        DeliveryState::Failed(why) => DeliveryState::Failed(of(why)),
        DeliveryState::Held(why) => DeliveryState::Held(of(why)),
        DeliveryState::Cancelled(why) => DeliveryState::Cancelled(of(why)),
        DeliveryState::Pending
        | DeliveryState::Sending { .. }
        | DeliveryState::Waiting { .. }
        | DeliveryState::Gathered { .. }
        | DeliveryState::Delivered => state.clone(),
    }
}

/// Whether a fact can hold a person, in whatever words.
fn is_personal(fact: Fact) -> bool {
    match fact {
        Fact::VirtualAccount
        | Fact::Counterparty
        | Fact::CounterpartyAccount
        | Fact::CounterpartyBank
        | Fact::Content
        | Fact::Name
        | Fact::CustomerId
        | Fact::Customer
        | Fact::Phone
        | Fact::Email
        | Fact::Address
        | Fact::Reason
        | Fact::PaymentLink => true,
        Fact::Account
        | Fact::Bank
        | Fact::Code
        | Fact::Reference
        | Fact::Id
        | Fact::Number
        | Fact::Status
        | Fact::PreviousStatus
        | Fact::PaymentStatus
        | Fact::PaymentMethod
        | Fact::Store
        | Fact::Inventory
        | Fact::Deleted
        | Fact::PlanId
        | Fact::CycleNumber
        | Fact::AttemptCount
        | Fact::NextRetry
        | Fact::ScheduledAt
        | Fact::Interval
        | Fact::AttemptId
        | Fact::EventName => false,
    }
}
