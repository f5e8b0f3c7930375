//! What is printed in the end: one row per figure, beside what it should be.

use std::fmt;
use std::time::Duration;

/// All figures.
#[derive(Debug, Default)]
pub struct Table(Vec<[String; 3]>);

impl Table {
    /// Adds a figure; `target` may be empty.
    pub fn add(
        &mut self,
        what: impl Into<String>,
        figure: impl Into<String>,
        target: impl Into<String>,
    ) {
        self.0.push([what.into(), figure.into(), target.into()]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | measured | target |\n|---|--:|--:|")?;
        self.0
            .iter()
            .try_for_each(|[what, figure, target]| writeln!(f, "| {what} | {figure} | {target} |"))
    }
}

/// `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `3.2 ms`.
pub fn millis(time: Duration) -> String {
    format!("{}.{} ms", time.as_millis(), time.subsec_micros() % 1_000 / 100)
}
