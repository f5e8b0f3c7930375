//! Whether a text names a payer: by account or by name. What is left of it is not decided here.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::{Event, Fact, clean};

/// The fewest letters and digits of an account: fewer would be found in half of all memos.
const SHORTEST_ACCOUNT: usize = 4;
/// The fewest letters of a name.
const SHORTEST_NAME: usize = 2;
/// How deep texts are looked for in texts: JSON in a form's field in JSON.
const DEPTH: u32 = 4;
/// The shortest text that is tried as Base64, as AppotaPay's `data` is: a call as it came may be parked.
const SHORTEST_BASE64: usize = 16;
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whose data is to be erased.
#[derive(Clone, PartialEq, Eq)]
pub struct Payer {
    by: By,
    /// What is looked for, in the form in which texts are compared.
    words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Account,
    Name,
}

/// A text that would not single out one payer. Without the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayerError {
    /// Too short for an account.
    #[error("an account has at least {SHORTEST_ACCOUNT} letters or digits")]
    Account,
    /// Too short for a name.
    #[error("a name has at least {SHORTEST_NAME} letters")]
    Name,
}

/// Without what is looked for.
impl fmt::Debug for Payer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payer").field("by", &self.by).finish_non_exhaustive()
    }
}

impl Payer {
    /// Who has an account, however it is spaced.
    pub fn account(text: &str) -> Result<Self, PayerError> {
        let words = unspaced(&compared(text));
        let long = words.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_ACCOUNT;
        if long { Ok(Self { by: By::Account, words }) } else { Err(PayerError::Account) }
    }

    /// Who has a name, however it is spaced and composed.
    pub fn name(text: &str) -> Result<Self, PayerError> {
        let words = compared(text);
        let long = words.chars().filter(|c| c.is_alphabetic()).count() >= SHORTEST_NAME;
        if long { Ok(Self { by: By::Name, words }) } else { Err(PayerError::Name) }
    }

    /// Whether an event names the payer in anything but its key.
    pub(super) fn is_in_event(&self, event: &Event) -> bool {
        event.facts.iter().any(|(fact, text)| self.is_in_fact(fact, text))
            || self.is_within(&event.object)
    }

    /// Whether a fact names the payer.
    pub(super) fn is_in_fact(&self, fact: Fact, text: &str) -> bool {
        let accounts = [Fact::Account, Fact::VirtualAccount, Fact::CounterpartyAccount];
        let text = compared(text);
        let spaced = self.by == By::Account && accounts.contains(&fact);
        spaced && unspaced(&text) == self.words || has_words(&text, &self.words)
    }

    /// Whether a text names the payer: as it stands, or in the JSON, the form or the Base64 that it is.
    pub(super) fn is_within(&self, text: &str) -> bool {
        self.is_within_to(text, DEPTH)
    }

    fn is_within_to(&self, text: &str, depth: u32) -> bool {
        if has_words(&compared(text), &self.words) {
            return true;
        }
        let Some(depth) = depth.checked_sub(1) else { return false };
        let encoded = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        if text.len() >= SHORTEST_BASE64
            && text.bytes().all(encoded)
            && let Ok(bytes) = LENIENT.decode(text)
            && self.is_within_to(&String::from_utf8_lossy(&bytes), depth)
        {
            return true;
        }
        if text.trim_start().starts_with(['{', '[', '"'])
            && let Ok(value) = serde_json::from_str(text)
        {
            return self.is_within_json(&value, depth);
        }
        if text.contains(r"\u") && self.is_within_to(&unescaped(text), depth) {
            return true;
        }
        text.contains(['%', '+', '='])
            && url::form_urlencoded::parse(text.as_bytes()).any(|(name, value)| {
                self.is_within_to(&name, depth) || self.is_within_to(&value, depth)
            })
    }

    fn is_within_json(&self, value: &Value, depth: u32) -> bool {
        match value {
            Value::Null | Value::Bool(_) => false,
            Value::Number(number) => self.is_within_to(&number.to_string(), 0),
            Value::String(text) => self.is_within_to(text, depth),
            Value::Array(values) => values.iter().any(|value| self.is_within_json(value, depth)),
            Value::Object(fields) => fields.iter().any(|(name, value)| {
                self.is_within_to(name, 0) || self.is_within_json(value, depth)
            }),
        }
    }
}

/// A text as it is compared: without what cannot be seen, blanks squeezed, in small letters, composed.
fn compared(text: &str) -> String {
    clean(text).to_lowercase().nfc().collect()
}

/// A text that is no sound JSON, with its escapes read as those of JSON are.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split(r"\u");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece.get(..4).and_then(|code| u32::from_str_radix(code, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                out.push_str(piece.get(4..).unwrap_or_default());
            }
            None => out.push_str(piece),
        }
    }
    out
}

fn unspaced(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"-.".contains(*c)).collect()
}

/// Whether these words are in a text as whole words; both as they are compared.
fn has_words(text: &str, words: &str) -> bool {
    let within = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let first = words.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(words)) {
        let (begin, end) = (from + found, from + found + words.len());
        let before = text.get(..begin).and_then(|text| text.chars().next_back());
        let behind = text.get(end..).and_then(|text| text.chars().next());
        if !before.is_some_and(within) && !behind.is_some_and(within) {
            return true;
        }
        from = begin + first;
    }
    false
}
