//! The number that SePay and Casso give a bank transaction: its identity, and 0 on their test calls.
//! Not the bank's own reference, which is not unique.

use domain::{Ask, EventKey, Hook, Source};

use crate::json::{Object, Unreadable};

/// A transaction's number: digits of any length, without leading zeros.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Number(String);

impl Number {
    /// Reads the member `id`: a whole number, or its digits in a string.
    pub(crate) fn read(object: &Object<'_>) -> Result<Self, Unreadable> {
        let text = object.text("id")?.ok_or_else(|| Unreadable("id is missing".into()))?;
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Unreadable("id is not a whole number".into()));
        }
        let digits = text.trim_start_matches('0');
        Ok(Self(if digits.is_empty() { "0" } else { digits }.to_owned()))
    }

    /// Whether this is a test call. Nothing else says so: a memo is written by payers.
    pub(crate) fn is_test(&self) -> bool {
        self.0 == "0"
    }

    /// The event's key. Test calls all have the number 0 and are never the same event, so theirs
    /// comes from the receipt and the place in the hook.
    pub(crate) fn key(&self, source: &Source, hook: &Hook<'_>, index: usize) -> EventKey {
        if self.is_test() {
            EventKey::new(&source.id, &format!("test-{}-{index}", hook.receipt))
        } else {
            EventKey::new(&source.id, &self.0)
        }
    }

    /// The event's key where the provider's own API lists it: the same as its hook's. A list has no
    /// test calls, which would be new events each time it is read.
    pub(crate) fn listed_key(&self, ask: &Ask<'_>) -> Result<EventKey, Unreadable> {
        if self.is_test() {
            return Err(Unreadable("id is 0, which only a test call has".into()));
        }
        Ok(EventKey::new(&ask.source.id, &self.0))
    }

    /// The number itself.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_in_either_spelling() {
        for (json, read) in [
            (r#"{"id":92704}"#, Ok("92704")),
            (r#"{"id":"092704"}"#, Ok("92704")),
            (r#"{"id":0}"#, Ok("0")),
            (r#"{"id":"00"}"#, Ok("0")),
            (r#"{"id":18446744073709551616}"#, Ok("18446744073709551616")),
            (r#"{"id":null}"#, Err("id is missing")),
            (r#"{"id":""}"#, Err("id is missing")),
            (r#"{"id":-1}"#, Err("id is not a whole number")),
            (r#"{"id":1e3}"#, Err("id is not a whole number")),
            (r#"{"id":"٣"}"#, Err("id is not a whole number")),
            (r#"{"id":[1]}"#, Err("id is not a plain value")),
        ] {
            let number = Number::read(&Object::parse(json).unwrap());
            let expected = read.map(|t| Number(t.to_owned())).map_err(|e| Unreadable(e.to_owned()));
            assert_eq!(number, expected, "{json}");
        }
    }
}
