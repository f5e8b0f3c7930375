//! A summary: what a day brought one chat destination, and what did not get through. It is an event of
//! our own, written once with its figures fixed, so that every attempt says the same. Payers' names and
//! memos are not in it: they stay with their own events, which it names by their keys. Its words are
//! the channels' business; when it is made, and of what, `sweep/summaries`'.

mod at;
mod figures;
mod written;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    Currency, DestinationName, Event, EventKey, Facts, Kind, Moment, Money, Provenance, SourceId,
};

pub use at::{SummaryAt, SummaryAtError};
pub(crate) use figures::Figures;
use written::{money, text};

/// The form that this version writes.
const VERSION: u32 = 1;

/// What a day brought one destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// For whom.
    #[serde(with = "text")]
    pub destination: DestinationName,
    /// Received no earlier than this, …
    pub from: Timestamp,
    /// … and before this.
    pub until: Timestamp,
    /// Whether there was more than may be counted: it was at least as much as told here.
    pub partial: bool,
    /// Transfers by currency, in the order of their codes; nothing where the destination wants none.
    pub money: Option<Vec<Turnover>>,
    /// The same by account, those with the most transfers first.
    pub accounts: Vec<AccountTurnover>,
    /// How many accounts are not named.
    pub more_accounts: u64,
    /// Of its deliveries those that failed meanwhile.
    pub failed: Missed,
    /// Of its deliveries those that were held when this was written.
    pub held: Missed,
    /// The same of other destinations, where it is told of such things; those with the most first.
    pub others: Vec<OtherMissed>,
    /// How many other destinations with failed or held ones are not named.
    pub more_others: u64,
}

/// Transfers of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turnover {
    /// The currency.
    #[serde(with = "text")]
    pub currency: Currency,
    /// Money in.
    pub into: Flow,
    /// Money out.
    pub out: Flow,
}

/// Transfers one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// How many.
    pub count: u64,
    /// How much, to the last digit; nothing where an exact decimal cannot hold it.
    #[serde(with = "text")]
    pub sum: Option<Decimal>,
    /// The largest of them, where it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest: Option<Named>,
}

/// What moved on one bank account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountTurnover {
    /// The account, as its source speaks of it.
    pub account: String,
    /// Transfers by currency, in the order of their codes.
    pub money: Vec<Turnover>,
}

/// Deliveries that did not get through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// How many.
    pub count: u64,
    /// Whether there may be more than were looked at.
    pub at_least: bool,
    /// The first of them.
    pub named: Vec<Named>,
}

/// An event that is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its key.
    #[serde(with = "text")]
    pub event: EventKey,
    /// What sort it is.
    #[serde(with = "text")]
    pub kind: Kind,
    /// When it happened, or, where its sender does not say, was received.
    pub at: Timestamp,
    /// Whether of that only the day is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub date_only: bool,
    /// How much, if it is about money.
    #[serde(default, with = "money", skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
}

/// What did not get through to another destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherMissed {
    /// Which.
    #[serde(with = "text")]
    pub destination: DestinationName,
    /// How many failed meanwhile.
    pub failed: u64,
    /// Whether there may be more failed ones than were looked at.
    pub at_least: bool,
    /// How many were held when this was written.
    pub held: u64,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    version: u32,
    #[serde(flatten)]
    summary: Summary,
}

impl Summary {
    /// The key of a destination's summary of the day until then: the same for every sweep.
    pub fn key(destination: &DestinationName, until: Timestamp) -> EventKey {
        EventKey::new(&SourceId::own("summary"), &format!("{destination}/{until}"))
    }

    /// The event that holds it.
    pub fn event(&self, now: Timestamp) -> Event {
        let wire = Wire { version: VERSION, summary: self.clone() };
        Event {
            key: Self::key(&self.destination, self.until),
            source: SourceId::own("summary"),
            kind: Kind::Summary,
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

    /// The summary that an event is; nothing too of one that a newer version wrote in another form.
    pub fn of(event: &Event) -> Option<Self> {
        if event.kind != Kind::Summary {
            return None;
        }
        let wire: Wire = serde_json::from_str(&event.object).ok()?;
        (wire.version == VERSION).then_some(wire.summary)
    }

    /// The events that it names.
    pub fn named(&self) -> impl Iterator<Item = &EventKey> {
        let flows = self.money.iter().flatten().flat_map(|money| [&money.into, &money.out]);
        let largest = flows.filter_map(|flow| flow.largest.as_ref());
        let missed = self.failed.named.iter().chain(&self.held.named);
        largest.chain(missed).map(|named| &named.event)
    }
}

impl Named {
    /// An event, named.
    pub fn of(event: &Event) -> Self {
        let Moment { at, date_only, .. } = event.occurred.unwrap_or(Moment {
            at: event.received,
            offset: crate::VIETNAM,
            date_only: false,
        });
        Self { event: event.key.clone(), kind: event.kind, at, date_only, money: event.money }
    }
}

#[cfg(test)]
mod tests;
