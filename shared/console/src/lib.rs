//! What operators and their programs talk to: one router, served by the function `manage` and by
//! `serve`. It knows ports alone; where they lead is its caller's choice.
//!
//! What is deliberately absent: any knowledge of a database, a cloud or a particular channel. Every
//! handler takes what its caller may do as an argument ([`access::Granted`]), so that none can forget
//! to ask.

#![warn(missing_docs)]

pub mod access;
mod body;
mod door;
mod idempotency;
mod oauth;
mod problem;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use domain::{Cabinet, Channel, Clock, Destination, Entries, Entropy};

pub use door::Door;
pub use problem::{Faults, Problem};

/// Says which key of a destination leads where it must not, and what to do.
pub type Judge = dyn Fn(&Destination) -> Result<(), (&'static str, String)> + Send + Sync;

/// The ports, and what is configured.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Console {
    /// Sources and destinations.
    pub entries: Arc<dyn Entries>,
    /// Clients and keys.
    pub cabinet: Arc<dyn Cabinet>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Who failed to prove itself, and has to wait.
    pub throttle: access::Throttle,
    /// Every channel there is.
    pub channels: &'static [&'static dyn Channel],
    /// Where destinations may lead.
    pub judge: Arc<Judge>,
}

/// The console's state, as handlers take it.
pub(crate) type Desk = axum::extract::State<Arc<Console>>;

/// Every route.
fn router(console: Arc<Console>) -> Router {
    Router::new()
        .route("/oauth2/token", post(oauth::token))
        .route("/api/v1/webhooks", get(webhooks::list).post(webhooks::create))
        .route(
            "/api/v1/webhooks/{id}",
            get(webhooks::show).patch(webhooks::change).delete(webhooks::remove),
        )
        .fallback(problem::no_such_page)
        .method_not_allowed_fallback(problem::no_such_method)
        .with_state(console)
}
