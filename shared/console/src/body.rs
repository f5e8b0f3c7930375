//! A body that is a JSON object.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value};

use crate::Problem;

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
