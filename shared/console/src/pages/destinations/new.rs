//! `/destinations/new`: a form for each channel, which says where to find what it asks for. The same
//! form makes a test call and saves: both by the code of the API, whose fields it has.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use super::form::{Page, named, of_new};
use crate::changes::only_tried;
use crate::pages::said::Said;
use crate::pages::told::by_field;
use crate::pages::words::Words;
use crate::pages::{Frame, html, html_as, redirect};
use crate::people::{SignedIn, by};
use crate::problem::Faults;
use crate::{Desk, Problem};

#[derive(Template)]
#[template(path = "destination_choose.html")]
struct Choose {
    f: Frame,
    t: &'static Words,
}

/// Which channel.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    channel: String,
}

/// The channels to choose from, or the form of one.
pub(crate) async fn form(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    Query(Asked { channel }): Query<Asked>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let t = f.words();
    let Some((channel, title)) = named(&channel) else { return html(&Choose { f, t }) };
    let (said, faults, tried, edited) = (Said::default(), Faults::new(), None, None);
    let sources = console.choices(&said).await?;
    html(&Page { f, t, channel, title, edited, sources, said, faults, tried })
}

/// Makes a test call, or saves.
pub(crate) async fn create(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    Query(Asked { channel }): Query<Asked>,
    body: Bytes,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let t = f.words();
    let Some((channel, title)) = named(&channel) else { return html(&Choose { f, t }) };
    let said = Said::read(&body);
    let fields = of_new(&said, channel);
    let done = if said.is("do", "save") {
        match console.add_webhook(&fields).await {
            Ok(number) => return Ok(redirect(&format!("/destinations/{number}?done=created"))),
            Err(problem) => Err(problem),
        }
    } else {
        console.tried_unsaved(&fields).await
    };
    let (tried, faults) = match done {
        Ok(tried) => (Some(tried), Faults::new()),
        Err(Problem::Validation(faults)) => (None, by_field(faults, f.language())),
        Err(problem) => return Err(problem),
    };
    let sources = console.choices(&said).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let page = Page { f, t, channel, title, edited: None, sources, said, faults, tried };
    // Whoever saves is led on.
    html_as(status, &page).map(only_tried)
}
