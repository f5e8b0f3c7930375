//! What a handler is granted: an argument that exists only where the caller's token allows it.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::{Client, Scope, token};
use crate::{Console, Problem};

/// A scope that a handler needs, as a type.
pub trait Needs {
    /// The scope.
    const SCOPE: Scope;
}

/// Listing destinations.
#[derive(Debug)]
pub struct WebhookRead;

/// Making and changing destinations.
#[derive(Debug)]
pub struct WebhookWrite;

/// Removing destinations.
#[derive(Debug)]
pub struct WebhookDelete;

impl Needs for WebhookRead {
    const SCOPE: Scope = Scope::WebhookRead;
}

impl Needs for WebhookWrite {
    const SCOPE: Scope = Scope::WebhookWrite;
}

impl Needs for WebhookDelete {
    const SCOPE: Scope = Scope::WebhookDelete;
}

/// Somebody who may do this.
#[derive(Debug)]
pub struct Granted<N> {
    /// Who.
    pub client: Client,
    needs: PhantomData<N>,
}

impl<N: Needs> FromRequestParts<Arc<Console>> for Granted<N> {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Arc<Console>,
    ) -> Result<Self, Problem> {
        let said = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let said = said.ok_or(Problem::Unauthorized(NOBODY))?;
        let (scheme, token) = said.split_once(' ').ok_or(Problem::Unauthorized(NOBODY))?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Problem::Unauthorized(NOBODY));
        }
        let known = token::read(console, token.trim()).await?;
        let (client, scopes) = known.ok_or(Problem::Unauthorized(OVER))?;
        if !scopes.contains(&N::SCOPE) {
            return Err(Problem::Forbidden(N::SCOPE));
        }
        Ok(Self { client, needs: PhantomData })
    }
}

const NOBODY: &str = "send Authorization: Bearer and a token of POST /oauth2/token";
const OVER: &str = "the token is not valid or has expired; get another of POST /oauth2/token";
