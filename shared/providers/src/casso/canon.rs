//! What Casso's Webhook V2 signs: the body's JSON without blanks, keys sorted by their bytes at
//! every level. The vendor's samples disagree on how strings are spelled, so there are two forms:
//! every scalar as it was received, and every scalar as JavaScript's `JSON.stringify` writes it.
//! Works on strangers' bytes: bounded in depth, linear but for the sorting. Not a reading of the body.

use std::borrow::Cow;

use domain::Reject;
use serde::de::IgnoredAny;

/// How deep a body may be nested; Casso's are nested twice.
const MAX_DEPTH: usize = 128;

/// A body with its keys in order.
pub(super) struct Canon<'a> {
    root: Node<'a>,
    len: usize,
}

impl<'a> Canon<'a> {
    /// Reads a body. Duplicate keys have no order, so nothing could be proven of them.
    pub(super) fn parse(text: &'a str) -> Result<Self, Reject> {
        // From here on the text is known to be well formed; this check does not recurse.
        serde_json::from_str::<IgnoredAny>(text).map_err(|_| NOT_JSON)?;
        let root = Scan { text, at: 0 }.node(MAX_DEPTH)?;
        Ok(Self { root, len: text.len() })
    }

    /// What was signed, if scalars are spelled in this form.
    pub(super) fn write(&self, form: Form) -> String {
        let mut out = String::with_capacity(self.len);
        self.root.write(form, &mut out);
        out
    }
}

/// How scalars are spelled.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// As they were received.
    Received,
    /// As `JSON.stringify` writes them.
    JavaScript,
}

const NOT_JSON: Reject = Reject::Unprovable("it is not JSON");

/// A value: scalars as they stand in the text, members sorted.
enum Node<'a> {
    Scalar(&'a str),
    Array(Vec<Node<'a>>),
    Object(Vec<Member<'a>>),
}

struct Member<'a> {
    name: Cow<'a, str>,
    /// The name as it stands in the text, quotes included.
    token: &'a str,
    value: Node<'a>,
}

impl Node<'_> {
    fn write(&self, form: Form, out: &mut String) {
        match self {
            Self::Scalar(token) => scalar(token, form, out),
            Self::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write(form, out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (i, member) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    scalar(member.token, form, out);
                    out.push(':');
                    member.value.write(form, out);
                }
                out.push('}');
            }
        }
    }
}

fn scalar(token: &str, form: Form, out: &mut String) {
    match form {
        Form::Received => out.push_str(token),
        Form::JavaScript => javascript(token, out),
    }
}

/// A walk over JSON that is known to be well formed, so that commas and colons can be passed over
/// like blanks.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn node(&mut self, depth: usize) -> Result<Node<'a>, Reject> {
        let Some(inside) = depth.checked_sub(1) else {
            return Err(Reject::Unprovable("it is nested too deeply"));
        };
        match self.peek() {
            Some(b'{') => Ok(Node::Object(self.members(inside)?)),
            Some(b'[') => Ok(Node::Array(self.items(inside)?)),
            Some(_) => Ok(Node::Scalar(self.scalar()?)),
            None => Err(NOT_JSON),
        }
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node<'a>>, Reject> {
        self.at += 1;
        let mut items = Vec::new();
        while self.peek().ok_or(NOT_JSON)? != b']' {
            items.push(self.node(depth)?);
        }
        self.at += 1;
        Ok(items)
    }

    fn members(&mut self, depth: usize) -> Result<Vec<Member<'a>>, Reject> {
        self.at += 1;
        let mut members = Vec::new();
        while self.peek().ok_or(NOT_JSON)? != b'}' {
            let token = self.scalar()?;
            let name = unquoted(token).ok_or(Reject::Unprovable("a key is not sound Unicode"))?;
            members.push(Member { name, token, value: self.node(depth)? });
        }
        self.at += 1;
        members.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        if members.windows(2).any(|pair| pair[0].name == pair[1].name) {
            return Err(Reject::Unprovable("a key comes twice"));
        }
        Ok(members)
    }

    /// The next byte that says something.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let blanks = rest.iter().position(|b| !b" \t\r\n,:".contains(b))?;
        self.at += blanks;
        rest.get(blanks).copied()
    }

    /// The string, number or word that begins here.
    fn scalar(&mut self) -> Result<&'a str, Reject> {
        self.peek();
        let rest = self.text.get(self.at..).ok_or(NOT_JSON)?;
        let len = if rest.starts_with('"') { string_len(rest) } else { word_len(rest) };
        let token = len.and_then(|len| rest.get(..len)).ok_or(NOT_JSON)?;
        self.at += token.len();
        Ok(token)
    }
}

