//! What people see in a browser: pages made here, of the same code as the API. They work without a
//! script and load nothing from elsewhere. Who may see which is `people`'s.

mod api;
mod assets;
mod changes;
mod destinations;
mod events;
mod frame;
mod language;
mod overview;
mod password;
mod people;
mod problem;
mod said;
mod shown;
mod signin;
mod sources;
mod told;
mod words;

use std::sync::Arc;

use axum::Extension;
use axum::Router;
use axum::middleware::{from_extractor_with_state, from_fn_with_state};
use axum::routing::{get, post};
use utoipa::openapi::OpenApi;

pub(crate) use frame::{Done, Frame, html, html_as, redirect};
pub(crate) use language::Language;
pub(crate) use problem::dressed;

use crate::people::{SignedIn, by, guarded};
use crate::{Console, changes as written};

/// Every page.
pub(crate) fn router(console: &Arc<Console>, document: &Arc<OpenApi>) -> Router<Arc<Console>> {
    let written_down = from_fn_with_state(Arc::clone(console), written::written_down);
    let guarded = from_fn_with_state(Arc::clone(console), guarded);
    Router::new()
        .route("/", get(overview::show))
        .route("/events", get(events::list))
        .route("/events/rows", get(events::rows))
        .route("/events/{id}", get(events::show))
        .route("/events/{id}/send", post(events::send))
        .route("/events/{id}/release", post(events::release))
        .route("/events/{id}/deliveries/{destination}/resend", post(events::resend))
        .route("/events/{id}/deliveries/{destination}/cancel", post(events::cancel))
        .route("/destinations", get(destinations::list))
        .route("/destinations/new", get(destinations::form).post(destinations::create))
        .route("/destinations/{number}", get(destinations::show))
        .route("/destinations/{number}/edit", get(destinations::edit).post(destinations::change))
        .route("/destinations/{number}/pause", post(destinations::pause))
        .route(
            "/destinations/{number}/resume",
            get(destinations::would_resume).post(destinations::resume),
        )
        .route("/destinations/{number}/test", post(destinations::test))
        .route("/destinations/{number}/rotate", post(destinations::rotate))
        .route("/destinations/{number}/retire", post(destinations::retire))
        .route(
            "/destinations/{number}/delete",
            get(destinations::delete).post(destinations::remove),
        )
        .route("/sources", get(sources::list))
        .route("/sources/new", get(sources::form).post(sources::create))
        .route("/sources/{provider}/{name}", get(sources::show))
        .route("/sources/{provider}/{name}/rotate", post(sources::rotate))
        .route("/sources/{provider}/{name}/retire", post(sources::retire))
        .route("/sources/{provider}/{name}/active", post(sources::switch))
        .route("/sources/{provider}/{name}/parked/{id}/read", post(sources::read_again))
        .route("/sources/{provider}/{name}/edit", get(sources::edit).post(sources::change))
        .route(
            "/sources/{provider}/{name}/remove",
            get(sources::would_remove).post(sources::remove),
        )
        .route("/people", get(people::list).post(people::add))
        .route("/people/role", post(people::set_role))
        .route("/people/password", post(people::set_password))
        .route("/people/remove", post(people::remove))
        .route("/people/end", post(people::end))
        .route("/password", get(password::form).post(password::change))
        .route("/changes", get(changes::list))
        .route("/api", get(api::show))
        .layer(Extension(Arc::clone(document)))
        .layer(written_down)
        // Whatever a page's handler asks for: none is open to whoever has not signed in.
        .layer(from_extractor_with_state::<SignedIn<by::Viewer>, _>(Arc::clone(console)))
        .route("/signin", get(signin::show).post(signin::sign_in))
        .route("/signout", post(signin::sign_out))
        .route("/language/{code}", get(signin::language))
        .route("/static/{name}", get(assets::asset))
        .layer(guarded)
}
