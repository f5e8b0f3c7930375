//! What opens a deployment's API: a ready token or a client of the environment's, or else the login that the
//! keyring has for its address. The environment goes first, so that a program needs no keyring.

use anyhow::bail;
use domain::Secret;

use super::base::Base;
use crate::config::Env;
use crate::keyring::{Login, Place};

pub(super) const TOKEN: &str = "TINGTING_TOKEN";
pub(super) const CLIENT_ID: &str = "TINGTING_CLIENT_ID";
pub(super) const CLIENT_SECRET: &str = "TINGTING_CLIENT_SECRET";
const INSTEAD: &str =
    "set TINGTING_CLIENT_ID and TINGTING_CLIENT_SECRET, or TINGTING_TOKEN, instead";

/// What opens the API.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    /// A token that somebody else got.
    Token(Secret),
    /// A client, for which tokens are got.
    Client { id: String, secret: Secret },
    /// Nothing: for what is open to all.
    Nobody,
}

impl Credentials {
    /// What opens the API at this address.
    pub(super) fn find(base: &Base, env: Env<'_>) -> anyhow::Result<Self> {
        if let Some(said) = Self::said(env)? {
            return Ok(said);
        }
        match place(base)?.read()? {
            Some(Login { client_id: id, client_secret: secret, .. }) => {
                Ok(Self::Client { id, secret })
            }
            None => bail!(
                "not logged in at {base}: run `tingting login --url {base}`, or set {CLIENT_ID} and \
                 {CLIENT_SECRET}, or {TOKEN}"
            ),
        }
    }

    /// What the environment says.
    fn said(env: Env<'_>) -> anyhow::Result<Option<Self>> {
        let secret = |name| env(name).and_then(|text| Secret::parse(text.trim()));
        if let Some(token) = secret(TOKEN) {
            return Ok(Some(Self::Token(token)));
        }
        let id = env(CLIENT_ID).map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        match (id, secret(CLIENT_SECRET)) {
            (Some(id), Some(secret)) => Ok(Some(Self::Client { id, secret })),
            (Some(_), None) => bail!("{CLIENT_ID} is set and {CLIENT_SECRET} is not: set both"),
            (None, Some(_)) => bail!("{CLIENT_SECRET} is set and {CLIENT_ID} is not: set both"),
            (None, None) => Ok(None),
        }
    }
}

/// Where the login at this address is kept.
pub(super) fn place(base: &Base) -> anyhow::Result<Place> {
    Place::of(&format!("api {base}"), INSTEAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_before_a_client_and_half_a_client_is_named() {
        let said = |pairs: &'static [(&str, &str)]| {
            let env = |name: &str| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            Credentials::said(&env).map_err(|error| error.to_string())
        };
        let secret = |text| Secret::parse(text).unwrap();
        let client = || Credentials::Client { id: "c".to_owned(), secret: secret("s") };
        assert_eq!(said(&[]), Ok(None));
        assert_eq!(said(&[(CLIENT_ID, "c"), (CLIENT_SECRET, " s\n")]), Ok(Some(client())));
        let all = said(&[(CLIENT_ID, "c"), (CLIENT_SECRET, "s"), (TOKEN, "t")]);
        assert_eq!(all, Ok(Some(Credentials::Token(secret("t")))));
        for (pair, expected) in [
            (
                &[(CLIENT_ID, "c")][..],
                "TINGTING_CLIENT_ID is set and TINGTING_CLIENT_SECRET is not",
            ),
            (
                &[(CLIENT_SECRET, "s")],
                "TINGTING_CLIENT_SECRET is set and TINGTING_CLIENT_ID is not",
            ),
        ] {
            assert_eq!(said(pair), Err(format!("{expected}: set both")));
        }
    }
}
