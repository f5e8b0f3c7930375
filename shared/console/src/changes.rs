//! Who changed what: every call that changed anything is written down, by whom and with the names of
//! the fields that were said, never their values. No handler can forget to: it is done around all.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::{Drawer, PortError, chain, excerpt};
use http::request::Parts;
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::{AuditRead, Granted, caller};
use crate::body::Queried;
use crate::people::{FIELD, signed_in};
use crate::problem::Failed;
use crate::{Console, Desk, Problem};

/// How long a change is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
const MOST: usize = 1024 * 1024;
/// The most characters of a field's name.
const LONGEST_NAME: usize = 64;
/// Changes in one answer.
const PER_PAGE: usize = 50;

/// A change that somebody made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Change {
    /// RFC 3339.
    #[schema(value_type = String)]
    pub(crate) at: Timestamp,
    /// The client's or operator's id.
    pub(crate) by: String,
    /// What people call the client or operator.
    pub(crate) name: String,
    /// The call: its method and its path.
    pub(crate) call: String,
    /// The names of the fields that were said.
    pub(crate) fields: Vec<String>,
    /// Whether it was only looked at: a dry run, or a form's test call before it is saved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) tried: bool,
}

/// A part of the changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changes {
    /// `success`.
    status: &'static str,
    /// Newest first.
    data: Vec<Change>,
    meta: Meta,
}

#[derive(Debug, Serialize, ToSchema)]
struct Meta {
    /// What to send as `cursor` for the next part; null at the end.
    next_cursor: Option<String>,
}

/// What is asked of the changes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Where to go on: `next_cursor` of the part before.
    cursor: Option<String>,
}

/// Writes a change down that was made.
pub(crate) async fn written_down(
    State(console): State<Arc<Console>>,
    request: Request,
    next: Next,
) -> Response {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
        return next.run(request).await;
    }
    let call = format!("{} {}", request.method(), request.uri().path());
    let (mut head, body) = request.into_parts();
    // Whether the caller may is the handler's to say.
    let who = match Who::of(&console, &mut head).await {
        Ok(who) => who,
        Err(error) => return Problem::Port(error).into_response(),
    };
    let Ok(body) = to_bytes(body, MOST).await else {
        return Problem::Body("the body is too large, or ended too early".to_owned())
            .into_response();
    };
    let fields = fields(&body);
    let response = next.run(Request::from_parts(head, Body::from(body))).await;
    let replayed = response.headers().contains_key("idempotent-replayed");
    // A page that did what it was asked for leads on to another.
    let done = response.status().is_success() || response.status() == StatusCode::SEE_OTHER;
    if let Some(Who { id, name }) = who.filter(|_| done && !replayed) {
        let at = console.clock.now();
        let tried = response.extensions().get::<OnlyTried>().is_some();
        let change = Change { at, by: id, name, call, fields, tried };
        console.write_down(&change).await;
    }
    response
}

fn fields(body: &[u8]) -> Vec<String> {
    fn named<T>((name, _): (impl AsRef<str>, T)) -> String {
        excerpt(name.as_ref(), LONGEST_NAME)
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => fields.into_iter().map(named).take(100).collect(),
        Ok(_) => Vec::new(),
        Err(_) => {
            let said = form_urlencoded::parse(body).filter(|(_, said)| !said.is_empty());
            said.map(named).filter(|name| name != FIELD).take(100).collect()
        }
    }
}

/// What a handler says of a call that changed nothing, among its response's extensions.
#[derive(Debug, Clone)]
struct OnlyTried;

/// An answer of a dry run, or of a form's test call.
pub(crate) fn only_tried(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.extensions_mut().insert(OnlyTried);
    response
}

/// Who makes a change: a client or an operator.
struct Who {
    id: String,
    name: String,
}

impl Who {
    /// By what such a call is judged: the API's by its token, a page's by its session.
    async fn of(console: &Console, head: &mut Parts) -> Result<Option<Self>, PortError> {
        if head.uri.path().starts_with("/api/") {
            let client = caller(console, head).await?;
            return Ok(client.map(|client| Self { id: client.id, name: client.name }));
        }
        let known = signed_in(console, head).await?;
        Ok(known.map(|known| {
            let name = known.operator.name.to_string();
            Self { id: format!("operator:{name}"), name }
        }))
    }
}

impl Console {
    /// A part of the changes, newest first, and where the next one begins.
    pub(crate) async fn changes(
        &self,
        cursor: Option<&str>,
    ) -> Result<(Vec<Change>, Option<String>), Problem> {
        let cards = self.cabinet.cards(Drawer::Changes, cursor, PER_PAGE).await?;
        let full = cards.len() == PER_PAGE;
        let next = cards.last().filter(|_| full).map(|(name, _)| name.clone());
        let data = cards.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
        Ok((data, next))
    }

    /// Keeps a change; where that fails the log has it.
    async fn write_down(&self, change: &Change) {
        // The later, the smaller: names are listed from the smallest.
        let inverted = i64::MAX - change.at.as_microsecond();
        let name = format!("{inverted:019}-{:016x}", self.entropy.next());
        let text = serde_json::to_string(change).unwrap_or_default();
        let until = change.at.saturating_add(KEPT).ok();
        let kept = self.cabinet.set_card(Drawer::Changes, &name, None, &text, until).await;
        if let Err(error) = kept {
            let (by, call) = (&change.by, &change.call);
            tracing::error!(error = chain(&error), by, call, "a change could not be written down");
        }
    }
}

/// Whether a text is a place in the list: a time and a random number, as `write_down` has them.
fn is_place(text: &str) -> bool {
    let parts = text.split_once('-');
    parts.is_some_and(|(at, by)| {
        (at.len(), by.len()) == (19, 16)
            && at.bytes().all(|byte| byte.is_ascii_digit())
            && by.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Lists who changed what, newest first.
#[utoipa::path(
    get, path = "/api/v1/changes", tag = "changes", params(Asked),
    security(("oauth2" = ["audit:read"])),
    responses((status = 200, body = Changes), Failed),
)]
pub(crate) async fn list(
    _: Granted<AuditRead>,
    State(console): Desk,
    Queried(Asked { cursor }): Queried<Asked>,
) -> Result<Json<Changes>, Problem> {
    let cursor = cursor.as_deref().filter(|cursor| !cursor.is_empty());
    if !cursor.is_none_or(is_place) {
        return Err(Problem::field("cursor", "use next_cursor of an answer"));
    }
    let (data, next_cursor) = console.changes(cursor).await?;
    Ok(Json(Changes { status: "success", data, meta: Meta { next_cursor } }))
}
