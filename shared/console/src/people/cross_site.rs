//! That a form was sent by our own page: its token is bound to the cookie that the browser has, and the
//! headers by which browsers say where a request comes from must not say otherwise. Done around all
//! pages, so that no handler can forget.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Secret;
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method};
use sha2::{Digest as _, Sha256};

use super::{Cookies, Jar};
use crate::{Console, Problem};

/// The field of every form that carries the token.
pub(crate) const FIELD: &str = "form";
/// The page of the one form that is sent by somebody who has no session yet.
pub(crate) const SIGN_IN: &str = "/signin";
const MOST: usize = 1024 * 1024;

/// What a form carries: made of the cookie, which no other site can read.
#[derive(Debug, Clone)]
pub(crate) struct FormToken(String);

impl FormToken {
    /// The token of a cookie.
    pub(crate) fn of(cookie: &str) -> Self {
        let digest = Sha256::new().chain_update("form\n").chain_update(cookie).finalize();
        Self(URL_SAFE_NO_PAD.encode(digest))
    }

    /// For a form.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn is(&self, said: &str) -> bool {
        Secret::parse(&self.0).is_some_and(|token| token.matches(said.as_bytes()))
    }
}

/// Lets a request that may change something through only where it is our own page's.
pub(crate) async fn guarded(
    State(console): State<Arc<Console>>,
    request: Request,
    next: Next,
) -> Response {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method()) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    if !is_same_site(&head.headers) {
        return Problem::CrossSite.into_response();
    }
    let Ok(body) = to_bytes(body, MOST).await else {
        return Problem::Body("the body is too large".to_owned()).into_response();
    };
    if !has_token(&head, &body, console.plain) {
        return Problem::CrossSite.into_response();
    }
    next.run(Request::from_parts(head, Body::from(body))).await
}

fn has_token(head: &Parts, body: &[u8], plain: bool) -> bool {
    let jar = Jar::of(head, plain);
    let cookies = Cookies::of(&head.headers);
    let cookie = if head.uri.path() == SIGN_IN { jar.guest() } else { jar.session() };
    let Some(cookie) = cookies.get(cookie) else { return false };
    let said = form_urlencoded::parse(body).find(|(name, _)| name == FIELD);
    said.is_some_and(|(_, said)| FormToken::of(cookie).is(&said))
}

/// What the browser says of where a request comes from. `Sec-Fetch-Site` is said by every browser of
/// today where the connection is safe, and by no page; `Origin` by the others.
fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|said| said.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            // No page can have a browser say `X-Forwarded-Host` to another site.
            let ours = [text(HOST.as_str()), text("x-forwarded-host")];
            host.is_some() && ours.contains(&host)
        }
        // Neither: no browser, or one so old that the token alone must do.
        (None, None) => true,
    }
}
