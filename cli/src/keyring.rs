//! A login at somebody's API, kept in the system's keyring: the kernel's on Linux, which needs no daemon and
//! forgets at a restart at the latest, the keychain on a Mac. Not for secrets of sources and destinations,
//! which are in the configuration or the environment.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use domain::Secret;
use keyring_core::{CredentialStore, Entry, Error};
use serde::{Deserialize, Serialize};

const SERVICE: &str = "tingting";

/// What a login is made of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    /// SePay's; a client of ours has none.
    pub(crate) refresh_token: Option<Secret>,
}

/// The written form.
#[derive(Serialize, Deserialize)]
struct Record {
    client_id: String,
    client_secret: String,
    refresh_token: Option<String>,
}

/// The place of one login.
pub(crate) struct Place {
    entry: Entry,
    instead: &'static str,
}

impl Place {
    /// The place of the login at this address; `instead` is what to do where there is no keyring.
    pub(crate) fn of(address: &str, instead: &'static str) -> anyhow::Result<Self> {
        let entry = store().and_then(|store| store.build(SERVICE, address, None));
        Ok(Self { entry: entry.map_err(|error| unusable(error, instead))?, instead })
    }

    /// Finds out whether a login can be kept here at all; one that is here stays.
    pub(crate) fn try_out(&self) -> anyhow::Result<()> {
        if let Some(login) = self.read()? {
            return self.keep(&login);
        }
        self.entry.set_password("{}").map_err(|error| unusable(error, self.instead))?;
        self.forget().map(|_| ())
    }

    /// The login, where there is one.
    pub(crate) fn read(&self) -> anyhow::Result<Option<Login>> {
        let text = match self.entry.get_password() {
            Ok(text) => text,
            Err(Error::NoEntry) => return Ok(None),
            Err(error) => return Err(unusable(error, self.instead)),
        };
        // What is not ours to read is as if it were not there: logging in writes it anew.
        Ok(serde_json::from_str(&text).ok().and_then(Record::parse))
    }

    /// Keeps a login in the place of the one before.
    pub(crate) fn keep(&self, login: &Login) -> anyhow::Result<()> {
        let record = Record {
            client_id: login.client_id.clone(),
            client_secret: login.client_secret.expose().to_owned(),
            refresh_token: login.refresh_token.as_ref().map(|token| token.expose().to_owned()),
        };
        let text = serde_json::to_string(&record).context("a login cannot be written")?;
        self.entry.set_password(&text).map_err(|error| unusable(error, self.instead))
    }

    /// Forgets the login; whether there was one.
    pub(crate) fn forget(&self) -> anyhow::Result<bool> {
        match self.entry.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(unusable(error, self.instead)),
        }
    }
}

impl Record {
    fn parse(self) -> Option<Login> {
        Some(Login {
            client_id: self.client_id,
            client_secret: Secret::parse(&self.client_secret)?,
            refresh_token: self.refresh_token.as_deref().and_then(Secret::parse),
        })
    }
}

/// An error of a keyring may hold what is kept there: only its kind is told.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library may grow further kinds")]
fn unusable(error: Error, instead: &str) -> anyhow::Error {
    let why = match error {
        Error::PlatformFailure(_) => "it fails",
        Error::NoStorageAccess(_) => "it is locked, or closed to this program",
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => "there is none",
        _ => "what it holds cannot be used",
    };
    anyhow!(
        "this machine's keyring cannot be used ({why}): {instead}; on Linux a login session has a keyring, and \
         `keyctl session` makes one"
    )
}

#[cfg(target_os = "linux")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(linux_keyutils_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NoDefaultStore)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_keyring_says_is_not_repeated() {
        let bytes = b"hide-me".to_vec();
        let told = unusable(Error::BadEncoding(bytes), "do without").to_string();
        let expected =
            "this machine's keyring cannot be used (what it holds cannot be used): do without; on ";
        assert!(told.starts_with(expected) && !told.contains("hide"), "{told}");
    }
}
