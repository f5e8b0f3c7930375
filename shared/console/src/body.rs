//! A body that is a JSON object; and that what changes something is said there alone.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Problem;
use crate::problem::Faults;

/// Refuses a query where a body is read: `?dry_run=true` that nobody looks at would do the real thing.
pub(crate) async fn without_query(request: Request, next: Next) -> Response {
    let changes = [Method::POST, Method::PATCH, Method::DELETE].contains(request.method());
    let query = request.uri().query().filter(|_| changes).unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes());
    let instead = "say it in the JSON body; this call reads no query";
    let faults: Faults = pairs.map(|(name, _)| (name.into_owned(), instead.to_owned())).collect();
    if faults.is_empty() {
        return next.run(request).await;
    }
    Problem::Validation(faults).into_response()
}

/// A body that may be left out.
#[derive(Debug)]
pub(crate) struct Maybe<T>(pub(crate) T);

impl<S: Send + Sync, T: Default + DeserializeOwned> FromRequest<S> for Maybe<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| Problem::Body(rejection.body_text()))?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        let read = serde_json::from_slice(&bytes);
        read.map(Self).map_err(|error| Problem::Body(format!("the body cannot be read: {error}")))
    }
}

/// A body of one shape.
#[derive(Debug)]
pub(crate) struct Whole<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Whole<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| Problem::Body(rejection.body_text()))?;
        let read = serde_json::from_slice(&bytes);
        read.map(Self).map_err(|error| Problem::Body(format!("the body cannot be read: {error}")))
    }
}

/// A body that is a JSON object. Of a key that is there twice, the last.
pub(crate) struct Object(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Object {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| Problem::Body(rejection.body_text()))?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) => Err(Problem::Body("send a JSON object: {\"name\": …}".to_owned())),
            Err(error) => Err(Problem::Body(format!("the body is no JSON: {error}"))),
        }
    }
}
