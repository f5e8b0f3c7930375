//! Why a provider's own API did not do what an operator asked of it. Neither provider documents its errors
//! whole, so the status decides, and words are looked for wherever such APIs put them. Not a `Setback`, which
//! is for `reconcile`: here somebody is waiting who wants to know which field was wrong.

use std::time::Duration;

use domain::{Answer, excerpt};
use jiff::Timestamp;
use serde_json::Value;

use crate::listing::retry_after;

/// The most bytes of a provider's words that are kept.
const SAID_BYTES: usize = 300;
/// The most fields that are told.
const FIELDS: usize = 50;

/// Why not. What providers said is cleaned; it may quote what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// What was sent is wrong.
    Invalid {
        /// What is said of the whole.
        said: String,
        /// What is said of which field.
        fields: Vec<(String, String)>,
    },
    /// The credentials are refused.
    Unauthorized(String),
    /// The credentials are good, but not for this.
    Forbidden(String),
    /// There is no such thing.
    Missing(String),
    /// The rate is limited; how long to wait, where that is said.
    Busy(Option<Duration>),
    /// Anything else, with its code.
    Failed(u16, String),
    /// The answer is none of this API's; with its status.
    Stranger(u16, &'static str),
}

/// The JSON of an answer that was not refused; null where there is no body.
pub(crate) fn root(answer: &Answer, now: Timestamp) -> Result<Value, Denied> {
    let status = answer.status.as_u16();
    let text = String::from_utf8_lossy(&answer.body);
    let text = text.trim_start_matches('\u{FEFF}').trim();
    if text.starts_with('<') {
        return Err(Denied::Stranger(status, "a page for people"));
    }
    let root: Option<Value> =
        if text.is_empty() { Some(Value::Null) } else { serde_json::from_str(text).ok() };
    match (answer.status.is_success(), root) {
        (true, Some(root @ (Value::Null | Value::Object(_)))) => Ok(root),
        (true, _) => Err(Denied::Stranger(status, "no JSON that this API speaks")),
        (false, root) => Err(judge(status, &root.unwrap_or_default(), retry_after(answer, now))),
    }
}

/// What a code means: an HTTP status, or the one in an envelope.
pub(crate) fn judge(code: u16, root: &Value, after: Option<Duration>) -> Denied {
    let (said, fields) = (said(root), fields(root));
    match code {
        401 => Denied::Unauthorized(said),
        403 => Denied::Forbidden(said),
        404 => Denied::Missing(said),
        429 => Denied::Busy(after),
        400 | 422 => Denied::Invalid { said, fields },
        _ if !fields.is_empty() => Denied::Invalid { said, fields },
        code => Denied::Failed(code, said),
    }
}

/// What is said of the whole.
fn said(root: &Value) -> String {
    let names = ["message", "error_description", "messages", "error", "code"];
    let found = names.iter().find_map(|name| root[name].as_str());
    excerpt(found.unwrap_or_default(), SAID_BYTES)
}

/// What is said of single fields: `{field: text}`, `{field: [text]}` or `[{field, message}]`.
fn fields(root: &Value) -> Vec<(String, String)> {
    let places =
        ["/errors", "/data/errors", "/messages", "/message", "/error", "/details", "/data"];
    let found = places.iter().filter_map(|place| root.pointer(place)).find_map(|value| {
        let fields = match value {
            Value::Object(members) => {
                members.iter().filter_map(|(name, value)| field(name, value)).collect()
            }
            Value::Array(items) => items.iter().filter_map(listed).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        };
        (!fields.is_empty()).then_some(fields)
    });
    let mut fields: Vec<(String, String)> = found.unwrap_or_default();
    fields.truncate(FIELDS);
    fields
}

fn field(name: &str, value: &Value) -> Option<(String, String)> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(texts) => {
            texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    let text = excerpt(&text, SAID_BYTES);
    (!text.is_empty()).then(|| (excerpt(name, SAID_BYTES), text))
}

fn listed(item: &Value) -> Option<(String, String)> {
    let of = |names: &[&str]| names.iter().find_map(|name| item[name].as_str()).map(str::to_owned);
    let name = of(&["field", "name", "param", "key"])?;
    field(&name, &Value::String(of(&["message", "reason", "error", "msg"])?))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn told(status: u16, body: &str) -> Result<Value, Denied> {
        let status = StatusCode::from_u16(status).unwrap();
        let body = Bytes::copy_from_slice(body.as_bytes());
        root(&Answer { status, headers: HeaderMap::new(), body }, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn fields_are_found_wherever_they_are_told() {
        let expected = [("name", "bắt buộc"), ("webhook_url", "a; b")];
        let expected = expected.map(|(name, said)| (name.to_owned(), said.to_owned())).to_vec();
        for (body, said) in [
            (
                r#"{"error":"validation_error","errors":{"name":"bắt buộc","webhook_url":["a","b"]}}"#,
                "validation_error",
            ),
            (
                r#"{"message":"Sai","errors":[{"field":"name","message":"bắt buộc"},
                    {"param":"webhook_url","reason":"a; b"}, 7]}"#,
                "Sai",
            ),
            (r#"{"messages":{"name":"bắt buộc","webhook_url":"a; b"}}"#, ""),
            (r#"{"message":{"name":["bắt buộc"],"webhook_url":"a; b"}}"#, ""),
            (
                r#"{"code":"e","data":{"errors":{"na\u202eme":"bắt\u001b buộc","webhook_url":"a;\n b"}}}"#,
                "e",
            ),
        ] {
            let fields = expected.clone();
            let invalid = Denied::Invalid { said: said.to_owned(), fields };
            assert_eq!(told(400, body), Err(invalid.clone()), "{body}");
            assert_eq!(told(422, body), Err(invalid), "{body}");
        }
    }

    #[test]
    fn a_status_decides_where_words_are_missing() {
        let none = String::new;
        for (status, body, expected) in [
            (401, "", Denied::Unauthorized(none())),
            (403, r#"{"message":"no\u001b[2J"}"#, Denied::Forbidden("no [2J".to_owned())),
            (404, "not json", Denied::Missing(none())),
            (429, "{}", Denied::Busy(None)),
            (400, "{}", Denied::Invalid { said: none(), fields: Vec::new() }),
            (500, r#"{"error":"x"}"#, Denied::Failed(500, "x".to_owned())),
            (404, "<html>", Denied::Stranger(404, "a page for people")),
            (200, " <html>", Denied::Stranger(200, "a page for people")),
            (200, "ok", Denied::Stranger(200, "no JSON that this API speaks")),
            (200, "[]", Denied::Stranger(200, "no JSON that this API speaks")),
        ] {
            assert_eq!(told(status, body), Err(expected), "{status} {body}");
        }
        assert_eq!(told(204, ""), Ok(Value::Null));
        assert_eq!(told(200, "\u{FEFF}{}"), Ok(serde_json::json!({})));
    }
}
