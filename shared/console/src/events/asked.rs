//! What is asked of the log, as callers write it: texts, each of which is read here or named as wrong.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::{
    DeliveryState, EventKey, Moment, Name, Selector, SourceId, Stretch, Wanted, amount_as_typed,
    fold,
};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::Problem;
use crate::problem::Faults;

/// Events in one answer, where nobody says how many.
const PER_PAGE: usize = 50;
/// And at most.
const MOST: usize = 200;
/// The most bytes of a place: an event's time and key, or two numbers.
const LONGEST_PLACE: usize = 64 + EventKey::MAX;
/// How far back the log is looked at where nobody says.
const BACK: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Clocks differ: what was received in a moment from now is looked at, too.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is asked of the log. Every part must hold; what is left out holds for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Received no earlier: RFC 3339, or a time or day of Vietnam's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    /// Received before; a day is meant whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// Of these sources, divided by commas: `casso/shop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// Of these kinds, divided by commas: `transfer.in`, `payment.*`, `order`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    /// With a delivery that stands so: pending, sending, waiting, gathered, held, delivered, failed,
    /// cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    /// With a delivery to the destination of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<String>,
    /// On this account or virtual account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    /// Of at least this amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_amount: Option<String>,
    /// Of at most this amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_amount: Option<String>,
    /// With each of these words in memo, names, codes and references; case and accents aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// With exactly this reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// Where to go on: `next_cursor` of the part before, asked with the same filters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
    /// How many, from 1 to 200; 50 where nobody says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<String>,
}

/// What is asked, understood.
pub(crate) struct Page {
    pub(crate) wanted: Wanted,
    pub(crate) after: Option<String>,
    pub(crate) limit: usize,
}

/// A place as callers carry it.
pub(crate) fn cursor(place: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(place)
}

impl Asked {
    /// Whether no filter is said: a cursor and a limit choose nothing.
    pub(crate) fn is_everything(&self) -> bool {
        let filters = [
            &self.from,
            &self.until,
            &self.source,
            &self.kind,
            &self.state,
            &self.destination,
            &self.account,
            &self.min_amount,
            &self.max_amount,
            &self.text,
            &self.reference,
        ];
        filters.iter().all(|said| said.as_deref().is_none_or(|said| fold(said).is_empty()))
    }

    /// What is asked at this time, or what is wrong with each part.
    pub(crate) fn page(&self, now: Timestamp) -> Result<Page, Problem> {
        let mut faults = Faults::new();
        let said = |name: &str, text: &Option<String>| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
            (name.to_owned(), text.map(str::to_owned))
        };
        let until = read(
            &mut faults,
            said("until", &self.until),
            "use 2026-11-22, or 2026-11-22T08:00:00+07:00",
            end,
        );
        let (ends, until) = (until, until.unwrap_or_else(|| later(now, AHEAD)));
        let from = read(
            &mut faults,
            said("from", &self.from),
            "use 2026-11-22, or 2026-11-22T08:00:00+07:00",
            begin,
        );
        let from = from.unwrap_or_else(|| until.saturating_sub(BACK).unwrap_or(Timestamp::MIN));
        if ends.is_some_and(|until| from > until) {
            faults.insert("until".to_owned(), "is before from".to_owned());
        }
        let sources = read(
            &mut faults,
            said("source", &self.source),
            "use provider/name: casso/shop",
            |text| text.split(',').map(|one| SourceId::parse(one.trim()).ok()).collect(),
        );
        let kinds = read(
            &mut faults,
            said("kind", &self.kind),
            "use kinds: transfer.in, payment.*, order",
            |text| text.split(',').map(Selector::parse).collect(),
        );
        let states = format!("use one of {}", DeliveryState::WORDS.join(", "));
        let state = read(&mut faults, said("state", &self.state), &states, |text| {
            DeliveryState::WORDS.into_iter().find(|word| *word == text)
        });
        let destination = read(
            &mut faults,
            said("destination", &self.destination),
            "use the name of a destination",
            |text| Name::parse(text).ok(),
        );
        let amount = "use digits alone: 150000";
        let least = read(&mut faults, said("min_amount", &self.min_amount), amount, decimal);
        let most = read(&mut faults, said("max_amount", &self.max_amount), amount, decimal);
        let after =
            read(&mut faults, said("cursor", &self.cursor), "use next_cursor of an answer", place);
        let limit =
            read(&mut faults, said("limit", &self.limit), "use a number from 1 to 200", |text| {
                text.parse().ok().filter(|n| (1..=MOST).contains(n))
            });
        let (_, account) = said("account", &self.account);
        let (_, reference) = said("reference", &self.reference);
        if !faults.is_empty() {
            return Err(Problem::Validation(faults));
        }
        let sources = sources.unwrap_or_default();
        let stretch = Stretch { now, from, until, sources, destination, state, reference };
        let wanted = Wanted {
            kinds: kinds.unwrap_or_default(),
            account,
            least,
            most,
            ..Wanted::all(stretch)
        };
        let wanted = match self.text.as_deref().filter(|text| !fold(text).is_empty()) {
            Some(text) => wanted.with_words(text),
            None => wanted,
        };
        Ok(Page { wanted, after, limit: limit.unwrap_or(PER_PAGE) })
    }
}

/// Reads what was said under a name, or notes what to say instead.
fn read<T>(
    faults: &mut Faults,
    (name, text): (String, Option<String>),
    instead: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let parsed = parse(&text?);
    if parsed.is_none() {
        faults.insert(name, instead.to_owned());
    }
    parsed
}

fn begin(text: &str) -> Option<Timestamp> {
    // A plus sign in a query is a blank, where nobody wrote it as %2B.
    Moment::parse(&text.replace(' ', "+")).or_else(|| Moment::parse(text)).map(|moment| moment.at)
}

fn end(text: &str) -> Option<Timestamp> {
    let moment = Moment::parse(&text.replace(' ', "+")).or_else(|| Moment::parse(text))?;
    Some(if moment.date_only { later(moment.at, DAY) } else { moment.at })
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn decimal(text: &str) -> Option<Decimal> {
    amount_as_typed(text).ok()
}

fn place(text: &str) -> Option<String> {
    let place = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    (1..=LONGEST_PLACE).contains(&place.len()).then_some(place)
}
