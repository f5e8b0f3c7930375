//! The normalised event: what happened, in one shape for all providers. Immutable once read; its
//! wire form is in `event_json`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use rust_decimal::Decimal;

use crate::{EventKey, ids::DeliveryRef};
use crate::{Fact, Facts, Kind, Money, SourceId};

/// Vietnam's offset, +07:00 all year: what a time without a zone means (providers.md §0, rule 4).
pub const VIETNAM: Offset = Offset::constant(7);

/// The object of an event whose body was forgotten: no provider's, which are all objects.
const FORGOTTEN: &str = "null";

/// A moment as its sender gave it: an instant and the offset it was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// The offset the sender used, +07:00 where none was given.
    pub offset: Offset,
    /// The sender gave a date and no time; the instant is that day's beginning.
    pub date_only: bool,
}

impl Moment {
    /// Reads RFC 3339, `YYYY-MM-DD HH:MM:SS`, the same with `T`, or `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(date) = text.parse::<Date>()
            && text.len() <= 10
        {
            return Self::local(date.to_datetime(jiff::civil::Time::midnight()), true);
        }
        if let Ok(pieces) = jiff::fmt::temporal::DateTimeParser::new().parse_timestamp(text) {
            let offset = written_offset(text).unwrap_or(Offset::UTC);
            return Some(Self { at: pieces, offset, date_only: false });
        }
        Self::local(text.parse::<DateTime>().ok()?, false)
    }

    fn local(civil: DateTime, date_only: bool) -> Option<Self> {
        let at = TimeZone::fixed(VIETNAM).to_timestamp(civil).ok()?;
        Some(Self { at, offset: VIETNAM, date_only })
    }

    /// RFC 3339 with the sender's offset.
    pub fn to_rfc3339(self) -> String {
        self.at.display_with_offset(self.offset).to_string()
    }
}

/// The numeric offset at the end of an RFC 3339 text.
fn written_offset(text: &str) -> Option<Offset> {
    let tail = text.get(text.len().checked_sub(6)?..)?;
    let (sign, rest) = tail.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

/// How we learnt of an event. No part of what it says: another provenance is no conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Provenance {
    /// The provider called.
    #[default]
    Hook,
    /// We asked the provider's own API, and found that we lacked it.
    Reconciled,
}

impl Provenance {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::Reconciled => "reconciled",
        }
    }

    /// Reads the word; one that a newer version writes is no reason to fail.
    pub(crate) fn parse(word: &str) -> Self {
        if word == "reconciled" { Self::Reconciled } else { Self::Hook }
    }
}

/// One fact, in one shape for all providers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The identity by which two hooks are the same event.
    pub key: EventKey,
    /// Where it came from.
    pub source: SourceId,
    /// What sort of fact.
    pub kind: Kind,
    /// A test call of the provider: delivered marked as a test, left out of totals.
    pub test: bool,
    /// A snapshot older than one already seen of the same object; delivered all the same.
    pub late: bool,
    /// Who told us: the provider by itself, or its API when we asked.
    pub provenance: Provenance,
    /// When it happened, as far as the provider said.
    pub occurred: Option<Moment>,
    /// When we received it.
    pub received: Timestamp,
    /// How much money it is about: a transfer's amount (never negative), an order's total…
    pub money: Option<Money>,
    /// The account's balance after a transfer, where known; of the same currency.
    pub balance: Option<Decimal>,
    /// Everything else that is known by name.
    pub facts: Facts,
    /// The provider's own object as it came: JSON text.
    pub object: String,
}

/// What two hooks with one key must share: kind, direction, amount and currency. Nothing else:
/// another spelling of the same fact is no conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

/// One state of an object that changes (an order, a product, a plan…): which object, as of when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The object, unique across sources: `abaha/shop/order/208610`.
    pub object: String,
    /// When the object was last modified, by the provider's clock.
    pub modified: Timestamp,
    /// When we were told.
    pub received: Timestamp,
}

impl Event {
    /// What is left of an event when its body is forgotten: what it was, of how much, from where and when.
    #[must_use]
    pub fn forgotten(self) -> Self {
        let (facts, object) = (Facts::default(), FORGOTTEN.to_owned());
        Self { balance: None, facts, object, ..self }
    }

    /// Whether that is all that is left of it.
    pub fn is_forgotten(&self) -> bool {
        self.object == FORGOTTEN
    }

    /// What another hook with this key must agree with. The kind says the direction too.
    pub fn fingerprint(&self) -> Fingerprint {
        let money = self
            .money
            .map_or(String::new(), |m| format!("{} {}", m.amount.normalize(), m.currency));
        Fingerprint(format!("{}|{money}", self.kind))
    }

    /// The object this event shows a state of, for kinds whose objects change.
    pub fn snapshot(&self) -> Option<Snapshot> {
        let family = self.kind.family();
        let changes = ["order", "product", "customer", "plan", "cycle", "payment_method"];
        if self.test || !changes.contains(&family) {
            return None;
        }
        let id = self.facts.get(Fact::Id)?;
        let modified = self.occurred?.at;
        let object = format!("{}/{family}/{id}", self.source);
        Some(Snapshot { object, modified, received: self.received })
    }

    /// This event's delivery to a destination.
    pub fn delivery_to(&self, destination: &crate::DestinationName) -> DeliveryRef {
        DeliveryRef { event: self.key.clone(), destination: destination.clone() }
    }
}

impl Fingerprint {
    /// Takes a fingerprint that was written before.
    pub fn from_stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The fingerprint as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether two hooks with one key are the same event. `unknown` agrees with everything.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let unknown = |f: &Self| f.0.starts_with("unknown|");
        self == other || unknown(self) || unknown(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_spelling_the_senders_use() {
        for (text, rfc3339, date_only) in [
            ("2024-07-02 11:08:33", "2024-07-02T11:08:33+07:00", false),
            ("2021-04-15T00:00:00", "2021-04-15T00:00:00+07:00", false),
            ("2020-11-02", "2020-11-02T00:00:00+07:00", true),
            ("2024-01-29T11:36:04+07:00", "2024-01-29T11:36:04+07:00", false),
            ("2024-01-29T11:36:04+05:30", "2024-01-29T11:36:04+05:30", false),
            ("2024-01-29T04:36:04Z", "2024-01-29T04:36:04+00:00", false),
        ] {
            let moment = Moment::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((moment.to_rfc3339().as_str(), moment.date_only), (rfc3339, date_only));
        }
        for text in ["", "yesterday", "2024-13-01", "2024-02-30 00:00:00", "02/07/2024", "0"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn unknown_never_conflicts() {
        let unknown = Fingerprint::from_stored("unknown|");
        let paid = Fingerprint::from_stored("transfer.in|5 VND");
        assert!(unknown.agrees_with(&paid) && paid.agrees_with(&unknown));
        assert!(!paid.agrees_with(&Fingerprint::from_stored("transfer.in|6 VND")));
    }
}
