//! What a caller is answered, decided in one place for every front door: the routes, the refusals,
//! and the one mapping from a refusal to a status.

use std::borrow::Cow;

use http::{Method, StatusCode};

use crate::{EventKey, PortError, Reject, SourceId};

/// Where a path leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route<'a> {
    /// The provider's word.
    pub provider: &'a str,
    /// The source's name.
    pub source: &'a str,
    /// What follows, without slashes at its ends.
    pub tail: &'a str,
}

/// Reads `/hooks/{provider}/{source}` with an optional tail.
pub fn route(path: &str) -> Option<Route<'_>> {
    let rest = path.strip_prefix("/hooks/")?;
    let (provider, rest) = rest.split_once('/')?;
    let (source, tail) = rest.split_once('/').unwrap_or((rest, ""));
    Some(Route { provider, source, tail: tail.strip_suffix('/').unwrap_or(tail) })
}

/// Why a call was not taken.
#[derive(Debug)]
pub enum Refusal {
    /// No such path, provider or source.
    NotFound,
    /// Another method; these would do.
    NotAllowed(&'static [Method]),
    /// A body over 256 KiB.
    TooLarge,
    /// The body did not arrive in time.
    TimedOut,
    /// Nothing proves the caller to be the provider.
    Unauthorized(Reject),
    /// Our infrastructure failed.
    Unavailable(PortError),
    /// Our infrastructure did not answer within the deadline.
    Overdue,
}

/// What became of a call, for logs and metrics.
#[derive(Debug)]
pub enum Outcome {
    /// Taken: how many events, by claim.
    Taken {
        /// New ones.
        fresh: u32,
        /// Repeats, finished or not.
        repeated: u32,
        /// Keys that came with another event's facts, kept for the first time.
        conflicts: Vec<EventKey>,
        /// Parked bodies and elements.
        parked: u32,
        /// Why the first of them could not be read.
        parked_because: Option<String>,
        /// The age of a signed stamp older than five minutes, in seconds.
        stale_s: Option<i64>,
    },
    /// A question, answered.
    Answered,
    /// Not taken.
    Refused(Refusal),
}

/// What the caller is answered. When it says success, everything it stands for is durable.
#[derive(Debug)]
pub struct Ack {
    /// HTTP status.
    pub status: StatusCode,
    /// A JSON body.
    pub body: Cow<'static, str>,
    /// `Allow`.
    pub allow: Option<String>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
    /// The source, once known.
    pub source: Option<SourceId>,
    /// What became of the call.
    pub outcome: Outcome,
}

impl Ack {
    /// The answer to a refusal.
    pub fn refuse(refusal: Refusal) -> Self {
        let (status, error, message) = match &refusal {
            Refusal::NotFound => (404, "not_found", "there is no such hook here".into()),
            Refusal::NotAllowed(_) => {
                (405, "not_allowed", "this hook is not called by this method".into())
            }
            Refusal::TooLarge => (413, "too_large", "the body is larger than 256 KiB".into()),
            Refusal::TimedOut => (408, "timed_out", "the body did not arrive in time".into()),
            Refusal::Unauthorized(reject) => (401, "unauthorized", reject.to_string()),
            Refusal::Unavailable(_) | Refusal::Overdue => {
                (503, "unavailable", "the event could not be recorded; please call again".into())
            }
        };
        let allow = match &refusal {
            Refusal::NotAllowed(methods) => {
                Some(methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", "))
            }
            Refusal::NotFound
            | Refusal::TooLarge
            | Refusal::TimedOut
            | Refusal::Unauthorized(_)
            | Refusal::Unavailable(_)
            | Refusal::Overdue => None,
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            status,
            body: error_body(error, &message).into(),
            allow,
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(5),
            source: None,
            outcome: Outcome::Refused(refusal),
        }
    }

    /// Whether the provider was told that its hook is safe.
    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }
}

/// The shape of every error body.
fn error_body(error: &str, message: &str) -> String {
    serde_json::json!({ "error": error, "message": message }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_a_provider_a_source_and_a_tail() {
        let of = |path| route(path).map(|r| (r.provider, r.source, r.tail));
        assert_eq!(of("/hooks/casso/shop"), Some(("casso", "shop", "")));
        assert_eq!(of("/hooks/casso/shop/"), Some(("casso", "shop", "")));
        assert_eq!(of("/hooks/abaha/shop/order"), Some(("abaha", "shop", "order")));
        for path in ["/", "/hooks", "/hooks/", "/hooks/casso", "/hook/casso/shop"] {
            assert_eq!(of(path), None, "{path}");
        }
    }

    #[test]
    fn a_refusal_names_itself_in_one_shape() {
        let ack = Ack::refuse(Refusal::NotAllowed(&[Method::POST, Method::GET]));
        assert_eq!((ack.status.as_u16(), ack.allow.as_deref()), (405, Some("POST, GET")));
        let ack = Ack::refuse(Refusal::Unauthorized(Reject::NoProof("X-Thueapi")));
        assert_eq!(ack.body, r#"{"error":"unauthorized","message":"no X-Thueapi"}"#);
        let ack = Ack::refuse(Refusal::Overdue);
        assert_eq!((ack.status.as_u16(), ack.retry_after), (503, Some(5)));
    }
}
