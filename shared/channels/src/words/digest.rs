//! Many events in one message: how many, the totals, and a line for each. Balances stay out: each
//! line would show another one.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Currency, Destination, Direction, Event, Fact, Language, Notification, VIETNAM, add_exactly,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::{BRAND, LONG_UNITS, SHORT_UNITS, clock_at, mark, money, said, words};
use crate::message::{List, Listed, Message, More, Tone};
use crate::text::{cut, tail, tidy, units};

/// The longest line, of which the memo has most.
const LINE_UNITS: usize = 140;
const MEMO_UNITS: usize = 48;
const PART_UNITS: usize = 24;
/// An account is known by its end.
const ACCOUNT_UNITS: usize = 5;

/// The message of a digest.
pub(crate) fn digest(event: &Event, members: &[Event], to: &Destination) -> Message {
    let language = to.language;
    let sums = [Direction::In, Direction::Out].map(|way| totals(members, way, language));
    let mut lines = Vec::new();
    for (label, sums) in [words("Tổng vào", "Total in"), words("Tổng ra", "Total out")]
        .into_iter()
        .zip(&sums)
        .filter(|(_, sums)| !sums.is_empty())
    {
        let parts = sums.iter().map(|(total, n)| format!("{total} ({n})"));
        lines.push((label.get(language), joined(parts, " · ", LONG_UNITS)));
    }
    let tests = members.iter().filter(|member| member.test).count();
    if tests > 0 {
        let note = words("không tính vào tổng", "not in the totals").get(language);
        lines.push((words("Tin thử", "Tests").get(language), format!("{tests}, {note}")));
    }
    let (first, last) = span(event, members);
    let time = format!("{} – {}", clock_at(first), clock_at(last));
    lines.push((words("Thời gian", "Time").get(language), time));
    let sources: BTreeSet<&str> = members.iter().map(|member| member.source.as_str()).collect();
    let sources = joined(sources.into_iter().map(str::to_owned), ", ", SHORT_UNITS);
    lines.push((words("Nguồn", "Source").get(language), format!("{sources} · {BRAND}")));
    let moved = joined(sums.iter().flatten().map(|(total, _)| total.clone()), " · ", SHORT_UNITS);
    let amount = (!moved.is_empty()).then_some(moved);
    let same_day = local(first).date() == local(last).date();
    let transfers = members.iter().all(|member| member.kind.direction().is_some());
    Message {
        said: Notification { title: title(members, to), amount, lines },
        tone: tone(members),
        advice: None,
        list: Some(List {
            lines: members.iter().map(|member| line(member, to, same_day)).collect(),
            more: More { language, of: if transfers { Listed::Transfers } else { Listed::Events } },
        }),
    }
}

/// What they have in common, and how many they are.
fn title(members: &[Event], to: &Destination) -> String {
    let n = members.len();
    let kinds: BTreeSet<String> = members.iter().map(|member| said(member, to)).collect();
    let transfers = members.iter().all(|member| member.kind.direction().is_some());
    let said = match (kinds.first(), to.language) {
        (Some(one), _) if kinds.len() == 1 => format!("{one} ({n})"),
        (_, Language::Vi) if transfers => format!("{n} giao dịch"),
        (_, Language::En) if transfers => format!("{n} transfers"),
        (_, Language::Vi) => format!("{n} sự kiện"),
        (_, Language::En) => format!("{n} events"),
    };
    let tests = members.iter().find(|_| members.iter().all(|member| member.test));
    let mark = tests.map_or("", |test| mark(test, to.language));
    format!("{mark}{said} · {BRAND}")
}

/// The tone that all of them have.
fn tone(members: &[Event]) -> Tone {
    let mut tones = members.iter().map(|member| Tone::of(member.kind));
    let first = tones.next().unwrap_or(Tone::Plain);
    if tones.all(|tone| tone == first) { first } else { Tone::Plain }
}

