//! What operators and their programs talk to: one router, served by the function `manage` and by
//! `serve`. It knows ports alone; where they lead is its caller's choice.
//!
//! What is deliberately absent: any knowledge of a database or a cloud; of providers and channels it has
//! no more than the fields of their forms and what to type where. Every handler takes what its caller may
//! do as an argument (`access::Granted`), so that none can forget to ask.

#![warn(missing_docs)]

pub mod access;
mod answer;
mod body;
mod changes;
mod door;
mod events;
mod export;
mod found;
mod limits;
mod oauth;
mod once;
mod openapi;
mod pages;
pub mod people;
mod previews;
mod problem;
mod replay;
mod sources;
mod standing;
mod statistics;
mod trouble;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler as _;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use domain::{
    Cabinet, Channel, Clock, Destination, Directory, Dispatch, Entries, Entropy, Fault, Ledger,
    Log, Provider, Queue, Survey,
};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use door::Door;
pub use openapi::openapi;
pub(crate) use problem::Problem;

/// Says which key of a destination leads where it must not, and what to do.
pub type Judge = dyn Fn(&Destination) -> Result<(), Fault> + Send + Sync;

/// The ports, and what is configured.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Console {
    /// Sources and destinations, as people change them.
    pub entries: Arc<dyn Entries>,
    /// Sources and destinations, as flows read them.
    pub directory: Arc<dyn Directory>,
    /// Clients, keys, answers, changes.
    pub cabinet: Arc<dyn Cabinet>,
    /// Deliveries, and how destinations stand.
    pub ledger: Arc<dyn Ledger>,
    /// What is held, and what hours brought.
    pub survey: Arc<dyn Survey>,
    /// The log.
    pub log: Arc<dyn Log>,
    /// The bell.
    pub queue: Arc<dyn Queue>,
    /// For test calls.
    pub dispatch: Arc<Dispatch>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Who failed to prove itself, and has to wait.
    pub throttle: access::Throttle,
    /// What operators prove themselves by.
    pub passwords: people::Passwords,
    /// Whether cookies may go over plain HTTP: the machine's operator allowed it.
    pub plain: bool,
    /// Every channel there is.
    pub channels: &'static [&'static dyn Channel],
    /// Every provider there is.
    pub providers: &'static [&'static dyn Provider],
    /// Where our URLs begin, as far as that is known.
    pub public_url: Option<String>,
    /// Where destinations may lead.
    pub judge: Arc<Judge>,
}

/// The console's state, as handlers take it.
pub(crate) type Desk = axum::extract::State<Arc<Console>>;

/// Every route.
fn router(console: Arc<Console>) -> Router {
    let once = from_fn_with_state(Arc::clone(&console), once::once);
    let limits = Arc::new(limits::Limits::new(Arc::clone(&console.clock)));
    let limited = from_fn_with_state(limits, limits::limited);
    let written_down = from_fn_with_state(Arc::clone(&console), changes::written_down);
    let (api, document) = operations()
        .layer(from_fn(body::without_query))
        .layer(once)
        .layer(written_down)
        .layer(limited)
        .routes(routes!(oauth::token))
        .split_for_parts();
    let document = Arc::new(document);
    let pages = pages::router(&console, &document).layer(from_fn(pages::dressed));
    api.route("/openapi.json", get(openapi::document).with_state(document))
        .merge(pages)
        .fallback(problem::no_such_page.layer(from_fn(pages::dressed)))
        .method_not_allowed_fallback(problem::no_such_method.layer(from_fn(pages::dressed)))
        .with_state(console)
}

/// Everything that a token opens.
fn operations() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::with_openapi(openapi::About::openapi())
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::show, webhooks::change, webhooks::remove))
        .routes(routes!(standing::show))
        .routes(routes!(standing::pause))
        .routes(routes!(standing::resume))
        .routes(routes!(standing::test))
        .routes(routes!(standing::test_unsaved))
        .routes(routes!(webhooks::rotation::rotate))
        .routes(routes!(webhooks::rotation::retire))
        .routes(routes!(events::list))
        .routes(routes!(events::show))
        .routes(routes!(previews::list))
        .routes(routes!(events::resend))
        .routes(routes!(events::cancel))
        .routes(routes!(replay::replay))
        .routes(routes!(export::export))
        .routes(routes!(sources::list, sources::create))
        .routes(routes!(sources::show, sources::change, sources::remove))
        .routes(routes!(sources::rotate))
        .routes(routes!(sources::retire))
        .routes(routes!(trouble::refused))
        .routes(routes!(trouble::parked))
        .routes(routes!(trouble::read))
        .routes(routes!(trouble::conflicts))
        .routes(routes!(trouble::release))
        .routes(routes!(statistics::show))
        .routes(routes!(statistics::accounts))
        .routes(routes!(changes::list))
}
