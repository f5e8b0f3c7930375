//! How a webhook stands, and what an operator has it do: pause, resume with a dry run, take a test call.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::{
    Cause, Destination, DestinationName, DestinationRecord, Holding, Mark, Mode, Standing, Tried,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::{Granted, WebhookRead, WebhookWrite};
use crate::answer::One;
use crate::body::Object;
use crate::changes::only_tried;
use crate::problem::Failed;
use crate::webhooks::{Follows, Id, WebhookId, form};
use crate::{Console, Desk, Problem};

/// How a webhook stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandingShown {
    /// active, paused or disabled.
    pub(crate) mode: &'static str,
    /// Since when it is paused or disabled; RFC 3339.
    pub(crate) since: Option<String>,
    /// Why it is paused: failing, dead or operator.
    pub(crate) cause: Option<&'static str>,
    /// What its channel said, of a dead one.
    pub(crate) words: Option<String>,
    /// Since when it has taken nothing, where that is so; RFC 3339.
    pub(crate) failing_since: Option<String>,
    /// Failures since.
    pub(crate) failures: u32,
    /// Deliveries that are held for it.
    pub(crate) held: u64,
    /// When the oldest of them was made; RFC 3339.
    pub(crate) oldest_held: Option<String>,
}

/// What came of a pause or a resume, or would.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changed {
    /// Whether anything changed, or would.
    pub(crate) changed: bool,
    /// Whether this only says what would be.
    dry_run: bool,
    /// Held deliveries that go out, oldest first, no faster than the webhook takes them.
    pub(crate) releases: u64,
    /// How it stands.
    pub(crate) standing: StandingShown,
}

/// What came of a test call.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TriedShown {
    /// Whether the sample arrived.
    pub(crate) delivered: bool,
    /// delivered, retry, limited, refused or dead.
    pub(crate) verdict: &'static str,
    /// The HTTP status, if an answer came.
    pub(crate) http_status: Option<u16>,
    /// Why, and the beginning of the answer.
    pub(crate) detail: String,
    /// In milliseconds.
    pub(crate) took_ms: u64,
}

/// What is asked of a resume.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Resume {
    /// Only say what would be.
    dry_run: bool,
}

impl StandingShown {
    pub(crate) fn of(holding: &Holding) -> Self {
        let Standing { mode, streak, .. } = &holding.standing;
        let (mode, since, cause, words) = match mode {
            Mode::Active => ("active", None, None, None),
            Mode::Disabled { since } => ("disabled", Some(since), None, None),
            Mode::Paused { since, cause } => {
                let (cause, words) = match cause {
                    Cause::Failing => ("failing", None),
                    Cause::Operator => ("operator", None),
                    Cause::Dead(words) => ("dead", Some(words.clone())),
                };
                ("paused", Some(since), Some(cause), words)
            }
        };
        Self {
            mode,
            since: since.map(ToString::to_string),
            cause,
            words,
            failing_since: streak.map(|streak| streak.since.to_string()),
            failures: streak.map_or(0, |streak| streak.failures),
            held: holding.held,
            oldest_held: holding.oldest.map(|oldest| oldest.to_string()),
        }
    }
}

impl Console {
    /// How a destination stands, and what is held for it.
    pub(crate) async fn holding(&self, name: &DestinationName) -> Result<Holding, Problem> {
        let standing = self.ledger.standing(name).await?;
        Ok(Holding::of(self.survey.as_ref(), name.clone(), standing).await?)
    }

    /// What would come of a resume.
    pub(crate) async fn would_resume(&self, name: &DestinationName) -> Result<Changed, Problem> {
        let holding = self.holding(name).await?;
        let changed = !holding.standing.is_active();
        let releases = if changed { holding.held } else { 0 };
        Ok(Changed { changed, dry_run: true, releases, standing: StandingShown::of(&holding) })
    }

    /// Pauses a destination.
    pub(crate) async fn pause(&self, name: &DestinationName) -> Result<Changed, Problem> {
        let changed = self.marked(name, &Mark::Pause).await?;
        if changed.standing.mode == "disabled" {
            return Err(Problem::Conflict(
                "it is disabled: new events for it fail at once, there is nothing to pause"
                    .to_owned(),
            ));
        }
        Ok(changed)
    }

    /// Sends a sample to a destination that is not saved.
    pub(crate) async fn tried_unsaved(
        &self,
        asked: &Map<String, Value>,
    ) -> Result<TriedShown, Problem> {
        self.tried_record(form::written(asked, None, Follows::None)?).await
    }

    /// Sends a sample to a destination as these changes would have it, with the secrets that stay.
    pub(crate) async fn tried_changed(
        &self,
        id: Id,
        asked: &Map<String, Value>,
    ) -> Result<TriedShown, Problem> {
        let found = self.webhook(id).await?.ours()?;
        self.tried_record(form::written(asked, Some(&found.record), Follows::None)?).await
    }

