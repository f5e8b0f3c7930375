//! The console as one function from a request to a response, for front doors that have read the body
//! already: `serve`'s and Lambda's.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use http::{Request, Response, StatusCode};
use tower_service::Service as _;

use crate::{Console, router};

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
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let answered: Result<_, Infallible> = self.0.clone().call(request.map(Body::from)).await;
        let (head, body) = match answered {
            Ok(response) => response.into_parts(),
            Err(never) => match never {},
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
