//! Events as answers show them.

use std::collections::BTreeMap;

use domain::{Attempt, Delivery, DeliveryState, DestinationName, Event, History, Listed, Number};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::EventId;

/// What the directory says of destinations.
pub(crate) struct Directory(BTreeMap<DestinationName, (String, bool)>);

impl Directory {
    pub(crate) fn of(listed: &[Listed]) -> Self {
        let said = |listed: &Listed| {
            let verifies = matches!(listed, Listed::Ready(destination) if destination.verifies);
            (listed.title().to_owned(), verifies)
        };
        Self(listed.iter().map(|listed| (listed.name().clone(), said(listed))).collect())
    }

    fn title(&self, name: &DestinationName) -> String {
        self.0.get(name).map_or_else(|| name.to_string(), |(title, _)| title.clone())
    }

    /// Whether what it took is verified thereby.
    fn verifies(&self, name: &DestinationName) -> bool {
        self.0.get(name).is_some_and(|(_, verifies)| *verifies)
    }
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventShown {
    /// Its id in addresses.
    pub(crate) id: String,
    /// The identity by which two hooks are the same event.
    pub(crate) key: String,
    /// Where it came from: `casso/shop`.
    pub(crate) source: String,
    /// What sort of fact: `transfer.in`.
    pub(crate) kind: String,
    /// A test call: left out of totals.
    pub(crate) test: bool,
    /// A state older than one already seen of the same object.
    pub(crate) late: bool,
    /// `hook`, or `reconciled` where we found it by asking the provider.
    pub(crate) provenance: String,
    /// When it happened, as far as the provider said; RFC 3339.
    pub(crate) occurred: Option<String>,
    /// When we received it; RFC 3339.
    pub(crate) received: String,
    /// `in` or `out`, of a transfer.
    pub(crate) direction: Option<String>,
    /// An exact decimal.
    pub(crate) amount: Option<String>,
    /// ISO 4217.
    pub(crate) currency: Option<String>,
    /// The account's balance after a transfer, an exact decimal.
    pub(crate) balance: Option<String>,
    /// Everything else that is known by name: account, content, code, reference, counterparty…
    pub(crate) facts: BTreeMap<String, String>,
    /// Whether a webhook that verifies payments has taken it.
    pub(crate) verified: bool,
    /// Whether something else came with its key.
    pub(crate) in_conflict: bool,
    /// What became of it, by webhook.
    pub(crate) deliveries: Vec<DeliveryShown>,
}

/// What became of an event at one webhook.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DeliveryShown {
    /// The webhook's id.
    pub(crate) webhook_id: u64,
    /// The destination's name.
    pub(crate) destination: String,
    /// What people call it.
    pub(crate) name: String,
    /// pending, sending, waiting, gathered, held, delivered, failed or cancelled.
    pub(crate) state: String,
    /// Why it is held, failed or cancelled.
    pub(crate) reason: Option<String>,
    /// When it is attempted again, of a waiting one; RFC 3339.
    pub(crate) due: Option<String>,
    /// Attempts begun.
    pub(crate) attempts: u32,
    /// Attempts that got an answer.
    pub(crate) answered: u32,
    /// When the last attempt ended; RFC 3339.
    pub(crate) last_attempt: Option<String>,
}

/// An event with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Whole {
    #[serde(flatten)]
    pub(crate) event: EventShown,
    /// Every attempt, by webhook, oldest first.
    pub(crate) attempts: Vec<AttemptShown>,
    /// What came with its key and was another.
    pub(crate) conflicts: Vec<ConflictShown>,
    /// The provider's own object as it came.
    pub(crate) object: Value,
}

/// One attempt at a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptShown {
    /// The webhook's id.
    pub(crate) webhook_id: u64,
    /// Its number, from 1.
    pub(crate) n: u32,
    /// RFC 3339.
    pub(crate) started: String,
    /// In milliseconds.
    pub(crate) took_ms: u64,
    /// delivered, retry, limited, refused or dead.
    pub(crate) verdict: String,
    /// The HTTP status, if an answer came.
    pub(crate) http_status: Option<u16>,
    /// Why, and the beginning of the answer.
    pub(crate) detail: String,
}

