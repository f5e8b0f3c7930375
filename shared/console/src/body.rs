//! What a call says, read or told as wrong: a query, a JSON body, a body that is an object of any fields; and
//! that what changes something is said in the body alone.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{Method, Uri};
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

/// A query of one shape.
#[derive(Debug)]
pub(crate) struct Queried<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Queried<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.uri)
    }
}

impl<T: DeserializeOwned> Queried<T> {
    /// What the query of an address says.
    pub(crate) fn of(uri: &Uri) -> Result<Self, Problem> {
        let query = Query::try_from_uri(uri);
        query.map(|Query(said)| Self(said)).map_err(|no| Problem::Body(no.body_text()))
    }
}

/// A body that may be left out.
#[derive(Debug)]
pub(crate) struct Maybe<T>(pub(crate) T);

impl<S: Send + Sync, T: Default + DeserializeOwned> FromRequest<S> for Maybe<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = whole(request, state).await?;
        if bytes.is_empty() { Ok(Self(T::default())) } else { read(&bytes).map(Self) }
    }
}

/// A body of one shape.
#[derive(Debug)]
pub(crate) struct Whole<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Whole<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        read(&whole(request, state).await?).map(Self)
    }
}

async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let bytes = Bytes::from_request(request, state).await;
    bytes.map_err(|rejection| Problem::Body(rejection.body_text()))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let read = serde_json::from_slice(body);
    read.map_err(|error| Problem::Body(format!("the body cannot be read: {error}")))
}

/// A body that is a JSON object. Of a key that is there twice, the last.
pub(crate) struct Object(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Object {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match serde_json::from_slice(&whole(request, state).await?) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) => Err(Problem::Body("send a JSON object: {\"name\": …}".to_owned())),
            Err(error) => Err(Problem::Body(format!("the body is no JSON: {error}"))),
        }
    }
}
