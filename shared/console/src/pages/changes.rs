//! `/changes`: who changed what, newest first.

use std::collections::BTreeSet;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{Number, SourceId, clean};
use serde::Deserialize;

use super::shown::At;
use super::words::Words;
use super::{Frame, html};
use crate::events::EventId;
use crate::people::{SignedIn, by};
use crate::{Desk, Problem};

#[derive(Template)]
#[template(path = "changes.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    rows: Vec<Row>,
    older: Option<String>,
}

struct Row {
    at: At,
    name: String,
    by: String,
    /// What was done, and to what, in words; nothing where there are none.
    done: Option<&'static str>,
    to: Option<Thing>,
    call: String,
    fields: String,
}

/// What there is now.
struct Known {
    /// Destinations' titles, by their numbers.
    titles: BTreeMap<String, String>,
    sources: BTreeSet<SourceId>,
}

/// What something was done to.
struct Thing {
    text: String,
    link: Option<String>,
}

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    cursor: Option<String>,
}

/// The changes.
pub(crate) async fn list(
    by: SignedIn<by::Owner>,
    State(console): Desk,
    Query(Asked { cursor }): Query<Asked>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "changes");
    let (t, now) = (f.words(), console.clock.now());
    let (changes, older) = console.changes(cursor.as_deref()).await?;
    let listed = console.directory.destinations().await?;
    let titles = listed.iter();
    let titles = titles
        .map(|one| (Number::of_destination(one.name()).to_string(), clean(one.title())))
        .collect();
    let known = Known { titles, sources: console.source_ids().await? };
    let row = |change: crate::changes::Change| {
        let (method, path) = change.call.split_once(' ').unwrap_or_default();
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        Row {
            at: At::of(change.at, now),
            name: clean(&change.name),
            by: clean(&change.by),
            done: match (change.tried, parts.last()) {
                (true, Some(&("resume" | "replay"))) => Some(t.changes.looked),
                (true, _) => Some(t.changes.tried),
                (false, _) => done(method, &parts, t),
            },
            to: thing(&parts, &known, t),
            call: clean(&change.call),
            fields: clean(&change.fields.join(", ")),
        }
    };
    html(&Page { rows: changes.into_iter().map(row).collect(), older, t, f })
}

/// What was done: the last word of a path, or else its method.
fn done(method: &str, parts: &[&str], t: &Words) -> Option<&'static str> {
    let w = &t.changes;
    let done = match (method, parts.last().copied().unwrap_or_default()) {
        ("PATCH", _) => w.changed,
        ("DELETE", _) | (_, "delete" | "remove") => w.removed,
        (_, "new" | "webhooks" | "sources" | "people") => w.made,
        (_, "edit") => w.changed,
        (_, "pause") => w.paused,
        (_, "resume") => w.resumed,
        (_, "test") => w.tried,
        (_, "rotate") => w.rotated,
        (_, "retire") => w.retired,
        (_, "active") => w.switched,
        (_, "resend" | "send") => w.resent,
        (_, "cancel") => w.cancelled,
        (_, "release") => w.released,
        (_, "read") => w.read_again,
        (_, "replay") => w.replayed,
        (_, "role") => w.role,
        (_, "password") => w.password,
        (_, "end") => w.signed_out,
        _ => return None,
    };
    Some(done)
}

/// To what, with the page where it is seen.
fn thing(parts: &[&str], known: &Known, t: &Words) -> Option<Thing> {
    match *parts {
        ["webhooks" | "destinations", number, ..] if number.bytes().all(|b| b.is_ascii_digit()) => {
            let title = known.titles.get(number);
            let text = title.cloned().unwrap_or_else(|| t.fill(t.changes.gone, clean(number)));
            Some(Thing { text, link: title.map(|_| format!("/destinations/{number}")) })
        }
        ["webhooks" | "destinations", ..] => {
            Some(Thing { text: t.changes.destination.to_owned(), link: None })
        }
        ["sources", provider, name, ..] => {
            let id = SourceId::parse(&format!("{provider}/{name}")).ok()?;
            let link = known.sources.contains(&id).then(|| format!("/sources/{id}"));
            Some(Thing { text: id.to_string(), link })
        }
        ["sources", ..] => Some(Thing { text: t.source.to_owned(), link: None }),
        ["events", id, ..] => {
            let id = EventId::parse(id)?;
            let link = Some(format!("/events/{}", id.as_str()));
            Some(Thing { text: clean(id.key().as_str()), link })
        }
        ["people", ..] => Some(Thing { text: t.changes.somebody.to_owned(), link: None }),
        _ => None,
    }
}
