//! What the providers' own APIs share: requests with credentials, answers that may be anything, rows
//! that become events one by one, and rounds over dated pages. Not what any of them calls its fields.

use std::time::Duration;

use bytes::Bytes;
use domain::{Answer, Api, Ask, Blame, Event, NextPage, Page, Parked, Secret, Setback, VIETNAM};
use http::{HeaderValue, Request, header};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use url::Url;

use crate::json::{self, Object, Unreadable};

/// How far back a round looks before the one before it began: the vendors' own advice.
const BACK: SignedDuration = SignedDuration::from_hours(48);
/// How far back the first round after a long silence looks.
const FARTHEST: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A row that claims to be of later than this is not young but wrong, and is not waited for.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// A round of more pages is taken day by day. No day has more: whoever says so repeats himself or
/// invents.
const MOST_PAGES: u32 = 1000;
/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The URL of a path at the API's own address, or at the one that the settings name.
pub(crate) fn url(api: &Api, own: &str, path: &str, query: &[(&str, &str)]) -> String {
    address(api.base.as_ref(), own, path, query)
}

/// The URL of a path at the provider's own address, or at the one that is named.
pub(crate) fn address(base: Option<&Url>, own: &str, path: &str, query: &[(&str, &str)]) -> String {
    let base = base.map_or(own, Url::as_str).trim_end_matches('/');
    if query.is_empty() {
        return format!("{base}{path}");
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{base}{path}?{query}")
}

/// A request with `Authorization: {scheme} {credential}`.
pub(crate) fn request(
    method: http::Method,
    url: &str,
    (scheme, credential): (&str, &Secret),
    json: Option<String>,
) -> Result<Request<Bytes>, Setback> {
    let unsendable = |_| Setback::new(Blame::Operator, "the credentials fit into no header");
    let mut authorization =
        HeaderValue::from_str(&format!("{scheme} {}", credential.expose())).map_err(unsendable)?;
    authorization.set_sensitive(true);
    let mut request = Request::builder()
        .method(method)
        .uri(url)
        .header(header::AUTHORIZATION, authorization)
        .header(header::ACCEPT, "application/json");
    if json.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = json.map(Bytes::from).unwrap_or_default();
    request.body(body).map_err(|_| Setback::new(Blame::Operator, "base is no usable URL"))
}

/// The text of an answer that was not refused.
pub(crate) fn text(answer: &Answer, now: Timestamp) -> Result<&str, Setback> {
    match Setback::of_status(answer.status, retry_after(answer, now)) {
        Some(setback) => Err(setback),
        None => json::utf8(&answer.body).map_err(nonsense),
    }
}

/// The wait that an answer asks for: in `Retry-After`, in seconds or as a date, or in the header of
/// its own that SePay's user API has.
pub(crate) fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let names = ["x-sepay-userapi-retry-after", header::RETRY_AFTER.as_str()];
    let said = |name| answer.headers.get(name).and_then(|value| value.to_str().ok());
    let text = names.into_iter().find_map(said)?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            Duration::try_from(at.duration_since(now)).ok()?
        }
    };
    Some(wait.min(LONGEST))
}

/// The answer is not what the provider documents.
pub(crate) fn nonsense(why: Unreadable) -> Setback {
    Setback::new(Blame::Provider, format!("the provider's API answered nonsense: {why}"))
}

/// A whole number that an answer gives; what is none is as if it were not there.
pub(crate) fn count(object: &Object<'_>, name: &str) -> Option<u32> {
    object.detail(name)?.parse().ok()
}

