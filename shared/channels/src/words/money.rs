//! Amounts as people read them: `+1.250.000 ₫`, in English `+1,250,000 ₫`; `12,34 USD`. Only money
//! that moved has a plus or minus.

use domain::{Currency, Direction, Event, Language};
use rust_decimal::Decimal;

/// The event's amount.
pub(super) fn shown(event: &Event, language: Language) -> Option<String> {
    let money = event.money?;
    Some(moved(money.amount, money.currency, event.kind.direction(), language))
}

/// An amount that moved this way, if it moved.
pub(super) fn moved(
    amount: Decimal,
    currency: Currency,
    way: Option<Direction>,
    language: Language,
) -> String {
    let plain = written(amount, currency, language);
    match way {
        Some(Direction::In) if !amount.is_sign_negative() => format!("+{plain}"),
        Some(Direction::Out) if !amount.is_sign_negative() => format!("-{plain}"),
        Some(Direction::In | Direction::Out) | None => plain,
    }
}

/// The account's balance, where it is known.
pub(super) fn balance(event: &Event, language: Language) -> Option<String> {
    let currency = event.money.map_or(Currency::VND, |money| money.currency);
    event.balance.map(|balance| written(balance, currency, language))
}

fn written(amount: Decimal, currency: Currency, language: Language) -> String {
    let (thousands, point) = match language {
        Language::Vi => ('.', ','),
        Language::En => (',', '.'),
    };
    let text = amount.normalize().to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(thousands);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        // Cents come in twos.
        out.push(point);
        out.push_str(&format!("{fraction:0<2}"));
    }
    out.push(' ');
    out.push_str(if currency == Currency::VND { "₫" } else { currency.as_str() });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::amount_from_text;

    #[test]
    fn amounts_are_grouped_as_in_their_language() {
        for (amount, currency, vi, en) in [
            ("1250000", "VND", "1.250.000 ₫", "1,250,000 ₫"),
            ("999", "VND", "999 ₫", "999 ₫"),
            ("1000", "VND", "1.000 ₫", "1,000 ₫"),
            ("0", "VND", "0 ₫", "0 ₫"),
            ("-193000", "VND", "-193.000 ₫", "-193,000 ₫"),
            ("12.34", "USD", "12,34 USD", "12.34 USD"),
            ("1234.5", "USD", "1.234,50 USD", "1,234.50 USD"),
            ("0.001", "BTC", "0,001 BTC", "0.001 BTC"),
            (
                "9223372036854775808",
                "VND",
                "9.223.372.036.854.775.808 ₫",
                "9,223,372,036,854,775,808 ₫",
            ),
        ] {
            let amount = amount_from_text(amount).unwrap();
            let currency = Currency::parse(currency).unwrap();
            assert_eq!(written(amount, currency, Language::Vi), vi);
            assert_eq!(written(amount, currency, Language::En), en);
        }
    }
}
