//! The commands `events list` and `events show`: the log of a deployment, and one event with all that became
//! of it.

mod words;

use std::process::ExitCode;

use anyhow::bail;
use console::access::Scope;
use serde::Deserialize;

use super::call::{Answered, Call};
use super::door::Door;
use super::event::{Event, id};
use super::shown::print_json;
use crate::args::{Deployment, Events, EventsList, EventsShow, Filters};
use crate::run::{Process, print};
use words::{Whole, described, listed};

/// A part of the log.
#[derive(Deserialize)]
struct Listing {
    data: Vec<Event>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    next_cursor: Option<String>,
}

/// One event with everything.
#[derive(Deserialize)]
struct One {
    data: Whole,
}

/// Does what is asked of the log.
pub(crate) async fn events(
    what: Events,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    match what {
        Events::List(what) => list(&what, above, process).await,
        Events::Show(what) => show(&what, above, process).await,
    }
}

async fn list(
    what: &EventsList,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::find(&what.remote, above, process)?;
    let mut query = query(&what.filters);
    let limit = what.limit.map(|limit| limit.to_string());
    let state = what.state.clone();
    for (name, said) in
        [("state", state), ("destination", what.destination.clone()), ("limit", limit)]
    {
        query.extend(said.map(|said| (name, said)));
    }
    let mut events = Vec::new();
    let mut pages = Pages::new(query, what.cursor.clone());
    while let Some((mut page, answered)) = pages.next(&mut door).await? {
        if what.remote.json {
            print_json(&answered, process)?;
        } else {
            events.append(&mut page);
        }
        if !what.all {
            break;
        }
    }
    if !what.remote.json {
        print(&listed(&events, pages.cursor.as_deref().filter(|_| !pages.ended)))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(
    what: &EventsShow,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::find(&what.remote, above, process)?;
    let call = Call::get(Scope::EventRead, &["api", "v1", "events", &id(&what.event)]);
    let (one, answered): (One, _) = door.read(&call).await?;
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&described(&one.data))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What the filters ask of the API.
pub(super) fn query(filters: &Filters) -> Vec<(&'static str, String)> {
    let Filters { from, until, source, kind, account, min_amount, max_amount, text, reference } =
        filters;
    let joined = |words: &Vec<String>| (!words.is_empty()).then(|| words.join(","));
    [
        ("from", from.clone()),
        ("until", until.clone()),
        ("source", joined(source)),
        ("kind", joined(kind)),
        ("account", account.clone()),
        ("min_amount", min_amount.clone()),
        ("max_amount", max_amount.clone()),
        ("text", text.clone()),
        ("reference", reference.clone()),
    ]
    .into_iter()
    .filter_map(|(name, said)| Some((name, said?)))
    .collect()
}

/// The parts of the log, one after the other, each asked with the same filters.
pub(super) struct Pages {
    query: Vec<(&'static str, String)>,
    /// Where to go on.
    cursor: Option<String>,
    ended: bool,
}

impl Pages {
    pub(super) fn new(query: Vec<(&'static str, String)>, cursor: Option<String>) -> Self {
        Self { query, cursor, ended: false }
    }

    /// The next part; nothing behind the last.
    pub(super) async fn next(
        &mut self,
        door: &mut Door,
    ) -> anyhow::Result<Option<(Vec<Event>, Answered)>> {
        if self.ended {
            return Ok(None);
        }
        let mut query = self.query.clone();
        query.extend(self.cursor.clone().map(|cursor| ("cursor", cursor)));
        let call = Call::get(Scope::EventRead, &["api", "v1", "events"]).with_query(query);
        let (listing, answered): (Listing, _) = door.read(&call).await?;
        let next = listing.meta.next_cursor;
        if next.is_some() && next == self.cursor {
            bail!("{} repeats a part of its log: that is not followed", door.base());
        }
        (self.ended, self.cursor) = (next.is_none(), next);
        Ok(Some((listing.data, answered)))
    }
}
