//! `/api/v1/sources`: the accounts at providers whose calls are taken. A secret is shown once, when it is
//! made here; what is said of a source is read in `form`, what is done with it is `desk`'s, what its
//! provider's page wants to be told is `paste`.

mod desk;
mod form;
mod paste;
mod path;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Origin, SourceRecord};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Granted, SourceRead, SourceWrite};
use crate::answer::{Done, One};
use crate::problem::Failed;
use crate::{Desk, Problem};
pub(crate) use form::{Change, Form, Retirement, Rotation, has_one_each, takes_ours};
pub(crate) use paste::{Pasted, SECRET, fields as pasted};
pub(crate) use path::{Base, Named};

const NO_SUCH: Problem = Problem::NotFound("there is no source of this provider and name");

/// A source. Its secrets are shown nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceShown {
    /// `casso/shop`.
    pub(crate) id: String,
    /// abaha, appotapay, casso, sepay or thueapi.
    pub(crate) provider: String,
    /// Its name among the provider's.
    pub(crate) name: String,
    /// Where the provider calls.
    pub(crate) url: String,
    /// `file`: read-only here. `operator`: made here.
    pub(crate) origin: &'static str,
    /// Whether its calls are taken.
    pub(crate) active: bool,
    /// How calls are proven, where the provider has several ways: api_key, hmac, oauth2 or none.
    pub(crate) auth: Option<String>,
    /// Of oauth2: the client id that the provider was given.
    pub(crate) client_id: Option<String>,
    /// Of abaha: the header that carries the secret.
    pub(crate) header: Option<String>,
    /// Live secrets: two while one takes the other's place.
    pub(crate) secrets: usize,
    /// How old a signed stamp may be: `30d`.
    pub(crate) max_age: Option<String>,
    /// Finds the payment code in a memo.
    pub(crate) code_pattern: Option<String>,
    /// When its silence is an alarm: `off`, or `6h`; by its own rhythm where nothing is said.
    pub(crate) silence: Option<String>,
    /// Whether its provider is asked for what never came.
    pub(crate) reconciled: bool,
    /// When it was made; RFC 3339.
    pub(crate) created: Option<String>,
}

/// A source, and what its provider is to be told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Described {
    #[serde(flatten)]
    source: SourceShown,
    /// What to type into which field of the provider's page.
    paste: Vec<Pasted>,
}

/// A source that was made, or whose secret was: what is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Made {
    #[serde(flatten)]
    pub(crate) source: SourceShown,
    /// The secret that was made here. It is not shown again.
    pub(crate) secret: Option<String>,
    /// What to type into which field of the provider's page.
    pub(crate) paste: Vec<Pasted>,
}

/// All sources.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sources {
    /// `success`.
    status: &'static str,
    /// By provider and name.
    data: Vec<SourceShown>,
}

impl SourceShown {
    pub(crate) fn of(origin: Origin, record: &SourceRecord, base: &str) -> Self {
        Self {
            id: format!("{}/{}", record.provider, record.name),
            provider: record.provider.clone(),
            name: record.name.clone(),
            url: format!("{base}/hooks/{}/{}", record.provider, record.name),
            origin: origin.word(),
            active: record.active.unwrap_or(true),
            auth: record.auth.clone(),
            client_id: record.client_id.clone(),
            header: record.header.clone(),
            secrets: record.secrets.len(),
            max_age: record.max_age.clone(),
            code_pattern: record.code_pattern.clone(),
            silence: record.silence.clone(),
            reconciled: record.api.is_some(),
            created: record.created.clone(),
        }
    }
}

/// Lists sources.
#[utoipa::path(
    get, path = "/api/v1/sources", tag = "sources",
    security(("oauth2" = ["source:read"])),
    responses((status = 200, body = Sources), Failed),
)]
pub(crate) async fn list(
    _: Granted<SourceRead>,
    State(console): Desk,
    Base(base): Base,
) -> Result<Json<Sources>, Problem> {
    let found = console.sources().await?;
    let data = found.iter().map(|f| SourceShown::of(f.origin, &f.record, &base)).collect();
    Ok(Json(Sources { status: "success", data }))
}

