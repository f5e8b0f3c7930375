//! From hook to acknowledgement: find the source, prove, read, claim, queue, acknowledge.
//!
//! Total: every request gets an answer. The acknowledgement goes out after every event is claimed
//! and on the queue, never before; what fails in between is finished by the provider's own retry
//! (`Claim::Unfinished`). Nothing is written after the send.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use jiff::Timestamp;
use std::sync::Mutex;

use crate::ack::{Ack, Outcome, Refusal, Route, route};
use crate::cache::SourceCache;
use crate::{
    Claim, Directory, Event, EventKey, Hook, Ledger, ListedSource, Name, Parked, Port, PortError,
    Provider, Queue, Reading, Refused, Reject, SourceId, find_provider, recording,
};

/// The most bytes a body may have.
pub const MAX_BODY: usize = 256 * 1024;
/// Refused calls are recorded at most this often per process.
const REFUSED_EVERY_S: i64 = 10;

/// Why a front door has no body to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFault {
    /// More than [`MAX_BODY`].
    TooLarge,
    /// It did not arrive in time.
    TimedOut,
}

/// A request as a front door has it.
#[derive(Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path, not decoded.
    pub path: &'a str,
    /// The query, without `?`.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, or why there is none.
    pub body: Result<Bytes, BodyFault>,
    /// Unique to this request.
    pub receipt: &'a str,
    /// When it arrived.
    pub received: Timestamp,
}

/// The acknowledging flow and the ports it may use.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Ingest {
    ledger: Arc<dyn Ledger>,
    queue: Arc<dyn Queue>,
    directory: Arc<dyn Directory>,
    providers: &'static [&'static dyn Provider],
    cache: SourceCache,
    last_refused: Mutex<Option<Timestamp>>,
}

impl Ingest {
    /// A flow over these ports, for these providers.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        queue: Arc<dyn Queue>,
        directory: Arc<dyn Directory>,
        providers: &'static [&'static dyn Provider],
    ) -> Self {
        let (cache, last_refused) = (SourceCache::default(), Mutex::new(None));
        Self { ledger, queue, directory, providers, cache, last_refused }
    }

    /// Reads the sources before the first request asks for them. A failure is met again then.
    pub async fn prepare(&self, now: Timestamp) {
        for provider in self.providers {
            _ = self.cache.read(self.directory.as_ref(), provider.name(), now).await;
        }
    }

    /// The source that a path names, where it names a provider of ours.
    pub fn source_of(&self, path: &str) -> Option<SourceId> {
        let route = route(path)?;
        find_provider(self.providers, route.provider).and_then(|_| source_id(&route))
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request<'_>) -> Ack {
        let route = route(request.path);
        let provider = route.and_then(|route| find_provider(self.providers, route.provider));
        let (Some(route), Some(provider)) = (route, provider) else {
            return Ack::refuse(Refusal::NotFound);
        };
        let Some(id) = source_id(&route) else { return Ack::refuse(Refusal::NotFound) };
        let mut ack = match self.admitted(provider, &id, &route, &request).await {
            Ok(ack) => ack,
            Err(refusal) => Ack::refuse(refusal),
        };
        ack.source = Some(id);
        ack
    }

    /// Takes a request of a known provider, if its method and its body let it in.
    async fn admitted(
        &self,
        provider: &dyn Provider,
        id: &SourceId,
        route: &Route<'_>,
        request: &Request<'_>,
    ) -> Result<Ack, Refusal> {
        if !provider.methods().contains(request.method) {
            return Err(Refusal::NotAllowed(provider.methods()));
        }
        let body = match &request.body {
            Ok(body) if body.len() <= MAX_BODY => body,
            Ok(_) | Err(BodyFault::TooLarge) => return Err(Refusal::TooLarge),
            Err(BodyFault::TimedOut) => return Err(Refusal::TimedOut),
        };
        let hook = Hook {
            method: request.method,
            tail: route.tail,
            query: request.query,
            headers: request.headers,
            body,
            receipt: request.receipt,
            received: request.received,
        };
        let taken = self.take(provider, id, &hook).await;
        if let Err(Refusal::Unauthorized(reject)) = &taken {
            self.record_refused(id, &hook, reject).await;
        }
        taken
    }

    async fn take(
        &self,
        provider: &dyn Provider,
        id: &SourceId,
        hook: &Hook<'_>,
    ) -> Result<Ack, Refusal> {
        let directory = self.directory.as_ref();
        let found = self.cache.find(directory, id, hook.received).await?;
        let listed = found.source.ok_or(Refusal::NotFound)?;
        let reading = match read(provider, hook, &listed) {
            Err(Refusal::Unauthorized(reject)) => {
                match self.cache.changed(directory, &listed, hook.received).await {
                    Some(changed) => read(provider, hook, &changed)?,
                    None => return Err(Refusal::Unauthorized(reject)),
                }
            }
            other => other?,
        };
        let (events, parked, stale_s) = match reading {
            Reading::Events { events, parked, stale_s } => (events, parked, stale_s),
            Reading::Answer { status, body } => return Ok(answered(status, body)),
        };
        let refresh = async {
            if found.refresh {
                // The cached source is still good for minutes: a failure is met at the next call.
                _ = self.cache.read(directory, id.provider(), hook.received).await;
            }
        };
        let (recorded, ()) = futures_util::join!(self.record(id, hook, &events, &parked), refresh);
        let (fresh, repeated, conflicts) = recorded?;
        let parked_because = parked.first().map(|element| element.reason.clone());
        let parked = u32::try_from(parked.len()).unwrap_or(u32::MAX);
        let outcome =
            Outcome::Taken { fresh, repeated, conflicts, parked, parked_because, stale_s };
        Ok(acknowledged(provider, outcome))
    }

    /// Claims and queues all events and parks what could not be read. On `Ok` all is durable.
    async fn record(
        &self,
        source: &SourceId,
        hook: &Hook<'_>,
        events: &[Event],
        parked: &[Parked],
    ) -> Result<(u32, u32, Vec<EventKey>), PortError> {
        let claims = recording::claim(self.ledger.as_ref(), events).await;
        let claims: Vec<Claim> = claims.into_iter().collect::<Result<_, _>>()?;
        if !parked.is_empty() {
            let context = parked_context(hook);
            let ledger = self.ledger.as_ref();
            recording::park(ledger, source, parked, &context, hook.received).await?;
        }
        let (mut fresh, mut repeated, mut conflicts) = (0, 0, Vec::new());
        for (event, claim) in events.iter().zip(&claims) {
            match claim {
                Claim::Fresh => fresh += 1,
                Claim::Unfinished | Claim::Settled => repeated += 1,
                Claim::Conflict { first: true } => conflicts.push(event.key.clone()),
                Claim::Conflict { first: false } => {}
            }
        }
        recording::ring(self.queue.as_ref(), events, &claims).await?;
        Ok((fresh, repeated, conflicts))
    }

    /// Records a refused call, at most one per 10 s in this process; a failure is ignored, for the
    /// caller is a stranger.
    async fn record_refused(&self, id: &SourceId, hook: &Hook<'_>, reject: &Reject) {
        {
            let mut last = self.last_refused.lock().unwrap_or_else(|p| p.into_inner());
            let now = hook.received;
            if last.is_some_and(|at| now.duration_since(at).abs().as_secs() < REFUSED_EVERY_S) {
                return;
            }
            *last = Some(now);
        }
        let refused = Refused {
            source: id.clone(),
            at: hook.received,
            reason: reject.to_string(),
            summary: redacted(hook),
        };
        _ = self.ledger.refuse(&refused).await;
    }
}

