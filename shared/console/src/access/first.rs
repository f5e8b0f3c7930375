//! The first client, where there never was one: made of a secret that was written when this was installed,
//! or here, for whoever is there to see its secret. One that was revoked is on record and so does not come
//! back, nor does any other.

use std::error::Error;

use domain::{Cabinet, Drawer, Entropy, PortError, Secret};
use jiff::Timestamp;
use serde::Deserialize;

use super::Scope;
use super::client::{Client, Created, create};

/// What a guess must not find: as long as the secrets that are made here.
const LEAST: usize = 32;
const NAME: &str = "the first client";

/// The secret as it is written.
#[derive(Deserialize)]
struct Written {
    client_id: String,
    client_secret: String,
}

/// Why there is no first client.
#[derive(Debug, thiserror::Error)]
pub enum FirstError {
    /// The cabinet.
    #[error(transparent)]
    Cabinet(#[from] PortError),
    /// The secret cannot be had.
    #[error("the first client's secret cannot be read")]
    Unread(#[source] Box<dyn Error + Send + Sync>),
    /// What it says is not quoted.
    #[error(
        "the first client's secret is not {{\"client_id\": …, \"client_secret\": …}} with 32 characters or \
         more of secret"
    )]
    Unusable,
}

/// Makes the first client, with every scope, where there never was one. `written` reads its secret, and
/// is asked only then; nothing is made where it has none. Two that do this at once make one client.
pub async fn first<E: Into<Box<dyn Error + Send + Sync>>>(
    cabinet: &dyn Cabinet,
    now: Timestamp,
    written: impl AsyncFnOnce() -> Result<Option<String>, E>,
) -> Result<(), FirstError> {
    if ever(cabinet).await? {
        return Ok(());
    }
    let text = written().await.map_err(|error| FirstError::Unread(error.into()))?;
    let Some(text) = text else { return Ok(()) };
    let Written { client_id, client_secret } =
        serde_json::from_str(&text).map_err(|_| FirstError::Unusable)?;
    let secret = Secret::parse(&client_secret).filter(|secret| secret.expose().len() >= LEAST);
    let secret = secret.filter(|_| !client_id.is_empty()).ok_or(FirstError::Unusable)?;
    let client = Client::new(client_id, NAME, Scope::ALL.into(), now, &secret);
    // Who was faster has made the same.
    _ = client.keep(cabinet).await?;
    Ok(())
}

/// Whether there ever was a client: a revoked one counts.
pub async fn ever(cabinet: &dyn Cabinet) -> Result<bool, PortError> {
    Ok(!cabinet.cards(Drawer::Clients, None, 1).await?.is_empty())
}

/// Makes the first client, with every scope, where there never was one; its secret is random. For a process
/// that owns its cabinet alone: two at once would make two.
pub async fn first_of_ours(
    cabinet: &dyn Cabinet,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Option<Created>, PortError> {
    if ever(cabinet).await? {
        return Ok(None);
    }
    create(cabinet, entropy, NAME, Scope::ALL.into(), now).await.map(Some)
}
