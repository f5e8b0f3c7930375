//! The response that API Gateway and function URLs take from a function: a status, headers, a body.
//! REST APIs refuse an answer with a field they do not know, so that only the newer form names cookies.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::Ack;
use serde::Serialize;

use crate::event::Form;

/// What a caller is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// HTTP status.
    pub status_code: u16,
    /// Headers.
    pub headers: BTreeMap<&'static str, String>,
    /// A JSON body.
    pub body: Cow<'static, str>,
    /// Never: JSON is text.
    pub is_base64_encoded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<[&'static str; 0]>,
}

impl Response {
    /// The response of an acknowledgement.
    pub(crate) fn of(ack: &Ack, form: Form) -> Self {
        let mut response = Self::json(ack.status.as_u16(), ack.body.clone(), form);
        if let Some(methods) = &ack.allow {
            response.headers.insert("Allow", methods.clone());
        }
        if let Some(seconds) = ack.retry_after {
            response.headers.insert("Retry-After", seconds.to_string());
        }
        response
    }

    /// The answer to what is no call that anybody made through a front door.
    pub(crate) fn bad_request(message: &str, form: Form) -> Self {
        let body = serde_json::json!({ "error": "bad_request", "message": message }).to_string();
        Self::json(400, body.into(), form)
    }

    fn json(status_code: u16, body: Cow<'static, str>, form: Form) -> Self {
        let headers = BTreeMap::from([("Content-Type", "application/json".to_owned())]);
        let cookies = match form {
            Form::V1 => None,
            Form::V2 => Some([]),
        };
        Self { status_code, headers, body, is_base64_encoded: false, cookies }
    }
}
