//! A program that may ask for tokens. Its secret is shown once, when it is created, and kept as a
//! SHA-256: of 32 random bytes nobody can guess one.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Cabinet, Drawer, Entropy, Port, PortError, Secret};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Scope;

/// Clients listed at once; nobody has as many.
const MOST: usize = 1_000;
/// The most bytes of an id.
const LONGEST_ID: usize = 255;

/// A program that may ask for tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// How it is called in tokens: `client_` and 16 hexadecimal digits, or what the first one is called.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What its tokens may allow.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created: Timestamp,
    /// Since when it may ask for nothing.
    pub revoked: Option<Timestamp>,
    /// The SHA-256 of its secret, in hex.
    digest: String,
}

/// A client that was just made, with what is never shown again.
#[derive(Debug)]
pub struct Created {
    /// The client.
    pub client: Client,
    /// Its secret.
    pub secret: Secret,
}

/// The written form of a client.
#[derive(Serialize, Deserialize)]
struct Card {
    name: String,
    scopes: Vec<String>,
    created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked: Option<Timestamp>,
    digest: String,
}

impl Client {
    /// A client with this secret.
    pub(super) fn new(
        id: String,
        name: &str,
        scopes: BTreeSet<Scope>,
        now: Timestamp,
        secret: &Secret,
    ) -> Self {
        let digest = digest(secret.expose());
        Self { id, name: name.to_owned(), scopes, created: now, revoked: None, digest }
    }

    /// Keeps a new client, unless there is one of its id; whether it did.
    pub(super) async fn keep(&self, cabinet: &dyn Cabinet) -> Result<bool, PortError> {
        cabinet.set_card(Drawer::Clients, &self.id, None, &self.card()?, None).await
    }

    fn card(&self) -> Result<String, PortError> {
        let card = Card {
            name: self.name.clone(),
            scopes: self.scopes.iter().map(Scope::to_string).collect(),
            created: self.created,
            revoked: self.revoked,
            digest: self.digest.clone(),
        };
        serde_json::to_string(&card).map_err(unreadable)
    }

    /// A scope that this version does not know allows nothing here.
    fn read(id: &str, card: &str) -> Result<Self, PortError> {
        let card: Card = serde_json::from_str(card).map_err(unreadable)?;
        let scopes = card.scopes.iter().filter_map(|word| Scope::parse(word)).collect();
        let Card { name, created, revoked, digest, .. } = card;
        Ok(Self { id: id.to_owned(), name, scopes, created, revoked, digest })
    }
}

/// Makes a client.
pub async fn create(
    cabinet: &dyn Cabinet,
    entropy: &dyn Entropy,
    name: &str,
    scopes: BTreeSet<Scope>,
    now: Timestamp,
) -> Result<Created, PortError> {
    let id = format!("client_{:016x}", entropy.next());
    let secret = Secret::parse(&format!("tts_{}", random(entropy)));
    let secret = secret.ok_or_else(|| unreadable("a secret is empty"))?;
    let client = Client::new(id, name, scopes, now, &secret);
    if !client.keep(cabinet).await? {
        return Err(unreadable("a client of this id is there already"));
    }
    Ok(Created { client, secret })
}

/// All clients, revoked ones too.
pub async fn list(cabinet: &dyn Cabinet) -> Result<Vec<Client>, PortError> {
    let cards = cabinet.cards(Drawer::Clients, None, MOST).await?;
    cards.iter().map(|(id, card)| Client::read(id, card)).collect()
}

/// Revokes a client, at once: its tokens are not taken any more. Whether there was such a client.
pub async fn revoke(cabinet: &dyn Cabinet, id: &str, now: Timestamp) -> Result<bool, PortError> {
    loop {
        let Some(card) = cabinet.card(Drawer::Clients, id).await? else { return Ok(false) };
        let client = Client::read(id, &card)?;
        if client.revoked.is_some() {
            return Ok(true);
        }
        let revoked = Client { revoked: Some(now), ..client }.card()?;
        if cabinet.set_card(Drawer::Clients, id, Some(&card), &revoked, None).await? {
            return Ok(true);
        }
    }
}

/// The client of this id, unless it is unknown or revoked.
pub(super) async fn find(cabinet: &dyn Cabinet, id: &str) -> Result<Option<Client>, PortError> {
    // What is no id is nobody's, and not looked for.
    if id.is_empty() || id.len() > LONGEST_ID {
        return Ok(None);
    }
    let card = cabinet.card(Drawer::Clients, id).await?;
    let client = card.map(|card| Client::read(id, &card)).transpose()?;
    Ok(client.filter(|client| client.revoked.is_none()))
}

/// The client that proves itself by this secret.
pub(crate) async fn authenticate(
    cabinet: &dyn Cabinet,
    id: &str,
    secret: &str,
) -> Result<Option<Client>, PortError> {
    let client = find(cabinet, id).await?;
    let digest = digest(secret);
    Ok(client.filter(|client| {
        Secret::parse(&client.digest).is_some_and(|kept| kept.matches(digest.as_bytes()))
    }))
}

/// A secret of ours for a provider's page.
pub(crate) fn random_secret(console: &crate::Console) -> String {
    random(console.entropy.as_ref())
}

/// 256 random bits, as text.
pub(crate) fn random(entropy: &dyn Entropy) -> String {
    let bytes: Vec<u8> = (0..4).flat_map(|_| entropy.next().to_be_bytes()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortError {
    PortError::new(Port::Directory, error)
}
