//! The response that API Gateway and function URLs take from a function, made of any response: pages,
//! pictures, cookies. What acknowledges a hook has a smaller one of its own (`response`).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, SET_COOKIE};
use http::{HeaderMap, HeaderName};
use serde::Serialize;

use crate::event::Form;

/// Lambda takes six megabytes of JSON, and a text may grow sixfold in JSON.
const MOST_TEXT: usize = 1_000_000;
/// The most bytes of a body: six megabytes in base64, with room for the headers.
pub(crate) const MOST: usize = 4_400_000;

/// What a caller is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// HTTP status.
    pub status_code: u16,
    #[serde(flatten)]
    headers: Headers,
    /// The body: text, or base64.
    pub body: String,
    /// Which of both it is.
    pub is_base64_encoded: bool,
}

/// REST APIs refuse a field that they do not know, and HTTP APIs of the newer form know no header
/// with several values but cookies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Headers {
    V1 { multi_value_headers: BTreeMap<String, Vec<String>> },
    V2 { headers: BTreeMap<String, String>, cookies: Vec<String> },
}

impl Reply {
    /// A response, of at most [`MOST`] bytes, in the form of its event.
    pub(crate) fn of(response: http::Response<Bytes>, form: Form) -> Self {
        let (head, body) = response.into_parts();
        let text = std::str::from_utf8(&body).ok().filter(|text| text.len() <= MOST_TEXT);
        let (body, is_base64_encoded) = match text {
            Some(text) => (text.to_owned(), false),
            None => (BASE64_STANDARD.encode(&body), true),
        };
        let status_code = head.status.as_u16();
        Self { status_code, headers: headers(&head.headers, form), body, is_base64_encoded }
    }
}

fn headers(all: &HeaderMap, form: Form) -> Headers {
    // The front door counts by itself.
    let names = all.keys().filter(|name| *name != CONTENT_LENGTH);
    let named = names.map(|name| (name.to_string(), values(all, name)));
    let named = named.filter(|(_, values)| !values.is_empty());
    match form {
        Form::V1 => Headers::V1 { multi_value_headers: named.collect() },
        Form::V2 => Headers::V2 {
            headers: named
                .filter(|(name, _)| name != SET_COOKIE.as_str())
                .map(|(name, values)| (name, values.join(", ")))
                .collect(),
            cookies: values(all, &SET_COOKIE),
        },
    }
}

/// A header's values. One that is no text cannot be told in JSON.
fn values(all: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let texts = all.get_all(name).iter().map(|value| std::str::from_utf8(value.as_bytes()));
    texts.filter_map(|text| Some(text.ok()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use http::Response;
    use serde_json::{Value, json};

    use super::*;

    fn told(response: Response<impl Into<Bytes>>, form: Form) -> Value {
        serde_json::to_value(Reply::of(response.map(Into::into), form)).unwrap()
    }

    fn page(body: &'static [u8]) -> Response<&'static [u8]> {
        Response::builder()
            .status(201)
            .header("content-type", "text/html; charset=utf-8")
            .header("content-length", body.len())
            .header("vary", "cookie")
            .header("vary", "accept")
            .header("set-cookie", "a=1; Path=/, x")
            .header("set-cookie", "b=2; HttpOnly")
            .header("x-odd", http::HeaderValue::from_bytes(b"\xff").unwrap())
            .body(body)
            .unwrap()
    }

    #[test]
    fn each_form_has_every_header_and_every_cookie() {
        assert_eq!(
            told(page("chợ".as_bytes()), Form::V2),
            json!({
                "statusCode": 201,
                "headers": {
                    "content-type": "text/html; charset=utf-8", "vary": "cookie, accept",
                },
                "cookies": ["a=1; Path=/, x", "b=2; HttpOnly"],
                "body": "chợ",
                "isBase64Encoded": false,
            })
        );
        assert_eq!(
            told(page(b"\xff\x00"), Form::V1),
            json!({
                "statusCode": 201,
                "multiValueHeaders": {
                    "content-type": ["text/html; charset=utf-8"], "vary": ["cookie", "accept"],
                    "set-cookie": ["a=1; Path=/, x", "b=2; HttpOnly"],
                },
                "body": "/wA=",
                "isBase64Encoded": true,
            })
        );
    }

    #[test]
    fn a_text_that_would_grow_beyond_what_lambda_takes_is_base64() {
        for (bytes, base64) in [(MOST_TEXT, false), (MOST_TEXT + 1, true), (MOST, true)] {
            let reply = Reply::of(Response::new("\u{1}".repeat(bytes).into()), Form::V2);
            assert_eq!(reply.is_base64_encoded, base64, "{bytes}");
            let size = serde_json::to_string(&reply).unwrap().len();
            assert!(size < 6 * 1024 * 1024 - 10_000, "{bytes}: {size}");
        }
    }
}
