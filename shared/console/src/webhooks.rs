//! `/api/v1/webhooks`: destinations, in the words of SePay's document *API Webhooks* (providers.md §3,
//! *Served by us*) and our own beside them. What the fields mean is `fields`, what is done `desk`'s, what
//! is answered `view`.

mod auth;
mod desk;
mod document;
mod fields;
pub(crate) mod form;
mod kept;
pub(crate) mod rotation;
mod view;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::response::{IntoResponse, Response};
use domain::{
    Destination, DestinationName, DestinationRecord, Entry, EntryId, Fault, Number, Origin,
};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::IntoParams;

use crate::access::{Granted, WebhookDelete, WebhookRead, WebhookWrite};
use crate::answer::{Done, One};
use crate::body::{Object, Queried};
use crate::found::Found;
use crate::problem::{Failed, Faults};
use crate::{Console, Desk, Problem};
use document::{WebhookCreated, WebhookPage, WebhookShown};
pub(crate) use document::{WebhookForm, WebhookId};
pub(crate) use kept::Follows;
use view::Shown;

/// Webhooks on a page, where nobody says how many.
const PER_PAGE: u64 = 20;
/// And at most.
const MOST: u64 = 100;
pub(crate) const NO_SUCH: Problem = Problem::NotFound("there is no webhook of this id");

/// A destination, as people see it.
pub(crate) type Webhook = Found<DestinationName, DestinationRecord>;

impl Console {
    /// All destinations whose records can be read, by name.
    pub(crate) async fn webhooks(&self) -> Result<Vec<Webhook>, Problem> {
        let destination = |id| match id {
            EntryId::Destination(name) => Some(name),
            EntryId::Source(_) => None,
        };
        self.found(destination).await
    }

    pub(crate) async fn webhook(&self, Id(id): Id) -> Result<Webhook, Problem> {
        let mut found = self.webhooks().await?.into_iter();
        found.find(|found| found.number() == id).ok_or(NO_SUCH)
    }

    /// The destination of a record that its channel and the door take; else what is wrong, by field.
    pub(crate) fn destination(&self, record: &DestinationRecord) -> Result<Destination, Problem> {
        let destination = record.parse(self.channels).map_err(named)?;
        (self.judge)(&destination).map_err(named)?;
        Ok(destination)
    }

    /// The entry of such a record, and its name.
    fn checked(&self, record: &DestinationRecord) -> Result<(DestinationName, Entry), Problem> {
        let Destination { name, .. } = self.destination(record)?;
        Ok((name, Entry::destination(record, Origin::Operator).map_err(named)?))
    }
}

impl Webhook {
    /// By what calls name it.
    pub(crate) fn number(&self) -> Number {
        Number::of_destination(&self.id)
    }
}

/// A webhook as answers show it, secrets masked.
pub(crate) fn shown(found: Webhook) -> Map<String, Value> {
    Shown::of(found).json()
}

/// What is wrong with a key of a record, by the field of the call.
fn named(fault: Fault) -> Problem {
    Problem::field(fields::name_of(fault.key), fault.message)
}

/// The `{id}` of a path. What is no number is no webhook's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Id(pub(crate) Number);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let said = Path::<String>::from_request_parts(parts, state).await;
        let number = said.ok().and_then(|Path(said)| said.parse().ok()).and_then(Number::new);
        number.map(Self).ok_or(NO_SUCH)
    }
}

/// What is asked of the list. Texts: a number that is none is named.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Whose URL, as it is shown, has this part.
    webhook_url: Option<String>,
    /// Whose API key is this one.
    api_key: Option<String>,
    /// 1: those that get anything. 0: those that do not.
    active: Option<String>,
    /// From 1.
    page: Option<String>,
    /// Webhooks on a page: 20, and at most 100.
    limit: Option<String>,
}

