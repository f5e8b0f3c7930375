//! What the API says, for people: times in Vietnam's time, amounts in groups of three, JSON that no terminal
//! obeys. Tables clean their values themselves (`table`).

use std::fmt::Write as _;

use domain::{VIETNAM, clean};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::call::Answered;
use crate::run::{Process, print};
use crate::table::table;

/// The heading of a column of times.
pub(super) const ZONE: &str = "+07:00";

/// A time as the API writes it, in Vietnam's; what is no time stays as it is.
pub(super) fn moment(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(at) => VIETNAM.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => text.to_owned(),
    }
}

/// An amount that moved this way; what is no number stays as it is.
pub(super) fn amount(
    amount: Option<&str>,
    currency: Option<&str>,
    direction: Option<&str>,
) -> String {
    let Some(amount) = amount else { return String::new() };
    let currency = currency.unwrap_or_default();
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return format!("{amount} {currency}");
    }
    let mut text = match direction {
        Some("in") => "+".to_owned(),
        Some("out") => "-".to_owned(),
        Some(_) | None => String::new(),
    };
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        // Writing to a String cannot fail.
        _ = write!(text, ".{fraction:0<2}");
    }
    format!("{text} {currency}")
}

/// One thing, field by field; what is nothing is left out.
pub(super) fn fields(fields: &Map<String, Value>) -> String {
    let said = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => other.to_string(),
    };
    let fields = fields.iter().filter(|(_, value)| !value.is_null());
    let rows: Vec<_> = fields.map(|(name, value)| [name.clone(), said(value)]).collect();
    table(["field", "value"], &rows)
}

/// Prints the API's own JSON: to the letter for a program, and for a terminal with what it would obey, or
/// what turns a line around, escaped. Both mean the same.
pub(super) fn print_json(answered: &Answered, process: &Process<'_>) -> anyhow::Result<()> {
    let text = answered.text();
    let text = if process.stdout_is_terminal { escaped(&text) } else { text };
    print(&format!("{}\n", text.trim_end()))
}

fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        // What cleaning would change, between letters so that blanks at an end count; but JSON's own blanks.
        let tame = matches!(c, ' ' | '\n') || clean(&format!("a{c}a")) == format!("a{c}a");
        if tame {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_strangers_are_left_alone() {
        for (text, currency, direction, expected) in [
            (Some("1250000"), Some("VND"), Some("in"), "+1,250,000 VND"),
            (Some("999"), Some("VND"), Some("out"), "-999 VND"),
            (Some("1234.50"), Some("USD"), None, "1,234.50 USD"),
            (Some("1000.00"), Some("VND"), None, "1,000 VND"),
            (Some("1e9"), Some("VND"), Some("in"), "1e9 VND"),
            (Some("-5"), Some("VND"), None, "-5 VND"),
            (None, Some("VND"), Some("in"), ""),
        ] {
            assert_eq!(amount(text, currency, direction), expected);
        }
    }

    #[test]
    fn times_are_vietnams() {
        assert_eq!(moment("2026-11-22T20:04:05.678Z"), "2026-11-23 03:04:05");
        assert_eq!(moment("2026-11-22T08:00:00+07:00"), "2026-11-22 08:00:00");
        assert_eq!(moment("soon"), "soon");
    }

    #[test]
    fn a_terminal_obeys_no_json_and_it_means_the_same() {
        let hostile = "{ \"a\": \"x\u{9b}2J \u{202e}ế\u{200b}\u{e0001}\" }\n";
        let shown = escaped(hostile);
        assert_eq!(shown, "{ \"a\": \"x\\u009b2J \\u202eế\\u200b\\udb40\\udc01\" }\n");
        let [one, two]: [serde_json::Value; 2] =
            [hostile, &shown].map(|text| serde_json::from_str(text).unwrap());
        assert_eq!(one, two);
    }
}
