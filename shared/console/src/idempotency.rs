//! `Idempotency-Key`: a caller that does not know whether its call arrived says it again under the same
//! key, and what it made is made once. Nothing is kept for it: the name of what is made comes of the key.

use axum::extract::FromRequestParts;
use http::request::Parts;
use sha2::{Digest as _, Sha256};

use crate::Problem;
use crate::access::Client;

const HEADER: &str = "idempotency-key";
const LONGEST: usize = 255;

/// The key of a call, where it has one.
#[derive(Debug)]
pub(crate) struct Key(Option<String>);

impl Key {
    /// What is made under this key by this client, in 48 bits as hex; nothing without a key.
    pub(crate) fn name(&self, client: &Client) -> Option<String> {
        let key = self.0.as_ref()?;
        let digest =
            Sha256::new_with_prefix(client.id.as_bytes()).chain_update([0]).chain_update(key);
        Some(hex::encode(&digest.finalize()[..6]))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(said) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let key = said.to_str().ok().map(str::trim);
        let key = key.filter(|key| !key.is_empty() && key.len() <= LONGEST);
        let key = key.ok_or_else(|| {
            Problem::Body("Idempotency-Key: use 1 to 255 visible ASCII characters".to_owned())
        })?;
        Ok(Self(Some(key.to_owned())))
    }
}