/// How long the string at the beginning is, quotes included.
fn string_len(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1);
    loop {
        match bytes.next()? {
            (at, b'"') => return Some(at + 1),
            (_, b'\\') => _ = bytes.next()?,
            _ => {}
        }
    }
}

/// How long the number or word at the beginning is; never nothing, so that a walk always ends.
fn word_len(text: &str) -> Option<usize> {
    let end = text.bytes().position(|b| b" \t\r\n,:[]{}\"".contains(&b)).unwrap_or(text.len());
    (end > 0).then_some(end)
}

/// A string token's content.
fn unquoted(token: &str) -> Option<Cow<'_, str>> {
    if token.contains('\\') {
        serde_json::from_str::<String>(token).ok().map(Cow::Owned)
    } else {
        token.strip_prefix('"')?.strip_suffix('"').map(Cow::Borrowed)
    }
}

/// Writes a scalar as `JSON.stringify` does: strings with the fewest escapes, numbers as the
/// shortest decimal that means the same double.
fn javascript(token: &str, out: &mut String) {
    let short_integer = token.len() <= 15 && token.bytes().all(|b| b.is_ascii_digit());
    match token.as_bytes().first() {
        Some(b'"') if token.contains('\\') => match unquoted(token) {
            Some(text) => out.push_str(&serde_json::Value::String(text.into_owned()).to_string()),
            // A lone surrogate: JavaScript writes it as an escape too.
            None => out.push_str(token),
        },
        Some(b'-' | b'0'..=b'9') if !short_integer => out.push_str(&javascript_number(token)),
        Some(_) | None => out.push_str(token),
    }
}

fn javascript_number(token: &str) -> String {
    match token.parse::<f64>() {
        Ok(0.0) => "0".to_owned(),
        Ok(number) if !number.is_finite() => "null".to_owned(),
        Ok(number) if (1e-6..1e21).contains(&number.abs()) => number.to_string(),
        Ok(number) => {
            let text = format!("{number:e}");
            if text.contains("e-") { text } else { text.replace('e', "e+") }
        }
        Err(_) => token.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str) -> (String, String) {
        let canon = Canon::parse(text).unwrap();
        (canon.write(Form::Received), canon.write(Form::JavaScript))
    }

    #[test]
    fn keys_are_sorted_at_every_level_and_arrays_keep_their_order() {
        let text = " {\"b\" : [ {\"z\":1,\"a\":2} , [ ] , { } ],\n\t\"a\":null, \"B\":true,\"\":\"a,b:{\"} ";
        let canon = r#"{"":"a,b:{","B":true,"a":null,"b":[{"a":2,"z":1},[],{}]}"#;
        assert_eq!(both(text), (canon.to_owned(), canon.to_owned()));
    }

    #[test]
    fn scalars_are_copied_in_one_form_and_written_like_javascript_in_the_other() {
        for (token, javascript) in [
            (r#""G\u00f3p qu\u1ef9 1\/2""#, r#""Góp quỹ 1/2""#),
            (r#""\u003cb\u003e \"\\ \u2028""#, "\"<b> \\\"\\\\ \u{2028}\""),
            (r#""\t\u0001\u007f""#, "\"\\t\\u0001\u{7f}\""),
            (r#""\ud83d\ude00""#, r#""😀""#),
            (r#""\ud83d""#, r#""\ud83d""#),
            (r#""a\\""#, r#""a\\""#),
            ("-1000", "-1000"),
            ("599000", "599000"),
            ("1.50", "1.5"),
            ("5000.0", "5000"),
            ("-0", "0"),
            ("1e3", "1000"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("9007199254740993", "9007199254740992"),
            ("123456789012345680000", "123456789012345680000"),
            ("1e21", "1e+21"),
            ("1e999", "null"),
            ("null", "null"),
        ] {
            assert_eq!(both(token), (token.to_owned(), javascript.to_owned()));
        }
    }

    #[test]
    fn what_cannot_be_ordered_is_unprovable() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(Canon::parse(&deep(128)).is_ok());
        for (text, why) in [
            (r#"{"a":1,"\u0061":1}"#, "a key comes twice"),
            (r#"{"data":{"id":1,"id":1}}"#, "a key comes twice"),
            (r#"{"\ud800":1}"#, "a key is not sound Unicode"),
            (deep(129).as_str(), "it is nested too deeply"),
            (deep(100_000).as_str(), "it is nested too deeply"),
            ("[".repeat(100_000).as_str(), "it is not JSON"),
            ("", "it is not JSON"),
            ("{} {}", "it is not JSON"),
            (r#"{"a":NaN}"#, "it is not JSON"),
            ("\"\u{0}\"", "it is not JSON"),
        ] {
            assert_eq!(Canon::parse(text).err(), Some(Reject::Unprovable(why)), "{text:.40}");
        }
    }
}