/// Shows a source, and what to type at its provider.
#[utoipa::path(
    get, path = "/api/v1/sources/{provider}/{name}", tag = "sources", params(Named),
    security(("oauth2" = ["source:read"])),
    responses((status = 200, body = One<Described>), Failed),
)]
pub(crate) async fn show(
    _: Granted<SourceRead>,
    State(console): Desk,
    Base(base): Base,
    named: Named,
) -> Result<Json<One<Described>>, Problem> {
    let found = console.source(&named.id()).await?;
    let source = SourceShown::of(found.origin, &found.record, &base);
    let paste = paste::fields(&found.record, &source.url);
    Ok(One::json(Described { source, paste }))
}

/// Makes a source. Where no secret is said, and the provider takes one of ours, one is made and shown
/// this once.
#[utoipa::path(
    post, path = "/api/v1/sources", tag = "sources", params(crate::once::Header),
    request_body = Form,
    security(("oauth2" = ["source:write"])),
    responses((status = 201, body = One<Made>), Failed),
)]
pub(crate) async fn create(
    _: Granted<SourceWrite>,
    State(console): Desk,
    Base(base): Base,
    asked: crate::body::Whole<Form>,
) -> Result<Response, Problem> {
    let made = console.add_source(asked.0, &base).await?;
    Ok((StatusCode::CREATED, One::json(made)).into_response())
}

/// Changes a source: what is said is changed, the rest stays. `{"active": false}` disables it: its
/// calls are answered as a stranger's are.
#[utoipa::path(
    patch, path = "/api/v1/sources/{provider}/{name}", tag = "sources", params(Named),
    request_body = Change,
    security(("oauth2" = ["source:write"])),
    responses((status = 200, body = Done), Failed),
)]
pub(crate) async fn change(
    _: Granted<SourceWrite>,
    State(console): Desk,
    named: Named,
    asked: crate::body::Whole<Change>,
) -> Result<Json<Done>, Problem> {
    console.change_source(&named.id(), asked.0).await?;
    Ok(Done::json("the source was changed"))
}

/// Puts a new secret beside the one in use. Both are taken until `retire`, so that no call is refused
/// while the provider's page is changed.
#[utoipa::path(
    post, path = "/api/v1/sources/{provider}/{name}/rotate", tag = "sources",
    params(Named, crate::once::Header), request_body = Rotation,
    security(("oauth2" = ["source:write"])),
    responses((status = 200, body = One<Made>), Failed),
)]
pub(crate) async fn rotate(
    _: Granted<SourceWrite>,
    State(console): Desk,
    Base(base): Base,
    named: Named,
    asked: crate::body::Maybe<Rotation>,
) -> Result<Json<One<Made>>, Problem> {
    Ok(One::json(console.rotate_source(&named.id(), asked.0.secret, &base).await?))
}

/// Ends a rotation: of a source's secrets the one that is said is taken no more; where none is, all but
/// the newest.
#[utoipa::path(
    post, path = "/api/v1/sources/{provider}/{name}/retire", tag = "sources",
    params(Named, crate::once::Header), request_body = Retirement,
    security(("oauth2" = ["source:write"])),
    responses((status = 200, body = Done), Failed),
)]
pub(crate) async fn retire(
    _: Granted<SourceWrite>,
    State(console): Desk,
    named: Named,
    asked: crate::body::Maybe<Retirement>,
) -> Result<Json<Done>, Problem> {
    console.retire_source(&named.id(), asked.0.secret.as_deref()).await?;
    Ok(Done::json("it is taken no more, within ten minutes everywhere"))
}

/// Removes a source. What it brought is kept.
#[utoipa::path(
    delete, path = "/api/v1/sources/{provider}/{name}", tag = "sources", params(Named),
    security(("oauth2" = ["source:write"])),
    responses((status = 200, body = Done), Failed),
)]
pub(crate) async fn remove(
    _: Granted<SourceWrite>,
    State(console): Desk,
    named: Named,
) -> Result<Json<Done>, Problem> {
    console.remove_source(&named.id()).await?;
    Ok(Done::json("the source was removed"))
}
