//! SePay's user API, `/userapi/transactions/list`: no pages, but everything from a number on
//! (`since_id`, that row included), at most so many rows. In which order is not documented: where
//! the oldest come first the next question begins at the last number, where the newest come first it
//! ends at the last date. Once a day it is asked by date instead, whatever the numbers say, so that
//! one absurd number hides nothing for ever.
//!
//! Quirks: a wrong token may be answered 200 with an empty body; numbers and amounts are texts.

use bytes::Bytes;
use domain::{Answer, Ask, Blame, NextPage, Page, Secret, Setback};
use http::{Method, Request};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::api::{self, OWN};
use crate::json::{self, Object, Unreadable};
use crate::listing;

/// Of at most 5000; so many fit into an answer of the size that is read.
const LIMIT: usize = 1000;
/// How often the numbers are not trusted.
const BY_DATE_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How far the numbers were followed. Between two rounds `at` is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Walk {
    /// Everything below this number is known.
    since: u64,
    /// When the last round by date began, in seconds.
    by_date: i64,
    /// What the round in hand asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Place>,
}

/// What is asked for next within a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// Rows of this number and above; 0 in a round by date that has not seen one.
    from_id: u64,
    /// Rows of this day and later, in a round by date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_day: Option<String>,
    /// Rows of this time and before, where the newest come first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// The greatest number seen in this round.
    top: u64,
    /// The least number of a row that was left for its hook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hold: Option<u64>,
}

impl Walk {
    fn of(ask: &Ask<'_>) -> (Self, Place) {
        let mut walk: Self =
            ask.cursor.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        if let Some(place) = walk.at.take() {
            return (walk, place);
        }
        let last = Timestamp::from_second(walk.by_date).unwrap_or(Timestamp::UNIX_EPOCH);
        let rested = ask.now.duration_since(last);
        let trusted = walk.since > 0 && (SignedDuration::ZERO..BY_DATE_EVERY).contains(&rested);
        let day = (!trusted).then(|| {
            let reach = if walk.by_date == 0 { ask.now } else { last };
            walk.by_date = ask.now.as_second();
            listing::day_before(reach, ask.now).to_string()
        });
        let from_id = if trusted { walk.since } else { 0 };
        let place = Place { from_id, from_day: day, until: None, top: 0, hold: None };
        (walk, place)
    }

    fn write(&self) -> String {
        // Numbers and texts: serialising them cannot fail, and nothing would begin from the start.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn more(self, place: Place) -> NextPage {
        NextPage::More(Self { at: Some(place), ..self }.write())
    }

    /// The round is over. A round by numbers never goes back, one by date may: it has seen what is.
    fn done(self, place: &Place) -> NextPage {
        let seen = place.hold.unwrap_or(place.top);
        let since = match (&place.from_day, seen) {
            (_, 0) => self.since,
            (Some(_), seen) => seen,
            (None, seen) => seen.max(self.since),
        };
        NextPage::Done(Self { since, at: None, ..self }.write())
    }
}

/// The request for what comes next.
pub(super) fn request(ask: &Ask<'_>, token: &Secret) -> Result<Request<Bytes>, Setback> {
    let (_, place) = Walk::of(ask);
    let (limit, from_id) = (LIMIT.to_string(), place.from_id.to_string());
    let mut query = vec![("limit", &*limit)];
    if place.from_id > 0 {
        query.push(("since_id", &from_id));
    }
    if let Some(day) = &place.from_day {
        query.push(("transaction_date_min", day));
    }
    if let Some(until) = &place.until {
        query.push(("transaction_date_max", until));
    }
    let url = listing::url(ask.api, OWN, "/userapi/transactions/list", &query);
    listing::request(Method::GET, &url, ("Bearer", token), None)
}

/// What the answer says.
pub(super) fn read(ask: &Ask<'_>, answer: &Answer) -> Result<Page, Setback> {
    let text = listing::text(answer, ask.now)?;
    if text.trim_ascii().is_empty() {
        let why = "SePay answered 200 and nothing, as it does when the API token is wrong";
        return Err(Setback::new(Blame::Operator, why));
    }
    let root = Object::outline(text).map_err(listing::nonsense)?;
    if let Some(status) = listing::count(&root, "status").and_then(|n| u16::try_from(n).ok())
        && let Ok(status) = http::StatusCode::from_u16(status)
        && let Some(setback) = Setback::of_status(status, listing::retry_after(answer, ask.now))
    {
        return Err(setback);
    }
    let rows = root.raw("transactions").and_then(|raw| json::elements(raw.get()));
    let lacking = || listing::nonsense(Unreadable("there is no list of transactions".into()));
    let rows = rows.ok_or_else(lacking)?;
    let next = next(ask, &rows);
    let page = listing::rows(rows, ask, |object| api::row(object, ask));
    Ok(Page { next, ..page })
}

/// How it goes on after these rows.
fn next(ask: &Ask<'_>, rows: &[&RawValue]) -> NextPage {
    let (walk, mut place) = Walk::of(ask);
    let seen: Vec<Seen> = rows.iter().filter_map(|row| Seen::read(row, ask)).collect();
    let top = seen.iter().map(|row| row.id).max().unwrap_or(0);
    let held = seen.iter().filter(|row| row.young).map(|row| row.id).min();
    place.top = place.top.max(top);
    place.hold = [place.hold, held].into_iter().flatten().min();
    if rows.len() < LIMIT {
        return walk.done(&place);
    }
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return NextPage::Lost("none of a full page's rows can be read".to_owned());
    };
    if first.id < last.id {
        let back = top <= place.from_id;
        place.from_id = top;
        return if back { lost() } else { walk.more(place) };
    }
    match &last.date {
        Some(date) if place.until.as_ref().is_none_or(|until| date < until) => {
            place.until = Some(date.clone());
            walk.more(place)
        }
        _ => lost(),
    }
}

fn lost() -> NextPage {
    NextPage::Lost("a full page leads nowhere but to itself".to_owned())
}

/// What of a row decides how it goes on.
struct Seen {
    id: u64,
    date: Option<String>,
    young: bool,
}

impl Seen {
    fn read(row: &RawValue, ask: &Ask<'_>) -> Option<Self> {
        let object = Object::parse(row.get()).ok()?;
        let id = object.detail("id")?.parse().ok()?;
        let young = api::row(&object, ask).is_ok_and(|event| listing::is_young(&event, ask));
        let date = object.detail("transaction_date").map(std::borrow::Cow::into_owned);
        Some(Self { id, date, young })
    }
}
