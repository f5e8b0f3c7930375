//! The tokens that clients call with: JWTs, signed by one key of ours, good for an hour. The key is
//! made where there is none, and kept beside the clients.

use std::collections::BTreeSet;

use domain::{Cabinet, Drawer, Entropy, Port, PortError};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use super::client::{self, random};
use super::{Client, Scope, signing};
use crate::Console;

/// How long a token is good.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(1);
const ISSUER: &str = "tingting";
const KEY: &str = "tokens";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    /// The client's id.
    sub: String,
    /// Scopes, divided by spaces.
    scope: String,
    iat: i64,
    exp: i64,
}

/// A token for a client, allowing these.
pub(crate) async fn issue(
    console: &Console,
    client: &Client,
    scopes: &BTreeSet<Scope>,
) -> Result<String, PortError> {
    signing::install();
    let now = console.clock.now();
    let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        sub: client.id.clone(),
        scope: words.join(" "),
        iat: now.as_second(),
        exp: (now + LIFETIME).as_second(),
    };
    let key = key(console.cabinet.as_ref(), console.entropy.as_ref()).await?;
    let key = EncodingKey::from_secret(key.as_bytes());
    encode(&Header::new(Algorithm::HS256), &claims, &key)
        .map_err(|error| PortError::new(Port::Directory, error))
}

/// Who calls with a token, and what it allows: what it says, as far as its client still may. Nothing
/// where it is none of ours, over, or its client revoked.
pub(super) async fn read(
    console: &Console,
    token: &str,
) -> Result<Option<(Client, BTreeSet<Scope>)>, PortError> {
    signing::install();
    let cabinet = console.cabinet.as_ref();
    let Some(key) = cabinet.card(Drawer::Keys, KEY).await? else { return Ok(None) };
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    // By our own clock.
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(key.as_bytes());
    let Ok(read) = decode::<Claims>(token, &key, &validation) else { return Ok(None) };
    let Claims { sub, scope, exp, .. } = read.claims;
    if !is_good(console.clock.now(), exp) {
        return Ok(None);
    }
    let Some(client) = client::find(cabinet, &sub).await? else { return Ok(None) };
    let said: BTreeSet<Scope> = scope.split(' ').filter_map(Scope::parse).collect();
    let scopes = said.intersection(&client.scopes).copied().collect();
    Ok(Some((client, scopes)))
}

fn is_good(now: Timestamp, exp: i64) -> bool {
    now.as_second() < exp
}

/// The key that is kept, or a new one that is kept from now on.
async fn key(cabinet: &dyn Cabinet, entropy: &dyn Entropy) -> Result<String, PortError> {
    loop {
        if let Some(key) = cabinet.card(Drawer::Keys, KEY).await? {
            return Ok(key);
        }
        cabinet.set_card(Drawer::Keys, KEY, None, &random(entropy), None).await?;
    }
}
