//! The console as one function from a request to a response, for front doors that have read the body
//! already: `serve`'s and Lambda's.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::response::IntoResponse as _;
use http::{Request, Response, StatusCode};
use tower_service::Service as _;
use tracing::Instrument as _;

use crate::{Console, Problem, router};

/// The most bytes of an answer.
const MOST: usize = 32 * 1024 * 1024;

/// The console, ready to answer.
#[derive(Clone)]
pub struct Door(Router);

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

impl Door {
    /// The console behind its door.
    pub fn new(console: Arc<Console>) -> Self {
        Self(router(console))
    }

    /// Whether a path is the console's: whatever is no hook's and nothing that machines look at.
    pub fn has(path: &str) -> bool {
        !path.starts_with("/hooks/") && !["/healthz", "/metrics"].contains(&path)
    }

    /// Answers a request. Total: whatever is asked, there is an answer. Where a port failed, its error
    /// is among the response's extensions (`Arc<domain::PortError>`): for the log, and for nobody else.
    ///
    /// A caller that hangs up, or is given up, does not cut its call off half done: what began is
    /// finished, and written down.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let answering = self.0.clone().call(request.map(Body::from));
        let (head, body) = match tokio::spawn(answering.in_current_span()).await {
            Ok(Ok(response)) => response.into_parts(),
            Ok(Err(never)) => match never {},
            Err(died) => match died.try_into_panic() {
                // The front door's to tell, as every panic is.
                Ok(panic) => resume_unwind(panic),
                Err(_) => Problem::Ours.into_response().into_parts(),
            },
        };
        match to_bytes(body, MOST).await {
            Ok(bytes) => Response::from_parts(head, bytes),
            Err(error) => {
                tracing::error!(%error, "an answer could not be put together");
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    }
}
