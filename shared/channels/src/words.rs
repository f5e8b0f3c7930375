//! An event in plain words, Vietnamese and English: what every chat channel shows in its own dress.
//! Not escaped and not laid out.
//!
//! Labels are ours. Values may be strangers' words: each is cleaned and cut here, once for all
//! channels. Telephone numbers, e-mail and postal addresses stay out, and so does the link by which
//! a customer pays: a chat has more readers than the shop's own pages.

mod alarm;
mod digest;
mod layout;
mod money;
mod summary;
mod titles;

pub(crate) use alarm::alarm;
pub(crate) use digest::digest;
pub(crate) use summary::summary;

use domain::{Destination, Event, Fact, Language, Moment, Notification};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::text::{cut, tidy};
use layout::Row;

/// Lark delivers only what has the bot's keyword in it, so this word is in every title and body.
const BRAND: &str = "tingting";
/// The longest title, marks and brand apart; with them it stays below half of Slack's 150.
const TITLE_UNITS: usize = 48;
/// The longest memo, reason or description.
const LONG_UNITS: usize = 512;
/// The longest of all other values.
const SHORT_UNITS: usize = 96;

/// One word in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Words {
    vi: &'static str,
    en: &'static str,
}

const fn words(vi: &'static str, en: &'static str) -> Words {
    Words { vi, en }
}

impl Words {
    fn get(self, language: Language) -> &'static str {
        match language {
            Language::Vi => self.vi,
            Language::En => self.en,
        }
    }
}

/// The notification of an event, in the destination's language.
pub(crate) fn notification(event: &Event, destination: &Destination) -> Notification {
    let language = destination.language;
    let mut lines = Vec::new();
    if event.late {
        let note = words("bản cũ đến muộn", "late, older snapshot").get(language);
        lines.push((words("Lưu ý", "Note").get(language), note.to_owned()));
    }
    for (label, row) in layout::of(event.kind) {
        if let Some(value) = value(*row, event, destination) {
            lines.push((label.get(language), value));
        }
    }
    lines.push(time(event, language));
    let source = format!("{} · {BRAND}", event.source);
    lines.push((words("Nguồn", "Source").get(language), source));
    Notification { title: title(event, destination), amount: money::shown(event, language), lines }
}

/// The title: what happened, whether it is a test, and the brand.
fn title(event: &Event, destination: &Destination) -> String {
    let mark = mark(event, destination.language);
    format!("{mark}{} · {BRAND}", said(event, destination))
}

/// What a test call is marked with.
fn mark(event: &Event, language: Language) -> &'static str {
    if event.test { words("[THỬ] ", "[TEST] ").get(language) } else { "" }
}

/// What happened, in the destination's own words where it has some.
fn said(event: &Event, destination: &Destination) -> String {
    let own = match event.kind.direction() {
        Some(domain::Direction::In) => destination.title_in.as_deref(),
        Some(domain::Direction::Out) => destination.title_out.as_deref(),
        None => None,
    };
    let own = own.map(|own| tidy(own, TITLE_UNITS)).filter(|own| !own.is_empty());
    own.unwrap_or_else(|| titles::of(event).get(destination.language).to_owned())
}

fn value(row: Row, event: &Event, destination: &Destination) -> Option<String> {
    let fact = |fact, limit| {
        event.facts.get(fact).map(|text| tidy(text, limit)).filter(|text| !text.is_empty())
    };
    let joined = |facts: &[Fact]| {
        let known: Vec<String> = facts.iter().filter_map(|f| fact(*f, SHORT_UNITS)).collect();
        (!known.is_empty()).then(|| known.join(" · "))
    };
    match row {
        Row::Short(name) => fact(name, SHORT_UNITS),
        Row::Long(name) => fact(name, LONG_UNITS),
        Row::Joined(names) => joined(names),
        Row::Moment(name) => {
            fact(name, SHORT_UNITS).map(|text| Moment::parse(&text).map_or(text, clock))
        }
        Row::Balance if destination.include_balance => money::balance(event, destination.language),
        Row::Balance => None,
    }
}

/// When it happened, or, where the sender does not say, when it was received.
fn time(event: &Event, language: Language) -> (&'static str, String) {
    match event.occurred {
        Some(moment) => (words("Thời gian", "Time").get(language), clock(moment)),
        None => (words("Nhận lúc", "Received").get(language), clock_at(event.received)),
    }
}

/// A moment as it is written in Vietnam, in the sender's own offset.
fn clock(moment: Moment) -> String {
    let civil = TimeZone::fixed(moment.offset).to_datetime(moment.at);
    let format = if moment.date_only { "%d/%m/%Y" } else { "%d/%m/%Y %H:%M:%S" };
    cut(&civil.strftime(format).to_string(), SHORT_UNITS)
}

/// One of our own moments, in Vietnam's time.
fn clock_at(at: Timestamp) -> String {
    clock(Moment { at, offset: domain::VIETNAM, date_only: false })
}

#[cfg(test)]
mod tests;
