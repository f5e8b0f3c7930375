//! The wire form of an event: the `data` of outgoing webhooks and the body of envelopes and ledger
//! rows. Flat, versioned by the envelope, pinned by a golden file in the tests.

use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::{Currency, Event, EventKey, Fact, Facts, Kind, Moment, Money, Provenance, SourceId};

/// A stored or queued event that this version cannot read.
#[derive(Debug, thiserror::Error)]
#[error("not an event this version can read")]
pub struct EventJsonError(#[from] serde_json::Error);

impl Event {
    /// The wire form as JSON text.
    pub fn to_json(&self) -> Result<String, EventJsonError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads the wire form.
    pub fn from_json(text: &str) -> Result<Self, EventJsonError> {
        Ok(serde_json::from_str(text)?)
    }

    /// The flat fields as texts, in order, without the provider's object: what a GET webhook carries.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("key", self.key.to_string()),
            ("provider", self.source.provider().to_owned()),
            ("source", self.source.name().to_owned()),
            ("kind", self.kind.to_string()),
            ("test", self.test.to_string()),
            ("late", self.late.to_string()),
        ];
        // Written only when there is something to say: most events were told by their provider.
        if self.provenance == Provenance::Reconciled {
            fields.push(("provenance", self.provenance.as_str().to_owned()));
        }
        if let Some(occurred) = self.occurred {
            fields.push(("occurred", occurred.to_rfc3339()));
            if occurred.date_only {
                fields.push(("date_only", "true".to_owned()));
            }
        }
        fields.push(("received", self.received.to_string()));
        if let Some(direction) = self.kind.direction() {
            fields.push(("direction", direction.as_str().to_owned()));
        }
        if let Some(money) = self.money {
            fields.push(("amount", money.amount.to_string()));
            fields.push(("currency", money.currency.to_string()));
        }
        if let Some(balance) = self.balance {
            fields.push(("balance", balance.to_string()));
        }
        fields.extend(self.facts.iter().map(|(fact, text)| (fact.as_str(), text.to_owned())));
        fields
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, text) in self.fields() {
            match text.as_str() {
                "true" | "false" if ["test", "late", "date_only"].contains(&name) => {
                    map.serialize_entry(name, &(text == "true"))?;
                }
                text => map.serialize_entry(name, text)?,
            }
        }
        let object: &RawValue =
            serde_json::from_str(&self.object).map_err(serde::ser::Error::custom)?;
        map.serialize_entry("object", object)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EventVisitor)
    }
}

struct EventVisitor;

/// What has been read of an event so far.
#[derive(Default)]
struct Partial {
    key: Option<String>,
    provider: String,
    source: String,
    kind: Option<Kind>,
    test: bool,
    late: bool,
    provenance: Provenance,
    occurred: Option<Moment>,
    date_only: bool,
    received: Option<Timestamp>,
    amount: Option<Decimal>,
    currency: Option<Currency>,
    balance: Option<Decimal>,
    facts: Facts,
    object: Option<Box<RawValue>>,
}

impl<'de> Visitor<'de> for EventVisitor {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event, A::Error> {
        let mut seen = Partial::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "key" => seen.key = Some(map.next_value()?),
                "provider" => seen.provider = map.next_value()?,
                "source" => seen.source = map.next_value()?,
                "kind" => seen.kind = Some(parsed(&map.next_value::<String>()?, Kind::parse)?),
                "test" => seen.test = map.next_value()?,
                "late" => seen.late = map.next_value()?,
                "provenance" => {
                    seen.provenance = Provenance::parse(&map.next_value::<String>()?);
                }
                "date_only" => seen.date_only = map.next_value()?,
                "occurred" => {
                    seen.occurred = Some(parsed(&map.next_value::<String>()?, Moment::parse)?);
                }
                "received" => {
                    let text: String = map.next_value()?;
                    seen.received = Some(parsed(&text, |t| t.parse().ok())?);
                }
                "amount" => seen.amount = Some(decimal(&map.next_value::<String>()?)?),
                "currency" => {
                    seen.currency = Some(parsed(&map.next_value::<String>()?, Currency::parse)?);
                }
                "balance" => seen.balance = Some(decimal(&map.next_value::<String>()?)?),
                "object" => seen.object = Some(map.next_value()?),
                other => match Fact::parse(other) {
                    Some(fact) => seen.facts.set(fact, map.next_value::<String>()?),
                    // A newer version's field: not ours to keep, never a reason to fail.
                    None => _ = map.next_value::<IgnoredAny>()?,
                },
            }
        }
        seen.finish().map_err(A::Error::custom)
    }
}

impl Partial {
    fn finish(self) -> Result<Event, String> {
        let source = SourceId::parse(&format!("{}/{}", self.provider, self.source))
            .map_err(|e| e.to_string())?;
        let money = match (self.amount, self.currency) {
            (Some(amount), Some(currency)) => Some(Money { amount, currency }),
            (None, _) => None,
            (Some(_), None) => return Err("an amount without a currency".to_owned()),
        };
        let occurred = self.occurred.map(|m| Moment { date_only: self.date_only, ..m });
        Ok(Event {
            key: EventKey::from_stored(&self.key.ok_or("no key")?),
            source,
            kind: self.kind.ok_or("no kind")?,
            test: self.test,
            late: self.late,
            provenance: self.provenance,
            occurred,
            received: self.received.ok_or("no time of receipt")?,
            money,
            balance: self.balance,
            facts: self.facts,
            object: self.object.ok_or("no object")?.get().to_owned(),
        })
    }
}

fn parsed<T, E: serde::de::Error>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, E> {
    parse(text).ok_or_else(|| E::custom(format_args!("{text:?} is not understood")))
}

fn decimal<E: serde::de::Error>(text: &str) -> Result<Decimal, E> {
    crate::amount_from_text(text).map_err(E::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_reconciled_says_so_and_comes_back() {
        let text = r#"{"key":"casso/shop/1","provider":"casso","source":"shop","kind":"transfer.in",
            "test":false,"late":false,"received":"2026-03-01T00:00:01Z","object":{}}"#;
        let hook = Event::from_json(text).unwrap();
        assert_eq!(hook.provenance, Provenance::Hook);
        assert!(!hook.to_json().unwrap().contains("provenance"));
        let filled = Event { provenance: Provenance::Reconciled, ..hook.clone() };
        let json = filled.to_json().unwrap();
        assert!(json.contains(r#""provenance":"reconciled""#), "{json}");
        assert_eq!(filled.fingerprint(), hook.fingerprint());
        assert_eq!(Event::from_json(&json).unwrap(), filled);
    }
}
