//! `/password`: everybody's own password. The old one is asked for, and guessing it is slowed down as
//! signing in is, by the same count; with the new one all other sessions are over.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

use super::signin::{WEEK, key};
use super::words::Words;
use super::{Done, Frame, html, html_as, redirect};
use crate::people::{self, Password, SignedIn, by};
use crate::{Desk, Problem};

#[derive(Template)]
#[template(path = "password.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    name: String,
    /// The field, and what is wrong with it.
    fault: Option<(&'static str, String)>,
}

impl Page {
    fn fault(&self, name: &str) -> Option<&str> {
        self.fault.as_ref().filter(|(field, _)| *field == name).map(|(_, said)| said.as_str())
    }
}

/// What is said.
#[derive(Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    again: String,
}

/// The form.
pub(crate) async fn form(
    by: SignedIn<by::Viewer>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Problem> {
    let t = by.view.language.words();
    let note = (done == "changed").then_some(t.people.own_changed);
    let f = Frame::of(&by, "").saying(note);
    html(&Page { name: by.operator.name.to_string(), fault: None, t, f })
}

/// Changes it. This browser goes on in a session of its own.
pub(crate) async fn change(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
    Form(Said { old, new, again }): Form<Said>,
) -> Result<Response, Problem> {
    let t = by.view.language.words();
    let name = &by.operator.name;
    let refused = |status: StatusCode, field: &'static str, fault: String| {
        let f = Frame::of(&by, "");
        html_as(status, &Page { name: name.to_string(), fault: Some((field, fault)), t, f })
    };
    let Ok(password) = Password::parse(&new) else {
        return refused(StatusCode::BAD_REQUEST, "new", t.people.bad_password.to_owned());
    };
    if new != again {
        return refused(StatusCode::BAD_REQUEST, "again", t.people.not_the_same.to_owned());
    }
    let (cabinet, now, who) = (console.cabinet.as_ref(), console.clock.now(), key(name.as_str()));
    let wait = |seconds: u64, fault: String| {
        let mut response = refused(StatusCode::TOO_MANY_REQUESTS, "old", fault)?;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        Ok(response)
    };
    if let Some(left) = console.throttle.wait(&who, now) {
        let seconds = left.as_secs().max(1);
        return wait(seconds, t.fill(t.signin.slow_down, seconds));
    }
    // Noted before it is proved, as in signing in.
    console.throttle.failed(&who, now);
    let known = people::authenticate(cabinet, &console.passwords, name.as_str(), &old).await?;
    let Some(known) = known else { return wait(1, t.signin.busy.to_owned()) };
    let Some(known) = known else {
        tracing::warn!("somebody could not change a password in the console");
        return refused(StatusCode::FORBIDDEN, "old", t.people.wrong_old.to_owned());
    };
    console.throttle.succeeded(&who);
    let (entropy, passwords) = (console.entropy.as_ref(), &console.passwords);
    // Every session is over then, this one too; whoever was changed or removed meanwhile gets none.
    let operator = people::set_own_password(cabinet, entropy, passwords, &known, &password).await?;
    let operator = operator.ok_or(Problem::Changed)?;
    let token = people::begin(cabinet, entropy, &operator, now).await?;
    let mut response = redirect("/password?done=changed");
    let jar = by.view.jar;
    if let Some(cookie) = jar.set(jar.session(), &token, Some(WEEK)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
