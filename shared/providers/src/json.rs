//! Reading a sender's JSON without losing what it said: scalars stay as they stand in the text, so
//! that numbers are never rounded. Strict where guessing could cost money (duplicate keys, broken
//! strings), lenient where the senders are (numbers as strings and the reverse). Not a JSON parser.

use std::borrow::Cow;
use std::fmt;

use domain::{Currency, Fact, Facts, Money};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Why authentic bytes could not be read. The sentence names fields, never their values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreadable(pub(crate) String);

fn unreadable(why: impl Into<String>) -> Unreadable {
    Unreadable(why.into())
}

/// The body as text: UTF-8, without a byte order mark.
pub(crate) fn utf8(body: &[u8]) -> Result<&str, Unreadable> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    std::str::from_utf8(body).map_err(|_| unreadable("the body is not UTF-8"))
}

/// A JSON object, its values untouched.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    text: &'a str,
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// Reads an object. All of the text must be sound JSON, nested at most 127 deep, and no key of
    /// the object may come twice.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Unreadable> {
        serde_json::from_str::<Sound>(text).map_err(|e| unreadable(not_json(&e)))?;
        Self::outline(text)
    }

    /// Reads an object whose members may be unsound inside: an envelope around elements that are
    /// judged each by itself. What it holds must be well formed, however deep.
    pub(crate) fn outline(text: &'a str) -> Result<Self, Unreadable> {
        let members: Members<'a> = serde_json::from_str(text).map_err(|e| {
            let another_shape = e.classify() == serde_json::error::Category::Data;
            unreadable(if another_shape {
                "the body is not a JSON object".into()
            } else {
                not_json(&e)
            })
        })?;
        let mut names: Vec<&str> = members.0.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(_) => Err(unreadable("a key comes twice")),
            None => Ok(Self { text: text.trim(), members: members.0 }),
        }
    }

    /// The object as it came.
    pub(crate) fn as_str(&self) -> &'a str {
        self.text
    }

    /// A member as it stands in the text; `null` is none.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let (_, value) = self.members.iter().find(|(member, _)| member == name)?;
        (value.get() != "null").then_some(value)
    }

    /// A scalar member as text: a string's content, a number's or boolean's own spelling. `null`,
    /// `""` and absent are none.
    pub(crate) fn text(&self, name: &str) -> Result<Option<Cow<'a, str>>, Unreadable> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let text = scalar(raw).ok_or_else(|| unreadable(format!("{name} is not a plain value")))?;
        Ok((!text.is_empty()).then_some(text))
    }

    /// A scalar on which nothing depends: what is no plain value is as if it were not there.
    pub(crate) fn detail(&self, name: &str) -> Option<Cow<'a, str>> {
        self.text(name).ok().flatten()
    }

    /// An amount of VND, where there is one.
    pub(crate) fn money(&self, name: &str) -> Result<Option<Money>, Unreadable> {
        self.money_of(name, Currency::VND)
    }

    /// An amount of a currency, where there is one.
    pub(crate) fn money_of(
        &self,
        name: &str,
        currency: Currency,
    ) -> Result<Option<Money>, Unreadable> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let money = Money::parse(&text, currency);
        money.map(Some).map_err(|_| unreadable(format!("{name} is not an exact amount")))
    }

    /// An amount of VND that no sender writes with a sign, where there is one.
    pub(crate) fn unsigned(&self, name: &str) -> Result<Option<Money>, Unreadable> {
        self.unsigned_of(name, Currency::VND)
    }

    /// An amount of a currency that no sender writes with a sign, where there is one.
    pub(crate) fn unsigned_of(
        &self,
        name: &str,
        currency: Currency,
    ) -> Result<Option<Money>, Unreadable> {
        match self.money_of(name, currency)? {
            Some(money) if money.amount.is_sign_negative() => {
                Err(unreadable(format!("{name} is negative")))
            }
            money => Ok(money),
        }
    }

    /// An object member.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Object<'a>>, Unreadable> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let object = Object::parse(raw.get());
        object.map(Some).map_err(|e| unreadable(format!("{name}: {e}")))
    }

    /// Copies scalar members into facts. A member that is no scalar is left out: it is a detail
    /// that the provider's own object keeps.
    pub(crate) fn facts(&self, pairs: &[(Fact, &str)]) -> Facts {
        let mut facts = Facts::default();
        for (fact, name) in pairs {
            if let Ok(Some(text)) = self.text(name)
                && facts.get(*fact).is_none()
            {
                facts.set(*fact, text.into_owned());
            }
        }
        facts
    }
}

