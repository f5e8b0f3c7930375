//! `Idempotency-Key`: a caller that does not know whether its call arrived says it again under the same
//! key, and is answered what it was answered; nothing is done twice. Kept for a day, by client and key,
//! without the secrets that an answer shows once. What was refused did nothing, and is not kept.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::Drawer;
use http::{HeaderValue, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use crate::access::caller;
use crate::{Console, Problem};

const HEADER: &str = "idempotency-key";
const LONGEST: usize = 255;
/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// A call that began so long ago and was not answered has died, for no call may take so long: whoever says it
/// again is heard.
const DIED: SignedDuration = SignedDuration::from_secs(90);
/// The most bytes of a call or its answer.
const MOST: usize = 1024 * 1024;
/// What an answer shows once.
const SHOWN_ONCE: [&str; 2] = ["secret", "secrets"];

/// How the header is written.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "a form for the document alone")]
pub(crate) struct Header {
    /// 1 to 255 visible ASCII characters of your choice: the same call under the same key is done
    /// once, and answered the same for a day, but for secrets, which are shown once.
    #[param(rename = "Idempotency-Key", required = false, nullable = false)]
    idempotency_key: Option<String>,
}

/// What is kept of a call.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    /// The SHA-256 of what was said.
    said: String,
    began: Timestamp,
    /// Nothing while it is under way.
    answer: Option<Answer>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Answer {
    status: u16,
    body: String,
}

/// Does what is said under a key once.
pub(crate) async fn once(
    State(console): State<Arc<Console>>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    match under_key(&console, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn under_key(console: &Console, request: Request, next: Next) -> Result<Response, Problem> {
    let key = key(&request)?;
    let (mut head, body) = request.into_parts();
    // Whoever is nobody is told so by the handler.
    let Some(client) = caller(console, &mut head).await? else {
        return Ok(next.run(Request::from_parts(head, body)).await);
    };
    let body = whole(body).await?;
    let said = digest(&[head.method.as_str(), &head.uri.to_string()], &body);
    let name = digest(&[&client.id, &key], b"");
    let request = Request::from_parts(head, Body::from(body));
    let now = console.clock.now();
    let began = Kept { said, began: now, answer: None };
    let Some(card) = begin(console, &name, &began).await? else {
        return answered(console, &name, &began).await;
    };
    let response = next.run(request).await;
    let (head, body) = response.into_parts();
    let body = whole(body).await?;
    if !head.status.is_success() {
        // Nothing was done: it may be said again, and said better.
        console.cabinet.remove_card(Drawer::Answers, &name).await?;
    } else {
        let answer = Answer { status: head.status.as_u16(), body: without_secrets(&body) };
        let kept = text(&Kept { answer: Some(answer), ..began });
        let until = now.saturating_add(KEPT).ok();
        // Where this cannot be written, the same call is refused for a while, and then done again.
        _ = console.cabinet.set_card(Drawer::Answers, &name, Some(&card), &kept, until).await;
    }
    Ok(Response::from_parts(head, Body::from(body)))
}

/// Writes that a call begins; nothing where one of this key began before, and did not die.
async fn begin(console: &Console, name: &str, began: &Kept) -> Result<Option<String>, Problem> {
    let card = text(began);
    let was = console.cabinet.card(Drawer::Answers, name).await?;
    let over = |was: &str| {
        let Ok(was) = serde_json::from_str::<Kept>(was) else { return true };
        let age = began.began.duration_since(was.began);
        if was.answer.is_some() { age >= KEPT } else { age >= DIED }
    };
    if was.as_deref().is_some_and(|was| !over(was)) {
        return Ok(None);
    }
    let until = began.began.saturating_add(KEPT).ok();
    let cabinet = &console.cabinet;
    let new = cabinet.set_card(Drawer::Answers, name, was.as_deref(), &card, until).await?;
    Ok(new.then_some(card))
}

/// What the call of this key was answered.
async fn answered(console: &Console, name: &str, began: &Kept) -> Result<Response, Problem> {
    let card = console.cabinet.card(Drawer::Answers, name).await?;
    let known = card.and_then(|card| serde_json::from_str::<Kept>(&card).ok());
    let known = known.ok_or(Problem::UnderWay)?;
    if known.said != began.said {
        return Err(Problem::KeyReused);
    }
    let Answer { status, body } = known.answer.ok_or(Problem::UnderWay)?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    Ok(response)
}

fn key(request: &Request) -> Result<String, Problem> {
    let said = request.headers().get(HEADER).and_then(|said| said.to_str().ok()).map(str::trim);
    let said = said.filter(|key| !key.is_empty() && key.len() <= LONGEST);
    said.map(str::to_owned).ok_or_else(|| {
        Problem::Body("Idempotency-Key: use 1 to 255 visible ASCII characters".to_owned())
    })
}

async fn whole(body: Body) -> Result<Bytes, Problem> {
    to_bytes(body, MOST).await.map_err(|_| Problem::Body("the body is too large".to_owned()))
}

fn digest(parts: &[&str], rest: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.update(rest);
    hex::encode(hash.finalize())
}

fn text(kept: &Kept) -> String {
    serde_json::to_string(kept).unwrap_or_default()
}

/// The answer as it may be shown again.
fn without_secrets(body: &[u8]) -> String {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return String::new() };
    clear(&mut value);
    value.to_string()
}

fn clear(value: &mut Value) {
    if let Value::Object(fields) = value {
        for (name, value) in fields {
            // How many there are is no secret.
            if SHOWN_ONCE.contains(&name.as_str()) && !value.is_number() {
                *value = Value::Null;
            } else {
                clear(value);
            }
        }
    }
}
