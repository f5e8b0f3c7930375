//! `/destinations`: all of them with their health, and one with its settings and what it can be told to
//! do. Making one is `new`'s, changing one `edit`'s, its signing secrets are `signing`'s; what is done here is done by the same code as the API's.

mod edit;
mod form;
mod new;
mod one;
mod signing;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{Holding, Listed, Number, Standing};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::shown::{At, count};
use super::words::Words;
use super::{Done, Frame, Language, html};
use crate::people::{SignedIn, by};
use crate::standing::StandingShown;
use crate::{Console, Desk, Problem};

pub(super) use edit::{change, edit};
pub(super) use new::{create, form};
pub(super) use one::{delete, pause, remove, resume, show, test, would_resume};
pub(super) use signing::{retire, rotate};

/// A destination in a list.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) channel: String,
    /// active, paused, disabled, inactive or unreadable.
    pub(crate) mode: &'static str,
    /// `good`, `warn`, `bad` or nothing.
    pub(crate) class: &'static str,
    pub(crate) health: &'static str,
    /// Since when it takes nothing, in words.
    pub(crate) failing: Option<String>,
    pub(crate) held: u64,
    pub(crate) held_shown: String,
}

#[derive(Template)]
#[template(path = "destinations.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    lines: Vec<Line>,
}

/// All of them.
pub(crate) async fn list(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let t = f.words();
    let lines = lines(&console, f.language(), console.clock.now()).await?;
    let note = (done == "deleted").then_some(t.destinations.was_deleted);
    html(&Page { f: f.saying(note), t, lines })
}

/// Every destination, by name.
pub(crate) async fn lines(
    console: &Console,
    language: Language,
    now: Timestamp,
) -> Result<Vec<Line>, domain::PortError> {
    let listed = console.directory.destinations().await?;
    let standings = console.survey.standings().await?;
    let reads = listed.iter().map(async |listed| {
        let name = listed.name();
        let standing = standings.iter().find(|(known, _)| known == name);
        let standing = standing.map_or_else(Standing::default, |(_, standing)| standing.clone());
        // What never failed and was never paused holds nothing.
        let holding = match standing == Standing::default() {
            true => Holding { destination: name.clone(), standing, held: 0, oldest: None },
            false => Holding::of(console.survey.as_ref(), name.clone(), standing).await?,
        };
        Ok(line(listed, &StandingShown::of(&holding), language, now))
    });
    let mut lines: Vec<Line> = try_join_all(reads).await?;
    lines.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(lines)
}

fn line(listed: &Listed, standing: &StandingShown, language: Language, now: Timestamp) -> Line {
    let t = language.words();
    let (channel, active) = match listed {
        Listed::Ready(destination) => (destination.channel.clone(), Some(destination.active)),
        Listed::Unreadable { .. } => ("–".to_owned(), None),
    };
    let mode = match (active, standing.mode) {
        (None, _) => "unreadable",
        (_, "paused") => "paused",
        (_, "disabled") => "disabled",
        (Some(false), _) => "inactive",
        (Some(true), _) => "active",
    };
    let (class, health) = health(mode, t);
    let failing = standing.failing_since.as_deref().filter(|_| standing.failures > 0);
    let failing = failing.map(|since| {
        let At { day, time, .. } = At::read(since, now);
        t.fill(t.destinations.failing_since, format!("{day} {time}"))
    });
    let class = if failing.is_some() && class == "good" { "warn" } else { class };
    Line {
        number: Number::of_destination(listed.name()).get(),
        title: domain::clean(listed.title()),
        channel,
        mode,
        class,
        health,
        failing,
        held: standing.held,
        held_shown: count(standing.held, language),
    }
}

/// A mode's colour and word.
fn health(mode: &str, t: &'static Words) -> (&'static str, &'static str) {
    match mode {
        "active" => ("good", t.active),
        "paused" => ("warn", t.paused),
        "disabled" => ("bad", t.disabled),
        "inactive" => ("", t.inactive),
        _ => ("bad", t.unreadable),
    }
}
