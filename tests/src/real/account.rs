//! What comes out of an audit: by destination, and in all. How it is found out is `audit`'s.

use std::collections::BTreeMap;
use std::fmt;

use super::table::grouped;

/// What came out for one destination.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Acknowledged events that it wants.
    pub wanted: u64,
    /// Of those, not in its books.
    pub lost: u64,
    /// Deliveries by where they stand.
    pub states: BTreeMap<&'static str, u64>,
    /// Attempts begun.
    pub begun: u64,
    /// Attempts written down.
    pub written: u64,
    /// Messages that it took more than once.
    pub repeated: u64,
    /// Of those, explained by attempts that were begun and never written down.
    pub explained: u64,
    /// Requests that arrived and are neither written down nor of an attempt that was not.
    pub stray: u64,
    /// Digests.
    pub digests: u64,
    /// Members of digests whose line did not fit.
    pub counted_only: u64,
}

/// The whole audit.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Acknowledged.
    pub acknowledged: u64,
    /// Acknowledged and not on record.
    pub unrecorded: u64,
    /// On record.
    pub recorded: u64,
    /// By destination.
    pub lines: Vec<(&'static str, Line)>,
}

impl Account {
    /// Acknowledged and not where it should be.
    pub fn lost(&self) -> u64 {
        self.unrecorded + self.lines.iter().map(|(_, line)| line.lost).sum::<u64>()
    }

    /// Messages that came twice.
    pub fn repeated(&self) -> u64 {
        self.lines.iter().map(|(_, line)| line.repeated).sum()
    }

    /// Of those, explained.
    pub fn explained(&self) -> u64 {
        self.lines.iter().map(|(_, line)| line.explained).sum()
    }

    /// Deliveries that have not ended.
    pub fn open(&self) -> u64 {
        let open = ["missing", "pending", "sending", "waiting", "gathered", "held"];
        let all = self.lines.iter().flat_map(|(_, line)| &line.states);
        all.filter(|(state, _)| open.contains(*state)).map(|(_, count)| count).sum()
    }

    /// Attempts begun and never written down.
    pub fn unwritten(&self) -> u64 {
        self.lines.iter().map(|(_, line)| line.begun.saturating_sub(line.written)).sum()
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [acknowledged, recorded, unrecorded] =
            [self.acknowledged, self.recorded, self.unrecorded].map(grouped);
        writeln!(
            f,
            "acknowledged {acknowledged}, on record {recorded}, acknowledged and not on record \
             {unrecorded}\n\n\
             | destination | wanted | lost | attempts begun | not written down | repeated | \
             explained | stray | digests | counted only | deliveries |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
        )?;
        for (name, line) in &self.lines {
            let unwritten = line.begun.saturating_sub(line.written);
            let states: Vec<String> = line
                .states
                .iter()
                .map(|(state, count)| format!("{} {state}", grouped(*count)))
                .collect();
            let figures = [
                line.wanted,
                line.lost,
                line.begun,
                unwritten,
                line.repeated,
                line.explained,
                line.stray,
                line.digests,
                line.counted_only,
            ]
            .map(grouped);
            writeln!(f, "| {name} | {} | {} |", figures.join(" | "), states.join(", "))?;
        }
        Ok(())
    }
}