    async fn tried_record(&self, record: DestinationRecord) -> Result<TriedShown, Problem> {
        let mut record = record;
        // A name of its own: nothing that is kept by name is mixed up with what is saved.
        record.name = format!("test-{:012x}", self.entropy.next() >> 16);
        let destination = self.destination(&record)?;
        self.tried(&destination).await
    }

    /// Marks what an operator says of a destination.
    pub(crate) async fn marked(
        &self,
        name: &DestinationName,
        mark: &Mark,
    ) -> Result<Changed, Problem> {
        let before = self.holding(name).await?;
        let marked = self.ledger.mark(name, mark, self.clock.now()).await?;
        let releases = if marked.changed && marked.standing.is_active() { before.held } else { 0 };
        let standing = StandingShown::of(&Holding { standing: marked.standing, ..before });
        Ok(Changed { changed: marked.changed, dry_run: false, releases, standing })
    }

    /// What comes of a test call.
    pub(crate) async fn tried(&self, destination: &Destination) -> Result<TriedShown, Problem> {
        let Tried { verdict, status, detail, started, finished } =
            self.dispatch.try_out(destination).await?;
        let took = finished.duration_since(started).as_millis();
        Ok(TriedShown {
            delivered: verdict == "delivered",
            verdict,
            http_status: status,
            detail,
            took_ms: u64::try_from(took).unwrap_or(0),
        })
    }
}

/// Says how a webhook stands, and how much is held for it.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/standing", tag = "webhooks", params(WebhookId),
    security(("oauth2" = ["webhook:read"])),
    responses((status = 200, body = One<StandingShown>), Failed),
)]
pub(crate) async fn show(
    _: Granted<WebhookRead>,
    State(console): Desk,
    id: Id,
) -> Result<Json<One<StandingShown>>, Problem> {
    let name = console.webhook(id).await?.id;
    Ok(One::json(StandingShown::of(&console.holding(&name).await?)))
}

/// Pauses a webhook: what is for it is held, until it is resumed.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/pause", tag = "webhooks",
    params(WebhookId, crate::once::Header),
    security(("oauth2" = ["webhook:write"])),
    responses((status = 200, body = One<Changed>), Failed),
)]
pub(crate) async fn pause(
    _: Granted<WebhookWrite>,
    State(console): Desk,
    id: Id,
) -> Result<Json<One<Changed>>, Problem> {
    let name = console.webhook(id).await?.id;
    Ok(One::json(console.pause(&name).await?))
}

/// Resumes a webhook: what was held begins to go out within a minute, oldest first, no faster than it
/// takes it. With `dry_run` only says how many that would be.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/resume", tag = "webhooks",
    params(WebhookId, crate::once::Header), request_body = Resume,
    security(("oauth2" = ["webhook:write"])),
    responses((status = 200, body = One<Changed>), Failed),
)]
pub(crate) async fn resume(
    _: Granted<WebhookWrite>,
    State(console): Desk,
    id: Id,
    asked: crate::body::Maybe<Resume>,
) -> Result<Response, Problem> {
    let name = console.webhook(id).await?.id;
    Ok(if asked.0.dry_run {
        only_tried(One::json(console.would_resume(&name).await?))
    } else {
        One::json(console.marked(&name, &Mark::Resume).await?).into_response()
    })
}

/// Sends a sample to a webhook, now, and says what came of it; where fields are said, as these changes
/// would have it. Nothing of it is written down.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks",
    params(WebhookId, crate::once::Header), request_body = crate::webhooks::WebhookForm,
    security(("oauth2" = ["webhook:write"])),
    responses((status = 200, body = One<TriedShown>), Failed),
)]
pub(crate) async fn test(
    _: Granted<WebhookWrite>,
    State(console): Desk,
    id: Id,
    asked: crate::body::Maybe<Map<String, Value>>,
) -> Result<Json<One<TriedShown>>, Problem> {
    if !asked.0.is_empty() {
        return Ok(One::json(console.tried_changed(id, &asked.0).await?));
    }
    let record = console.webhook(id).await?.record;
    let destination = console.destination(&record)?;
    Ok(One::json(console.tried(&destination).await?))
}

/// Sends a sample to a webhook that is not saved: the same fields as for making one.
#[utoipa::path(
    post, path = "/api/v1/webhooks/test", tag = "webhooks", params(crate::once::Header),
    request_body = crate::webhooks::WebhookForm,
    security(("oauth2" = ["webhook:write"])),
    responses((status = 200, body = One<TriedShown>), Failed),
)]
pub(crate) async fn test_unsaved(
    _: Granted<WebhookWrite>,
    State(console): Desk,
    Object(asked): Object,
) -> Result<Json<One<TriedShown>>, Problem> {
    Ok(One::json(console.tried_unsaved(&asked).await?))
}
