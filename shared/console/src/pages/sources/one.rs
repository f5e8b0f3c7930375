//! `/sources/{provider}/{name}`: when it called last, what was refused, what to paste at its provider;
//! its secret changed with an overlap, its settings, disabling, and removing with a question before.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{Event, Origin, clean};
use futures_util::future::try_join4;
use http::StatusCode;
use jiff::Timestamp;

use super::new::{Once, lines};
use super::parked::Parked;
use super::{COUNTED, state};
use crate::events::EventId;
use crate::found::Found;
use crate::pages::said::Said;
use crate::pages::shown::{At, count};
use crate::pages::told::{Told, by_field, others, told};
use crate::pages::words::Words;
use crate::pages::{Done, Frame, html, html_as, redirect};
use crate::people::{SignedIn, by};
use crate::problem::Faults;
use crate::sources::{Base, Change, Named, SourceShown, has_one_each, pasted, takes_ours};
use crate::{Console, Desk, Problem};

/// Refused calls shown.
const MOST: usize = 50;
/// Parked calls shown.
const MOST_PARKED: usize = 20;

#[derive(Template)]
#[template(path = "source.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    source: SourceShown,
    class: &'static str,
    state: &'static str,
    from_file: bool,
    guessed: bool,
    place: &'static str,
    paste: Vec<(&'static str, String, bool)>,
    last: Option<At>,
    settings: Vec<(&'static str, String)>,
    parked: Vec<Parked>,
    /// How many there are, where there are any.
    parked_n: Option<String>,
    conflicts: Vec<Conflict>,
    refused: Vec<Refused>,
    rotates: Rotates,
    fault: Option<String>,
}

/// What can be done about its secret.
struct Rotates {
    /// It has one at all.
    any: bool,
    /// Another one may stand beside it.
    another: bool,
    /// Each bank account has one of its own.
    one_each: bool,
    /// We make it; else its provider does.
    ours: bool,
}

/// What came with the key of another event, and was another.
struct Conflict {
    at: At,
    /// Of the event that has the key.
    event: String,
    key: String,
}

struct Refused {
    at: At,
    reason: Told,
    summary: String,
}

#[derive(Template)]
#[template(path = "source_edit.html")]
struct Edit {
    f: Frame,
    t: &'static Words,
    id: String,
    said: Said,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "source_remove.html")]
struct Remove {
    f: Frame,
    t: &'static Words,
    id: String,
}

impl Edit {
    /// What is wrong with what the form has no field for.
    fn others(&self) -> Vec<String> {
        others(&self.faults, &["code_pattern", "max_age", "silence"])
    }

    fn fault(&self, name: &str) -> Option<&str> {
        self.faults.get(name).map(String::as_str)
    }
}

/// One of them.
pub(crate) async fn show(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
    Base(base): Base,
    named: Named,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "sources");
    let t = f.words();
    let note = match done.as_str() {
        "changed" => Some(t.sources.was_changed),
        "disabled" => Some(t.sources.was_disabled),
        "enabled" => Some(t.sources.was_enabled),
        "retired" => Some(t.sources.was_retired),
        "read" => Some(t.sources.was_read),
        "unread" => Some(t.sources.was_unread),
        _ => None,
    };
    html(&page(&console, f.saying(note), &base, &named, None).await?)
}

async fn page(
    console: &Console,
    f: Frame,
    base: &str,
    named: &Named,
    fault: Option<String>,
) -> Result<Page, Problem> {
    let (t, now, id) = (f.words(), console.clock.now(), named.id());
    let language = f.language();
    let Found { origin, record, .. } = console.source(&id).await?;
    let reads = try_join4(
        console.survey.refusals(&id),
        console.log.parked(&id, COUNTED),
        console.log.conflicts(&id, MOST),
        console.last_call(&id, now),
    );
    let (refusals, parked, conflicts, last) = reads.await?;
    let refused = refusals.iter().rev().take(MOST).map(|refused| Refused {
        at: At::of(refused.at, now),
        reason: told(&clean(&refused.reason), language),
        summary: clean(&refused.summary),
    });
    let source = SourceShown::of(origin, &record, base);
    let (class, state) = state(Some(&record), last.is_some(), t);
    let parked_n = u64::try_from(parked.len()).unwrap_or(u64::MAX);
    let shown = parked.iter().take(MOST_PARKED).map(|call| Parked::of(call, language, now));
    let rotates = Rotates {
        any: !record.secrets.is_empty(),
        another: record.secrets.len() < 2 || has_one_each(&record),
        one_each: has_one_each(&record),
        ours: takes_ours(&record),
    };
    Ok(Page {
        class,
        state,
        from_file: origin == Origin::File,
        guessed: console.public_url.is_none(),
        place: t.sources.place(&record.provider),
        paste: lines(pasted(&record, &source.url), None, t),
        last: last.map(|at| At::of(at, now)),
        settings: settings(&source, t),
        parked: shown.collect(),
        parked_n: (parked_n > 0).then(|| count(parked_n, language)),
        conflicts: conflicts.iter().map(|other| conflict(other, now)).collect(),
        refused: refused.collect(),
        rotates,
        source,
        fault,
        t,
        f,
    })
}

