//! The calls of a source that were proven and could not be read: what came, why not, and reading one again.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::ParkedCall;
use jiff::Timestamp;

use crate::pages::Language;
use crate::pages::redirect;
use crate::pages::shown::{At, written_out};
use crate::pages::told::{Told, told};
use crate::people::{SignedIn, by};
use crate::trouble::{CallPath, NO_CALL};
use crate::{Desk, Problem};

/// The most of a body that is shown, in characters.
const BODY: usize = 4_000;

/// A parked call.
pub(super) struct Parked {
    pub(super) id: String,
    pub(super) at: At,
    pub(super) reason: Told,
    /// What came, as far as it is text.
    pub(super) body: String,
}

impl Parked {
    pub(super) fn of(call: &ParkedCall, language: Language, now: Timestamp) -> Self {
        // As it came: what is written anew may have lost what could not be read.
        let body = written_out(&String::from_utf8_lossy(&call.parked.bytes));
        let mut shown: String = body.chars().take(BODY).collect();
        if shown.len() < body.len() {
            shown.push('…');
        }
        Self {
            id: call.id.clone(),
            at: At::of(call.at, now),
            reason: told(&domain::clean(&call.parked.reason), language),
            body: shown,
        }
    }
}

/// Reads one again.
pub(crate) async fn read_again(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    path: Result<Path<CallPath>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let Path(path) = path.map_err(|_| NO_CALL)?;
    let read = console.read_again(&path).await?.read;
    let done = if read { "read" } else { "unread" };
    Ok(redirect(&format!("/sources/{}/{}?done={done}", path.provider, path.name)))
}
