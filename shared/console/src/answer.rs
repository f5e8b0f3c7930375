//! The two shapes of most answers: one thing, or that something was done.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct One<T> {
    /// `success`.
    status: &'static str,
    /// The thing.
    data: T,
}

impl<T> One<T> {
    pub(crate) fn json(data: T) -> Json<Self> {
        Json(Self { status: "success", data })
    }
}

/// It was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// `success`.
    status: &'static str,
    /// What was done, in words.
    message: &'static str,
}

impl Done {
    pub(crate) fn json(message: &'static str) -> Json<Self> {
        Json(Self { status: "success", message })
    }
}
