//! What destinations answer: two bytes for the status and the attempts before, a line for the wait
//! they ask for, and a body. Verdicts are bounded, and only the documented words mean success.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use domain::{Answer, Event, Kind, Verdict, clean};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use promises::door::NOW;
use promises::head_and_body;
use promises::outbound::{PLACES, event};
use serde_json::value::RawValue;

static EVENT: LazyLock<Event> =
    LazyLock::new(|| event(Kind::TransferIn, Some(("1250000", "VND")), &["memo".to_owned()]));
const DAY: Duration = Duration::from_secs(24 * 3600);
/// A reason is a sentence of ours and at most an excerpt of theirs.
const REASON_BYTES: usize = 400;

fuzz_target!(|data: &[u8]| {
    let [high, low, rest @ ..] = data else { return };
    let code = 100 + (u16::from(*high & 3) << 8 | u16::from(*low)) % 500;
    let earlier = [(high & 4 != 0).then_some(code), (high & 8 != 0).then_some(code)];
    let (head, body) = head_and_body(rest);
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(head) {
        headers.insert("retry-after", value.clone());
        headers.insert("x-ogw-ratelimit-reset", value);
    }
    let status = StatusCode::from_u16(code).expect("100 to 599");
    let answer = Answer { status, headers, body: body.to_vec().into() };
    for place in PLACES.iter() {
        let verdict =
            place.exchange(&EVENT, &[], &earlier, |channel, job| channel.verdict(job, &answer));
        if verdict == Verdict::Delivered {
            assert!(is_success(place.channel.name(), &answer), "{answer:?}");
        }
        assert_bounded(&verdict);
        let now = Timestamp::from_second(NOW).expect("a moment of this century");
        if let Some(token) = place.channel.token(&answer, now) {
            assert!(status.is_success() && !token.value.expose().is_empty());
        }
    }
});

/// What each product's page calls success, in its own spelling.
fn is_success(channel: &str, answer: &Answer) -> bool {
    // In a text that nobody reads, no encoding is asked for, nor are a mark and blanks around it refused.
    let text = String::from_utf8_lossy(&answer.body);
    let body = text.trim_start_matches('\u{FEFF}').trim();
    let json: BTreeMap<String, &RawValue> = serde_json::from_str(body).unwrap_or_default();
    let says = |name: &str, value: &str| json.get(name).is_some_and(|raw| raw.get() == value);
    match channel {
        "slack" => answer.status == 200 && body == "ok",
        // One that was cut off begins so.
        "telegram" => {
            let text: String = body.chars().filter(|c| !c.is_whitespace()).collect();
            says("ok", "true") || text.starts_with(r#"{"ok":true,"result":{"#)
        }
        "lark" => says("code", "0") || says("StatusCode", "0"),
        _ => answer.status.is_success(),
    }
}

fn assert_bounded(verdict: &Verdict) {
    let (reason, after) = match verdict {
        Verdict::Delivered => return,
        Verdict::Retry { reason, after } => (reason, *after),
        Verdict::Limited { reason, after } => (reason, Some(*after)),
        Verdict::Refused(reason) | Verdict::Dead(reason) | Verdict::Afresh(reason) => {
            (reason, None)
        }
        Verdict::Moved(chat) => {
            assert!(chat.parse::<i64>().is_ok(), "{chat}");
            return;
        }
    };
    assert!(reason.len() <= REASON_BYTES && clean(reason) == reason.trim_end(), "{reason:?}");
    assert!(after.is_none_or(|after| after <= DAY && !after.is_zero()), "{after:?}");
}