/// The elements of a JSON array, untouched.
pub(crate) fn elements(raw: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw).ok()
}

/// A scalar's text; none for objects and arrays.
pub(crate) fn scalar(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<Str<'_>>(text).ok().map(|s| s.0),
        Some(b'{' | b'[') | None => None,
        Some(_) => Some(Cow::Borrowed(text)),
    }
}

fn not_json(error: &serde_json::Error) -> String {
    format!("the body is not sound JSON (line {}, column {})", error.line(), error.column())
}

/// A string, borrowed where it holds no escapes.
#[derive(serde::Deserialize)]
struct Str<'a>(#[serde(borrow)] Cow<'a, str>);

struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(20);
                while let Some(Str(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Any JSON whose strings are sound Unicode and whose nesting is bounded. A `RawValue` alone checks
/// neither, and what passes here is later handed on to strangers' parsers.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SoundVisitor)
    }
}

struct SoundVisitor;

impl<'de> Visitor<'de> for SoundVisitor {
    type Value = Sound;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Sound, E> {
        Ok(Sound)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Sound, E> {
        Ok(Sound)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Sound, E> {
        Ok(Sound)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Sound, E> {
        Ok(Sound)
    }
    fn visit_str<E>(self, _: &str) -> Result<Sound, E> {
        Ok(Sound)
    }
    fn visit_unit<E>(self) -> Result<Sound, E> {
        Ok(Sound)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Sound, A::Error> {
        while seq.next_element::<Sound>()?.is_some() {}
        Ok(Sound)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sound, A::Error> {
        while map.next_entry::<Sound, Sound>()?.is_some() {}
        Ok(Sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Object::parse(text).map(|_| ()).unwrap_err().0
    }

    #[test]
    fn scalars_keep_their_spelling() {
        let text = r#"{"a":9223372036854775808,"b":"ế","c":1.50,"d":null,"e":"","f":true,"g":[1]}"#;
        let object = Object::parse(text).unwrap();
        let of = |name| object.text(name).map(|t| t.map(Cow::into_owned));
        assert_eq!(of("a"), Ok(Some("9223372036854775808".to_owned())));
        assert_eq!(of("b"), Ok(Some("ế".to_owned())));
        assert_eq!(of("c"), Ok(Some("1.50".to_owned())));
        assert_eq!((of("d"), of("e"), of("none")), (Ok(None), Ok(None), Ok(None)));
        assert_eq!(of("f"), Ok(Some("true".to_owned())));
        assert_eq!(of("g"), Err(Unreadable("g is not a plain value".to_owned())));
    }

    #[test]
    fn unsound_bodies_are_unreadable() {
        assert_eq!(error(r#"{"a":1,"a":2}"#), "a key comes twice");
        assert_eq!(error(r#"{"a":1,"\u0061":2}"#), "a key comes twice");
        assert_eq!(error("[]"), "the body is not a JSON object");
        assert_eq!(error("7"), "the body is not a JSON object");
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        for bad in ["", "{", r#"{"a":NaN}"#, r#"{"a":"\ud800"}"#, "{\"a\":\"\u{0}\"}", &deep] {
            assert!(error(bad).starts_with("the body is not sound JSON (line"), "{}", error(bad));
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_other_charsets_are_not_guessed() {
        assert_eq!(utf8(b"\xEF\xBB\xBF{}"), Ok("{}"));
        assert_eq!(utf8(b"{\0}\0"), Ok("{\0}\0"));
        assert_eq!(utf8(b"\xFF\xFE{\0"), Err(Unreadable("the body is not UTF-8".to_owned())));
    }
}
