//! The events by which a function is called over HTTP, read into the parts of a request: API Gateway
//! HTTP APIs and function URLs (payload format 2.0), and API Gateway REST APIs (payload format 1.0).
//! Sources: "Working with AWS Lambda proxy integrations for HTTP APIs", "Input format of a Lambda
//! function for proxy integration", "Lambda function URLs, request and response payloads".
//!
//! Read by hand-drawn structs of the few fields that are used, and not by `lambda_http`: that takes a
//! body or a path which makes no sense for a bug and panics, puts a REST API's stage before the path,
//! and reads four times as many fields on every call.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::COOKIE;
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
    /// With whatever the front door put before it.
    whole: String,
    /// How much of it that is, as far as the event says.
    before: usize,
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
    /// A path or a query that is too long.
    #[error("the event's path and query make no address")]
    Address,
    /// A body that is said to be base64 and is not.
    #[error("the event's body is not base64, as it says it is")]
    Base64(#[from] base64::DecodeError),
}

/// All forms in one: their fields do not get in one another's way, and what is not used is not read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    path: Option<String>,
    http_method: Option<String>,
    query_string_parameters: Option<BTreeMap<String, String>>,
    multi_value_query_string_parameters: Option<BTreeMap<String, Vec<String>>>,
    headers: Option<BTreeMap<String, String>>,
    multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    cookies: Option<Vec<String>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
    #[serde(borrow)]
    route_key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resource: Option<Cow<'a, str>>,
    #[serde(borrow)]
    path_parameters: Option<Parameters<'a>>,
    #[serde(borrow)]
    request_context: Option<Context<'a>>,
}

#[derive(Deserialize)]
struct Parameters<'a> {
    #[serde(borrow)]
    proxy: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow)]
    stage: Option<Cow<'a, str>>,
    http: Option<Http>,
}

#[derive(Deserialize)]
struct Http {
    method: Option<String>,
}

impl HttpEvent {
    /// Reads an event.
    pub(crate) fn parse(text: &str) -> Result<Self, EventFault> {
        let wire: Wire<'_> = serde_json::from_str(text)?;
        let body = match wire.body {
            Some(text) if wire.is_base64_encoded == Some(true) => {
                BASE64_STANDARD.decode(text.as_bytes())?.into()
            }
            Some(text) => Bytes::from(text),
            None => Bytes::new(),
        };
        let (stage, named) = match wire.request_context {
            Some(context) => (context.stage, context.http.and_then(|http| http.method)),
            None => (None, None),
        };
        let route = wire.route_key.or(wire.resource);
        let proxy = wire.path_parameters.and_then(|parameters| parameters.proxy);
        let (form, stage, whole, method, query) = match wire.raw_path {
            Some(path) => (Form::V2, stage, path, named, wire.raw_query_string.unwrap_or_default()),
            None => {
                let path = wire.path.ok_or(EventFault::Without("path"))?;
                let many = wire.multi_value_query_string_parameters;
                let query = encoded(many, wire.query_string_parameters);
                // Its path is without the stage, whose name may be the path's own first word.
                (Form::V1, None, path, wire.http_method, query)
            }
        };
        let method = method.ok_or(EventFault::Without("method"))?;
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| EventFault::Method)?;
        let mut headers = headers(wire.multi_value_headers, wire.headers);
        let cookies = wire.cookies.unwrap_or_default().join("; ");
        if let Some(cookies) = HeaderValue::try_from(cookies).ok().filter(|said| !said.is_empty()) {
            headers.insert(COOKIE, cookies);
        }
        let before = before(&whole, route.as_deref(), proxy.as_deref(), stage.as_deref());
        Ok(Self { form, method, whole, before, query, headers, body })
    }

    /// The path from `/hooks/` on, wherever that is: a hook's path is known by its first word. What
    /// stands before it is the front door's: a stage's name, a custom domain's mapping.
    pub(crate) fn hook(&self) -> &str {
        self.whole.find("/hooks/").map_or(&self.whole, |from| &self.whole[from..])
    }

    /// The path without what the event says is the front door's, for who has paths of every kind.
    pub(crate) fn path(&self) -> &str {
        match &self.whole[self.before..] {
            "" => "/",
            path => path,
        }
    }
}

