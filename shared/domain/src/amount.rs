//! Money as exact decimals with a currency. Not how it is shown: that is the channels' work.

use std::fmt;

use rust_decimal::Decimal;

/// An ISO 4217 code, three upper-case letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Vietnamese đồng, which has no minor unit in use.
    pub const VND: Self = Self(*b"VND");

    /// Takes three letters in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        let upper = bytes.map(|b| b.to_ascii_uppercase());
        upper.iter().all(u8::is_ascii_uppercase).then_some(Self(upper))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount of one currency. VND never has a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much, normalised: no trailing zeros after the point.
    pub amount: Decimal,
    /// Of what.
    pub currency: Currency,
}

/// Why a text is not an amount; such a body is parked, never rounded (providers.md §0, rule 3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableAmount {
    /// Not decimal digits with an optional sign and fraction.
    #[error("{0:?} is not a plain decimal number")]
    NotPlain(String),
    /// More digits than an exact decimal holds (about 28).
    #[error("{0:?} has too many digits")]
    TooLong(String),
    /// VND with a fraction other than zero.
    #[error("{0:?} is not a whole number of đồng")]
    Fraction(String),
    /// `250.000`: a zero fraction for a machine, a quarter of a million for a Vietnamese reader.
    #[error("{0:?} may mean thousands or a fraction; write it without the point")]
    Ambiguous(String),
}

impl Money {
    /// Reads an amount of a currency, as [`amount_from_text`] does.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, UnreadableAmount> {
        let amount = amount_from_text(text)?;
        if currency == Currency::VND && !amount.fract().is_zero() {
            return Err(UnreadableAmount::Fraction(shown(text)));
        }
        if currency == Currency::VND && is_ambiguous(text) {
            return Err(UnreadableAmount::Ambiguous(shown(text)));
        }
        Ok(Self { amount, currency })
    }
}

/// Whether a text such as `250.000` is thousands for a Vietnamese reader, and a fraction for a machine.
fn is_ambiguous(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).split_once('.');
    matches!(digits.map(|(whole, last)| (whole.len(), last.len())), Some((1..=3, 3)))
}

/// Reads an amount of any currency that a person typed: as [`amount_from_text`] does, and what may mean
/// thousands or a fraction is refused.
pub fn amount_as_typed(text: &str) -> Result<Decimal, UnreadableAmount> {
    match is_ambiguous(text) {
        true => Err(UnreadableAmount::Ambiguous(shown(text))),
        false => amount_from_text(text),
    }
}

/// Reads a decimal: an optional minus, digits, an optional point with digits; or digits in groups of
/// three with commas (`"100,000"`, ThueAPI). No exponent, no NaN, no blanks, nothing rounded.
pub fn amount_from_text(text: &str) -> Result<Decimal, UnreadableAmount> {
    let not_plain = || UnreadableAmount::NotPlain(shown(text));
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((_, "")) => return Err(not_plain()),
        Some((whole, fraction)) => (whole, fraction),
        None => (unsigned, ""),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let grouped = whole.contains(',');
    let good_first = digits(first) && !first.is_empty() && (!grouped || first.len() <= 3);
    if !good_first || !groups.all(|g| g.len() == 3 && digits(g)) || !digits(fraction) {
        return Err(not_plain());
    }
    let plain = if grouped { text.replace(',', "") } else { text.to_owned() };
    let too_long = || UnreadableAmount::TooLong(shown(text));
    Decimal::from_str_exact(&plain).map(|d| d.normalize()).map_err(|_| too_long())
}

/// A sum to the last digit, or nothing.
pub fn add_exactly(sum: Decimal, amount: Decimal) -> Option<Decimal> {
    let next = sum.checked_add(amount)?;
    let scale = sum.normalize().scale().max(amount.normalize().scale());
    (next.scale() >= scale).then_some(next)
}

/// The offending text, short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vnd(text: &str) -> Result<String, UnreadableAmount> {
        Money::parse(text, Currency::VND).map(|m| m.amount.to_string())
    }

    #[test]
    fn exact_amounts_are_read() {
        for (text, amount) in [
            ("0", "0"),
            ("-193000", "-193000"),
            ("100,000", "100000"),
            ("1,234,567", "1234567"),
            ("18067000.00", "18067000"),
            ("1234.000", "1234"),
            ("00012", "12"),
            ("9223372036854775808", "9223372036854775808"),
        ] {
            assert_eq!(vnd(text), Ok(amount.to_owned()), "{text}");
        }
        assert_eq!(amount_from_text("12.34").map(|d| d.to_string()), Ok("12.34".to_owned()));
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        for text in [
            "", "-", ".", "1.", ".5", "1e5", "1E5", "NaN", "Infinity", "+1", " 1", "1 ", "1,00",
            "1,0000", "1000,000", ",100", "0x10", "١٢", "1.2.3", "1_000", "--1",
        ] {
            assert_eq!(vnd(text), Err(UnreadableAmount::NotPlain(text.to_owned())), "{text}");
        }
        for text in ["250.000", "-1.000", "12.000"] {
            assert_eq!(vnd(text), Err(UnreadableAmount::Ambiguous(text.to_owned())), "{text}");
        }
        assert_eq!(vnd("1.5"), Err(UnreadableAmount::Fraction("1.5".to_owned())));
        let long = "9".repeat(40);
        assert_eq!(vnd(&long), Err(UnreadableAmount::TooLong(long.clone())));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_what_is_read_is_what_was_written(text in "[-+0-9.,eE ]{0,45}|.{0,20}") {
            if let Ok(amount) = amount_from_text(&text) {
                let exact: Decimal = text.replace(',', "").parse().unwrap();
                proptest::prop_assert_eq!(amount, exact);
            }
        }

        #[test]
        fn every_amount_comes_back_from_its_plain_and_its_grouped_spelling(n in 0_u64..) {
            let plain = n.to_string();
            let mut grouped = String::new();
            for (index, digit) in plain.chars().enumerate() {
                if index > 0 && (plain.len() - index) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            proptest::prop_assert_eq!(vnd(&plain), Ok(plain.clone()));
            proptest::prop_assert_eq!(vnd(&grouped), Ok(plain.clone()));
            proptest::prop_assert_eq!(vnd(&format!("{plain}.00")), Ok(plain.clone()));
            let below = format!("-{plain}");
            let expected = if n == 0 { plain } else { below.clone() };
            proptest::prop_assert_eq!(vnd(&below), Ok(expected));
        }
    }

    #[test]
    fn a_currency_is_three_letters() {
        assert_eq!(Currency::parse("vnd"), Some(Currency::VND));
        assert_eq!(Currency::parse("VN"), None);
        assert_eq!(Currency::parse("đô"), None);
    }
}
