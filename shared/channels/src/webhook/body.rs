//! What a webhook carries: `{type, timestamp, data}` as JSON, or the event's flat fields as a form,
//! as multipart, or in the query of a GET. The fields are for machines: not cleaned, not translated.

use domain::{Event, Fault, Unsendable};
use form_urlencoded::Serializer;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::request;
use crate::text::cut;

/// The most bytes of a URL's query: what common servers take.
const QUERY_BYTES: usize = 7000;
/// The longest value in a query.
const QUERY_UNITS: usize = 300;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Multipart,
    Urlencoded,
}

impl Form {
    /// Reads `content_type`, in the usual spelling or in SePay's.
    pub(super) fn parse(typed: Option<&str>) -> Result<Self, Fault> {
        let Some(typed) = typed else { return Ok(Self::Json) };
        match typed.trim().to_ascii_lowercase().as_str() {
            "application/json" | "json" => Ok(Self::Json),
            "multipart/form-data" | "multipart_form-data" => Ok(Self::Multipart),
            "application/x-www-form-urlencoded" => Ok(Self::Urlencoded),
            _ => Err(Fault::new(
                "content_type",
                "unknown; use application/json, multipart/form-data or \
                 application/x-www-form-urlencoded",
            )),
        }
    }

    /// The body of an event and its type.
    pub(super) fn write(self, event: &Event) -> Result<(String, String), Unsendable> {
        Ok(match self {
            Self::Json => (json(event)?, request::JSON.to_owned()),
            Self::Multipart => multipart(&event.fields()),
            Self::Urlencoded => {
                let body = Serializer::new(String::new()).extend_pairs(event.fields()).finish();
                (body, request::FORM.to_owned())
            }
        })
    }
}

/// Standard Webhooks' payload.
#[derive(Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: &'a Event,
}

/// The event as JSON. The time is when it happened, not when we send it.
pub(crate) fn json(event: &Event) -> Result<String, Unsendable> {
    let timestamp = match event.occurred {
        Some(moment) => moment.to_rfc3339(),
        None => event.received.to_string(),
    };
    let payload = Payload { kind: event.kind.as_str(), timestamp, data: event };
    serde_json::to_string(&payload)
        .map_err(|error| Unsendable(format!("the event cannot be written as JSON: {error}")))
}

/// RFC 7578. The names are ours and need no escape; the boundary is a digest of the values, so that
/// none of them can contain it.
fn multipart(fields: &[(&str, String)]) -> (String, String) {
    let mut digest = Sha256::new();
    for (_, value) in fields {
        digest.update(value.as_bytes());
        digest.update([0]);
    }
    let boundary = format!("tingting-{}", hex::encode(&digest.finalize()[..16]));
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str(&format!("--{boundary}--\r\n"));
    (body, format!("multipart/form-data; boundary={boundary}"))
}

/// The URL of a GET: its own query and then the fields. A long value is cut; a field that does not
/// fit any more is left out, and the receiver can see the whole by its key.
pub(super) fn with_fields(url: &Url, event: &Event) -> Url {
    let mut url = url.clone();
    for (name, value) in event.fields() {
        let mut longer = url.clone();
        longer.query_pairs_mut().append_pair(name, &cut(&value, QUERY_UNITS));
        if longer.query().map_or(0, str::len) <= QUERY_BYTES {
            url = longer;
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{hostile, transfer, transfer_saying};
    use proptest::prelude::*;

    /// A test of the wire form itself: what receivers have built against.
    #[test]
    fn the_payload_is_the_golden_one() {
        let golden = include_str!("../../golden/transfer.json").trim_end();
        assert_eq!(json(&transfer()).as_deref(), Ok(golden));
        assert_eq!(Event::from_json(&transfer().to_json().unwrap()).unwrap(), transfer());
    }

    #[test]
    fn without_a_time_of_occurrence_the_receipts_is_told() {
        let mut event = transfer();
        event.occurred = None;
        let payload: serde_json::Value = serde_json::from_str(&json(&event).unwrap()).unwrap();
        assert_eq!(payload["timestamp"], "2026-11-21T02:30:17Z");
        event.object = "{".to_owned();
        assert!(json(&event).is_err_and(|e| e.0.starts_with("the event cannot be written")));
    }

    #[test]
    fn every_form_brings_every_text_unharmed() {
        for memo in hostile() {
            let event = transfer_saying(&memo);
            let (body, _) = Form::Json.write(&event).unwrap();
            let payload: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(payload["data"]["content"].as_str(), Some(memo.as_str()));

            let (body, kind) = Form::Urlencoded.write(&event).unwrap();
            let read: Vec<_> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
            assert_eq!(kind, "application/x-www-form-urlencoded");
            assert!(read.contains(&("content".to_owned(), memo.clone())));
            assert_eq!(read.len(), event.fields().len());

            let (body, kind) = Form::Multipart.write(&event).unwrap();
            let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
            assert_eq!(body.matches(boundary).count(), event.fields().len() + 1);
            let part = format!("name=\"content\"\r\n\r\n{memo}\r\n--{boundary}");
            assert!(body.contains(&part));
        }
    }

    #[test]
    fn a_query_keeps_what_is_there_and_stays_short() {
        let url = Url::parse("https://shop.example/hook?k=a%20b&x").unwrap();
        let sent = with_fields(&url, &transfer());
        let query = sent.query().unwrap();
        assert!(query.starts_with("k=a%20b&x&key=casso%2Fshop%2F92704&provider=casso"), "{query}");
        assert!(query.contains("&amount=1250000&currency=VND&"));
        assert!(query.contains("&content=DH1042+chuyen+tien&"));
        for memo in hostile() {
            let sent = with_fields(&url, &transfer_saying(&memo));
            assert!(sent.query().unwrap().len() <= QUERY_BYTES);
            assert!(request::uri(&sent).is_ok());
            assert!(sent.query().unwrap().contains("&amount=1250000&"));
        }
    }

    #[test]
    fn content_types_are_read_in_both_spellings() {
        for (typed, form) in [
            (None, Form::Json),
            (Some("application/json"), Form::Json),
            (Some("Json"), Form::Json),
            (Some("multipart/form-data"), Form::Multipart),
            (Some("multipart_form-data"), Form::Multipart),
            (Some("application/x-www-form-urlencoded"), Form::Urlencoded),
        ] {
            assert_eq!(Form::parse(typed), Ok(form), "{typed:?}");
        }
        assert!(Form::parse(Some("text/plain")).is_err_and(|e| e.key == "content_type"));
    }

    proptest! {
        #[test]
        fn any_text_arrives_as_it_is(text in ".{1,200}") {
            let event = transfer_saying(&text);
            let payload: serde_json::Value = serde_json::from_str(&json(&event).unwrap()).unwrap();
            prop_assert_eq!(payload["data"]["content"].as_str(), Some(text.as_str()));
            let url = with_fields(&Url::parse("https://shop.example/?x").unwrap(), &event);
            prop_assert!(request::uri(&url).is_ok());
        }
    }
}
