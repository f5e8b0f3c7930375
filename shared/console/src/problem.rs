//! Why a call was not answered with what it asked for: in words for its caller, in one shape
//! everywhere. What else there is to know goes along with the response, for the front door's log.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::{Origin, PortError, chain};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;
use utoipa::{IntoResponses, ToSchema};

use crate::access::Scope;
use crate::people::Role;

/// What is wrong with each field, by its name.
pub(crate) type Faults = BTreeMap<String, String>;

/// Why a call was not answered with what it asked for.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Fields that cannot be taken.
    Validation(Faults),
    /// A body that is no JSON object, or too large.
    Body(String),
    /// Nobody, somebody unknown, or a token that is over.
    Unauthorized(&'static str),
    /// The token's scopes lack this one.
    Forbidden(Scope),
    /// Whoever has signed in may not: this role may.
    Role(Role),
    /// A form that no page of ours has sent to this browser.
    CrossSite,
    /// There is no such thing.
    NotFound(&'static str),
    /// It comes from a file.
    ReadOnly(Origin),
    /// It is not what it was when it was read.
    Changed,
    /// It cannot be done as things stand, and why.
    Conflict(String),
    /// The `Idempotency-Key` was used for something else.
    KeyReused,
    /// The first call under this `Idempotency-Key` has not been answered yet.
    UnderWay,
    /// Too many calls: so many seconds to stay away.
    TooMany(u64),
    /// Our infrastructure failed.
    Port(PortError),
    /// Our own mistake, which is in the log.
    Ours,
}

/// What a response says went wrong, among its extensions: for the pages, which say it their way.
#[derive(Debug, Clone)]
pub(crate) struct Gist {
    /// What sort of failure, in one word.
    pub(crate) word: &'static str,
    /// What happened and what to do.
    pub(crate) message: String,
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

    /// An answer that could not be made, and why: nobody's fault but ours.
    pub(crate) fn ours(error: &dyn std::error::Error) -> Self {
        tracing::error!(
            error = chain(error),
            "an answer could not be made: a mistake of the program's"
        );
        Self::Ours
    }

    fn word(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Validation(_) | Self::Body(_) => (StatusCode::BAD_REQUEST, "validation_error"),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::Forbidden(_) | Self::Role(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::CrossSite => (StatusCode::FORBIDDEN, "cross_site"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::ReadOnly(_) => (StatusCode::CONFLICT, "read_only"),
            Self::Changed | Self::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Self::UnderWay => (StatusCode::CONFLICT, "under_way"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "key_reused"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "slow_down"),
            Self::Port(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Ours => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    pub(crate) fn message(&self) -> String {
        match self {
            Self::Validation(faults) => {
                let faults = faults.iter().map(|(name, message)| format!("{name}: {message}"));
                faults.collect::<Vec<_>>().join("; ")
            }
            Self::Body(message) | Self::Conflict(message) => message.clone(),
            Self::Unauthorized(message) | Self::NotFound(message) => (*message).to_owned(),
            Self::Forbidden(scope) => {
                format!("the token lacks the scope {scope}; ask for one that has it")
            }
            Self::Role(role) => format!("this needs the role {role}"),
            Self::CrossSite => {
                "the form is not of a page that this browser was shown; open the page again"
                    .to_owned()
            }
            Self::ReadOnly(Origin::File) => {
                "it comes from a configuration file; change it there".to_owned()
            }
            Self::ReadOnly(Origin::Operator) => "it was made by an operator".to_owned(),
            Self::Changed => "somebody else changed it meanwhile; read it and try again".to_owned(),
            Self::KeyReused => {
                "this Idempotency-Key was used for another call; choose another".to_owned()
            }
            Self::UnderWay => {
                "the first call under this Idempotency-Key is under way; ask again in a moment"
                    .to_owned()
            }
            Self::TooMany(seconds) => format!("too many calls; try again in {seconds} s"),
            Self::Port(_) => "our storage cannot be reached; try again in a moment".to_owned(),
            Self::Ours => "a mistake of ours, not of yours; the log has it".to_owned(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, word) = self.word();
        let gist = Gist { word, message: self.message() };
        let mut body = json!({ "status": "error", "error": word, "message": gist.message });
        if let (Self::Validation(faults), Some(body)) = (&self, body.as_object_mut()) {
            body.insert("errors".to_owned(), json!(faults));
        }
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(gist);
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Self::TooMany(seconds) = self {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if let Self::Port(error) = self {
            response.extensions_mut().insert(Arc::new(error));
        }
        response
    }
}

/// How a call fails.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Shown {
    /// `error`.
    status: &'static str,
    /// What sort of failure, in one word.
    error: &'static str,
    /// What happened and what to do.
    message: String,
    /// What is wrong with each field, where fields are wrong.
    errors: Option<Faults>,
}

/// The ways in which every call may fail.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "a form for the document alone")]
pub(crate) enum Failed {
    /// A field or the body cannot be taken.
    #[response(status = 400)]
    Validation(#[to_schema] Shown),
    /// No token, or one that is over.
    #[response(status = 401)]
    Unauthorized(#[to_schema] Shown),
    /// The token lacks the scope.
    #[response(status = 403)]
    Forbidden(#[to_schema] Shown),
    /// There is no such thing.
    #[response(status = 404)]
    NotFound(#[to_schema] Shown),
    /// It cannot be done as things stand.
    #[response(status = 409)]
    Conflict(#[to_schema] Shown),
    /// The Idempotency-Key was used for another call.
    #[response(status = 422)]
    KeyReused(#[to_schema] Shown),
    /// Too many calls; the header Retry-After says how long to stay away.
    #[response(status = 429)]
    TooMany(#[to_schema] Shown),
    /// Our storage cannot be reached.
    #[response(status = 503)]
    Unavailable(#[to_schema] Shown),
}

/// No route has this path.
pub(crate) async fn no_such_page() -> Problem {
    Problem::NotFound("there is nothing at this address")
}

/// A route has this path, but not for this method.
pub(crate) async fn no_such_method() -> Response {
    let message = "this address has other methods; the header Allow names them";
    let body = json!({ "status": "error", "error": "not_allowed", "message": message });
    let mut response = (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response();
    response.extensions_mut().insert(Gist { word: "not_allowed", message: message.to_owned() });
    response
}
