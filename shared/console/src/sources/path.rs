//! What a call says of a source by its address alone: which one, and where our URLs begin.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use domain::{Name, SourceId};
use http::request::Parts;
use http::{HeaderMap, header};
use utoipa::IntoParams;

use super::NO_SUCH;
use crate::{Console, Problem};

/// The `{provider}` and `{name}` of a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct Named {
    /// abaha, appotapay, casso, sepay or thueapi.
    #[param(value_type = String)]
    provider: Name,
    /// Its name.
    #[param(value_type = String)]
    name: Name,
}

impl Named {
    pub(crate) fn id(&self) -> SourceId {
        SourceId::new(&self.provider, &self.name)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let said = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((provider, name)) = said.map_err(|_| NO_SUCH)?;
        let provider = Name::parse(&provider).map_err(|_| NO_SUCH)?;
        Ok(Self { provider, name: Name::parse(&name).map_err(|_| NO_SUCH)? })
    }
}

/// Where our URLs begin: as is configured, else as the caller wrote.
#[derive(Debug)]
pub(crate) struct Base(pub(crate) String);

impl FromRequestParts<Arc<Console>> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Arc<Console>,
    ) -> Result<Self, Self::Rejection> {
        let said = || host(&parts.headers).map(|host| format!("https://{host}"));
        Ok(Self(console.public_url.clone().or_else(said).unwrap_or_default()))
    }
}

fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
    host.bytes().all(plain).then_some(host)
}