fn conflict(event: &Event, now: Timestamp) -> Conflict {
    let of = EventId::of(&event.key).as_str().to_owned();
    Conflict { at: At::of(event.received, now), event: of, key: clean(event.key.as_str()) }
}

/// What was said of it; what says nothing is left out.
fn settings(source: &SourceShown, t: &Words) -> Vec<(&'static str, String)> {
    let secrets = source.secrets.to_string();
    let said = [
        (t.sources.auth, source.auth.as_deref().map(|word| t.sources.auth_of(word))),
        (t.sources.client_id, source.client_id.as_deref()),
        (t.sources.header, source.header.as_deref()),
        (t.sources.live_secrets, Some(secrets.as_str())),
        (t.sources.code_pattern, source.code_pattern.as_deref()),
        (t.sources.silence, source.silence.as_deref()),
        (t.sources.max_age, source.max_age.as_deref()),
        (t.sources.reconciled, source.reconciled.then_some(t.yes)),
    ];
    said.into_iter().filter_map(|(name, said)| Some((name, clean(said?)))).collect()
}

/// Puts a new secret beside the one in use, and shows it this once.
pub(crate) async fn rotate(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    Base(base): Base,
    named: Named,
    body: Bytes,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "sources");
    let said = Said::read(&body).some("secret");
    match console.rotate_source(&named.id(), said, &base).await {
        Ok(made) => html(&Once::of(f, made, false)),
        Err(problem) => faulty(&console, f, &base, &named, problem).await,
    }
}

/// Takes a secret from it.
pub(crate) async fn retire(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    Base(base): Base,
    named: Named,
    body: Bytes,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "sources");
    let said = Said::read(&body).some("secret");
    match console.retire_source(&named.id(), said.as_deref()).await {
        Ok(()) => Ok(onward(&named, "retired")),
        Err(problem) => faulty(&console, f, &base, &named, problem).await,
    }
}

/// Its page with what is wrong with the secret that was said.
async fn faulty(
    console: &Console,
    f: Frame,
    base: &str,
    named: &Named,
    problem: Problem,
) -> Result<Response, Problem> {
    let Problem::Validation(faults) = problem else { return Err(problem) };
    let faults = by_field(faults, f.language()).into_values();
    let fault = faults.collect::<Vec<_>>().join("; ");
    html_as(StatusCode::BAD_REQUEST, &page(console, f, base, named, Some(fault)).await?)
}

/// Has its calls taken, or not.
pub(crate) async fn switch(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    named: Named,
    body: Bytes,
) -> Result<Response, Problem> {
    let active = Said::read(&body).is("active", "1");
    let change = Change { active: Some(active), ..Change::default() };
    console.change_source(&named.id(), change).await?;
    Ok(onward(&named, if active { "enabled" } else { "disabled" }))
}

/// The form of its settings.
pub(crate) async fn edit(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    named: Named,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "sources");
    let Found { record, .. } = console.source(&named.id()).await?.ours()?;
    let mut said = Said::default();
    said.put("code_pattern", record.code_pattern.unwrap_or_default());
    said.put("silence", record.silence.unwrap_or_default());
    said.put("max_age", record.max_age.unwrap_or_default());
    html(&Edit { id: named.id().to_string(), said, faults: Faults::new(), t: f.words(), f })
}

/// Changes its settings.
pub(crate) async fn change(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    named: Named,
    body: Bytes,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "sources");
    let said = Said::read(&body);
    let text = |name: &str| Some(said.get(name).to_owned());
    let change = Change {
        active: None,
        max_age: text("max_age"),
        code_pattern: text("code_pattern"),
        silence: text("silence"),
    };
    let faults = match console.change_source(&named.id(), change).await {
        Ok(()) => return Ok(onward(&named, "changed")),
        Err(Problem::Validation(faults)) => by_field(faults, f.language()),
        Err(problem) => return Err(problem),
    };
    let page = Edit { id: named.id().to_string(), said, faults, t: f.words(), f };
    html_as(StatusCode::BAD_REQUEST, &page)
}

/// Asks whether it is to be removed.
pub(crate) async fn would_remove(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    named: Named,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "sources");
    console.source(&named.id()).await?.ours()?;
    html(&Remove { id: named.id().to_string(), t: f.words(), f })
}

/// Removes it.
pub(crate) async fn remove(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    named: Named,
) -> Result<Response, Problem> {
    console.remove_source(&named.id()).await?;
    Ok(redirect("/sources?done=removed"))
}

fn onward(named: &Named, done: &str) -> Response {
    redirect(&format!("/sources/{}?done={done}", named.id()))
}