/// How much of a path is the front door's. A route that ends with `{proxy+}` tells our part; where
/// no route does (`$default`, function URLs), the stage's name is known and a mapping's is not.
fn before(path: &str, route: Option<&str>, proxy: Option<&str>, stage: Option<&str>) -> usize {
    if route.is_some_and(|route| route == "/" || route.ends_with(" /")) {
        return path.len();
    }
    if let Some(rest) = proxy.and_then(|proxy| path.strip_suffix(proxy)?.strip_suffix('/')) {
        return rest.len();
    }
    let after = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    let after = after.filter(|after| after.is_empty() || after.starts_with('/'));
    after.map_or(0, |after| path.len() - after.len())
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
    use serde_json::json;

    use super::*;

    fn read(event: serde_json::Value) -> HttpEvent {
        HttpEvent::parse(&event.to_string()).unwrap()
    }

    fn at(path: &str, stage: &str) -> serde_json::Value {
        let context = json!({ "stage": stage, "http": { "method": "GET" } });
        json!({ "rawPath": path, "requestContext": context })
    }

    #[test]
    fn whatever_stands_before_the_hook_is_left_out() {
        for (path, expected) in [
            ("/hooks/casso/shop", "/hooks/casso/shop"),
            ("/prod/hooks/casso/shop", "/hooks/casso/shop"),
            ("/hooks/abaha/hooks/order", "/hooks/abaha/hooks/order"),
            ("/favicon.ico", "/favicon.ico"),
            ("", ""),
        ] {
            assert_eq!(read(at(path, "$default")).hook(), expected);
        }
    }

    #[test]
    fn a_route_tells_which_part_of_a_path_is_ours_and_else_the_stage_does() {
        for (path, route, proxy, stage, expected) in [
            (
                "/api/v1/webhooks",
                "ANY /{proxy+}",
                "api/v1/webhooks",
                "$default",
                "/api/v1/webhooks",
            ),
            (
                "/prod/api/v1/webhooks",
                "ANY /{proxy+}",
                "api/v1/webhooks",
                "prod",
                "/api/v1/webhooks",
            ),
            (
                "/pay/api/v1/webhooks",
                "ANY /{proxy+}",
                "api/v1/webhooks",
                "$default",
                "/api/v1/webhooks",
            ),
            ("/api/api", "ANY /{proxy+}", "api", "api", "/api"),
            (
                "/prod/static/hooks/a.js",
                "ANY /{proxy+}",
                "static/hooks/a.js",
                "prod",
                "/static/hooks/a.js",
            ),
            ("/prod/events/", "ANY /{proxy+}", "events", "prod", "/events/"),
            ("/pay", "ANY /", "", "$default", "/"),
            ("/prod/", "ANY /", "", "prod", "/"),
            ("/prod/api/v1/webhooks", "$default", "", "prod", "/api/v1/webhooks"),
            ("/prod", "$default", "", "prod", "/"),
            ("/production", "$default", "", "prod", "/production"),
            ("/events", "$default", "", "$default", "/events"),
            ("", "$default", "", "$default", "/"),
        ] {
            let mut event = at(path, stage);
            event["routeKey"] = json!(route);
            if !proxy.is_empty() {
                event["pathParameters"] = json!({ "proxy": proxy });
            }
            assert_eq!(read(event).path(), expected, "{path} {route}");
        }
    }

    #[test]
    fn a_rest_apis_path_has_a_mapping_before_it_and_no_stage() {
        for (path, resource, proxy, expected) in [
            ("/api/v1/webhooks", "/{proxy+}", "api/v1/webhooks", "/api/v1/webhooks"),
            ("/pay/api/v1/webhooks", "/{proxy+}", "api/v1/webhooks", "/api/v1/webhooks"),
            ("/api/v1/webhooks", "/api/v1/webhooks", "", "/api/v1/webhooks"),
            ("/pay", "/", "", "/"),
        ] {
            let mut event = json!({ "path": path, "resource": resource, "httpMethod": "GET",
                "requestContext": { "stage": "api" } });
            if !proxy.is_empty() {
                event["pathParameters"] = json!({ "proxy": proxy });
            }
            assert_eq!(read(event).path(), expected, "{path} {resource}");
        }
    }

    #[test]
    fn cookies_become_one_header() {
        let mut event = at("/", "$default");
        event["headers"] = json!({ "accept": "*/*" });
        assert!(!read(event.clone()).headers.contains_key(COOKIE));
        event["cookies"] = json!(["a=1", "b=2; c"]);
        let headers = read(event).headers;
        let said: Vec<_> = headers.get_all(COOKIE).iter().collect();
        assert_eq!(said, ["a=1; b=2; c"]);
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
