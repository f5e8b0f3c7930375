//! How a summary's parts are written in JSON: amounts, names and kinds as texts, never as numbers that a
//! reader may round. Not which parts there are.

use rust_decimal::Decimal;

use crate::{Currency, DestinationName, EventKey, Kind, Money, Name};

/// What has a text, and comes back of it.
pub(super) trait Text: Sized {
    fn to_text(&self) -> String;
    fn from_text(text: &str) -> Option<Self>;
}

impl Text for Currency {
    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

/// Where there is no number, the text is empty.
impl Text for Option<Decimal> {
    fn to_text(&self) -> String {
        self.map(|sum| sum.to_string()).unwrap_or_default()
    }

    fn from_text(text: &str) -> Option<Self> {
        if text.is_empty() { Some(None) } else { Decimal::from_str_exact(text).ok().map(Some) }
    }
}

impl Text for DestinationName {
    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        Name::parse(text).ok()
    }
}

impl Text for EventKey {
    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::from_stored(text))
    }
}

impl Text for Kind {
    fn to_text(&self) -> String {
        self.as_str().to_owned()
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Text for Money {
    fn to_text(&self) -> String {
        format!("{} {}", self.amount, self.currency)
    }

    fn from_text(text: &str) -> Option<Self> {
        let (amount, currency) = text.split_once(' ')?;
        let amount = Decimal::from_str_exact(amount).ok()?;
        Some(Self { amount, currency: Currency::parse(currency)? })
    }
}

/// A part as a text.
pub(super) mod text {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::Text;

    pub(in super::super) fn serialize<T: Text, S: Serializer>(
        part: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&part.to_text())
    }

    pub(in super::super) fn deserialize<'de, T: Text, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        T::from_text(&text).ok_or_else(|| serde::de::Error::custom("a part is not understood"))
    }
}

/// An amount of money that may be missing, as a text.
pub(super) mod money {
    use serde::{Deserializer, Serializer};

    use super::text;
    use crate::Money;

    #[expect(clippy::ref_option, reason = "serde hands it so")]
    pub(in super::super) fn serialize<S: Serializer>(
        money: &Option<Money>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match money {
            Some(money) => text::serialize(money, to),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Money>, D::Error> {
        text::deserialize(from).map(Some)
    }
}
