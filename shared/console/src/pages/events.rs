//! `/events`: the log, newest first, with the API's own filters in the address; and one event with all
//! that became of it. New ones appear by asking for the rows alone (`/events/rows`).

mod one;
mod preview;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::{DeliveryState, Kind, clean, excerpt};
use form_urlencoded::Serializer;
use jiff::Timestamp;

use super::shown::{At, Sum};
use super::told::by_field;
use super::words::Words;
use super::{Frame, Language, html};
use crate::body::Queried;
use crate::events::EventShown;
use crate::events::asked::Asked;
use crate::people::{SignedIn, by};
use crate::problem::Faults;
use crate::{Console, Desk, Problem};

pub(super) use one::{cancel, release, resend, send, show};

/// The longest memo in a list, in bytes.
const MEMO: usize = 160;

#[derive(Template)]
#[template(path = "events.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    asked: Asked,
    faults: Faults,
    rows: Vec<Row>,
    /// The same, further on.
    older: Option<String>,
    /// The rows alone, as they are now; nothing on older parts.
    live: Option<String>,
    kinds: Vec<(&'static str, &'static str)>,
    states: Vec<(&'static str, &'static str)>,
    sources: Vec<String>,
    destinations: Vec<(String, String)>,
    filtered: bool,
    /// Whether other filters than the text's are in use, …
    usual: bool,
    /// … and among them any of the rarer ones.
    more: bool,
}

#[derive(Template)]
#[template(path = "_rows.html")]
struct Rows {
    t: &'static Words,
    rows: Vec<Row>,
}

/// An event in the list.
#[derive(Debug)]
struct Row {
    id: String,
    at: At,
    kind: &'static str,
    source: String,
    sum: Option<Sum>,
    memo: String,
    test: bool,
    late: bool,
    conflict: bool,
    states: Vec<Badge>,
    attempts: u32,
}

/// How many deliveries stand so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Badge {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

impl Page {
    fn fault(&self, name: &str) -> Option<&str> {
        self.faults.get(name).map(String::as_str)
    }

    /// What is wrong with what the form has no field for.
    fn others(&self) -> Vec<&str> {
        ["cursor", "destination", "limit"].into_iter().filter_map(|name| self.fault(name)).collect()
    }
}

/// The log.
pub(crate) async fn list(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
    RawQuery(query): RawQuery,
    Queried(asked): Queried<Asked>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "events");
    let (t, language) = (f.words(), f.language());
    let now = console.clock.now();
    let (rows, next, faults) = match part(&console, &asked, language, now).await {
        Ok((rows, next)) => (rows, next, Faults::new()),
        Err(Problem::Validation(faults)) => (Vec::new(), None, by_field(faults, language)),
        Err(problem) => return Err(problem),
    };
    let said = |part: &Option<String>| part.as_deref().is_some_and(|said| !said.is_empty());
    let more = [
        &asked.destination,
        &asked.account,
        &asked.min_amount,
        &asked.max_amount,
        &asked.reference,
    ];
    let more = more.into_iter().any(said);
    let usual = [&asked.from, &asked.until, &asked.source, &asked.kind, &asked.state];
    let usual = more || usual.into_iter().any(said);
    let filtered = usual || said(&asked.text);
    let newest = !said(&asked.cursor) && faults.is_empty();
    let listed = console.directory.destinations().await?;
    let destinations = listed.iter().map(|one| (one.name().to_string(), clean(one.title())));
    let sources = console.source_ids().await?.iter().map(ToString::to_string).collect();
    html(&Page {
        older: next.map(|cursor| further(query.as_deref(), &cursor)),
        live: newest.then(|| format!("/events/rows?{}", query.unwrap_or_default())),
        kinds: Kind::ALL.iter().map(|kind| (kind.as_str(), t.kinds.of(kind.as_str()))).collect(),
        states: DeliveryState::WORDS.iter().map(|word| (*word, t.states.of(word))).collect(),
        destinations: destinations.collect(),
        sources,
        asked,
        faults,
        rows,
        filtered,
        usual,
        more,
        t,
        f,
    })
}

/// The rows alone.
pub(crate) async fn rows(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
    Queried(asked): Queried<Asked>,
) -> Result<Response, Problem> {
    let language = by.view.language;
    let (rows, _) = part(&console, &asked, language, console.clock.now()).await?;
    html(&Rows { t: language.words(), rows })
}

/// A part of the log, and where the next one begins.
async fn part(
    console: &Console,
    asked: &Asked,
    language: Language,
    now: Timestamp,
) -> Result<(Vec<Row>, Option<String>), Problem> {
    let page = asked.page(now)?;
    let listing = console.events(&page.wanted, page.after.as_deref(), page.limit).await?;
    let rows = listing.data.iter().map(|event| row(event, language, now)).collect();
    Ok((rows, listing.meta.next_cursor))
}

fn row(event: &EventShown, language: Language, now: Timestamp) -> Row {
    let t = language.words();
    let facts = ["content", "name", "number", "reason", "event_name"];
    let memo = facts.iter().find_map(|fact| event.facts.get(*fact));
    Row {
        id: event.id.clone(),
        at: At::read(&event.received, now),
        kind: t.kinds.of(&event.kind),
        source: clean(&event.source),
        sum: sum(event, language),
        memo: memo.map(|memo| excerpt(memo, MEMO)).unwrap_or_default(),
        test: event.test,
        late: event.late,
        conflict: event.in_conflict,
        states: badges(event, t),
        attempts: event.deliveries.iter().map(|delivery| delivery.attempts).sum(),
    }
}

/// The money that an event is about.
fn sum(event: &EventShown, language: Language) -> Option<Sum> {
    let (amount, currency) = (event.amount.as_deref()?, event.currency.as_deref()?);
    Some(Sum::read(amount, currency, event.direction.as_deref(), language))
}

/// How an event's deliveries stand, the worst first.
fn badges(event: &EventShown, t: &Words) -> Vec<Badge> {
    const WORST_FIRST: [&str; 8] =
        ["failed", "held", "waiting", "sending", "pending", "gathered", "cancelled", "delivered"];
    let mut counts = BTreeMap::<usize, usize>::new();
    for delivery in &event.deliveries {
        let place = WORST_FIRST.iter().position(|word| *word == delivery.state);
        *counts.entry(place.unwrap_or(0)).or_default() += 1;
    }
    let badge = |(place, n): (usize, usize)| {
        let word = WORST_FIRST[place];
        let text =
            if n > 1 { format!("{} {n}", t.states.of(word)) } else { t.states.of(word).to_owned() };
        Badge { class: class(word), text }
    };
    counts.into_iter().map(badge).collect()
}

/// The colour of a state.
fn class(state: &str) -> &'static str {
    match state {
        "delivered" => "good",
        "failed" => "bad",
        "held" | "waiting" => "warn",
        _ => "",
    }
}

/// The address of the same, further on.
fn further(query: Option<&str>, cursor: &str) -> String {
    let mut next = Serializer::new(String::new());
    for (name, said) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if name != "cursor" && !said.is_empty() {
            next.append_pair(&name, &said);
        }
    }
    format!("/events?{}", next.append_pair("cursor", cursor).finish())
}
