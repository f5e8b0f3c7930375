//! What a day brought, in words: the totals and the largest of each way, then account by account, and
//! what did not get through. All figures are the summary's; the members lend their memos alone, and
//! what has none is told all the same.

use domain::{
    AccountTurnover, Currency, Destination, Direction, Event, Fact, Flow, Language, Missed, Moment,
    Money, Named, Notification, OtherMissed, Summary, Turnover, VIETNAM,
};
use jiff::{SignedDuration, Timestamp};

use super::digest::{joined, line, local};
use super::{BRAND, LONG_UNITS, SHORT_UNITS, Words, clock_at, money, titles, words};
use crate::message::{List, Listed, Message, More, Tone};
use crate::text::{cut, tidy};

/// The longest line of the list.
const LINE_UNITS: usize = 140;
/// The longest account in it.
const ACCOUNT_UNITS: usize = 40;

/// The message of a summary; `members` are the events that it names, as far as they are known.
pub(crate) fn summary(summary: &Summary, members: &[Event], to: &Destination) -> Message {
    let day = Said { of: summary, members, to };
    let mut lines = Vec::new();
    if summary.partial {
        let note = words(
            "không đếm hết được: số thật có thể lớn hơn",
            "not all could be counted: it may have been more",
        );
        lines.push((words("Lưu ý", "Note"), day.get(note).to_owned()));
    }
    if let Some(money) = &summary.money {
        lines.extend(day.money(money));
    }
    for (label, missed) in [(FAILED, &summary.failed), (HELD, &summary.held)] {
        if missed.count > 0 {
            lines.push((label, day.at_least(missed.at_least, missed.count)));
        }
    }
    let list = day.list();
    if summary.money.is_none() && list.is_empty() {
        let fine = words("không có tin nào hỏng hay bị giữ", "none failed, none is held");
        lines.push((words("Gửi tin", "Messages"), day.get(fine).to_owned()));
    }
    let time = format!("{} – {} · {BRAND}", clock_at(summary.from), clock_at(summary.until));
    lines.push((words("Thời gian", "Time"), time));
    let bad = summary.failed.count > 0 || summary.held.count > 0 || !summary.others.is_empty();
    let more = More { language: to.language, of: Listed::Lines };
    Message {
        said: Notification {
            title: format!("{} · {BRAND}", day.title()),
            amount: day.amount(),
            lines: lines.into_iter().map(|(label, value)| (day.get(label), value)).collect(),
        },
        tone: if bad { Tone::Bad } else { Tone::Plain },
        advice: None,
        list: (!list.is_empty()).then_some(List { lines: list, more }),
    }
}

const FAILED: Words = words("Không gửi được", "Failed");
const HELD: Words = words("Đang giữ lại", "Held");

/// A summary that is being said to somebody.
struct Said<'a> {
    of: &'a Summary,
    members: &'a [Event],
    to: &'a Destination,
}

