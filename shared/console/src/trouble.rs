//! What somebody has to look at: calls that were refused, calls that could not be read, events that came
//! with another's key; and what is done about them.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::{
    Again, Fingerprint, ListedSource, ParkedCall, Refused, Released, Rereading, find_provider,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::{EventRead, EventWrite, Granted, SourceRead};
use crate::answer::One;
use crate::events::{ConflictShown, EventId};
use crate::problem::Failed;
use crate::sources::Named;
use crate::{Console, Desk, Problem};

/// Calls in one answer.
const MOST: usize = 100;
pub(crate) const NO_CALL: Problem = Problem::NotFound("there is no parked call of this id");
const NO_CONFLICT: Problem = Problem::NotFound("nothing like this came with the event's key");

/// A call that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedShown {
    /// RFC 3339.
    pub(crate) at: String,
    /// Why.
    pub(crate) reason: String,
    /// What came, without any value: method, names of headers, the body's length.
    pub(crate) summary: String,
}

/// A call that could not be read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParkedShown {
    /// By what it is read again.
    pub(crate) id: String,
    /// When it came first; RFC 3339.
    pub(crate) at: String,
    /// What was not understood.
    pub(crate) reason: String,
    /// The bytes, where they are text.
    pub(crate) text: Option<String>,
    /// The bytes in base64, where they are no text.
    pub(crate) base64: Option<String>,
}

/// An event that came with the key of another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConflictListed {
    /// The event that has the key.
    pub(crate) event_id: String,
    /// The key.
    pub(crate) key: String,
    #[serde(flatten)]
    pub(crate) conflict: ConflictShown,
}

/// Things in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// `success`.
    status: &'static str,
    /// Newest first.
    data: Vec<T>,
}

impl<T> Listed<T> {
    fn json(data: Vec<T>) -> Json<Self> {
        Json(Self { status: "success", data })
    }
}

/// What came of reading again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadShown {
    /// Whether it was read. If not, it stays.
    pub(crate) read: bool,
    /// Why it still cannot be read.
    pub(crate) reason: Option<String>,
    /// The ids of the events that were read; they go out like any other.
    pub(crate) events: Vec<String>,
}

/// What is released.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    /// The fingerprint, as it is listed.
    fingerprint: String,
}

/// What was released.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleasedShown {
    /// The id of the event that it is now.
    pub(crate) event_id: String,
}

/// The parked call of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CallPath {
    /// abaha, appotapay, casso, sepay or thueapi.
    pub(crate) provider: String,
    /// The source's name.
    pub(crate) name: String,
    /// The call.
    id: String,
}

impl RefusedShown {
    pub(crate) fn of(refused: &Refused) -> Self {
        Self {
            at: refused.at.to_string(),
            reason: refused.reason.clone(),
            summary: refused.summary.clone(),
        }
    }
}

impl ParkedShown {
    pub(crate) fn of(call: &ParkedCall) -> Self {
        let text = std::str::from_utf8(&call.parked.bytes).ok().map(str::to_owned);
        let base64 = text.is_none().then(|| BASE64_STANDARD.encode(&call.parked.bytes));
        Self {
            id: call.id.clone(),
            at: call.at.to_string(),
            reason: call.parked.reason.clone(),
            text,
            base64,
        }
    }
}

impl Console {
    fn rereading(&self) -> Rereading<'_> {
        Rereading {
            ledger: self.ledger.as_ref(),
            log: self.log.as_ref(),
            survey: self.survey.as_ref(),
            queue: self.queue.as_ref(),
            clock: self.clock.as_ref(),
        }
    }

    /// Reads a parked call again.
    pub(crate) async fn read_again(&self, path: &CallPath) -> Result<ReadShown, Problem> {
        let id = domain::SourceId::parse(&format!("{}/{}", path.provider, path.name));
        let id = id.map_err(|_| NO_CALL)?;
        // A SHA-256 in hex: what is none is not looked for.
        if path.id.len() != 64 || !path.id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NO_CALL);
        }
        let call = self.log.parked_call(&id, &path.id).await?.ok_or(NO_CALL)?;
        let listed = self.directory.sources(id.provider()).await?;
        let source = listed.into_iter().find(|listed| *listed.id() == id);
        let provider = find_provider(self.providers, id.provider());
        let (Some(ListedSource::Ready(source)), Some(provider)) = (source, provider) else {
            return Err(Problem::Conflict("its source is not there any more".to_owned()));
        };
        Ok(match domain::read_again(self.rereading(), provider, &source, &call).await? {
            Again::Read(keys) => {
                let events = keys.iter().map(|key| EventId::of(key).as_str().to_owned()).collect();
                ReadShown { read: true, reason: None, events }
            }
            Again::Still(reason) => {
                ReadShown { read: false, reason: Some(reason), events: Vec::new() }
            }
        })
    }

    /// Has what came with an event's key go out as an event of its own.
    pub(crate) async fn release(
        &self,
        id: &EventId,
        fingerprint: &str,
    ) -> Result<ReleasedShown, Problem> {
        let fingerprint = Fingerprint::from_stored(fingerprint);
        match domain::release(self.rereading(), &id.key(), &fingerprint).await? {
            Released::Released(key) => {
                Ok(ReleasedShown { event_id: EventId::of(&key).as_str().to_owned() })
            }
            Released::Missing => Err(NO_CONFLICT),
        }
    }
}