/// The total of each currency that moved this way, and of how many transfers it is. Test calls are
/// left out; a total that an exact decimal cannot hold is not told.
fn totals(members: &[Event], way: Direction, language: Language) -> Vec<(String, usize)> {
    let mut sums: BTreeMap<Currency, (Option<Decimal>, usize)> = BTreeMap::new();
    let moved =
        members.iter().filter(|member| !member.test && member.kind.direction() == Some(way));
    for money in moved.filter_map(|member| member.money) {
        let (sum, n) = sums.entry(money.currency).or_insert((Some(Decimal::ZERO), 0));
        *sum = sum.and_then(|sum| add_exactly(sum, money.amount));
        *n += 1;
    }
    let shown = |(currency, (sum, n)): (Currency, (Option<Decimal>, usize))| match sum {
        Some(sum) => (money::moved(sum, currency, Some(way), language), n),
        None => (format!("… {currency}"), n),
    };
    sums.into_iter().map(shown).collect()
}

/// One event: when, how much or what, and by what people know it. The memo is in quotes: it cannot
/// pass for more than a memo where a screen breaks the line.
pub(super) fn line(event: &Event, to: &Destination, same_day: bool) -> String {
    let fact = |fact, limit| {
        event.facts.get(fact).map(|text| tidy(text, limit)).filter(|text| !text.is_empty())
    };
    let account = [Fact::VirtualAccount, Fact::Account]
        .into_iter()
        .find_map(|name| fact(name, SHORT_UNITS).map(|account| tail(&account, ACCOUNT_UNITS)));
    let money = money::shown(event, to.language);
    let memo = fact(Fact::Content, MEMO_UNITS);
    let mut parts = Vec::new();
    let what = if event.kind.direction().is_some() {
        let code = fact(Fact::Code, PART_UNITS)
            .filter(|code| memo.as_ref().is_none_or(|memo| !memo.contains(code.as_str())));
        parts.extend([account, code]);
        parts.push(memo.map(|memo| format!("“{memo}”")));
        money.unwrap_or_else(|| said(event, to))
    } else {
        let known = [Fact::Number, Fact::Name, Fact::Id];
        parts.push(known.into_iter().find_map(|name| fact(name, PART_UNITS)).or(account));
        parts.extend([fact(Fact::Status, PART_UNITS), money]);
        said(event, to)
    };
    let late = words("bản cũ đến muộn", "late, older").get(to.language);
    parts.push(event.late.then(|| late.to_owned()));
    let head = format!("{} {}{what}", time(event, same_day), mark(event, to.language));
    let line: Vec<String> = std::iter::once(head).chain(parts.into_iter().flatten()).collect();
    cut(&line.join(" · "), LINE_UNITS)
}

fn time(event: &Event, same_day: bool) -> String {
    let format = match event.occurred {
        Some(moment) if moment.date_only => "%d/%m",
        _ if same_day => "%H:%M",
        _ => "%d/%m %H:%M",
    };
    local(at(event)).strftime(format).to_string()
}

/// When it happened, or, where the sender does not say, when it was received.
fn at(event: &Event) -> Timestamp {
    event.occurred.map_or(event.received, |moment| moment.at)
}

/// The first and the last of them.
fn span(event: &Event, members: &[Event]) -> (Timestamp, Timestamp) {
    let all = || members.iter().map(at);
    (all().min().unwrap_or(event.received), all().max().unwrap_or(event.received))
}

pub(super) fn local(at: Timestamp) -> jiff::civil::DateTime {
    TimeZone::fixed(VIETNAM).to_datetime(at)
}

/// Whole parts, as many as fit: half a number is another number.
pub(super) fn joined(parts: impl Iterator<Item = String>, between: &str, limit: usize) -> String {
    let mut out = String::new();
    for part in parts {
        let between = if out.is_empty() { "" } else { between };
        if units(&out) + units(between) + units(&part) + units(" …") > limit {
            out.push_str(" …");
            break;
        }
        out.push_str(between);
        out.push_str(&part);
    }
    out
}

#[cfg(test)]
mod tests;