impl Said<'_> {
    fn get(&self, words: Words) -> &'static str {
        words.get(self.to.language)
    }

    /// The day; where it does not begin at midnight, its end.
    fn title(&self) -> String {
        let end = local(self.of.until);
        if end.time() == jiff::civil::Time::midnight() {
            let day = local(self.of.from).strftime("%d/%m/%Y");
            return match self.to.language {
                Language::Vi => format!("Tổng kết ngày {day}"),
                Language::En => format!("Summary of {day}"),
            };
        }
        let (hour, day) = (end.strftime("%H:%M"), end.strftime("%d/%m/%Y"));
        match self.to.language {
            Language::Vi => format!("Tổng kết 24 giờ đến {hour} ngày {day}"),
            Language::En => format!("Summary of the 24 hours to {hour} on {day}"),
        }
    }

    /// What moved each way, without how often.
    fn amount(&self) -> Option<String> {
        let money = self.of.money.as_deref().unwrap_or_default();
        let sums = [Direction::In, Direction::Out].into_iter().flat_map(|way| {
            let flows = money.iter().map(move |money| (money.currency, flow(money, way)));
            let moved = flows.filter(|(_, flow)| flow.count > 0);
            moved.map(move |(currency, flow)| self.sum(currency, flow, way))
        });
        let sums = joined(sums, " · ", SHORT_UNITS);
        (!sums.is_empty()).then(|| self.at_least(self.of.partial, sums))
    }

    /// The totals, and the largest each way.
    fn money(&self, money: &[Turnover]) -> Vec<(Words, String)> {
        let mut lines = Vec::new();
        for (way, total, largest) in [
            (Direction::In, words("Tổng vào", "Total in"), words("Lớn nhất vào", "Largest in")),
            (Direction::Out, words("Tổng ra", "Total out"), words("Lớn nhất ra", "Largest out")),
        ] {
            let totals = totals(self, money, way);
            if !totals.is_empty() {
                let totals = joined(totals.into_iter(), " · ", LONG_UNITS);
                lines.push((total, self.at_least(self.of.partial, totals)));
            }
            let named = money.iter().filter_map(|money| flow(money, way).largest.as_ref());
            lines.extend(named.map(|named| (largest, self.named(named))));
        }
        if lines.is_empty() {
            let none = words("không có giao dịch nào", "there were none");
            lines.push((words("Giao dịch", "Transfers"), self.get(none).to_owned()));
        }
        lines
    }

    /// Account by account, then what did not get through.
    fn list(&self) -> Vec<String> {
        let Summary { accounts, more_accounts, failed, held, others, more_others, .. } = self.of;
        let accounts = accounts.iter().map(|account| self.account(account)).collect();
        let others = others.iter().map(|other| self.other(other)).collect();
        let missed = |missed: &Missed| {
            let named: Vec<String> = missed.named.iter().map(|named| self.named(named)).collect();
            let more = missed.count.saturating_sub(u64::try_from(named.len()).unwrap_or(u64::MAX));
            (named, more)
        };
        let (failed, more_failed) = missed(failed);
        let (held, more_held) = missed(held);
        [
            (words("Theo tài khoản", "By account"), accounts, *more_accounts, ACCOUNTS),
            (FAILED, failed, more_failed, MESSAGES),
            (HELD, held, more_held, MESSAGES),
            (words("Nơi nhận khác", "Other destinations"), others, *more_others, DESTINATIONS),
        ]
        .into_iter()
        .flat_map(|(heading, lines, more, what)| self.part(heading, lines, more, what))
        .collect()
    }

    /// A heading with its lines, if there are any.
    fn part(&self, heading: Words, lines: Vec<String>, more: u64, what: Words) -> Vec<String> {
        if lines.is_empty() {
            return lines;
        }
        let rest = match self.to.language {
            Language::Vi => format!("và {more} {} khác", what.vi),
            Language::En => format!("and {more} more {}", what.en),
        };
        let heading = format!("{}:", self.get(heading));
        let rest = (more > 0).then_some(rest);
        std::iter::once(heading).chain(lines).chain(rest).collect()
    }

    /// What moved, and then the account: no line begins with a word that is not ours.
    fn account(&self, of: &AccountTurnover) -> String {
        let ways = [Direction::In, Direction::Out];
        let moved = ways.into_iter().flat_map(|way| totals(self, &of.money, way));
        let moved = joined(moved, " · ", SHORT_UNITS);
        format!("{moved} · {}", tidy(&of.account, ACCOUNT_UNITS))
    }

    fn other(&self, other: &OtherMissed) -> String {
        let OtherMissed { destination, failed, at_least, held } = other;
        let counted = [
            (*failed, self.at_least(*at_least, failed), words("không gửi được", "failed")),
            (*held, held.to_string(), words("đang giữ lại", "held")),
        ];
        let counted = counted.into_iter().filter(|(count, ..)| *count > 0);
        let counted: Vec<String> = counted
            .map(|(_, count, what)| match self.to.language {
                Language::Vi => format!("{} {count}", what.vi),
                Language::En => format!("{count} {}", what.en),
            })
            .collect();
        format!("{destination}: {}", counted.join(", "))
    }

    /// An event that is named: as in a digest where it is still known, else by what the summary has.
    fn named(&self, named: &Named) -> String {
        let same_day = self.is_one_day(named.at);
        if let Some(event) = self.members.iter().find(|event| event.key == named.event) {
            let payer = event.facts.get(Fact::Counterparty).map(|name| tidy(name, PAYER_UNITS));
            let payer = payer.filter(|name| !name.is_empty() && event.kind.direction().is_some());
            let payer = payer.map(|name| format!("“{name}”"));
            let line = line(&Event { money: named.money, ..event.clone() }, self.to, same_day);
            let line: Vec<String> = std::iter::once(line).chain(payer).collect();
            return cut(&line.join(" · "), LINE_UNITS + PAYER_UNITS);
        }
        let at = Moment { at: named.at, offset: VIETNAM, date_only: named.date_only };
        let format = match (at.date_only, same_day) {
            (true, _) => "%d/%m",
            (false, true) => "%H:%M",
            (false, false) => "%d/%m %H:%M",
        };
        let what = match named.money {
            Some(Money { amount, currency }) if named.kind.direction().is_some() => {
                money::moved(amount, currency, named.kind.direction(), self.to.language)
            }
            Some(_) | None => titles::of_kind(named.kind).get(self.to.language).to_owned(),
        };
        format!("{} {what}", local(named.at).strftime(format))
    }

    /// Whether the summary is of one day of the calendar, and this moment on it.
    fn is_one_day(&self, at: Timestamp) -> bool {
        let last = self.of.until.saturating_sub(SignedDuration::from_secs(1));
        let day = local(self.of.from).date();
        last.is_ok_and(|last| local(last).date() == day) && local(at).date() == day
    }

    fn sum(&self, currency: Currency, flow: &Flow, way: Direction) -> String {
        match flow.sum {
            Some(sum) => money::moved(sum, currency, Some(way), self.to.language),
            None => format!("… {currency}"),
        }
    }

    fn at_least(&self, at_least: bool, what: impl std::fmt::Display) -> String {
        let least = self.get(words("ít nhất", "at least"));
        if at_least { format!("{least} {what}") } else { what.to_string() }
    }
}

const ACCOUNTS: Words = words("tài khoản", "accounts");
const MESSAGES: Words = words("tin", "messages");
const DESTINATIONS: Words = words("nơi nhận", "destinations");
/// The longest payer's name.
const PAYER_UNITS: usize = 40;

fn flow(money: &Turnover, way: Direction) -> &Flow {
    match way {
        Direction::In => &money.into,
        Direction::Out => &money.out,
    }
}

/// The total of each currency that moved this way, and of how many transfers it is.
fn totals(said: &Said<'_>, money: &[Turnover], way: Direction) -> Vec<String> {
    let flows = money.iter().map(|money| (money.currency, flow(money, way)));
    let moved = flows.filter(|(_, flow)| flow.count > 0);
    moved
        .map(|(currency, flow)| format!("{} ({})", said.sum(currency, flow, way), flow.count))
        .collect()
}

#[cfg(test)]
mod tests;
