//! Signing in and out, and the choice of a language.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::language::COOKIE;
use super::words::Words;
use super::{Frame, Language, html, redirect};
use crate::people::{self, Guest, SIGN_IN, SignedIn, View, by};
use crate::{Desk, Problem};

/// A session's cookie, and the language's, in seconds; when a session is over is the cabinet's to say.
pub(super) const WEEK: u32 = 7 * 24 * 3600;
const YEAR: u32 = 365 * 24 * 3600;

#[derive(Template)]
#[template(path = "signin.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    name: String,
    next: String,
    nobody: bool,
    fault: Option<String>,
}

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(crate) struct Onward {
    next: Option<String>,
    back: Option<String>,
}

/// What is said to sign in.
#[derive(Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// The form.
pub(crate) async fn show(
    guest: Guest,
    State(console): Desk,
    Query(onward): Query<Onward>,
) -> Result<Response, Problem> {
    let nobody = !people::any(console.cabinet.as_ref()).await?;
    let next = local(onward.next.as_deref());
    page(guest, nobody, (String::new(), next), None)
}

fn page(
    guest: Guest,
    nobody: bool,
    (name, next): (String, String),
    fault: Option<String>,
) -> Result<Response, Problem> {
    let Guest { view, cookie } = guest;
    let (jar, t) = (view.jar, view.language.words());
    let f = Frame::bare(view, "");
    let mut response = html(&Page { f, t, name, next, nobody, fault })?;
    let cookie = cookie.and_then(|cookie| jar.set(jar.guest(), &cookie, None));
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Signs in.
pub(crate) async fn sign_in(
    guest: Guest,
    State(console): Desk,
    Form(Said { name, password, next }): Form<Said>,
) -> Result<Response, Problem> {
    let (t, jar) = (guest.view.language.words(), guest.view.jar);
    let next = local(Some(&next));
    let now = console.clock.now();
    let who = key(&name);
    let refused = |status: StatusCode, fault: String, wait: Option<u64>| {
        let mut response = page(guest, false, (name.clone(), next.clone()), Some(fault))?;
        *response.status_mut() = status;
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
        }
        Ok(response)
    };
    if let Some(wait) = console.throttle.wait(&who, now) {
        let seconds = wait.as_secs().max(1);
        let fault = t.fill(t.signin.slow_down, seconds);
        return refused(StatusCode::TOO_MANY_REQUESTS, fault, Some(seconds));
    }
    let cabinet = console.cabinet.as_ref();
    // Noted before it is proved: whoever guesses many at once waits as one who guesses one by one.
    console.throttle.failed(&who, now);
    let known = people::authenticate(cabinet, &console.passwords, &name, &password).await?;
    let Some(known) = known else {
        return refused(StatusCode::TOO_MANY_REQUESTS, t.signin.busy.to_owned(), Some(1));
    };
    let Some(operator) = known else {
        tracing::warn!("somebody could not sign in to the console");
        return refused(StatusCode::FORBIDDEN, t.signin.wrong.to_owned(), None);
    };
    console.throttle.succeeded(&who);
    let token = people::begin(cabinet, console.entropy.as_ref(), &operator, now).await?;
    let mut response = redirect(&next);
    let cookies = [jar.set(jar.session(), &token, Some(WEEK)), jar.set(jar.guest(), "", Some(0))];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Signs out.
pub(crate) async fn sign_out(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
) -> Result<Response, Problem> {
    people::end(console.cabinet.as_ref(), &by.session.id).await?;
    let View { jar, .. } = by.view;
    let mut response = redirect(SIGN_IN);
    if let Some(cookie) = jar.set(jar.session(), "", Some(0)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Chooses a language, and goes back.
pub(crate) async fn language(
    State(console): Desk,
    Path(code): Path<String>,
    Query(onward): Query<Onward>,
    request: axum::extract::Request,
) -> Response {
    let Some(language) = Language::parse(&code) else {
        return Problem::NotFound("there is no such language").into_response();
    };
    let (head, _) = request.into_parts();
    let jar = people::Jar::of(&head, console.plain);
    let mut response = redirect(&local(onward.back.as_deref()));
    if let Some(cookie) = jar.set(COOKIE, language.code(), Some(YEAR)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// A path of our own to go on to, whatever a stranger's link says.
fn local(said: Option<&str>) -> String {
    let ours = |path: &&str| {
        let rest = path.strip_prefix('/').unwrap_or("/");
        let visible = path.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
        visible && !rest.starts_with('/') && !path.starts_with(SIGN_IN)
    };
    said.filter(ours).unwrap_or("/").to_owned()
}

/// By what failures of a name are remembered: apart from clients, and no longer than a digest.
pub(super) fn key(name: &str) -> String {
    let name = name.trim().to_lowercase();
    format!("operator {}", hex::encode(Sha256::digest(name.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_leads_elsewhere() {
        for (said, next) in [
            ("/events?state=held", "/events?state=held"),
            ("/", "/"),
            ("", "/"),
            ("events", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("https://evil.example", "/"),
            ("/signin?next=/signin", "/"),
        ] {
            assert_eq!(local(Some(said)), next, "{said}");
        }
    }
}
