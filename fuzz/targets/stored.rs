//! What is read back from queues, ledgers and directories: envelopes, events, and the records of
//! sources and destinations. Whatever can be read is written, and read again, as the same.
#![no_main]

use domain::{DestinationRecord, Envelope, Event, Fact, SourceRecord};
use libfuzzer_sys::fuzz_target;
use promises::event::assert_travels;
use serde_json::Value;

fuzz_target!(|text: &str| {
    if let Ok(event) = Event::from_json(text) {
        assert_said(&event, text);
        assert_travels(&event);
    }
    match Envelope::parse(text) {
        Ok(Envelope::Event(event)) => {
            let whole: Value = serde_json::from_str(text).unwrap_or_default();
            assert_said(&event, &whole["event"].to_string());
            assert_travels(&event);
        }
        Ok(Envelope::Delivery(delivery)) => {
            let again = Envelope::for_delivery(&delivery).expect("it can be written");
            let again = Envelope::parse(&again).expect("and read");
            assert_eq!(again, Envelope::Delivery(delivery));
        }
        Ok(Envelope::Probe(delivery)) => {
            let again = Envelope::for_probe(&delivery).expect("it can be written");
            let again = Envelope::parse(&again).expect("and read");
            assert_eq!(again, Envelope::Probe(delivery));
        }
        Ok(Envelope::EventByKey(key)) => assert!(key.as_str().len() <= domain::EventKey::MAX),
        Err(error) => _ = error.is_newer(),
    }
    if let Ok(record) = serde_json::from_str::<SourceRecord>(text) {
        let again = serde_json::to_string(&record).expect("it can be written");
        assert_eq!(serde_json::from_str::<SourceRecord>(&again).expect("and read"), record);
        _ = record.parse(providers::ALL);
    }
    if let Ok(record) = serde_json::from_str::<DestinationRecord>(text) {
        let again = serde_json::to_string(&record).expect("it can be written");
        assert_eq!(serde_json::from_str::<DestinationRecord>(&again).expect("and read"), record);
        _ = record.parse(channels::ALL);
    }
});

/// The event says what the text says.
fn assert_said(event: &Event, text: &str) {
    let Ok(said @ Value::Object(_)) = serde_json::from_str(text) else { return };
    assert_eq!(said["late"] == true, event.late);
    assert_eq!(said["test"] == true, event.test);
    for fact in Fact::ALL {
        if let Some(text @ [_, ..]) = said[fact.as_str()].as_str().map(str::as_bytes) {
            assert_eq!(event.facts.get(*fact).map(str::as_bytes), Some(text), "{fact:?}");
        }
    }
}