/// Lists the last fifty calls to a source that were refused.
#[utoipa::path(
    get, path = "/api/v1/sources/{provider}/{name}/refused", tag = "sources", params(Named),
    security(("oauth2" = ["source:read"])),
    responses((status = 200, body = Listed<RefusedShown>), Failed),
)]
pub(crate) async fn refused(
    _: Granted<SourceRead>,
    State(console): Desk,
    named: Named,
) -> Result<Json<Listed<RefusedShown>>, Problem> {
    let refused = console.survey.refusals(&named.id()).await?;
    Ok(Listed::json(refused.iter().rev().map(RefusedShown::of).collect()))
}

/// Lists the calls of a source that were proven and could not be read.
#[utoipa::path(
    get, path = "/api/v1/sources/{provider}/{name}/parked", tag = "sources", params(Named),
    security(("oauth2" = ["event:read"])),
    responses((status = 200, body = Listed<ParkedShown>), Failed),
)]
pub(crate) async fn parked(
    _: Granted<EventRead>,
    State(console): Desk,
    named: Named,
) -> Result<Json<Listed<ParkedShown>>, Problem> {
    let parked = console.log.parked(&named.id(), MOST).await?;
    Ok(Listed::json(parked.iter().map(ParkedShown::of).collect()))
}

/// Reads a parked call again: after an upgrade, or once its source's settings were changed.
#[utoipa::path(
    post, path = "/api/v1/sources/{provider}/{name}/parked/{id}/read", tag = "sources",
    params(CallPath, crate::once::Header),
    security(("oauth2" = ["event:write"])),
    responses((status = 200, body = One<ReadShown>), Failed),
)]
pub(crate) async fn read(
    _: Granted<EventWrite>,
    State(console): Desk,
    path: Result<axum::extract::Path<CallPath>, axum::extract::rejection::PathRejection>,
) -> Result<Json<One<ReadShown>>, Problem> {
    let axum::extract::Path(path) = path.map_err(|_| NO_CALL)?;
    Ok(One::json(console.read_again(&path).await?))
}

/// Lists what came to a source with the key of another event, and was another.
#[utoipa::path(
    get, path = "/api/v1/sources/{provider}/{name}/conflicts", tag = "sources", params(Named),
    security(("oauth2" = ["event:read"])),
    responses((status = 200, body = Listed<ConflictListed>), Failed),
)]
pub(crate) async fn conflicts(
    _: Granted<EventRead>,
    State(console): Desk,
    named: Named,
) -> Result<Json<Listed<ConflictListed>>, Problem> {
    let conflicts = console.log.conflicts(&named.id(), MOST).await?;
    let listed = |event: &domain::Event| ConflictListed {
        event_id: EventId::of(&event.key).as_str().to_owned(),
        key: event.key.to_string(),
        conflict: ConflictShown::of(event),
    };
    Ok(Listed::json(conflicts.iter().map(listed).collect()))
}

/// Has what came with an event's key go out as an event of its own.
#[utoipa::path(
    post, path = "/api/v1/events/{id}/release", tag = "events",
    params(EventId, crate::once::Header), request_body = Release,
    security(("oauth2" = ["event:write"])),
    responses((status = 200, body = One<ReleasedShown>), Failed),
)]
pub(crate) async fn release(
    _: Granted<EventWrite>,
    State(console): Desk,
    id: EventId,
    asked: crate::body::Whole<Release>,
) -> Result<Json<One<ReleasedShown>>, Problem> {
    Ok(One::json(console.release(&id, &asked.0.fingerprint).await?))
}
