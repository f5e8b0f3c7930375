//! Sending a request a few times where that is harmless: after what was asked to be waited for, or after an
//! answer that was lost, where a key has nothing done twice. Not what the answer means.

use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use domain::{Answer, Clock, Egress as _, SendError};
use egress::HttpEgress;
use http::{HeaderMap, Method, Request, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;

use super::base::Base;

/// How often one call is tried.
const TRIES: u32 = 3;
/// How long is waited for a deployment that wants to be asked later.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The last answer, or why there is none.
pub(super) async fn patiently(
    egress: &HttpEgress,
    clock: &dyn Clock,
    patience: Duration,
    base: &Base,
    request: Request<Bytes>,
) -> Result<Answer, SendError> {
    let keyed = request.headers().contains_key("idempotency-key");
    let mut tries = 1;
    loop {
        let sent = egress.send(request.clone(), patience, Timestamp::MAX).await;
        let wait = match &sent {
            _ if tries >= TRIES => None,
            Ok(answer) if later(answer, request.method()) => {
                let wait = asked(&answer.headers, clock.now()).unwrap_or(backoff(tries));
                (wait <= LONGEST_WAIT).then_some(wait)
            }
            Ok(_) | Err(SendError::Blocked(_)) => None,
            Err(SendError::Timeout | SendError::Late | SendError::Connection(_)) => {
                keyed.then(|| backoff(tries))
            }
        };
        let Some(wait) = wait else { return sent };
        tell(&format!("{base}: once more in {}", humantime::format_duration(wait)));
        tokio::time::sleep(wait).await;
        tries += 1;
    }
}

/// Whether an answer asks to be asked later, and asking again is harmless. A `DELETE` that may have been
/// done would not find what it deleted.
fn later(answer: &Answer, method: &Method) -> bool {
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::SERVICE_UNAVAILABLE => *method != Method::DELETE,
        StatusCode::CONFLICT => {
            let said = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
            said["error"] == "under_way"
        }
        _ => false,
    }
}

/// What `Retry-After` says: seconds, or a date.
fn asked(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let said = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = said.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = Timestamp::try_from(httpdate::parse_http_date(said).ok()?).ok()?;
    Duration::try_from(at.duration_since(now)).ok()
}

fn backoff(tries: u32) -> Duration {
    Duration::from_secs(u64::from(tries))
}

/// What goes on, for whoever waits. Nobody is left to tell when stderr is gone.
pub(super) fn tell(line: &str) {
    _ = writeln!(std::io::stderr(), "{line}");
}
