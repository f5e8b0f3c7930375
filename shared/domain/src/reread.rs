//! What an operator has done about a call that could not be read, and about an event that came with
//! another's key: read again, once this version can; released, as an event of its own. In the order of
//! every recording: claim, ring, and only then forget what was set aside.

use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::hours::recount;
use crate::{
    Claim, Clock, Event, EventKey, Fingerprint, Hook, Ledger, Log, ParkedCall, PortError, Provider,
    Queue, Reading, Source, Survey, recording,
};

/// What reading again and releasing need.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
#[derive(Clone, Copy)]
pub struct Rereading<'a> {
    /// Where events are recorded.
    pub ledger: &'a dyn Ledger,
    /// Where that is which was set aside.
    pub log: &'a dyn Log,
    /// Where hours are added up.
    pub survey: &'a dyn Survey,
    /// The bell.
    pub queue: &'a dyn Queue,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// What came of reading again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Again {
    /// It was read: these events go out like any other.
    Read(Vec<EventKey>),
    /// It still cannot be read, and why. It stays.
    Still(String),
}

/// What came of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Released {
    /// It goes out under this key.
    Released(EventKey),
    /// There is no such event in conflict.
    Missing,
}

/// What reading a parked call again needs, as `ingest` wrote it.
#[derive(Deserialize)]
struct Context {
    method: String,
    tail: String,
    query: String,
    content_type: Option<String>,
}

/// Reads a parked call again, with its source as it is now.
pub async fn read_again(
    ports: Rereading<'_>,
    provider: &dyn Provider,
    source: &Source,
    call: &ParkedCall,
) -> Result<Again, PortError> {
    let Ok(context) = serde_json::from_str::<Context>(&call.context) else {
        return Ok(Again::Still("it was not kept as this version keeps calls".to_owned()));
    };
    let Ok(method) = Method::from_bytes(context.method.as_bytes()) else {
        return Ok(Again::Still("its method is none".to_owned()));
    };
    let mut headers = HeaderMap::new();
    if let Some(Ok(kind)) = context.content_type.as_deref().map(HeaderValue::from_str) {
        headers.insert(http::header::CONTENT_TYPE, kind);
    }
    let hook = Hook {
        method: &method,
        tail: &context.tail,
        query: &context.query,
        headers: &headers,
        body: &call.parked.bytes,
        // The same for every reading of it, so that a test call is one event.
        receipt: &call.id,
        received: call.at,
    };
    let (events, parked) = match provider.reread(&hook, source) {
        Reading::Events { events, parked, .. } => (events, parked),
        Reading::Answer { .. } => (Vec::new(), Vec::new()),
    };
    if let Some(still) = parked.first() {
        return Ok(Again::Still(still.reason.clone()));
    }
    if events.is_empty() {
        return Ok(Again::Still("nothing was found in it".to_owned()));
    }
    ports.record(&events).await?;
    ports.log.unpark(&call.source, &call.id).await?;
    Ok(Again::Read(events.into_iter().map(|event| event.key).collect()))
}

/// Has what came with the key of another go out as an event of its own.
pub async fn release(
    ports: Rereading<'_>,
    key: &EventKey,
    fingerprint: &Fingerprint,
) -> Result<Released, PortError> {
    let history = ports.log.history(key).await?;
    let conflicts = history.into_iter().flat_map(|history| history.conflicts);
    let found = conflicts.into_iter().find(|event| event.fingerprint() == *fingerprint);
    let Some(event) = found else { return Ok(Released::Missing) };
    let digest = hex::encode(&Sha256::digest(fingerprint.as_str())[..8]);
    let own = EventKey::from_stored(&format!("{key}#{digest}"));
    ports.record(&[Event { key: own.clone(), ..event }]).await?;
    ports.log.settle(key, fingerprint).await?;
    Ok(Released::Released(own))
}

impl Rereading<'_> {
    /// What is recorded now was received then: its hours may have been added up without it.
    async fn record(self, events: &[Event]) -> Result<(), PortError> {
        let claims = recording::claim(self.ledger, events).await;
        let claims: Vec<Claim> = claims.into_iter().collect::<Result<_, _>>()?;
        recording::ring(self.queue, events, &claims).await?;
        // As they are kept: another call may have brought one of them before.
        let mut kept = Vec::new();
        for event in events {
            kept.extend(self.ledger.stored(&event.key).await?.map(|stored| stored.event));
        }
        recount(self.survey, &kept, self.clock.now()).await
    }
}
