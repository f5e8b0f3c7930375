//! The id of an event in addresses: its key, which may hold any character, in base64url.

use axum::extract::{FromRequestParts, Path};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::EventKey;
use http::request::Parts;
use utoipa::IntoParams;

use super::NO_SUCH;
use crate::Problem;

/// An event's id.
#[derive(Debug, Clone, IntoParams)]
#[into_params(names("id"), parameter_in = Path)]
pub(crate) struct EventId(String);

impl EventId {
    /// The id of a key.
    pub(crate) fn of(key: &EventKey) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(key.as_str()))
    }

    /// Reads an id; nothing where it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        String::from_utf8(bytes).is_ok().then(|| Self(text.to_owned()))
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The event's key.
    pub(crate) fn key(&self) -> EventKey {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&self.0).unwrap_or_default();
        EventKey::from_stored(&String::from_utf8(bytes).unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for EventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let said = Path::<String>::from_request_parts(parts, state).await;
        said.ok().and_then(|Path(said)| Self::parse(&said)).ok_or(NO_SUCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_comes_back() {
        for key in ["casso/shop/1", "abaha/shop/order/ế 1?#%2F", "x"] {
            let id = EventId::of(&EventKey::from_stored(key));
            assert!(id.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            assert_eq!(EventId::parse(id.as_str()).unwrap().key().as_str(), key);
        }
        for text in ["a", "a=", "/", "____"] {
            assert!(EventId::parse(text).is_none(), "{text}");
        }
    }
}
