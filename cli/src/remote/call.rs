//! One call of a deployment's API, and its answer, before and behind the door.

use bytes::Bytes;
use console::access::Scope;
use http::Method;
use serde_json::Value;

/// One call.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    pub(super) scope: Option<Scope>,
    pub(super) key: Option<String>,
}

impl Call {
    /// Asks for what is at this path; its segments may be anything.
    pub(super) fn get(scope: Scope, path: &[&str]) -> Self {
        Self::new(Method::GET, Some(scope), path)
    }

    /// Has something done.
    pub(super) fn new(method: Method, scope: Option<Scope>, path: &[&str]) -> Self {
        let path = path.iter().map(|segment| (*segment).to_owned()).collect();
        Self { method, path, query: Vec::new(), body: None, scope, key: None }
    }

    /// With this body.
    pub(super) fn with_body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// Under this `Idempotency-Key`; a `POST` without one gets one of its own.
    pub(super) fn under(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }

    /// With this query.
    pub(super) fn with_query(self, query: Vec<(&'static str, String)>) -> Self {
        Self { query, ..self }
    }
}

/// What our API answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) body: Bytes,
}

impl Answered {
    /// The answer to the letter.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
