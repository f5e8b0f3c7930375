//! A webhook's signing secret: a new one beside the one in use, shown this once, until the old one is
//! retired. What both do is the API's.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::one::title;
use crate::pages::words::Words;
use crate::pages::{Frame, html, redirect};
use crate::people::{SignedIn, by};
use crate::webhooks::{Id, shown};
use crate::{Desk, Problem};

#[derive(Template)]
#[template(path = "destination_signing.html")]
struct Once {
    f: Frame,
    t: &'static Words,
    number: u64,
    title: String,
    secret: String,
}

/// Makes a new one, and shows it this once.
pub(crate) async fn rotate(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let secret = console.rotate_webhook(id).await?.secret;
    let title = title(&shown(console.webhook(id).await?));
    html(&Once { number: id.0.get(), title, secret, t: f.words(), f })
}

/// Leaves it its newest alone.
pub(crate) async fn retire(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
) -> Result<Response, Problem> {
    console.retire_webhook(id).await?;
    Ok(redirect(&format!("/destinations/{}?done=retired", id.0)))
}
