//! What a channel is to the flows: a pure function from an event to a request, and another from the
//! answer to a verdict. No IO, no clock, not async.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use crate::{DeliveryId, Destination, Event, Fault, Pace};

/// Everything a channel needs to build one request of one attempt.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// What happened.
    pub event: &'a Event,
    /// The events of a digest, oldest first, or those that a summary names; of no other kind.
    pub members: &'a [Event],
    /// Where it must go.
    pub destination: &'a Destination,
    /// The delivery's id, the same for every attempt.
    pub id: &'a DeliveryId,
    /// The attempt's number, from 1.
    pub attempt: u32,
    /// The number of this exchange within the attempt, from 1: whoever answered [`Verdict::Afresh`]
    /// to the first sees here that asking once more has not helped.
    pub exchange: u32,
    /// The HTTP statuses of the delivery's earlier attempts, newest first; none where no answer
    /// came. For doubts that only a repetition settles.
    pub earlier: &'a [Option<u16>],
    /// The time of this exchange: signatures carry it.
    pub now: Timestamp,
    /// A bearer token, for destinations that need one.
    pub token: Option<&'a Token>,
    /// Where the destination has moved to, if the channel said so before (Telegram's new chat id).
    pub moved_to: Option<&'a str>,
}

/// What leaves: over HTTP, or onto the operator's screen.
#[derive(Debug)]
pub enum Outgoing {
    /// A request for `egress`.
    Http(http::Request<Bytes>),
    /// Nothing leaves; the text is shown (the channel `preview`).
    Show(Display),
}

/// What the channel `preview` shows on a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Display {
    /// The notification as people read it.
    pub notification: Notification,
    /// What each product would have received: its name and the request's body.
    pub bodies: Vec<(&'static str, String)>,
}

/// A notification in words: what every channel shows in its own dress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Our own words: what happened.
    pub title: String,
    /// The money, formatted and signed, where there is any.
    pub amount: Option<String>,
    /// Label and value. Labels are ours; values may be a stranger's words, cleaned but not escaped.
    pub lines: Vec<(&'static str, String)>,
}

/// A request that cannot be built; the delivery ends as refused. Never caused by a stranger's input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsendable(pub String);

impl From<Fault> for Unsendable {
    fn from(fault: Fault) -> Self {
        Self(fault.to_string())
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body's beginning, at most 16 KiB.
    pub body: Bytes,
}

/// How a channel reads an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived.
    Delivered,
    /// Not now. Uses up a retry.
    Retry {
        /// Why, for the record.
        reason: String,
        /// No earlier than this, if the peer said so.
        after: Option<Duration>,
    },
    /// The peer limits the rate: wait, without using up a retry.
    Limited {
        /// Why, for the record.
        reason: String,
        /// How long.
        after: Duration,
    },
    /// This message never.
    Refused(String),
    /// This destination no more.
    Dead(String),
    /// The destination has moved (Telegram): send again at once, to this chat id.
    Moved(String),
    /// The same again at once, freshly signed or with a fresh token; once in an attempt.
    Afresh(String),
}

/// A bearer token for a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub value: crate::Secret,
    /// When it stops being used: shortly before it expires.
    pub until: Timestamp,
}

/// How to get a [`Token`]: requests to try in turn, the first that answers with a token wins.
#[derive(Debug)]
pub struct Grant {
    /// The requests, in the order to try them.
    pub requests: Vec<http::Request<Bytes>>,
}

/// A product's way of being spoken to.
pub trait Channel: Sync {
    /// The word in configurations and rows.
    fn name(&self) -> &'static str;

    /// Whether a destination's settings are what this channel needs; if not, what is wrong and what
    /// to do.
    fn check(&self, destination: &Destination) -> Result<(), Fault>;

    /// Where its requests go: what the address guard judges at configuration time. `None` for a
    /// channel that sends nothing.
    fn host(&self, destination: &Destination) -> Option<url::Url>;

    /// Whether that host is the product's own, and needs no `[egress] allow`.
    fn is_own_host(&self, url: &url::Url) -> bool;

    /// The request of one exchange.
    fn request(&self, job: &Job<'_>) -> Result<Outgoing, Unsendable>;

    /// What the answer means.
    fn verdict(&self, job: &Job<'_>, answer: &Answer) -> Verdict;

    /// What keeps a destination from being flooded.
    fn pace(&self, destination: &Destination) -> Pace;

    /// Whether its destinations move (`Verdict::Moved`), so that the ledger is asked where to.
    fn moves(&self) -> bool {
        false
    }

    /// How to get a token, for destinations that need one before the request.
    fn grant(&self, _destination: &Destination) -> Option<Grant> {
        None
    }

    /// The token in a grant's answer.
    fn token(&self, _answer: &Answer, _now: Timestamp) -> Option<Token> {
        None
    }
}
