//! What a handler is granted: an argument that exists only where the caller's token allows it.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use domain::PortError;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::{Client, Scope, token};
use crate::{Console, Problem};

/// A scope that a handler needs, as a type.
pub trait Needs {
    /// The scope.
    const SCOPE: Scope;
}

/// A type for each scope, by its name.
macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;

            impl Needs for $name {
                const SCOPE: Scope = Scope::$name;
            }
        )+
    };
}

needs! {
    /// Listing destinations.
    WebhookRead,
    /// Making and changing destinations.
    WebhookWrite,
    /// Removing destinations.
    WebhookDelete,
    /// Reading the log, and what is counted of it.
    EventRead,
    /// Sending again, cancelling, releasing, reading again.
    EventWrite,
    /// Listing sources and the calls of theirs that were refused.
    SourceRead,
    /// Making and changing sources.
    SourceWrite,
    /// Reading who changed what.
    AuditRead,
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
        let token = bearer(&parts.headers).ok_or(Problem::Unauthorized(NOBODY))?;
        let known = token::read(console, token).await?;
        let (client, scopes) = known.ok_or(Problem::Unauthorized(OVER))?;
        if !scopes.contains(&N::SCOPE) {
            return Err(Problem::Forbidden(N::SCOPE));
        }
        Ok(Self { client, needs: PhantomData })
    }
}

/// Who calls, whatever they may do; nothing where they do not prove it.
pub(crate) async fn caller(
    console: &Console,
    headers: &HeaderMap,
) -> Result<Option<Client>, PortError> {
    let Some(token) = bearer(headers) else { return Ok(None) };
    Ok(token::read(console, token).await?.map(|(client, _)| client))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

const NOBODY: &str = "send Authorization: Bearer and a token of POST /oauth2/token";
const OVER: &str = "the token is not valid or has expired; get another of POST /oauth2/token";