/// An event that came with the key of another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConflictShown {
    /// What it came with, by which it is released: the fingerprint.
    pub(crate) fingerprint: String,
    /// RFC 3339.
    pub(crate) received: String,
    /// What sort of fact.
    pub(crate) kind: String,
    /// An exact decimal.
    pub(crate) amount: Option<String>,
    /// ISO 4217.
    pub(crate) currency: Option<String>,
    /// Everything else that is known by name.
    pub(crate) facts: BTreeMap<String, String>,
}

impl EventShown {
    pub(crate) fn of(history: &History, names: &Directory) -> Self {
        let event = &history.stored.event;
        let verified = |(delivery, _): &(Delivery, Vec<Attempt>)| {
            delivery.state == DeliveryState::Delivered && names.verifies(&delivery.of.destination)
        };
        let deliveries = history.deliveries.iter();
        let is_transfer = event.kind.direction().is_some();
        Self {
            id: EventId::of(&event.key).as_str().to_owned(),
            key: event.key.to_string(),
            source: event.source.to_string(),
            kind: event.kind.to_string(),
            test: event.test,
            late: event.late,
            provenance: event.provenance.as_str().to_owned(),
            occurred: event.occurred.map(|moment| moment.to_rfc3339()),
            received: event.received.to_string(),
            direction: event.kind.direction().map(|direction| direction.as_str().to_owned()),
            amount: event.money.map(|money| money.amount.to_string()),
            currency: event.money.map(|money| money.currency.to_string()),
            balance: event.balance.map(|balance| balance.to_string()),
            facts: facts(event),
            verified: is_transfer && history.deliveries.iter().any(verified),
            in_conflict: !history.conflicts.is_empty(),
            deliveries: deliveries.map(|(d, tries)| DeliveryShown::of(d, tries, names)).collect(),
        }
    }
}

impl DeliveryShown {
    fn of(delivery: &Delivery, attempts: &[Attempt], names: &Directory) -> Self {
        let (mut reason, mut due) = (None, None);
        match &delivery.state {
            DeliveryState::Held(why)
            | DeliveryState::Failed(why)
            | DeliveryState::Cancelled(why) => {
                reason = Some(why.clone());
            }
            DeliveryState::Waiting { due: at } => due = Some(at.to_string()),
            DeliveryState::Pending
            | DeliveryState::Sending { .. }
            | DeliveryState::Gathered { .. }
            | DeliveryState::Delivered => {}
        }
        let answered = attempts.iter().filter(|attempt| attempt.status.is_some()).count();
        let name = &delivery.of.destination;
        Self {
            webhook_id: Number::of_destination(name).get(),
            destination: name.to_string(),
            name: names.title(name),
            state: delivery.state.word().to_owned(),
            reason,
            due,
            attempts: delivery.attempts,
            answered: u32::try_from(answered).unwrap_or(u32::MAX),
            last_attempt: attempts.last().map(|attempt| attempt.finished.to_string()),
        }
    }
}

impl Whole {
    pub(crate) fn of(history: &History, names: &Directory) -> Self {
        let mut attempts = Vec::new();
        for (delivery, tries) in &history.deliveries {
            let webhook_id = Number::of_destination(&delivery.of.destination).get();
            attempts.extend(tries.iter().map(|attempt| AttemptShown::of(webhook_id, attempt)));
        }
        let object = serde_json::from_str(&history.stored.event.object);
        Self {
            event: EventShown::of(history, names),
            attempts,
            conflicts: history.conflicts.iter().map(ConflictShown::of).collect(),
            object: object.unwrap_or(Value::Null),
        }
    }
}

impl AttemptShown {
    fn of(webhook_id: u64, attempt: &Attempt) -> Self {
        let took = attempt.finished.duration_since(attempt.started).as_millis();
        Self {
            webhook_id,
            n: attempt.n,
            started: attempt.started.to_string(),
            took_ms: u64::try_from(took).unwrap_or(0),
            verdict: attempt.verdict.to_owned(),
            http_status: attempt.status,
            detail: attempt.detail.clone(),
        }
    }
}

impl ConflictShown {
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            fingerprint: event.fingerprint().as_str().to_owned(),
            received: event.received.to_string(),
            kind: event.kind.to_string(),
            amount: event.money.map(|money| money.amount.to_string()),
            currency: event.money.map(|money| money.currency.to_string()),
            facts: facts(event),
        }
    }
}

fn facts(event: &Event) -> BTreeMap<String, String> {
    event.facts.iter().map(|(fact, text)| (fact.as_str().to_owned(), text.to_owned())).collect()
}
