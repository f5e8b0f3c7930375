//! A message to a chat, whatever it is about: one event, an alarm, the many events of a digest, or what
//! a day brought.
//! In words, and not laid out: each channel dresses it and says how much of it fits.

use domain::{Alarm, Job, Kind, Language, Notification, Summary};

use crate::words;

/// What a chat is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// The heading, the money, and the facts by their labels.
    pub(crate) said: Notification,
    /// Whether it is good or bad news.
    pub(crate) tone: Tone,
    /// What to do about it.
    pub(crate) advice: Option<Advice>,
    /// The events of a digest, or the particulars of a summary.
    pub(crate) list: Option<List>,
}

/// The colour of a message, where a product has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Money in, or well again.
    Good,
    /// Money out.
    Out,
    /// Something is wrong.
    Bad,
    /// Neither.
    Plain,
}

/// What to do, in our own words alone: nothing in the text is a stranger's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) label: &'static str,
    pub(crate) text: &'static str,
    /// What to type, after the text.
    pub(crate) command: Option<String>,
}

/// A line for each event of a digest, oldest first, or for each thing that a summary tells. Lines have strangers' words in them: clean, not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) lines: Vec<String>,
    pub(crate) more: More,
}

/// How to say that there are more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct More {
    pub(crate) language: Language,
    /// What the lines are.
    pub(crate) of: Listed,
}

/// What stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    /// Transfers.
    Transfers,
    /// Events, not all of them transfers.
    Events,
    /// This and that.
    Lines,
}

impl Message {
    /// The message of a job.
    pub(crate) fn of(job: &Job<'_>) -> Self {
        let (event, to) = (job.event, job.destination);
        if let Some(alarm) = Alarm::of(event) {
            return words::alarm(&alarm, event, to.language);
        }
        if let Some(summary) = Summary::of(event) {
            return words::summary(&summary, job.members, to);
        }
        if event.kind == Kind::Digest {
            return words::digest(event, job.members, to);
        }
        let said = words::notification(event, to);
        Self { said, tone: Tone::of(event.kind), advice: None, list: None }
    }

    /// All of it but the list as a notification, for the operator's own screen.
    pub(crate) fn into_notification(self) -> Notification {
        let mut said = self.said;
        said.lines.extend(self.advice.map(|advice| (advice.label, advice.words())));
        said
    }
}

impl Tone {
    /// The tone of an event.
    pub(crate) fn of(kind: Kind) -> Self {
        match kind.direction() {
            Some(domain::Direction::In) => Self::Good,
            Some(domain::Direction::Out) => Self::Out,
            None => Self::Plain,
        }
    }
}

impl Advice {
    /// The text, and what to type.
    pub(crate) fn words(&self) -> String {
        match &self.command {
            Some(command) => format!("{} {command}", self.text),
            None => self.text.to_owned(),
        }
    }
}

impl List {
    /// At most `most` lines that fit into `room`, the last of them saying how many are left out.
    /// `size` is what a line takes, its end included.
    pub(crate) fn within(
        &self,
        room: usize,
        most: usize,
        size: impl Fn(&str) -> usize,
    ) -> Vec<String> {
        let all = self.lines.len();
        let fitting = |room: usize, most: usize| {
            let sizes = self.lines.iter().scan(0_usize, |used, line| {
                *used = used.saturating_add(size(line));
                Some(*used)
            });
            sizes.take(most).take_while(|used| *used <= room).count()
        };
        if fitting(room, most) == all {
            return self.lines.clone();
        }
        // No number of lines left out is longer than that of all.
        let Some(rest) = room.checked_sub(size(&self.more.words(all))) else { return Vec::new() };
        let shown = fitting(rest, most.saturating_sub(1));
        let mut lines: Vec<String> = self.lines.iter().take(shown).cloned().collect();
        lines.push(self.more.words(all - shown));
        lines
    }
}

impl More {
    fn words(self, n: usize) -> String {
        match (self.language, self.of) {
            (Language::Vi, Listed::Transfers) => format!("và {n} giao dịch khác"),
            (Language::Vi, Listed::Events) => format!("và {n} sự kiện khác"),
            (Language::Vi, Listed::Lines) => format!("và {n} dòng khác"),
            (Language::En, Listed::Transfers | Listed::Events) => format!("and {n} more"),
            (Language::En, Listed::Lines) => format!("and {n} more lines"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::units;

    #[test]
    fn what_does_not_fit_is_counted() {
        let list = |n: usize| List {
            lines: (0..n).map(|n| format!("line {n:03}")).collect(),
            more: More { language: Language::En, of: Listed::Transfers },
        };
        let size = |line: &str| units(line) + 1;
        for (n, room, most, shown, last) in [
            (0, 0, 0, 0, None),
            (3, 27, 9, 3, Some("line 002")),
            (3, 26, 9, 2, Some("and 2 more")),
            (3, 27, 2, 2, Some("and 2 more")),
            (3, 27, 1, 1, Some("and 3 more")),
            (3, 11, 9, 1, Some("and 3 more")),
            (3, 10, 9, 0, None),
            (200, 1000, 200, 110, Some("and 91 more")),
        ] {
            let lines = list(n).within(room, most, size);
            assert_eq!(lines.len(), shown, "{n} in {room}");
            assert_eq!(lines.last().map(String::as_str), last, "{n} in {room}");
            assert!(lines.iter().map(|line| size(line)).sum::<usize>() <= room);
        }
    }
}
