//! How times, money and what strangers wrote are shown. Escaping is the templates'.

use domain::{VIETNAM, clean};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;

use super::Language;

/// A moment: as people in Vietnam read it, and as machines do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At {
    /// `22/11`, with the year where it is another.
    pub(crate) day: String,
    /// `08:05:09`.
    pub(crate) time: String,
    /// RFC 3339.
    pub(crate) iso: String,
}

impl At {
    pub(crate) fn of(at: Timestamp, now: Timestamp) -> Self {
        let (civil, today) = (VIETNAM.to_datetime(at), VIETNAM.to_datetime(now));
        let format = if civil.year() == today.year() { "%d/%m" } else { "%d/%m/%Y" };
        Self {
            day: civil.strftime(format).to_string(),
            time: civil.strftime("%H:%M:%S").to_string(),
            iso: at.to_string(),
        }
    }

    /// Of an RFC 3339 text; one that is none is shown as it is.
    pub(crate) fn read(text: &str, now: Timestamp) -> Self {
        match text.parse() {
            Ok(at) => Self::of(at, now),
            Err(_) => Self { day: clean(text), time: String::new(), iso: String::new() },
        }
    }
}

/// An amount of money with its sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum {
    /// `in`, `out`, or nothing where no money moved.
    pub(crate) way: &'static str,
    /// `+`, `−` or nothing.
    pub(crate) sign: &'static str,
    /// `1.250.000 ₫`.
    pub(crate) text: String,
}

impl Sum {
    /// Of a decimal and a currency's code, as the log has them.
    pub(crate) fn read(
        amount: &str,
        currency: &str,
        direction: Option<&str>,
        language: Language,
    ) -> Self {
        let (way, sign) = match direction {
            Some("in") => ("in", "+"),
            Some("out") => ("out", "−"),
            Some(_) | None => ("", ""),
        };
        let text = match amount.parse() {
            Ok(amount) => money(amount, currency, language),
            Err(_) => clean(amount),
        };
        Self { way, sign, text }
    }
}

/// An amount, its digits in groups.
pub(crate) fn money(amount: Decimal, currency: &str, language: Language) -> String {
    let (group, point) = match language {
        Language::Vi => ('.', ','),
        Language::En => (',', '.'),
    };
    let plain = amount.normalize().to_string();
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("−", digits),
        None => ("", plain.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(point);
        text.push_str(fraction);
    }
    text.push('\u{A0}');
    text.push_str(if currency == "VND" { "₫" } else { currency });
    text
}

/// A count, its digits in groups.
pub(crate) fn count(n: u64, language: Language) -> String {
    let mut text = money(Decimal::from(n), "", language);
    text.truncate(text.trim_end().len());
    text
}

/// A provider's object, indented. What changes how its neighbours look is written out: nothing of the
/// evidence is lost, and nothing of it deceives.
pub(crate) fn pretty(object: &Value) -> String {
    written_out(&serde_json::to_string_pretty(object).unwrap_or_default())
}

/// A text of several lines, with what deceives written out.
pub(crate) fn written_out(lines: &str) -> String {
    let mut text = String::with_capacity(lines.len());
    for c in lines.chars() {
        let harmless = c == '\n' || c == ' ' || clean(c.encode_utf8(&mut [0; 4])).starts_with(c);
        if harmless {
            text.push(c);
        } else {
            text.extend(c.escape_unicode());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_as_its_readers_write_it() {
        for (amount, currency, vi, en) in [
            ("0", "VND", "0 ₫", "0 ₫"),
            ("999", "VND", "999 ₫", "999 ₫"),
            ("1250000", "VND", "1.250.000 ₫", "1,250,000 ₫"),
            ("-12.50", "USD", "−12,5 USD", "−12.5 USD"),
        ] {
            let amount = amount.parse().unwrap();
            assert_eq!(money(amount, currency, Language::Vi).replace('\u{A0}', " "), vi);
            assert_eq!(money(amount, currency, Language::En).replace('\u{A0}', " "), en);
        }
        assert_eq!(count(12_345, Language::Vi), "12.345");
    }

    #[test]
    fn what_deceives_is_written_out() {
        let object = serde_json::json!({ "a": "x\u{202E}y\u{200B}\u{7f} ế <b>" });
        assert_eq!(pretty(&object), "{\n  \"a\": \"x\\u{202e}y\\u{200b}\\u{7f} ế <b>\"\n}");
    }
}
