//! `/`: today's money, events by the hour, destinations and their health, and what needs attention.
//! What the day brought is added up in `day`, what is wrong gathered in `attention`.

mod attention;
mod day;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::VIETNAM;
use futures_util::future::try_join;

use super::destinations::{Line, lines};
use super::shown::{count, money};
use super::words::Words;
use super::{Frame, html};
use crate::people::{SignedIn, by};
use crate::{Desk, Problem};
use attention::Matter;
use day::Day;

/// The chart's height, and the room for one bar, in its own units.
const HEIGHT: u64 = 100;
const ROOM: usize = 10;

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    today: String,
    money: Vec<Flow>,
    incomplete: bool,
    bars: Vec<Bar>,
    width: usize,
    busiest: String,
    total: String,
    lines: Vec<Line>,
    matters: Vec<Matter>,
    fresh: Option<Steps>,
}

/// A currency's day.
struct Flow {
    came: String,
    came_count: String,
    went: String,
    went_count: String,
}

/// One hour of the chart.
struct Bar {
    hour: String,
    events: u64,
    shown: String,
    x: usize,
    y: u64,
    height: u64,
    /// Its hour is written below.
    labelled: bool,
}

/// How far a fresh installation is.
struct Steps {
    source: bool,
    destination: bool,
}

/// The overview.
pub(crate) async fn show(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "overview");
    let (t, language) = (f.words(), f.language());
    let now = console.clock.now();
    let sources = console.source_ids().await?;
    let (day, lines) = try_join(console.day(&sources, now), lines(&console, language, now)).await?;
    let matters = console.matters(&sources, &lines, language, now).await?;
    let steps = Steps { source: !sources.is_empty(), destination: !lines.is_empty() };
    let total: u64 = day.hours.iter().map(|hour| hour.events).sum();
    let nothing_yet = total == 0 && day.money.is_empty() && !console.has_any(now).await?;
    let page = Page {
        today: VIETNAM.to_datetime(now).strftime("%d/%m/%Y").to_string(),
        money: flows(&day, language),
        incomplete: day.incomplete,
        width: day.hours.len() * ROOM,
        busiest: count(day.hours.iter().map(|hour| hour.events).max().unwrap_or(0), language),
        total: count(total, language),
        bars: bars(&day, language),
        lines,
        matters,
        fresh: nothing_yet.then_some(steps),
        t,
        f,
    };
    html(&page)
}

fn flows(day: &Day, language: super::Language) -> Vec<Flow> {
    let flow = |total: &domain::MoneyTotal| {
        let code = total.currency.as_str();
        Flow {
            came: money(total.sum_in, code, language),
            came_count: count(total.count_in, language),
            went: money(total.sum_out, code, language),
            went_count: count(total.count_out, language),
        }
    };
    day.money.iter().map(flow).collect()
}

fn bars(day: &Day, language: super::Language) -> Vec<Bar> {
    let most = day.hours.iter().map(|hour| hour.events).max().unwrap_or(0).max(1);
    let bar = |(n, hour): (usize, &day::Hour)| {
        // One event among thousands is seen, too.
        let least = if hour.events > 0 { 2 } else { 0 };
        let height = (hour.events.saturating_mul(HEIGHT) / most).max(least);
        let civil = VIETNAM.to_datetime(hour.begin);
        Bar {
            hour: civil.strftime("%H:00").to_string(),
            events: hour.events,
            shown: count(hour.events, language),
            x: n * ROOM,
            y: HEIGHT - height,
            height,
            labelled: civil.hour() % 6 == 0,
        }
    };
    day.hours.iter().enumerate().map(bar).collect()
}
