//! What a provider is to the flows: a pure function from a hook to events. No IO, no clock, not async.

use bytes::Bytes;
use http::{HeaderMap, Method};
use jiff::Timestamp;

use crate::{Event, Fault, ProviderApi, Source};

/// One inbound HTTP request, raw.
#[derive(Debug, Clone, Copy)]
pub struct Hook<'a> {
    /// The method; the door has let it through.
    pub method: &'a Method,
    /// The path after the source: `order`, `token`, or nothing.
    pub tail: &'a str,
    /// The query as it stands in the URL, without `?`.
    pub query: &'a str,
    /// The headers, names in lower case.
    pub headers: &'a HeaderMap,
    /// The body's bytes, after base64 where a gateway used it.
    pub body: &'a [u8],
    /// Unique to this request: what test calls get their keys from.
    pub receipt: &'a str,
    /// When it arrived.
    pub received: Timestamp,
}

/// Why a hook was not accepted: whoever sent it could not prove to be the provider. Each ends as
/// 401; the sentence is for the operator who asks why the provider's calls are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// The header (or field) that carries the proof is missing or empty.
    #[error("no {0}")]
    NoProof(&'static str),
    /// The header of the proof that this source's configuration names is missing or empty.
    #[error("no header {0}")]
    NoHeader(String),
    /// The header came more than once, with differing values.
    #[error("{0} came twice with different values")]
    TwoProofs(String),
    /// The proof is not of the documented form.
    #[error("{0} is not of the documented form")]
    MalformedProof(&'static str),
    /// The proof does not match any live secret.
    #[error("{0} matches none of the source's live secrets")]
    WrongProof(String),
    /// The signed stamp is older than the source's `max_age`.
    #[error("the signed time stamp is {age_s} s old, more than max_age")]
    StampExpired {
        /// Age in seconds.
        age_s: i64,
    },
    /// The signed stamp is more than five minutes in the future.
    #[error("the signed time stamp is {ahead_s} s in the future")]
    StampInFuture {
        /// Distance in seconds.
        ahead_s: i64,
    },
    /// Nothing that a proof could be checked over: not JSON, duplicate keys, nested too deeply.
    #[error("the body cannot be proven: {0}")]
    Unprovable(&'static str),
    /// A token that this source issued, but which has run out.
    #[error("the bearer token has expired")]
    TokenExpired,
}

/// What a proven hook said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Events, and what could not be read.
    Events {
        /// The events, in the order of the hook; empty for an empty ping.
        events: Vec<Event>,
        /// Authentic bytes, or elements of an array, that could not be read.
        parked: Vec<Parked>,
        /// How old the signed stamp was, when that was more than five minutes.
        stale_s: Option<i64>,
    },
    /// Not news but a question, with its answer (SePay's token call).
    Answer {
        /// HTTP status.
        status: u16,
        /// A JSON body.
        body: String,
    },
}

impl Reading {
    /// A reading of events alone.
    pub fn events(events: Vec<Event>) -> Self {
        Self::Events { events, parked: Vec::new(), stale_s: None }
    }

    /// The same, under a stamp of this age.
    #[must_use]
    pub fn at_age(self, age: Option<i64>) -> Self {
        match self {
            Self::Events { events, parked, .. } => Self::Events { events, parked, stale_s: age },
            answer @ Self::Answer { .. } => answer,
        }
    }

    /// A reading that could not be: the whole body is parked.
    pub fn parked(bytes: &[u8], reason: impl Into<String>) -> Self {
        let parked = Parked { bytes: Bytes::copy_from_slice(bytes), reason: reason.into() };
        Self::Events { events: Vec::new(), parked: vec![parked], stale_s: None }
    }
}

/// Authentic bytes that could not be read, kept for reading again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The body, or the element of its array.
    pub bytes: Bytes,
    /// What was not understood. For the operator; holds no payer's data.
    pub reason: String,
}

/// What a provider wants to hear when its hook was taken (providers.md §0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement {
    /// HTTP status.
    pub status: u16,
    /// The JSON body, to the letter.
    pub body: &'static str,
}

/// A sender's way of speaking.
pub trait Provider: Sync {
    /// The word in URLs, keys and configurations.
    fn name(&self) -> &'static str;

    /// The methods it calls with.
    fn methods(&self) -> &'static [Method];

    /// Whether the path may go on after the source with this.
    fn accepts_tail(&self, source: &Source, tail: &str) -> bool;

    /// What it is answered when its hook was taken.
    fn acknowledgement(&self) -> Acknowledgement;

    /// Whether a source's settings are what this provider needs; if not, what is wrong and what to do.
    fn check(&self, source: &Source) -> Result<(), Fault>;

    /// Proves who called, then reads what was said. Everything authentic ends in a [`Reading`].
    fn read(&self, hook: &Hook<'_>, source: &Source) -> Result<Reading, Reject>;

    /// Reads again what was proven when it came, and could not be read: no proof is asked for.
    fn reread(&self, hook: &Hook<'_>, source: &Source) -> Reading;

    /// Its own API, where it has one that can be asked for what we should have.
    fn api(&self) -> Option<&dyn ProviderApi> {
        None
    }
}
