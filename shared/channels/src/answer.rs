//! Reading answers, as far as all products agree: verdicts in one word, the wait that a peer asks
//! for, and pages that come from something in between.

use std::time::Duration;

use domain::{Answer, Job, Verdict, excerpt};
use http::header;
use jiff::Timestamp;
use serde_json::Value;

/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Not now; the destination's schedule says when.
pub(crate) fn retry(reason: impl Into<String>) -> Verdict {
    Verdict::Retry { reason: reason.into(), after: None }
}

/// Not now, and no earlier than `Retry-After` says. With a status of 5xx it says how long a fault
/// lasts, and uses up no retry; with any other it may be a stranger's in between, and does.
pub(crate) fn not_now(reason: impl Into<String>, job: &Job<'_>, answer: &Answer) -> Verdict {
    match retry_after(answer, job.now) {
        Some(after) if answer.status.is_server_error() => limited(reason, after),
        after => Verdict::Retry { reason: reason.into(), after },
    }
}

/// The rate is limited. Uses up no retry.
pub(crate) fn limited(reason: impl Into<String>, after: Duration) -> Verdict {
    Verdict::Limited { reason: reason.into(), after: after.min(LONGEST) }
}

/// The wait in `Retry-After`: seconds, whole or decimal, or an HTTP date. `None` when there is
/// none, or none that can be used (unreadable, zero, negative, past).
pub(crate) fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let text = answer.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    seconds(text).or_else(|| until(text, now))
}

/// A number of seconds, whole or decimal, rounded up, at most a day.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let more = u64::from(fraction.bytes().any(|b| b != b'0'));
    // More digits than fit are more than a day.
    let whole: u64 = whole.parse().unwrap_or(u64::MAX);
    let wait = Duration::from_secs(whole.saturating_add(more)).min(LONGEST);
    (!wait.is_zero()).then_some(wait)
}

fn until(text: &str, now: Timestamp) -> Option<Duration> {
    let at = Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
    let wait = Duration::try_from(at.duration_since(now)).ok()?.min(LONGEST);
    (!wait.is_zero()).then_some(wait)
}

/// Whether the two attempts before were answered with the same status. What may be the word of a
/// stranger in between (a proxy, a portal) and not the peer's is believed the third time in a row.
pub(crate) fn is_third_in_a_row(job: &Job<'_>, answer: &Answer) -> bool {
    let said = Some(answer.status.as_u16());
    matches!(job.earlier, [last, before, ..] if *last == said && *before == said)
}

/// The body as text, for comparing: one letter in another encoding must not turn an "ok" into a
/// message sent twice, nor must the mark that careless pages begin with.
pub(crate) fn body(answer: &Answer) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    text.trim_start_matches('\u{FEFF}').trim().to_owned()
}

/// The body as JSON; null where it is none, or was cut.
pub(crate) fn json(answer: &Answer) -> Value {
    serde_json::from_str(&body(answer)).unwrap_or(Value::Null)
}

/// A peer's own words in a reason: one line, and not many.
pub(crate) fn quote(text: &str) -> String {
    excerpt(text, 200)
}

/// Whether the body is a page for people: a proxy's or a portal's, not the product's.
pub(crate) fn is_page(answer: &Answer) -> bool {
    body(answer).starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{answer, destination, id, job, transfer};

    #[test]
    fn a_wait_is_read_in_every_form_and_capped_at_a_day() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        for (value, expected) in [
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("1.2", Some(2)),
            ("30.0", Some(30)),
            ("99999999999999999999999", Some(86_400)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(37)),
            ("Sun Nov  6 08:49:37 1994", Some(37)),
            ("Thu, 10 Nov 1994 08:49:37 GMT", Some(86_400)),
            ("Sun, 06 Nov 1994 08:48:00 GMT", None),
            ("0", None),
            ("-5", None),
            ("1e3", None),
            ("soon", None),
            ("", None),
        ] {
            let mut answer = answer(429, "");
            answer.headers.insert(header::RETRY_AFTER, value.parse().unwrap());
            assert_eq!(retry_after(&answer, now).map(|d| d.as_secs()), expected, "{value:?}");
        }
        assert_eq!(retry_after(&answer(429, ""), now), None);
    }

    #[test]
    fn a_fault_that_says_how_long_it_lasts_uses_up_no_retry() {
        let (event, to) = (transfer(), destination("slack"));
        let id = id(&event, &to);
        let wait = Duration::from_secs(70);
        for (status, header, expected) in [
            (503, Some("70"), limited("x", wait)),
            (502, Some("70"), limited("x", wait)),
            (404, Some("70"), Verdict::Retry { reason: "x".to_owned(), after: Some(wait) }),
            (503, Some("0"), retry("x")),
            (503, None, retry("x")),
        ] {
            let mut answer = answer(status, "");
            if let Some(value) = header {
                answer.headers.insert(header::RETRY_AFTER, value.parse().unwrap());
            }
            assert_eq!(not_now("x", &job(&event, &to, &id), &answer), expected, "{status}");
        }
    }
}
