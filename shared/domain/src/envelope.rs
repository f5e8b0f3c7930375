//! The versioned wire form on the queue. Whoever writes what an older program would misread (a new
//! form, kind or currency) writes it under the next version: an older program that meets it during an
//! upgrade puts it back for the newer one, and never buries it.
//!
//! ASCII JSON: SQS refuses U+FFFE, U+FFFF and control characters, and a memo that holds one must not be
//! answered 503 for ever.

use serde::{Deserialize, Serialize};

use crate::{DeliveryRef, DestinationName, Event, EventKey, Name};

/// The most bytes one envelope may have; a larger event travels by its key alone.
const MAX_ENVELOPE: usize = 200 * 1024;

/// The newest version that is read.
const KNOWN: u32 = 2;
/// What an older program can read is written under the version that it knows.
const FIRST: u32 = 1;
/// The version that brought probes.
const PROBES: u32 = 2;

/// What is on the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Envelope {
    /// Fan this event out.
    Event(Box<Event>),
    /// Fan out the event that the ledger has under this key.
    EventByKey(EventKey),
    /// Attempt this delivery.
    Delivery(DeliveryRef),
    /// Attempt this held delivery, to find out whether its destination has come back.
    Probe(DeliveryRef),
}

/// An envelope that can never be handled.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not JSON, or without the fields of a known form.
    #[error("not an envelope this version can read")]
    Unreadable(#[from] serde_json::Error),
    /// A version that this program does not know.
    #[error("envelope version {0} is not known; known is {KNOWN}")]
    Version(u32),
    /// A destination's name that is none.
    #[error("the envelope names no destination")]
    Destination(#[from] crate::NameError),
}

impl EnvelopeError {
    /// Whether a newer program wrote it: good, and not ours to judge.
    pub fn is_newer(&self) -> bool {
        match self {
            Self::Version(version) => *version > KNOWN,
            Self::Unreadable(_) | Self::Destination(_) => false,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Wire<T> {
    v: u32,
    #[serde(flatten)]
    form: T,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Small {
    Key { event_key: String },
    Delivery { delivery: WireRef },
    Probe { probe: WireRef },
}

#[derive(Serialize, Deserialize)]
struct WireRef {
    event: String,
    destination: String,
}

impl WireRef {
    fn of(delivery: &DeliveryRef) -> Self {
        Self { event: delivery.event.to_string(), destination: delivery.destination.to_string() }
    }

    fn read(&self) -> Result<DeliveryRef, EnvelopeError> {
        let destination: DestinationName = Name::parse(&self.destination)?;
        Ok(DeliveryRef { event: EventKey::from_stored(&self.event), destination })
    }
}

#[derive(Serialize)]
struct FullOut<'a> {
    v: u32,
    event: &'a Event,
}

#[derive(Deserialize)]
struct FullIn {
    event: Option<Event>,
}

impl Envelope {
    /// The envelope of an event: whole if it fits, else by its key.
    pub fn for_event(event: &Event) -> Result<String, EnvelopeError> {
        let whole = ascii(&serde_json::to_string(&FullOut { v: FIRST, event })?);
        if whole.len() <= MAX_ENVELOPE {
            return Ok(whole);
        }
        Self::for_key(&event.key)
    }

    /// The envelope of an event that the ledger has.
    pub fn for_key(key: &EventKey) -> Result<String, EnvelopeError> {
        let form = Small::Key { event_key: key.to_string() };
        Ok(ascii(&serde_json::to_string(&Wire { v: FIRST, form })?))
    }

    /// The envelope of a delivery.
    pub fn for_delivery(delivery: &DeliveryRef) -> Result<String, EnvelopeError> {
        let form = Small::Delivery { delivery: WireRef::of(delivery) };
        Ok(ascii(&serde_json::to_string(&Wire { v: FIRST, form })?))
    }

    /// The envelope of a probe.
    pub fn for_probe(delivery: &DeliveryRef) -> Result<String, EnvelopeError> {
        let form = Small::Probe { probe: WireRef::of(delivery) };
        Ok(ascii(&serde_json::to_string(&Wire { v: PROBES, form })?))
    }

    /// Reads an envelope.
    pub fn parse(text: &str) -> Result<Self, EnvelopeError> {
        let Version { v } = serde_json::from_str(text)?;
        if !(FIRST..=KNOWN).contains(&v) {
            return Err(EnvelopeError::Version(v));
        }
        if let FullIn { event: Some(event) } = serde_json::from_str(text)? {
            return Ok(Self::Event(Box::new(event)));
        }
        let Wire { form, .. } = serde_json::from_str::<Wire<Small>>(text)?;
        Ok(match form {
            Small::Key { event_key } => Self::EventByKey(EventKey::from_stored(&event_key)),
            Small::Delivery { delivery } => Self::Delivery(delivery.read()?),
            Small::Probe { probe } => Self::Probe(probe.read()?),
        })
    }
}

/// Escapes everything beyond ASCII. In JSON such characters stand inside strings only, so that this
/// is right for the whole text.
fn ascii(json: &str) -> String {
    if json.is_ascii() {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + json.len() / 2);
    let mut units = [0_u16; 2];
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Currency, Fact, Facts, Kind, Moment, Money, Provenance, SourceId};

    fn event(memo: &str, object: String) -> Event {
        let source = SourceId::parse("casso/shop").unwrap();
        Event {
            key: EventKey::new(&source, "1"),
            source,
            kind: Kind::TransferIn,
            test: false,
            late: false,
            provenance: Provenance::Hook,
            occurred: Moment::parse("2024-12-23 07:00:00"),
            received: "2024-12-23T00:00:01Z".parse().unwrap(),
            money: Money::parse("16775000", Currency::VND).ok(),
            balance: None,
            facts: Facts::default().with(Fact::Content, memo.to_owned()),
            object,
        }
    }

    #[test]
    fn an_envelope_is_ascii_and_comes_back_the_same() {
        let memo = "Góp quỹ 🎉 \u{FFFE}\u{FFFF}\u{0}\u{202E}";
        let object = serde_json::json!({"description": memo, "n": 1}).to_string();
        let event = event(memo, object);
        let text = Envelope::for_event(&event).unwrap();
        assert!(text.bytes().all(|b| (0x20..0x7F).contains(&b)), "{text}");
        let Envelope::Event(back) = Envelope::parse(&text).unwrap() else { panic!("{text}") };
        assert_eq!(back.facts, event.facts);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&back.object).unwrap(),
            serde_json::from_str::<serde_json::Value>(&event.object).unwrap(),
        );
    }

    #[test]
    fn an_event_too_large_for_a_message_travels_by_its_key() {
        let event = event("", format!("{{\"pad\":\"{}\"}}", "x".repeat(MAX_ENVELOPE)));
        let text = Envelope::for_event(&event).unwrap();
        assert_eq!(Envelope::parse(&text).unwrap(), Envelope::EventByKey(event.key));
    }

    #[test]
    fn a_delivery_comes_back_the_same() {
        let delivery = DeliveryRef {
            event: EventKey::from_stored("casso/shop/ế"),
            destination: Name::parse("sales").unwrap(),
        };
        let text = Envelope::for_delivery(&delivery).unwrap();
        assert!(text.is_ascii());
        assert_eq!(Envelope::parse(&text).unwrap(), Envelope::Delivery(delivery.clone()));
        let text = Envelope::for_probe(&delivery).unwrap();
        assert!(text.contains("\"v\":2"), "an older program puts it back: {text}");
        assert_eq!(Envelope::parse(&text).unwrap(), Envelope::Probe(delivery));
    }

    #[test]
    fn another_version_is_named() {
        let error = Envelope::parse(r#"{"v":3,"event":{}}"#).unwrap_err();
        assert!(matches!(error, EnvelopeError::Version(3)), "{error:?}");
    }
}
