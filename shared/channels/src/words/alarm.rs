//! What operators are told of: what happened, to what, since when, and what to do next. For a shop
//! owner under stress: short, and never without a next step.
//!
//! A cause or reason may be a product's own error line: it is cleaned and cut like a stranger's. The
//! advice has no word in it that is not ours.

mod told;

use domain::{Alarm, Event, Language, Moment, Name, Notification, VIETNAM};

use super::{BRAND, LONG_UNITS, SHORT_UNITS, Words, clock, clock_at, words};
use crate::message::{Advice, Message, Tone};
use crate::text::tidy;
use told::Told;

/// The message of an alarm.
pub(crate) fn alarm(alarm: &Alarm, event: &Event, language: Language) -> Message {
    let Told { title, advice } = told::of(alarm);
    let good = matches!(alarm, Alarm::Resumed { .. } | Alarm::Heard { .. });
    let (tone, sign) = if good { (Tone::Good, "✓") } else { (Tone::Bad, "⚠") };
    let mut lines: Vec<(&'static str, String)> = facts(alarm, language)
        .into_iter()
        .map(|(label, value)| (label.get(language), value))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let at = format!("{} · {BRAND}", clock_at(event.received));
    lines.push((words("Báo lúc", "Told at").get(language), at));
    Message {
        said: Notification {
            title: format!("{sign} {} · {BRAND}", title.get(language)),
            amount: None,
            lines,
        },
        tone,
        advice: Some(Advice {
            label: words("Cần làm", "What to do").get(language),
            text: advice.get(language),
            command: command(alarm),
        }),
        list: None,
    }
}

/// How a pause by hand says so.
const OPERATOR: &str = "operator";
/// How a pause after a day of failures says so.
const FAILING: &str = "failing";

const DESTINATION: Words = words("Nơi nhận", "Destination");
const SOURCE: Words = words("Nguồn", "Source");
const SINCE: Words = words("Từ lúc", "Since");
const REASON: Words = words("Lý do", "Reason");
const COUNT: Words = words("Số lượng", "How many");

/// To what, since when, and why.
fn facts(alarm: &Alarm, language: Language) -> Vec<(Words, String)> {
    let short = |text: &str| tidy(text, SHORT_UNITS);
    match alarm {
        Alarm::Paused { destination, since, cause } => {
            let cause = match cause.as_str() {
                OPERATOR => String::new(),
                FAILING => {
                    words("một ngày liền không gửi được tin nào", "nothing arrived for a day")
                        .get(language)
                        .to_owned()
                }
                said => tidy(said, LONG_UNITS),
            };
            vec![(DESTINATION, short(destination)), (SINCE, clock_at(*since)), (REASON, cause)]
        }
        Alarm::Disabled { destination, since } => {
            vec![(DESTINATION, short(destination)), (SINCE, clock_at(*since))]
        }
        Alarm::Resumed { destination } | Alarm::Unreadable { destination } => {
            vec![(DESTINATION, short(destination))]
        }
        Alarm::Silence { source, since } => {
            vec![(SOURCE, short(source)), (SINCE, clock_at(*since))]
        }
        Alarm::Heard { source } => vec![(SOURCE, short(source))],
        Alarm::Gap { source, gaps, oldest } => {
            let clock = |at| clock(Moment { at, offset: VIETNAM, date_only: false });
            vec![
                (SOURCE, short(source)),
                (COUNT, gaps.to_string()),
                (words("Cũ nhất", "Oldest"), oldest.map(clock).unwrap_or_default()),
            ]
        }
        Alarm::Unasked { source, reason } => {
            vec![(SOURCE, short(source)), (REASON, tidy(reason, LONG_UNITS))]
        }
        Alarm::Conflict { source, event } => {
            vec![(SOURCE, short(source)), (words("Sự kiện", "Event"), short(event))]
        }
        Alarm::DeadLetters { count } => vec![(COUNT, count.to_string())],
        Alarm::Refused { source, count, reason } => {
            let within = words("trong 15 phút", "in 15 minutes").get(language);
            vec![
                (SOURCE, short(source)),
                (COUNT, format!("{count} {within}")),
                (REASON, tidy(reason, LONG_UNITS)),
            ]
        }
    }
}

/// What to type.
fn command(alarm: &Alarm) -> Option<String> {
    match alarm {
        Alarm::Paused { destination, .. } | Alarm::Disabled { destination, .. } => {
            let name = Name::parse(destination).map_or("NAME".to_owned(), |name| name.to_string());
            Some(format!("tingting resume {name}"))
        }
        Alarm::Resumed { .. }
        | Alarm::Unreadable { .. }
        | Alarm::Silence { .. }
        | Alarm::Heard { .. }
        | Alarm::Gap { .. }
        | Alarm::Unasked { .. }
        | Alarm::Conflict { .. }
        | Alarm::DeadLetters { .. }
        | Alarm::Refused { .. } => None,
    }
}

#[cfg(test)]
mod tests;
