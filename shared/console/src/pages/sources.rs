//! `/sources`: the sources there are, each with its last call and how many were refused. Making one is
//! `new`'s, one of them `one`'s; what is done here is done by the same code as the API's.

mod new;
mod one;
mod parked;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{
    Entry, EntryId, Placed, PortError, Provenance, SourceId, SourceRecord, Stretch, Wanted, search,
};
use futures_util::future::{try_join_all, try_join3};
use jiff::{SignedDuration, Timestamp};

use super::shown::{At, count};
use super::words::Words;
use super::{Done, Frame, Language, html};
use crate::people::{SignedIn, by};
use crate::{Console, Desk, Problem};

pub(super) use new::{create, form};
pub(super) use one::{change, edit, remove, retire, rotate, show, switch, would_remove};
pub(super) use parked::read_again;

/// Parked calls that are counted.
const COUNTED: usize = 100;
/// As far back as a last call is looked for, and among so many events.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(400 * 24);
const LOOKED_AT: usize = 20;

#[derive(Template)]
#[template(path = "sources.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    lines: Vec<Line>,
}

/// A source in the list.
struct Line {
    id: String,
    class: &'static str,
    state: &'static str,
    last: Option<At>,
    refused: String,
    refused_any: bool,
    parked: String,
}

/// All of them.
pub(crate) async fn list(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "sources");
    let (t, now) = (f.words(), console.clock.now());
    let entries = console.entries.entries().await?;
    let reads = entries.iter().map(|entry| line(&console, entry, f.language(), now));
    let lines = try_join_all(reads).await?.into_iter().flatten().collect();
    let note = (done == "removed").then_some(t.sources.was_removed);
    html(&Page { f: f.saying(note), t, lines })
}

async fn line(
    console: &Console,
    entry: &Entry,
    language: Language,
    now: Timestamp,
) -> Result<Option<Line>, PortError> {
    let EntryId::Source(id) = &entry.id else { return Ok(None) };
    let t = language.words();
    let reads = try_join3(
        console.survey.refusals(id),
        console.log.parked(id, COUNTED),
        console.last_call(id, now),
    );
    let (refusals, parked, last) = reads.await?;
    let record: Option<SourceRecord> = serde_json::from_str(&entry.record).ok();
    let (class, state) = state(record.as_ref(), last.is_some(), t);
    let day = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    let refused = refusals.iter().filter(|refused| refused.at >= day).count();
    let shown = |n: usize| count(u64::try_from(n).unwrap_or(u64::MAX), language);
    Ok(Some(Line {
        id: id.to_string(),
        class,
        state,
        last: last.map(|at| At::of(at, now)),
        refused: shown(refused),
        refused_any: refused > 0,
        parked: shown(parked.len()),
    }))
}

/// A source's colour and word.
fn state(
    record: Option<&SourceRecord>,
    heard: bool,
    t: &'static Words,
) -> (&'static str, &'static str) {
    match record {
        None => ("bad", t.unreadable),
        Some(record) if record.active == Some(false) => ("", t.disabled),
        Some(_) if heard => ("good", t.active),
        Some(_) => ("warn", t.sources.never_called),
    }
}

impl Console {
    /// When a source's newest call came that was taken; what reconciling filled in is no call.
    async fn last_call(
        &self,
        id: &SourceId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        let from = now.saturating_sub(LOOKED_BACK).unwrap_or(Timestamp::MIN);
        let until = now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX);
        let stretch = Stretch { sources: vec![id.clone()], ..Stretch::between(now, from, until) };
        let found = search(self.log.as_ref(), &Wanted::all(stretch), None, LOOKED_AT).await?;
        let of_hook = |(_, stored): &Placed| {
            let event = &stored.event;
            (event.provenance == Provenance::Hook).then_some(event.received)
        };
        Ok(found.events.iter().find_map(of_hook))
    }
}
