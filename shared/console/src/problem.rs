//! Why a call was not answered with what it asked for: in words for its caller, in one shape
//! everywhere. What else there is to know goes to the log.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::{Origin, PortError, chain};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::access::Scope;

/// What is wrong with each field, by its name.
pub type Faults = BTreeMap<String, String>;

/// Why a call was not answered with what it asked for.
#[derive(Debug)]
pub enum Problem {
    /// Fields that cannot be taken.
    Validation(Faults),
    /// A body that is no JSON object, or too large.
    Body(String),
    /// Nobody, somebody unknown, or a token that is over.
    Unauthorized(&'static str),
    /// The token's scopes lack this one.
    Forbidden(Scope),
    /// There is no such thing.
    NotFound(&'static str),
    /// It comes from a file.
    ReadOnly(Origin),
    /// It is not what it was when it was read.
    Changed,
    /// The `Idempotency-Key` was used for something else.
    KeyReused,
    /// Our infrastructure failed.
    Port(PortError),
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

impl Problem {
    /// One field that cannot be taken.
    pub(crate) fn field(name: &str, message: impl Into<String>) -> Self {
        Self::Validation(Faults::from([(name.to_owned(), message.into())]))
    }

    fn word(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Validation(_) | Self::Body(_) => (StatusCode::BAD_REQUEST, "validation_error"),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::ReadOnly(_) => (StatusCode::CONFLICT, "read_only"),
            Self::Changed => (StatusCode::CONFLICT, "conflict"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "key_reused"),
            Self::Port(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Validation(faults) => {
                let faults = faults.iter().map(|(name, message)| format!("{name}: {message}"));
                faults.collect::<Vec<_>>().join("; ")
            }
            Self::Body(message) => message.clone(),
            Self::Unauthorized(message) | Self::NotFound(message) => (*message).to_owned(),
            Self::Forbidden(scope) => {
                format!("the token lacks the scope {scope}; ask for one that has it")
            }
            Self::ReadOnly(Origin::File) => {
                "it comes from a configuration file; change it there".to_owned()
            }
            Self::ReadOnly(Origin::Operator) => "it was made by an operator".to_owned(),
            Self::Changed => "somebody else changed it meanwhile; read it and try again".to_owned(),
            Self::KeyReused => {
                "this Idempotency-Key was used for another webhook; choose another".to_owned()
            }
            Self::Port(_) => "our storage cannot be reached; try again in a moment".to_owned(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, word) = self.word();
        if let Self::Port(error) = &self {
            tracing::error!(error = chain(error), "a call could not be answered");
        }
        let mut body = json!({ "status": "error", "error": word, "message": self.message() });
        if let (Self::Validation(faults), Some(body)) = (&self, body.as_object_mut()) {
            body.insert("errors".to_owned(), json!(faults));
        }
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// No route has this path.
pub(crate) async fn no_such_page() -> Problem {
    Problem::NotFound("there is nothing at this address")
}

/// A route has this path, but not for this method.
pub(crate) async fn no_such_method() -> Response {
    let message = "this address has other methods; the header Allow names them";
    let body = json!({ "status": "error", "error": "not_allowed", "message": message });
    (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response()
}