/// Rows as events: those that can be read and are old enough that their hook should be here.
pub(crate) fn rows(
    rows: Vec<&RawValue>,
    ask: &Ask<'_>,
    read: impl Fn(&Object<'_>) -> Result<Event, Unreadable>,
) -> Page {
    let next = NextPage::Lost("nobody has said how it goes on".to_owned());
    let mut page = Page { events: Vec::new(), parked: Vec::new(), young: Vec::new(), next };
    for row in rows {
        match Object::parse(row.get()).and_then(|object| read(&object)) {
            Ok(event) if is_young(&event, ask) => page.young.push(event.key),
            Ok(event) => page.events.push(event),
            Err(why) => {
                let bytes = Bytes::copy_from_slice(row.get().as_bytes());
                page.parked.push(Parked { bytes, reason: why.0 });
            }
        }
    }
    page
}

/// Whether the hook of an event may still be on its way. A date alone says nothing of that.
pub(crate) fn is_young(event: &Event, ask: &Ask<'_>) -> bool {
    let latest = ask.now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    event.occurred.is_some_and(|m| !m.date_only && m.at > ask.settled && m.at <= latest)
}

/// The day in Vietnam.
fn day_of(at: Timestamp) -> Date {
    VIETNAM.to_datetime(at).date()
}

fn day_after(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// The day in Vietnam so long before.
pub(crate) fn day_before(at: Timestamp, now: Timestamp) -> Date {
    let oldest = now.saturating_sub(FARTHEST).unwrap_or(Timestamp::MIN);
    let from = at.clamp(oldest, now).saturating_sub(BACK).unwrap_or(Timestamp::MIN);
    day_of(from)
}

/// A round over the pages of all rows since a day. Where they are too many it is over without having
/// come to their end, and the next compares its first day `alone`, then one all days after that: so
/// each gets further, in whatever order the rows come. Between two rounds `page` is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Round {
    began: Timestamp,
    pub(crate) from: Date,
    pub(crate) page: u32,
    alone: bool,
}

impl Round {
    /// The round that a cursor is in the midst of, or else the next one.
    pub(crate) fn of(ask: &Ask<'_>) -> Self {
        match ask.cursor.and_then(Self::parse) {
            Some(round) if round.page > 0 => round,
            last => {
                let reach = last.map_or(ask.now, |round| round.began);
                Self { began: ask.now, from: day_before(reach, ask.now), page: 1, alone: false }
            }
        }
    }

    /// The last day that is asked for, if not today. A day alone is asked for with the one after it:
    /// no document says whether the last day is within.
    pub(crate) fn until(&self) -> Option<Date> {
        self.alone.then(|| day_after(self.from))
    }

    /// The round goes on with the next page, or begins anew with fewer.
    pub(crate) fn more(self) -> NextPage {
        if self.page < MOST_PAGES {
            return NextPage::More(Self { page: self.page + 1, ..self }.write());
        }
        if self.alone {
            let day = self.from;
            return NextPage::Lost(format!("{day} seems to have more than {MOST_PAGES} pages"));
        }
        NextPage::Done(Self { page: 1, alone: true, ..self }.write())
    }

    /// The round is over. What came after the day on which it began is the next round's.
    pub(crate) fn done(self) -> NextPage {
        let next = if self.alone && self.from < day_of(self.began) {
            Self { from: day_after(self.from), page: 1, alone: false, ..self }
        } else {
            Self { page: 0, alone: false, ..self }
        };
        NextPage::Done(next.write())
    }

    fn write(self) -> String {
        let alone = if self.alone { " alone" } else { "" };
        format!("{} {} {}{alone}", self.began, self.from, self.page)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let began = words.next()?.parse().ok()?;
        let from = words.next()?.parse().ok()?;
        // No round has ever come to a later one: such a cursor is not ours.
        let page = words.next()?.parse().ok().filter(|page| *page <= MOST_PAGES)?;
        let alone = match words.next() {
            None => false,
            Some("alone") => true,
            Some(_) => return None,
        };
        words.next().is_none().then_some(Self { began, from, page, alone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_beyond_the_last_page_of_any_round_is_none_of_ours() {
        let cursor = |page: &str| format!("2026-11-20T02:30:17Z 2026-11-18 {page}");
        let page = |number: &str| Round::parse(&cursor(number)).map(|round| round.page);
        assert_eq!((page("0"), page("1000")), (Some(0), Some(1000)));
        for number in ["1001", "4294967295", "4294967296", "-1", "", "1 2", "1 alone 2"] {
            assert_eq!(page(number), None, "{number}");
        }
    }

    /// The rounds that a provider's list leads to whose pages come to their end, or do not.
    fn rounds(ends: impl Fn(&Round) -> bool) -> Vec<String> {
        let (mut cursor, mut rounds) = ("2026-03-01T02:00:00Z 2026-02-27 1".to_owned(), vec![]);
        loop {
            let round = Round::parse(&cursor).unwrap();
            let until = round.until().map(|day| format!("..{day}")).unwrap_or_default();
            rounds.push(format!("{}{until}", round.from));
            let last = Round { page: MOST_PAGES, ..round };
            cursor = match if ends(&last) { last.done() } else { last.more() } {
                NextPage::Done(cursor) if !cursor.ends_with(" 0") => cursor,
                NextPage::Done(_) => return rounds,
                NextPage::Lost(why) | NextPage::More(why) => {
                    rounds.push(why);
                    return rounds;
                }
            };
        }
    }

    #[test]
    fn a_round_of_too_many_pages_gets_further_day_by_day_and_comes_to_an_end() {
        assert_eq!(rounds(|_| true), ["2026-02-27"]);
        let day_by_day =
            ["2026-02-27", "2026-02-27..2026-02-28", "2026-02-28", "2026-02-28..2026-03-01"];
        let busy = rounds(|round| round.alone || round.from.day() == 1);
        assert_eq!(busy, [&day_by_day[..], &["2026-03-01"]].concat());
        let liar = [&day_by_day[..], &["2026-03-01", "2026-03-01..2026-03-02"]].concat();
        assert_eq!(rounds(|round| round.alone), liar, "and no day after the round's own");
        let why = "2026-02-27 seems to have more than 1000 pages";
        assert_eq!(rounds(|_| false), ["2026-02-27", "2026-02-27..2026-02-28", why]);
    }
}
