//! What leaves for every channel: the first two bytes choose the kind of event and its readers, the
//! rest is what strangers wrote, one text after the other between bytes FF.
#![no_main]

use domain::{Event, Kind, Language, Provenance};
use http::Request;
use libfuzzer_sys::fuzz_target;
use promises::chat::{assert_lark, assert_slack, assert_telegram};
use promises::event::assert_travels;
use promises::outbound::{PLACES, event};
use serde_json::Value;

/// The most bytes of a query, and the endpoint before it.
const URI_BYTES: usize = 7100;

fuzz_target!(|data: &[u8]| {
    let [kind, flags, texts @ ..] = data else { return };
    let kind = Kind::ALL[usize::from(*kind) % Kind::ALL.len()];
    let amount = match flags >> 4 & 3 {
        0 => None,
        1 => Some(("12.345", "USD")),
        2 => Some(("79228162514264337593543950335", "VND")),
        _ => Some(("1250000", "VND")),
    };
    let texts: Vec<String> =
        texts.split(|b| *b == 0xFF).map(|t| String::from_utf8_lossy(t).into_owned()).collect();
    let mut event = event(kind, amount, &texts);
    (event.test, event.late) = (flags & 1 != 0, flags & 2 != 0);
    if flags & 64 != 0 {
        event.provenance = Provenance::Reconciled;
    }
    assert_travels(&event);
    // In a digest each text is another stranger's memo.
    let members: Vec<Event> = match kind {
        Kind::Digest => texts.iter().map(|text| member(amount, text)).collect(),
        _ => Vec::new(),
    };
    let language = if flags & 4 != 0 { Language::En } else { Language::Vi };
    let lines = members.len() + 1;
    for place in PLACES.iter() {
        let request = place.told(language, flags & 8 != 0).request(&event, &members);
        match place.channel.name() {
            "slack" => assert_slack(&json(&request), lines),
            "telegram" => assert_telegram(&json(&request), lines),
            "lark" => assert_lark(request.body(), &json(&request), lines),
            _ => assert_webhook(&request, &event),
        }
    }
});

fn member(amount: Option<(&str, &str)>, text: &str) -> Event {
    event(Kind::TransferIn, amount.or(Some(("1", "VND"))), &[text.to_owned()])
}

fn json(request: &Request<bytes::Bytes>) -> Value {
    serde_json::from_slice(request.body()).expect("JSON")
}

/// A webhook brings every text unharmed, in each of its forms; a query is short.
fn assert_webhook(request: &Request<bytes::Bytes>, event: &Event) {
    let fields: Vec<(String, String)> =
        event.fields().into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    let headers = request.headers();
    let kind = headers.get("content-type").map_or("", |kind| kind.to_str().expect("ASCII"));
    if let Some(boundary) = kind.strip_prefix("multipart/form-data; boundary=") {
        let body = str::from_utf8(request.body()).expect("UTF-8");
        assert_eq!(body.matches(&format!("--{boundary}")).count(), fields.len() + 1);
        for (name, text) in fields {
            let part = format!("; name=\"{name}\"\r\n\r\n{text}\r\n--{boundary}");
            assert!(body.contains(&part), "{name}");
        }
    } else if kind == "application/x-www-form-urlencoded" {
        let read: Vec<_> = form_urlencoded::parse(request.body()).into_owned().collect();
        assert_eq!(read, fields);
    } else if kind.is_empty() {
        assert!(request.uri().to_string().len() <= URI_BYTES);
        let query = request.uri().query().unwrap_or_default();
        let read: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!(read[0], ("shop".to_owned(), "1".to_owned()));
        let names = fields.iter().map(|(name, _)| name);
        assert!(read[1..].iter().all(|(name, _)| names.clone().any(|known| known == name)));
    } else {
        let payload = json(request);
        let data = event.to_json().expect("every event has a wire form");
        assert_eq!(payload["data"], serde_json::from_str::<Value>(&data).expect("JSON"));
        assert_eq!(payload["type"], event.kind.as_str());
        assert!(headers["webhook-signature"].to_str().is_ok_and(|s| s.starts_with("v1,")));
    }
}
