//! A provider's own API, which we ask for what we should have: pure requests, and the reading of
//! their answers. No IO, no clock, not async; who asks, how often and what becomes of the events is
//! `reconcile`'s.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use jiff::Timestamp;
use url::Url;

use crate::{Answer, Event, EventKey, Parked, Secret, Source, Token};

/// The most bytes of one answer that a protocol asks for: what the egress of `reconcile` must read.
pub const MAX_PAGE: usize = 2 * 1024 * 1024;

/// How a source's provider is asked: off until credentials are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    /// What opens it.
    pub credentials: Credentials,
    /// Where it is, if not at the provider's own address (a sandbox).
    pub base: Option<Url>,
    /// How often it is asked, if not as often as the provider's protocol does by itself.
    pub every: Option<Duration>,
    /// Accounts that the provider is told to look at anew before it is asked (Casso).
    pub accounts: Vec<String>,
}

/// What opens a provider's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// An API key (Casso).
    Key(Secret),
    /// An API token (SePay's user API).
    Token(Secret),
    /// A refresh token, which buys access tokens and may change with each (SePay's API v1).
    OAuth2 {
        /// The application.
        client_id: String,
        /// Its secret.
        client_secret: Secret,
        /// The first refresh token; later ones are remembered by `reconcile`.
        refresh_token: Secret,
    },
}

/// Everything a protocol needs to build one request for a page and to read its answer.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Whose transactions.
    pub source: &'a Source,
    /// How they are asked for.
    pub api: &'a Api,
    /// How far the last page got, in the protocol's own words; none at the very first.
    pub cursor: Option<&'a str>,
    /// The access token, where one is needed.
    pub access: Option<&'a Secret>,
    /// What happened later than this is left for the hook, and asked for again next time.
    pub settled: Timestamp,
    /// The time of asking.
    pub now: Timestamp,
}

/// What one answer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Events under the same keys as their hooks'.
    pub events: Vec<Event>,
    /// Rows that could not be read.
    pub parked: Vec<Parked>,
    /// Keys of rows so young that their hook may be on its way.
    pub young: Vec<EventKey>,
    /// How it goes on.
    pub next: NextPage,
}

/// How it goes on after a page. A cursor is only good once the page's events are durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextPage {
    /// There is more, from this cursor.
    More(String),
    /// That was all for now; the next round begins from this cursor.
    Done(String),
    /// What the page says of the next makes no sense, and this is why.
    Lost(String),
}

/// Tokens that a provider issued to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The access token.
    pub access: Token,
    /// The refresh token that is good from now on, if it changed.
    pub refresh: Option<Secret>,
}

/// Who must do something about a setback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The operator: credentials are refused.
    Operator,
    /// The provider: its API answers nonsense, or not at all.
    Provider,
    /// Nobody: the provider's rate limit says when to come back.
    Pace,
    /// Ourselves: our ledger, queue or notes could not be reached.
    Ours,
}

/// Why asking brought no page, or ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Setback {
    /// Who must do something.
    pub blame: Blame,
    /// What happened. Holds no secret and no payer's data.
    pub reason: String,
    /// Not again before this has passed.
    pub after: Option<Duration>,
}

impl Setback {
    /// A setback without a wait.
    pub fn new(blame: Blame, reason: impl Into<String>) -> Self {
        Self { blame, reason: reason.into(), after: None }
    }

    /// The same, not to be tried again before this has passed.
    #[must_use]
    pub fn wait(self, after: Option<Duration>) -> Self {
        Self { after, ..self }
    }

    /// What a status alone says; none for a success. `after` is what the provider asks for.
    pub fn of_status(status: StatusCode, after: Option<Duration>) -> Option<Self> {
        let said = format!("the provider's API answered {}", status.as_u16());
        let setback = match status.as_u16() {
            200..=299 => return None,
            401 | 403 => Self::new(Blame::Operator, format!("{said}: its credentials are refused")),
            429 => Self::new(Blame::Pace, said),
            _ => Self::new(Blame::Provider, said),
        };
        Some(setback.wait(after))
    }
}

impl Blame {
    /// The word in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Provider => "provider",
            Self::Pace => "pace",
            Self::Ours => "ours",
        }
    }
}

impl Page {
    /// What tells the page's rows from others: the keys of events, the young too, and the bytes of
    /// what was parked.
    pub fn identities(&self) -> impl Iterator<Item = EventKey> {
        let parked = |row: &Parked| EventKey::from_stored(&String::from_utf8_lossy(&row.bytes));
        let events = self.events.iter().map(|event| event.key.clone());
        events.chain(self.young.iter().cloned()).chain(self.parked.iter().map(parked))
    }
}

/// A provider's own API.
pub trait ProviderApi: Sync {
    /// Whether the settings are what this API needs; if not, what is wrong and what to do.
    fn check(&self, api: &Api) -> Result<(), String>;

    /// How often it is asked unless the settings say otherwise.
    fn every(&self, api: &Api) -> Duration;

    /// The least time between two requests.
    fn pause(&self) -> Duration;

    /// Requests that a round begins with and whose answers hold nothing: look at your banks anew.
    fn errands(&self, _api: &Api) -> Vec<Request<Bytes>> {
        Vec::new()
    }

    /// What the answer to an errand says.
    fn ran(&self, _answer: &Answer, _now: Timestamp) -> Result<(), Setback> {
        Ok(())
    }

    /// The request that buys an access token for a refresh token, where one is needed.
    fn grant(&self, _api: &Api, _refresh: &Secret) -> Option<Request<Bytes>> {
        None
    }

    /// The tokens in a grant's answer.
    fn issued(&self, _answer: &Answer, _now: Timestamp) -> Result<Issued, Setback> {
        Err(Setback::new(Blame::Provider, "the provider issues no tokens"))
    }

    /// The request for one page.
    fn request(&self, ask: &Ask<'_>) -> Result<Request<Bytes>, Setback>;

    /// What the answer says.
    fn read(&self, ask: &Ask<'_>, answer: &Answer) -> Result<Page, Setback>;
}
