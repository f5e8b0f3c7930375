//! `POST /oauth2/token`: client credentials for a token (RFC 6749, §4.4). The secret comes by Basic or in
//! the body, the scopes are those asked for that the client may have.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::access::{LIFETIME, Scope, authenticate, issue};
use crate::{Desk, Problem};

/// What is asked, form-encoded.
#[derive(Deserialize, ToSchema)]
#[schema(as = TokenAsked)]
pub(crate) struct Asked {
    /// `client_credentials`.
    grant_type: Option<String>,
    /// Or by `Authorization: Basic`.
    client_id: Option<String>,
    /// Or by `Authorization: Basic`.
    client_secret: Option<String>,
    /// Scopes, divided by blanks; all that the client may have where none is named.
    scope: Option<String>,
}

/// A token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// In seconds.
    expires_in: i64,
    /// What it allows, divided by blanks.
    scope: String,
}

/// Why there is no token: RFC 6749, §5.2, and our own `message` beside it.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenRefused {
    error: &'static str,
    error_description: String,
    message: String,
}

/// Gives a token to a client that proves itself.
#[utoipa::path(
    post, path = "/oauth2/token", tag = "tokens",
    request_body(content = Asked, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = Token),
        (status = 400, body = TokenRefused),
        (status = 401, body = TokenRefused),
        (status = 429, body = TokenRefused),
        (status = 503, body = crate::problem::Shown),
    ),
)]
pub(crate) async fn token(
    State(console): Desk,
    headers: HeaderMap,
    asked: Result<Form<Asked>, axum::extract::rejection::FormRejection>,
) -> Response {
    let Ok(Form(asked)) = asked else {
        let message = "send grant_type=client_credentials as application/x-www-form-urlencoded";
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", message);
    };
    match asked.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => {
            let message = "the only grant_type is client_credentials";
            return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", message);
        }
        None => {
            let message = "grant_type is missing; write client_credentials";
            return refuse(StatusCode::BAD_REQUEST, "invalid_request", message);
        }
    }
    let said = basic(&headers).or_else(|| Some((asked.client_id?, asked.client_secret?)));
    let Some((id, secret)) = said else {
        let message = "send client_id and client_secret, by Basic or in the body";
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", message);
    };
    let now = console.clock.now();
    // Apart from operators, and no longer than a digest.
    let who = format!("client {}", hex::encode(Sha256::digest(&id)));
    if let Some(wait) = console.throttle.wait(&who, now) {
        let message = format!("too many failures; try again in {} s", wait.as_secs().max(1));
        let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, "slow_down", &message);
        response.headers_mut().insert(RETRY_AFTER, wait.as_secs().max(1).into());
        return response;
    }
    let client = match authenticate(console.cabinet.as_ref(), &id, &secret).await {
        Ok(Some(client)) => {
            console.throttle.succeeded(&who);
            client
        }
        Ok(None) => {
            console.throttle.failed(&who, now);
            let message = "no such client, another secret, or revoked";
            return refuse(StatusCode::UNAUTHORIZED, "invalid_client", message);
        }
        Err(error) => return Problem::Port(error).into_response(),
    };
    let scopes = match scopes(asked.scope.as_deref(), &client.scopes) {
        Ok(scopes) => scopes,
        Err(message) => return refuse(StatusCode::BAD_REQUEST, "invalid_scope", &message),
    };
    let token = match issue(&console, &client, &scopes).await {
        Ok(token) => token,
        Err(error) => return Problem::Port(error).into_response(),
    };
    let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
    let body = Token {
        access_token: token,
        token_type: "Bearer",
        expires_in: LIFETIME.as_secs(),
        scope: words.join(" "),
    };
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// The scopes that are asked for, all that the client may have where none is named.
fn scopes(asked: Option<&str>, may: &BTreeSet<Scope>) -> Result<BTreeSet<Scope>, String> {
    let words: Vec<&str> = asked.unwrap_or_default().split_ascii_whitespace().collect();
    if words.is_empty() {
        return Ok(may.clone());
    }
    let scope = |word: &&str| {
        let known = Scope::parse(word).filter(|scope| may.contains(scope));
        known.ok_or_else(|| format!("this client may not have the scope {word:?}"))
    };
    words.iter().map(scope).collect()
}

/// The name and password of `Authorization: Basic`.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, said) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let said =
        STANDARD.decode(said.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (id, secret) = std::str::from_utf8(&said).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn refuse(status: StatusCode, error: &'static str, message: &str) -> Response {
    let (error_description, message) = (message.to_owned(), message.to_owned());
    let body = TokenRefused { error, error_description, message };
    let headers = [(CACHE_CONTROL, "no-store")];
    let mut response = (status, headers, Json(body)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        let basic = http::HeaderValue::from_static("Basic realm=\"tingting\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, basic);
    }
    response
}
