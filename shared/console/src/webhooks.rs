//! `/api/v1/webhooks`: destinations, in the words of SePay's document *API Webhooks* (providers.md §3,
//! *Served by us*) and our own beside them. What the fields mean is `fields`, what is answered `view`.

mod auth;
mod fields;
mod form;
mod view;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::response::{IntoResponse, Response};
use domain::{DestinationRecord, Edited, Entry, EntryId, Number, Origin, Over};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::access::{Granted, WebhookDelete, WebhookRead, WebhookWrite};
use crate::body::Object;
use crate::idempotency::Key;
use crate::problem::Faults;
use crate::{Console, Desk, Problem};
use view::Shown;

/// Webhooks on a page, where nobody says how many.
const PER_PAGE: u64 = 20;
/// And at most.
const MOST: u64 = 100;
const NO_SUCH: Problem = Problem::NotFound("there is no webhook of this id");

/// A destination's entry and what its record says.
struct Found {
    entry: Entry,
    record: DestinationRecord,
}

impl Console {
    /// All destinations whose records can be read, by name.
    async fn webhooks(&self) -> Result<Vec<Found>, Problem> {
        let entries = self.entries.entries().await?.into_iter();
        Ok(entries
            .filter(|entry| matches!(entry.id, EntryId::Destination(_)))
            .filter_map(|entry| {
                let record = serde_json::from_str(&entry.record).ok()?;
                Some(Found { entry, record })
            })
            .collect())
    }

    async fn webhook(&self, Id(id): Id) -> Result<Found, Problem> {
        let mut found = self.webhooks().await?.into_iter();
        found.find(|found| view::number(&found.entry.id) == Some(id)).ok_or(NO_SUCH)
    }

    /// The entry of a record that its channel and the door take; else what is wrong, by field.
    fn checked(&self, record: &DestinationRecord) -> Result<Entry, Problem> {
        let named = |(key, message): (&str, String)| Problem::field(fields::name_of(key), message);
        let destination =
            record.parse(self.channels).map_err(|fault| named((fault.key, fault.message)))?;
        (self.judge)(&destination).map_err(named)?;
        Entry::destination(record, Origin::Operator)
            .map_err(|fault| named((fault.key, fault.message)))
    }
}

/// The `{id}` of a path. What is no number is no webhook's.
pub(crate) struct Id(Number);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let said = Path::<String>::from_request_parts(parts, state).await;
        let number = said.ok().and_then(|Path(said)| said.parse().ok()).and_then(Number::new);
        number.map(Self).ok_or(NO_SUCH)
    }
}

/// What is asked of the list. Texts: a number that is none is named.
#[derive(Deserialize)]
pub(crate) struct Asked {
    webhook_url: Option<String>,
    api_key: Option<String>,
    active: Option<String>,
    page: Option<String>,
    limit: Option<String>,
}

/// `GET /api/v1/webhooks`: newest first.
pub(crate) async fn list(
    _: Granted<WebhookRead>,
    State(console): Desk,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(asked) = asked.map_err(|rejection| Problem::Body(rejection.body_text()))?;
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

/// `GET /api/v1/webhooks/{id}`.
pub(crate) async fn show(
    _: Granted<WebhookRead>,
    State(console): Desk,
    id: Id,
) -> Result<Json<Value>, Problem> {
    let data = Shown::of(console.webhook(id).await?).json();
    Ok(Json(json!({ "status": "success", "data": data })))
}

/// `POST /api/v1/webhooks`: made once, however often it is said under one `Idempotency-Key`.
pub(crate) async fn create(
    by: Granted<WebhookWrite>,
    State(console): Desk,
    key: Key,
    Object(asked): Object,
) -> Result<Response, Problem> {
    let mut record = form::written(&asked, None)?;
    let keyed = key.name(&by.client);
    let name = keyed.clone().unwrap_or_else(|| format!("{:012x}", console.entropy.next() >> 16));
    record.name = format!("webhook-{name}");
    record.created = Some(console.clock.now().to_string());
    let entry = console.checked(&record)?;
    match console.entries.put(&entry, Over::Nothing).await? {
        Edited::Done => {}
        Edited::Changed if keyed.is_some() => {
            let found = console.webhooks().await?.into_iter().find(|f| f.entry.id == entry.id);
            let known = found.map(|found| DestinationRecord { created: None, ..found.record });
            if known != Some(DestinationRecord { created: None, ..record }) {
                return Err(Problem::KeyReused);
            }
        }
        Edited::Clash(_) | Edited::Changed => return Err(Problem::Changed),
    }
    let id = view::number(&entry.id).map(Number::get);
    let message = "the webhook was created";
    let body = json!({ "status": "success", "message": message, "id": id, "data": { "id": id } });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// `PATCH /api/v1/webhooks/{id}`: what is said is changed, the rest stays.
pub(crate) async fn change(
    _: Granted<WebhookWrite>,
    State(console): Desk,
    id: Id,
    Object(asked): Object,
) -> Result<Json<Value>, Problem> {
    let found = console.webhook(id).await?;
    if found.entry.origin == Origin::File {
        return Err(Problem::ReadOnly(Origin::File));
    }
    let seen = found.entry.record.clone();
    let name = found.record.name.clone();
    let created = found.record.created.clone();
    let record = form::written(&asked, Some(found))?;
    let record = DestinationRecord { name, created, ..record };
    let entry = console.checked(&record)?;
    edited(console.entries.put(&entry, Over::Record(&seen)).await?)?;
    Ok(done("the webhook was changed"))
}

/// `DELETE /api/v1/webhooks/{id}`: its open deliveries end as cancelled.
pub(crate) async fn remove(
    _: Granted<WebhookDelete>,
    State(console): Desk,
    id: Id,
) -> Result<Json<Value>, Problem> {
    let found = console.webhook(id).await?;
    edited(console.entries.remove(&found.entry.id, Origin::Operator).await?)?;
    Ok(done("the webhook was deleted"))
}

fn edited(edited: Edited) -> Result<(), Problem> {
    match edited {
        Edited::Done => Ok(()),
        Edited::Clash(origin) => Err(Problem::ReadOnly(origin)),
        Edited::Changed => Err(Problem::Changed),
    }
}

fn done(message: &str) -> Json<Value> {
    Json(json!({ "status": "success", "message": message }))
}

/// A record as the object that it is written as.
fn object(record: &DestinationRecord) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(object)) => object,
        Ok(_) | Err(_) => Map::new(),
    }
}
