//! What must hold of every event, whoever sent it: its key, its money, and the trip through its wire
//! form and its envelope.

use domain::{Currency, Envelope, Event, EventKey, SourceId};
use serde_json::Value;

/// More than SQS takes in one message.
const MESSAGE_BYTES: usize = 256 * 1024;

/// Holds an event that was just read to its promises.
pub fn assert_sound(event: &Event, source: &SourceId) {
    assert_eq!(event.source, *source);
    let identity = event.key.as_str().strip_prefix(&format!("{source}/"));
    assert!(identity.is_some_and(|rest| !rest.is_empty()), "{:?}", event.key);
    assert!(event.key.as_str().len() <= EventKey::MAX);
    if let Some(money) = event.money {
        assert!(!money.amount.is_sign_negative(), "{money:?}");
        assert!(money.currency != Currency::VND || money.amount.fract().is_zero(), "{money:?}");
    }
    assert!(event.kind.direction().is_none() || event.money.is_some(), "a transfer of nothing");
    assert!(event.facts.iter().all(|(_, text)| !text.is_empty()));
    assert!(serde_json::from_str::<Value>(&event.object).is_ok(), "{}", event.object);
    assert_travels(event);
}

/// An event comes back the same from its wire form, and from the queue.
pub fn assert_travels(event: &Event) {
    let json = event.to_json().expect("every event has a wire form");
    assert_eq!(Event::from_json(&json).expect("which can be read"), *event);
    let envelope = Envelope::for_event(event).expect("every event has an envelope");
    // The only controls that SQS takes; a sender's object may be laid out with them.
    let taken = |b: u8| b.is_ascii() && (b >= b' ' || b"\t\n\r".contains(&b));
    assert!(envelope.bytes().all(taken), "{envelope:?}");
    assert!(envelope.len() < MESSAGE_BYTES, "{} bytes", envelope.len());
    match Envelope::parse(&envelope).expect("which can be read") {
        Envelope::Event(back) => assert_eq!(plain(&back), plain(event)),
        Envelope::EventByKey(key) => assert_eq!(key, event.key),
        Envelope::Delivery(of) | Envelope::Probe(of) => panic!("an event became {of:?}"),
    }
}

/// The event with its object in one spelling: an envelope escapes what is beyond ASCII.
fn plain(event: &Event) -> Event {
    let object = serde_json::from_str::<Value>(&event.object);
    let object = object.map_or_else(|_| event.object.clone(), |value| value.to_string());
    Event { object, ..event.clone() }
}