/// Lists webhooks, newest first.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks", params(Asked),
    security(("oauth2" = ["webhook:read"])),
    responses((status = 200, body = WebhookPage), Failed),
)]
pub(crate) async fn list(
    _: Granted<WebhookRead>,
    State(console): Desk,
    Queried(asked): Queried<Asked>,
) -> Result<Json<Value>, Problem> {
    let mut faults = Faults::new();
    let mut whole = |name: &str, said: &Option<String>, or: u64, most: u64| {
        let Some(said) = said.as_deref().filter(|said| !said.is_empty()) else { return or };
        match said.parse() {
            Ok(n) if n >= 1 => most.min(n),
            Ok(_) | Err(_) => {
                _ = faults.insert(name.to_owned(), "use a whole number from 1".to_owned());
                or
            }
        }
    };
    let page = whole("page", &asked.page, 1, u64::MAX);
    let limit = whole("limit", &asked.limit, PER_PAGE, MOST);
    let active = match asked.active.as_deref() {
        None | Some("") => None,
        Some("1" | "true") => Some(true),
        Some("0" | "false") => Some(false),
        Some(_) => {
            faults.insert("active".to_owned(), "use 0 or 1".to_owned());
            None
        }
    };
    if !faults.is_empty() {
        return Err(Problem::Validation(faults));
    }
    let mut shown: Vec<Shown> = console.webhooks().await?.into_iter().map(Shown::of).collect();
    shown.retain(|webhook| {
        let part = asked.webhook_url.as_deref().unwrap_or_default();
        webhook.url_has(part)
            && asked.api_key.as_deref().is_none_or(|key| webhook.has_api_key(key))
            && active.is_none_or(|active| webhook.is_active() == active)
    });
    shown.sort_by(Shown::newest_first);
    let total = u64::try_from(shown.len()).unwrap_or(u64::MAX);
    let before = usize::try_from((page - 1).saturating_mul(limit)).unwrap_or(usize::MAX);
    let on_page = usize::try_from(limit).unwrap_or(usize::MAX);
    let data: Vec<Value> =
        shown.iter().skip(before).take(on_page).map(|webhook| webhook.json().into()).collect();
    let pagination = json!({
        "total": total,
        "per_page": limit,
        "current_page": page,
        "last_page": total.div_ceil(limit).max(1),
    });
    Ok(Json(json!({ "status": "success", "data": data, "meta": { "pagination": pagination } })))
}

/// Shows a webhook.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(WebhookId),
    security(("oauth2" = ["webhook:read"])),
    responses((status = 200, body = One<WebhookShown>), Failed),
)]
pub(crate) async fn show(
    _: Granted<WebhookRead>,
    State(console): Desk,
    id: Id,
) -> Result<Json<One<Value>>, Problem> {
    Ok(One::json(Value::Object(shown(console.webhook(id).await?))))
}

/// Makes a webhook.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "webhooks", params(crate::once::Header),
    request_body = WebhookForm,
    security(("oauth2" = ["webhook:write"])),
    responses((status = 201, body = WebhookCreated), Failed),
)]
pub(crate) async fn create(
    _: Granted<WebhookWrite>,
    State(console): Desk,
    Object(asked): Object,
) -> Result<Response, Problem> {
    let id = console.add_webhook(&asked).await?.get();
    let message = "the webhook was created";
    let body = json!({ "status": "success", "message": message, "id": id, "data": { "id": id } });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Changes a webhook: what is said is changed, the rest stays. Where its address changes, the header value
/// and headers that were given for the old one must be said again; api_key and oauth2_client_secret
/// follow it.
#[utoipa::path(
    patch, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(WebhookId),
    request_body = WebhookForm,
    security(("oauth2" = ["webhook:write"])),
    responses((status = 200, body = Done), Failed),
)]
pub(crate) async fn change(
    _: Granted<WebhookWrite>,
    State(console): Desk,
    id: Id,
    Object(asked): Object,
) -> Result<Json<Done>, Problem> {
    console.change_webhook(id, &asked, Follows::Sepay).await?;
    Ok(Done::json("the webhook was changed"))
}

/// Deletes a webhook; its open deliveries end as cancelled.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(WebhookId),
    security(("oauth2" = ["webhook:delete"])),
    responses((status = 200, body = Done), Failed),
)]
pub(crate) async fn remove(
    _: Granted<WebhookDelete>,
    State(console): Desk,
    id: Id,
) -> Result<Json<Done>, Problem> {
    console.remove_webhook(id).await?;
    Ok(Done::json("the webhook was deleted"))
}

/// A record as the object that it is written as.
fn object(record: &DestinationRecord) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(object)) => object,
        Ok(_) | Err(_) => Map::new(),
    }
}
