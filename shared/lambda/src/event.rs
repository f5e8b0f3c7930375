//! The events by which a function is called over HTTP, read into the parts of a request: API Gateway
//! HTTP APIs and function URLs (payload format 2.0), and API Gateway REST APIs (payload format 1.0).
//! Sources: "Working with AWS Lambda proxy integrations for HTTP APIs", "Input format of a Lambda
//! function for proxy integration", "Lambda function URLs, request and response payloads".
//!
//! Read by hand-drawn structs of the few fields that are used, and not by `lambda_http`: that takes a
//! body or a path which makes no sense for a bug and panics, puts a REST API's stage before the path,
//! and reads four times as many fields on every call.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;

/// Which form of event it was: the answer has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// REST APIs.
    V1,
    /// HTTP APIs and function URLs.
    V2,
}

/// A request, as an event told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpEvent {
    pub(crate) form: Form,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why an event is no request. Only who may call the function past every front door can cause it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EventFault {
    /// Not of a known form.
    #[error("this is no event of an HTTP API, a REST API or a function URL")]
    Unreadable(#[from] serde_json::Error),
    /// Without a method or a path.
    #[error("this event has no {0}")]
    Without(&'static str),
    /// A method that is none.
    #[error("the event's method is none")]
    Method,
    /// A body that is said to be base64 and is not.
    #[error("the event's body is not base64, as it says it is")]
    Base64(#[from] base64::DecodeError),
}

/// All forms in one: their fields do not get in one another's way, and what is not used is not read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    path: Option<String>,
    http_method: Option<String>,
    query_string_parameters: Option<BTreeMap<String, String>>,
    multi_value_query_string_parameters: Option<BTreeMap<String, Vec<String>>>,
    headers: Option<BTreeMap<String, String>>,
    multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
    request_context: Option<Context>,
}

#[derive(Deserialize)]
struct Context {
    http: Option<Http>,
}

#[derive(Deserialize)]
struct Http {
    method: Option<String>,
}

impl HttpEvent {
    /// Reads an event.
    pub(crate) fn parse(text: &str) -> Result<Self, EventFault> {
        let wire: Wire = serde_json::from_str(text)?;
        let body = match wire.body {
            Some(text) if wire.is_base64_encoded == Some(true) => {
                BASE64_STANDARD.decode(text.as_bytes())?.into()
            }
            Some(text) => Bytes::from(text),
            None => Bytes::new(),
        };
        let named = wire.request_context.and_then(|context| context.http?.method);
        let (form, path, method, query) = match wire.raw_path {
            Some(path) => (Form::V2, path, named, wire.raw_query_string.unwrap_or_default()),
            None => {
                let path = wire.path.ok_or(EventFault::Without("path"))?;
                let many = wire.multi_value_query_string_parameters;
                let query = encoded(many, wire.query_string_parameters);
                (Form::V1, path, wire.http_method, query)
            }
        };
        let method = method.ok_or(EventFault::Without("method"))?;
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| EventFault::Method)?;
        let headers = headers(wire.multi_value_headers, wire.headers);
        Ok(Self { form, method, path: ours(&path).to_owned(), query, headers, body })
    }
}

/// The part of a path that is ours. What stands before it is the front door's: a stage's name, a
/// custom domain's mapping.
fn ours(path: &str) -> &str {
    path.find("/hooks/").map_or(path, |from| &path[from..])
}

/// A query again as it travelled: REST APIs hand it over decoded.
fn encoded(
    many: Option<BTreeMap<String, Vec<String>>>,
    one: Option<BTreeMap<String, String>>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs(many, one) {
        query.append_pair(&name, &value);
    }
    query.finish()
}

/// Headers with every value they came with. A value may be any bytes but controls; what HTTP does not
/// allow did not come over HTTP, and is left out.
fn headers(
    many: Option<BTreeMap<String, Vec<String>>>,
    one: Option<BTreeMap<String, String>>,
) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs(many, one) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_maybe_shared(Bytes::from(value))) {
            // Beyond some thousands of headers the map is full; no front door lets so many in.
            _ = headers.try_append(name, value);
        }
    }
    headers
}

/// Names and values: all values where they are listed, else the last of each.
fn pairs(
    many: Option<BTreeMap<String, Vec<String>>>,
    one: Option<BTreeMap<String, String>>,
) -> Vec<(String, String)> {
    match many {
        Some(many) if !many.is_empty() => many
            .into_iter()
            .flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value)))
            .collect(),
        Some(_) | None => one.unwrap_or_default().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_before_the_hook_is_left_out() {
        for (path, expected) in [
            ("/hooks/casso/shop", "/hooks/casso/shop"),
            ("/prod/hooks/casso/shop", "/hooks/casso/shop"),
            ("/hooks/abaha/hooks/order", "/hooks/abaha/hooks/order"),
            ("/favicon.ico", "/favicon.ico"),
            ("", ""),
        ] {
            assert_eq!(ours(path), expected);
        }
    }

    #[test]
    fn a_decoded_query_is_encoded_again() {
        let many = BTreeMap::from([("a".to_owned(), vec!["1".to_owned(), "ế &=".to_owned()])]);
        let one = BTreeMap::from([("b".to_owned(), "2+2".to_owned())]);
        assert_eq!(encoded(Some(many), Some(one.clone())), "a=1&a=%E1%BA%BF+%26%3D");
        assert_eq!(encoded(Some(BTreeMap::new()), Some(one)), "b=2%2B2");
        assert_eq!(encoded(None, None), "");
    }

    #[test]
    fn what_is_no_request_is_told_and_not_panicked_about() {
        let fault = |text: &str| match HttpEvent::parse(text) {
            Ok(event) => panic!("{event:?}"),
            Err(fault) => fault.to_string(),
        };
        for text in ["", "null", "[]", "7", r#"{"rawPath":7}"#, r#"{"headers":{"a":{}}}"#] {
            assert!(fault(text).starts_with("this is no event"), "{text}");
        }
        assert_eq!(fault("{}"), "this event has no path");
        assert_eq!(fault(r#"{"rawPath":"/"}"#), "this event has no method");
        assert_eq!(fault(r#"{"path":"/","httpMethod":"A B"}"#), "the event's method is none");
        let body = r#"{"path":"/","httpMethod":"POST","body":"*","isBase64Encoded":true}"#;
        assert!(fault(body).contains("not base64"));
    }

    #[test]
    fn header_values_may_be_any_bytes_but_controls() {
        let event = HttpEvent::parse(
            r#"{"rawPath":"/","requestContext":{"http":{"method":"GET"}},
                "headers":{"X-A":"chợ","x b":"c","x-c":"a\nb"}}"#,
        );
        let headers = event.unwrap().headers;
        assert_eq!(headers.get("x-a").unwrap().as_bytes(), "chợ".as_bytes());
        assert_eq!(headers.len(), 1);
    }
}
