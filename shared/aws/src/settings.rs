//! What a function needs to know of its surroundings, read once from the environment. Credentials are
//! the environment's: a Lambda has them there, and probing for others costs a cold start dearly.

use std::path::PathBuf;

use aws_credential_types::Credentials;
use jiff::SignedDuration;

/// The environment: the value of a variable, if it is set.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A variable that is missing or makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It must be set.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// It is set to something that cannot be used.
    #[error("the environment variable {name} is {value:?}: {wanted}")]
    Unusable {
        /// Its name.
        name: &'static str,
        /// Its value; never a secret.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
}

/// Where AWS is and who we are there.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    pub credentials: Credentials,
    /// `AWS_ENDPOINT_URL_DYNAMODB`, else `AWS_ENDPOINT_URL`: another place than AWS's own.
    pub dynamodb: Option<String>,
    /// `AWS_ENDPOINT_URL_SQS`, else `AWS_ENDPOINT_URL`.
    pub sqs: Option<String>,
    /// `AWS_CA_BUNDLE`: the only certificates to trust.
    pub ca_bundle: Option<PathBuf>,
}

/// Which of a stack's resources are ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    /// `TINGTING_DIRECTORY_TABLE`.
    pub directory: String,
    /// `TINGTING_LEDGER_TABLE`.
    pub ledger: String,
    /// `TINGTING_QUEUE_URL`.
    pub queue: String,
    /// `TINGTING_KEYS_DAYS`, 180 where it is not set: how long keys, and with them events, are kept.
    pub keys_kept: SignedDuration,
}

const KEYS_DAYS: &str = "TINGTING_KEYS_DAYS";
/// What the contract with the providers promises at least: no replay of theirs is older.
const LEAST_KEYS_DAYS: i64 = 180;
const MOST_KEYS_DAYS: i64 = 3660;

impl Surroundings {
    /// Reads them.
    pub fn read(env: Env<'_>) -> Result<Self, SettingsError> {
        let endpoint = |name: &str| set(env, name).or_else(|| set(env, "AWS_ENDPOINT_URL"));
        Ok(Self {
            region: needed(env, "AWS_REGION")?,
            credentials: Credentials::new(
                needed(env, "AWS_ACCESS_KEY_ID")?,
                needed(env, "AWS_SECRET_ACCESS_KEY")?,
                set(env, "AWS_SESSION_TOKEN"),
                None,
                "environment",
            ),
            dynamodb: endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
            sqs: endpoint("AWS_ENDPOINT_URL_SQS"),
            ca_bundle: set(env, "AWS_CA_BUNDLE").map(PathBuf::from),
        })
    }
}

impl Resources {
    /// Reads them.
    pub fn read(env: Env<'_>) -> Result<Self, SettingsError> {
        Ok(Self {
            directory: needed(env, "TINGTING_DIRECTORY_TABLE")?,
            ledger: needed(env, "TINGTING_LEDGER_TABLE")?,
            queue: needed(env, "TINGTING_QUEUE_URL")?,
            keys_kept: keys_kept(env)?,
        })
    }
}

fn keys_kept(env: Env<'_>) -> Result<SignedDuration, SettingsError> {
    let days = match set(env, KEYS_DAYS) {
        None => LEAST_KEYS_DAYS,
        Some(value) => match value.parse() {
            Ok(days) if (LEAST_KEYS_DAYS..=MOST_KEYS_DAYS).contains(&days) => days,
            Ok(_) | Err(_) => {
                let wanted = "use a whole number of days from 180 to 3660";
                return Err(SettingsError::Unusable { name: KEYS_DAYS, value, wanted });
            }
        },
    };
    Ok(SignedDuration::from_hours(days * 24))
}

/// A variable that must be set; empty is not set.
pub fn needed(env: Env<'_>, name: &'static str) -> Result<String, SettingsError> {
    set(env, name).ok_or(SettingsError::Missing(name))
}

fn set(env: Env<'_>, name: &str) -> Option<String> {
    env(name).filter(|value| !value.is_empty())
}
