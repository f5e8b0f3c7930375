//! Attributes, written and read. What cannot be read is named, never guessed; what this version does
//! not know is left alone, for a newer one may have written it.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};

use crate::failure::Failure;
use crate::keys::{PK, SK};

/// An item of a table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A text.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number.
pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A time. Finer than a microsecond is cut off.
pub(crate) fn time(at: Timestamp) -> AttributeValue {
    number(at.as_microsecond())
}

/// When DynamoDB may delete an item: epoch seconds.
pub(crate) fn expires(from: Timestamp, kept: SignedDuration) -> AttributeValue {
    number(from.saturating_add(kept).unwrap_or(Timestamp::MAX).as_second())
}

/// An item of these attributes.
pub(crate) fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Reads an item's attributes; what it lacks is an error that says so.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    what: &'static str,
    pk: &'a str,
    item: &'a Item,
}

impl<'a> Reader<'a> {
    /// A reader of an item of this sort.
    pub(crate) fn new(what: &'static str, item: &'a Item) -> Self {
        let pk = item.get(PK).and_then(|value| value.as_s().ok());
        Self { what, pk: pk.map_or("", String::as_str), item }
    }

    /// The partition key.
    pub(crate) fn pk(self) -> &'a str {
        self.pk
    }

    /// The sort key.
    pub(crate) fn sk(self) -> Result<&'a str, Failure> {
        self.text(SK)
    }

    /// A text that must be there.
    pub(crate) fn text(self, name: &'static str) -> Result<&'a str, Failure> {
        self.text_if(name)?.ok_or_else(|| self.lacks(name))
    }

    /// A text, if it is there.
    pub(crate) fn text_if(self, name: &'static str) -> Result<Option<&'a str>, Failure> {
        let Some(value) = self.item.get(name) else { return Ok(None) };
        let text = value.as_s().map_err(|_| self.fault(format!("{name} is no text")))?;
        Ok(Some(text))
    }

    /// The texts of a list; none where there is no such list.
    pub(crate) fn texts(self, name: &'static str) -> Result<Vec<String>, Failure> {
        let Some(value) = self.item.get(name) else { return Ok(Vec::new()) };
        let all = value.as_l().ok().map(|list| list.iter().map(|one| one.as_s().ok().cloned()));
        let all: Option<Vec<String>> = all.and_then(Iterator::collect);
        all.ok_or_else(|| self.fault(format!("{name} is no list of texts")))
    }

    /// Bytes, if they are there.
    pub(crate) fn bytes_if(self, name: &'static str) -> Result<Option<&'a [u8]>, Failure> {
        let Some(value) = self.item.get(name) else { return Ok(None) };
        let bytes = value.as_b().map_err(|_| self.fault(format!("{name} is no bytes")))?;
        Ok(Some(bytes.as_ref()))
    }

    /// A number that must be there.
    pub(crate) fn number<T: FromStr>(self, name: &'static str) -> Result<T, Failure> {
        self.number_if(name)?.ok_or_else(|| self.lacks(name))
    }

    /// A number, if it is there.
    pub(crate) fn number_if<T: FromStr>(self, name: &'static str) -> Result<Option<T>, Failure> {
        let Some(value) = self.item.get(name) else { return Ok(None) };
        let number = value.as_n().ok().and_then(|number| number.parse().ok());
        number.ok_or_else(|| self.fault(format!("{name} is no number of its kind"))).map(Some)
    }

    /// A time that must be there.
    pub(crate) fn time(self, name: &'static str) -> Result<Timestamp, Failure> {
        self.time_if(name)?.ok_or_else(|| self.lacks(name))
    }

    /// A time, if it is there.
    pub(crate) fn time_if(self, name: &'static str) -> Result<Option<Timestamp>, Failure> {
        let Some(micros) = self.number_if(name)? else { return Ok(None) };
        let at = Timestamp::from_microsecond(micros);
        at.map(Some).map_err(|_| self.fault(format!("{name} is no time")))
    }

    /// A yes or no; what is not there is a no.
    pub(crate) fn flag(self, name: &'static str) -> Result<bool, Failure> {
        let Some(value) = self.item.get(name) else { return Ok(false) };
        value.as_bool().copied().map_err(|_| self.fault(format!("{name} is neither yes nor no")))
    }

    /// A map of attributes, if it is there.
    pub(crate) fn map_if(self, name: &'static str) -> Result<Option<Self>, Failure> {
        let Some(value) = self.item.get(name) else { return Ok(None) };
        let item = value.as_m().map_err(|_| self.fault(format!("{name} is no map")))?;
        Ok(Some(Self { item, ..self }))
    }

    /// The maps within a map, by name; none where there is no such map.
    pub(crate) fn maps(self, name: &'static str) -> Result<Vec<(&'a str, Self)>, Failure> {
        let Some(map) = self.map_if(name)? else { return Ok(Vec::new()) };
        map.all_maps()
    }

    /// All attributes, each a map, by their names.
    pub(crate) fn all_maps(self) -> Result<Vec<(&'a str, Self)>, Failure> {
        let read = |(name, value): (&'a String, &'a AttributeValue)| {
            let item = value.as_m().map_err(|_| self.fault(format!("{name} is no map")))?;
            Ok((name.as_str(), Self { item, ..self }))
        };
        self.item.iter().map(read).collect()
    }

    /// A text that reads as something else.
    pub(crate) fn parsed<T: FromStr>(self, name: &'static str) -> Result<T, Failure> {
        let read = self.text(name)?.parse();
        read.map_err(|_| self.fault(format!("{name} is no text of its kind")))
    }

    /// An error about this item.
    pub(crate) fn fault(self, reason: impl ToString) -> Failure {
        Failure::unreadable(self.what, self.pk, reason)
    }

    fn lacks(self, name: &str) -> Failure {
        self.fault(format!("it has no attribute {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_item_lacks_or_has_in_another_form_is_named() {
        let wrong = AttributeValue::Null(true);
        let item = item([("pk", text("casso/shop/1")), ("a", wrong), ("b", number("1.5"))]);
        let read = Reader::new("event", &item);
        let told = |failure: Failure| failure.to_string().split_once(": ").unwrap().1.to_owned();
        assert_eq!(told(read.text("x").unwrap_err()), "it has no attribute x");
        assert_eq!(told(read.sk().unwrap_err()), "it has no attribute sk");
        assert_eq!(told(read.text("a").unwrap_err()), "a is no text");
        assert_eq!(told(read.number::<u32>("x").unwrap_err()), "it has no attribute x");
        assert_eq!(told(read.number::<u32>("b").unwrap_err()), "b is no number of its kind");
        assert_eq!(told(read.time("a").unwrap_err()), "a is no number of its kind");
        assert_eq!(told(read.flag("a").unwrap_err()), "a is neither yes nor no");
        assert_eq!(told(read.map_if("a").err().unwrap()), "a is no map");
        assert_eq!((read.text_if("x").unwrap(), read.flag("x").unwrap()), (None, false));
    }

    #[test]
    fn a_time_comes_back_to_the_microsecond() {
        let at: Timestamp = "2026-11-21T08:00:00.123456789Z".parse().unwrap();
        let item = item([("at", time(at))]);
        let back = Reader::new("event", &item).time("at").unwrap();
        assert_eq!(back.to_string(), "2026-11-21T08:00:00.123456Z");
    }
}
