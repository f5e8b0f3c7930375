//! What a handler is granted: an argument that exists only where the caller's token allows it.

use std::collections::BTreeSet;
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
pub(crate) trait Needs {
    /// The scope.
    const SCOPE: Scope;
}

/// A type for each scope, by its name.
macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub(crate) struct $name;

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

/// Somebody may do this.
#[derive(Debug)]
pub(crate) struct Granted<N>(PhantomData<N>);

/// Who calls, and what their token allows; nothing where they do not prove it.
#[derive(Debug, Clone)]
struct Known(Option<(Client, BTreeSet<Scope>)>);

impl<N: Needs> FromRequestParts<Arc<Console>> for Granted<N> {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Arc<Console>,
    ) -> Result<Self, Problem> {
        if bearer(&parts.headers).is_none() {
            return Err(Problem::Unauthorized(NOBODY));
        }
        let Known(known) = known(console, parts).await?;
        let (_, scopes) = known.ok_or(Problem::Unauthorized(OVER))?;
        if !scopes.contains(&N::SCOPE) {
            return Err(Problem::Forbidden(N::SCOPE));
        }
        Ok(Self(PhantomData))
    }
}

/// Who calls, whatever they may do; nothing where they do not prove it.
pub(crate) async fn caller(
    console: &Console,
    parts: &mut Parts,
) -> Result<Option<Client>, PortError> {
    Ok(known(console, parts).await?.0.map(|(client, _)| client))
}

/// Looked up once for each request, and then kept among its extensions.
async fn known(console: &Console, parts: &mut Parts) -> Result<Known, PortError> {
    if let Some(known) = parts.extensions.get::<Known>() {
        return Ok(known.clone());
    }
    let known = match bearer(&parts.headers) {
        Some(token) => Known(token::read(console, token).await?),
        None => Known(None),
    };
    parts.extensions.insert(known.clone());
    Ok(known)
}

/// The token of a call.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

const NOBODY: &str = "send Authorization: Bearer and a token of POST /oauth2/token";
const OVER: &str = "the token is not valid or has expired; get another of POST /oauth2/token";
