//! Signing secrets of a webhook, changed without a gap: a new one is put before the one in use, and both
//! sign until the old one is retired (Standard Webhooks: several signatures in one header).

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::DestinationRecord;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, Webhook, WebhookId};
use crate::access::{Granted, WebhookWrite};
use crate::answer::{Done, One};
use crate::found::edited;
use crate::problem::Failed;
use crate::{Console, Desk, Problem};

/// Bytes of a new secret, as Standard Webhooks wants from 24 to 64.
const BYTES: usize = 32;

const TWO: &str = "two signing secrets are live; retire the old one first";
const ONE: &str = "there is no second signing secret; rotate first";

/// A signing secret that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rotated {
    /// The new secret. It is not shown again.
    pub(crate) secret: String,
    /// How many sign now.
    live: usize,
}

impl Console {
    /// Puts a new signing secret beside the one in use. Of three, one that a receiver checks would sign
    /// no more: so there are two at most.
    pub(crate) async fn rotate_webhook(&self, id: Id) -> Result<Rotated, Problem> {
        let found = self.webhook(id).await?.ours()?;
        if found.record.signing_secrets.len() > 1 {
            return Err(Problem::Conflict(TWO.to_owned()));
        }
        let bytes: Vec<u8> =
            (0..BYTES / 8).flat_map(|_| self.entropy.next().to_be_bytes()).collect();
        let secret = format!("whsec_{}", BASE64_STANDARD.encode(bytes));
        let mut secrets = vec![secret.clone()];
        secrets.extend(found.record.signing_secrets.first().cloned());
        let live = secrets.len();
        self.signed_by(&found, secrets).await?;
        Ok(Rotated { secret, live })
    }

    /// Leaves the newest alone.
    pub(crate) async fn retire_webhook(&self, id: Id) -> Result<(), Problem> {
        let found = self.webhook(id).await?.ours()?;
        let secrets = &found.record.signing_secrets;
        if secrets.len() < 2 {
            return Err(Problem::Conflict(ONE.to_owned()));
        }
        self.signed_by(&found, secrets.iter().take(1).cloned().collect()).await
    }

    async fn signed_by(
        &self,
        found: &Webhook,
        signing_secrets: Vec<String>,
    ) -> Result<(), Problem> {
        let record = DestinationRecord { signing_secrets, ..found.record.clone() };
        let (_, entry) = self.checked(&record)?;
        edited(self.entries.put(&entry, found.over()).await?)
    }
}

/// Puts a new signing secret beside the one in use: both sign until `retire`.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/rotate", tag = "webhooks",
    params(WebhookId, crate::once::Header),
    security(("oauth2" = ["webhook:write"])),
    responses((status = 200, body = One<Rotated>), Failed),
)]
pub(crate) async fn rotate(
    _: Granted<WebhookWrite>,
    State(console): Desk,
    id: Id,
) -> Result<Json<One<Rotated>>, Problem> {
    Ok(One::json(console.rotate_webhook(id).await?))
}

/// Ends a rotation: only the newest signing secret signs from now on.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/retire", tag = "webhooks",
    params(WebhookId, crate::once::Header),
    security(("oauth2" = ["webhook:write"])),
    responses((status = 200, body = Done), Failed),
)]
pub(crate) async fn retire(
    _: Granted<WebhookWrite>,
    State(console): Desk,
    id: Id,
) -> Result<Json<Done>, Problem> {
    console.retire_webhook(id).await?;
    Ok(Done::json("only the newest secret signs now"))
}
