//! What every answer to a browser has: the headers that keep strangers' scripts out, and, where it is a
//! problem, a page that says so in its reader's language.

use askama::Template;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::told::told;
use super::words::Words;
use super::{Frame, Language, html};
use crate::people::{FormToken, Jar, View};
use crate::problem::Gist;

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    status: u16,
    title: &'static str,
    hint: Option<&'static str>,
    detail: Option<String>,
    /// The room that was being acted on.
    room: Option<String>,
}

/// Dresses the answer of a page.
pub(crate) async fn dressed(request: Request, next: Next) -> Response {
    if is_for_programs(request.uri().path()) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let is_browser = takes_pages(&head.headers);
    // Its frame has no form: the token is nobody's.
    let language = Language::of(&head.headers);
    let shows = [Method::GET, Method::HEAD].contains(&head.method);
    let here = head.uri.path_and_query().filter(|_| shows);
    let here = here.map_or("/", |here| here.as_str()).to_owned();
    let room = room(head.uri.path());
    let view = View { language, here, token: FormToken::of(""), jar: Jar::of(&head, false) };
    let response = next.run(Request::from_parts(head, body)).await;
    let gist = response.extensions().get::<Gist>().filter(|_| is_browser).cloned();
    let mut response = match gist {
        Some(gist) => page(view, room, &gist, response),
        None => response,
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether programs call here, who are told what is wrong in JSON.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/oauth2/") || path == "/openapi.json"
}

/// Whether a browser asks: every one says that it takes pages. A provider that was told a wrong address
/// is answered in JSON, as everywhere.
fn takes_pages(headers: &HeaderMap) -> bool {
    let said = headers.get_all(ACCEPT).iter().filter_map(|said| said.to_str().ok());
    said.into_iter().any(|said| said.contains("text/html"))
}

/// The page of the thing that a path acts on: of `/destinations/7/pause`, `/destinations/7`.
fn room(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["", area @ ("destinations" | "events"), id, _, ..] => Some(format!("/{area}/{id}")),
        ["", "sources", provider, name, _, ..] => Some(format!("/sources/{provider}/{name}")),
        ["", area @ ("people" | "destinations" | "sources"), _, ..] => Some(format!("/{area}")),
        _ => None,
    }
}

/// The page of a problem; headers and extensions stay what they were.
fn page(view: View, room: Option<String>, gist: &Gist, response: Response) -> Response {
    let t = view.language.words();
    let (title, hint, tells) = match gist.word {
        "not_found" => (t.wrong.not_found, Some(t.wrong.not_found_hint), false),
        "not_allowed" => (t.wrong.not_allowed, None, false),
        "forbidden" => (t.wrong.forbidden, Some(t.wrong.forbidden_hint), false),
        "cross_site" => (t.wrong.cross_site, Some(t.wrong.cross_site_hint), false),
        "unavailable" => (t.wrong.unavailable, Some(t.wrong.unavailable_hint), false),
        _ => (t.wrong.error, None, true),
    };
    let (mut head, _) = response.into_parts();
    let status = head.status.as_u16();
    let detail = tells.then(|| told(&gist.message, view.language).text);
    let frame = Frame::bare(view, "");
    // Whoever may not act on people may not look at them either.
    let room = room.filter(|room| status != 404 && (status != 403 || room != "/people"));
    let made = html(&Page { f: frame, t, status, title, hint, detail, room });
    let body = made.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    head.headers.remove(CONTENT_LENGTH);
    head.headers.remove(WWW_AUTHENTICATE);
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    head.headers.insert(CONTENT_TYPE, kind);
    Response::from_parts(head, Body::new(body.into_body()))
}