impl From<PortError> for Refusal {
    fn from(error: PortError) -> Self {
        Self::Unavailable(error)
    }
}

/// Has the provider read a hook with a source as the directory lists it.
fn read(
    provider: &dyn Provider,
    hook: &Hook<'_>,
    listed: &ListedSource,
) -> Result<Reading, Refusal> {
    match listed {
        ListedSource::Ready(source)
            if !source.active || !provider.accepts_tail(source, hook.tail) =>
        {
            Err(Refusal::NotFound)
        }
        ListedSource::Ready(source) => provider.read(hook, source).map_err(Refusal::Unauthorized),
        ListedSource::Unreadable { id, reason } => {
            let why = format!("the record of source {id} cannot be read: {reason}");
            Err(Refusal::Unavailable(PortError::new(Port::Directory, why)))
        }
    }
}

fn source_id(route: &Route<'_>) -> Option<SourceId> {
    let provider = Name::parse(route.provider).ok()?;
    Some(SourceId::new(&provider, &Name::parse(route.source).ok()?))
}

fn acknowledged(provider: &dyn Provider, outcome: Outcome) -> Ack {
    let acknowledgement = provider.acknowledgement();
    answer(acknowledgement.status, acknowledgement.body.into(), outcome)
}

fn answered(status: u16, body: String) -> Ack {
    answer(status, body.into(), Outcome::Answered)
}

fn answer(status: u16, body: std::borrow::Cow<'static, str>, outcome: Outcome) -> Ack {
    let status = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::OK);
    Ack { status, body, allow: None, retry_after: None, source: None, outcome }
}

/// What reading a parked body again needs beside its bytes. No header that may hold a secret.
fn parked_context(hook: &Hook<'_>) -> String {
    let content_type = hook.headers.get(http::header::CONTENT_TYPE);
    serde_json::json!({
        "method": hook.method.as_str(),
        "tail": hook.tail,
        "query": hook.query,
        "content_type": content_type.and_then(|v| v.to_str().ok()),
    })
    .to_string()
}

/// A refused call without any value: its method, the names of its headers, its length.
fn redacted(hook: &Hook<'_>) -> String {
    let mut names: Vec<&str> = hook.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    names.truncate(40);
    let names = crate::excerpt(&names.join(", "), 1000);
    format!("{} with {} bytes; headers: {names}", hook.method, hook.body.len())
}
