//! The three front doors: a call as each of them tells a function about it.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// A front door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    HttpApi,
    FunctionUrl,
    RestApi,
}

pub(crate) const DOORS: [Door; 3] = [Door::HttpApi, Door::FunctionUrl, Door::RestApi];

/// A call as somebody made it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    /// A call without a query.
    pub(crate) fn new(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { method, path, query: String::new(), headers, body: body.as_bytes().to_vec() }
    }

    /// The request of a vector, at its source.
    pub(crate) fn of_vector(vector: &Value) -> Self {
        let request = &vector["request"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let tail = match text(&request["tail"]) {
            tail if tail.is_empty() => tail,
            tail => format!("/{tail}"),
        };
        let (provider, name) =
            (text(&vector["source"]["provider"]), text(&vector["source"]["name"]));
        let repeat = &request["body_repeat"];
        let body = match (&request["body"], &request["body_base64"], repeat["times"].as_u64()) {
            (Value::String(body), ..) => body.clone().into_bytes(),
            (_, Value::String(body), _) => BASE64_STANDARD.decode(body).unwrap(),
            (_, _, Some(times)) => {
                let middle = text(&repeat["text"]).repeat(usize::try_from(times).unwrap());
                format!("{}{middle}{}", text(&repeat["before"]), text(&repeat["after"])).into()
            }
            _ => Vec::new(),
        };
        Self {
            method: text(&request["method"]),
            path: format!("/hooks/{provider}/{name}{tail}"),
            query: text(&request["query"]),
            headers: serde_json::from_value(request["headers"].clone()).unwrap(),
            body,
        }
    }

    /// Its headers as the flow wants them.
    pub(crate) fn header_map(&self) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        map
    }

    /// Whether each header came once: HTTP APIs make one of two, with a comma between.
    pub(crate) fn has_each_header_once(&self) -> bool {
        let map = self.header_map();
        map.keys_len() == map.len()
    }
}

impl Door {
    /// The event by which this door tells of a call. A body that is no text travels as base64; with
    /// `binary`, every body does.
    pub(crate) fn event(self, call: &Call, binary: bool) -> String {
        let file = match self {
            Self::HttpApi => include_str!("events/http_api.json"),
            Self::FunctionUrl => include_str!("events/function_url.json"),
            Self::RestApi => include_str!("events/rest_api.json"),
        };
        let mut event: Value = serde_json::from_str(file).unwrap();
        match (std::str::from_utf8(&call.body), binary) {
            (Ok(""), _) => event["body"] = Value::Null,
            (Ok(text), false) => event["body"] = text.into(),
            (Ok(_), true) | (Err(_), _) => {
                event["body"] = BASE64_STANDARD.encode(&call.body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
        match self {
            Self::HttpApi | Self::FunctionUrl => {
                event["rawPath"] = call.path.clone().into();
                event["rawQueryString"] = call.query.clone().into();
                event["requestContext"]["http"]["method"] = call.method.clone().into();
                for (name, value) in &call.headers {
                    let slot = &mut event["headers"][name.to_ascii_lowercase()];
                    *slot = match slot.as_str() {
                        Some(earlier) => format!("{earlier},{value}").into(),
                        None => value.clone().into(),
                    };
                }
            }
            Self::RestApi => {
                event["path"] = call.path.clone().into();
                event["requestContext"]["path"] = format!("/prod{}", call.path).into();
                event["httpMethod"] = call.method.clone().into();
                let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for (name, value) in form_urlencoded::parse(call.query.as_bytes()) {
                    query.entry(name.into_owned()).or_default().push(value.into_owned());
                }
                if !query.is_empty() {
                    event["queryStringParameters"] = last_of_each(&query);
                    event["multiValueQueryStringParameters"] = json!(query);
                }
                let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for (name, value) in &call.headers {
                    headers.entry(name.clone()).or_default().push(value.clone());
                }
                event["headers"] = last_of_each(&headers);
                event["multiValueHeaders"] = json!(headers);
            }
        }
        event.to_string()
    }
}

fn last_of_each(many: &BTreeMap<String, Vec<String>>) -> Value {
    many.iter().map(|(name, values)| (name.clone(), json!(values.last()))).collect()
}
