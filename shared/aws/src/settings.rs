//! What a function needs to know of its surroundings, read once from the environment. Credentials are
//! the environment's: a Lambda has them there, and probing for others costs a cold start dearly.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use aws_credential_types::Credentials;
use domain::Retention;
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
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER`, else `AWS_ENDPOINT_URL`.
    pub secrets: Option<String>,
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
    /// `TINGTING_KEYS_DAYS`, 180 where it is not set: how long keys are kept. `TINGTING_BODIES_DAYS`,
    /// as long as keys where it is not set: how long bodies are, which is never longer.
    pub kept: Retention,
}

const KEYS_DAYS: &str = "TINGTING_KEYS_DAYS";
const BODIES_DAYS: &str = "TINGTING_BODIES_DAYS";
const PROBE_MINUTES: &str = "TINGTING_PROBE_MINUTES";
const PROBE_MINUTES_UNSET: i64 = 15;
const MOST_PROBE_MINUTES: i64 = 24 * 60;
/// What the contract with the providers promises at least: no replay of theirs is older.
const LEAST_KEYS_DAYS: i64 = 180;
const MOST_KEYS_DAYS: i64 = 3660;

impl Surroundings {
    /// Reads them.
    pub fn read(env: Env<'_>) -> Result<Self, SettingsError> {
        let endpoint = |name| match url_if(env, name)? {
            Some(url) => Ok(Some(url)),
            None => url_if(env, "AWS_ENDPOINT_URL"),
        };
        Ok(Self {
            region: region(env)?,
            credentials: Credentials::new(
                needed(env, "AWS_ACCESS_KEY_ID")?,
                needed(env, "AWS_SECRET_ACCESS_KEY")?,
                set(env, "AWS_SESSION_TOKEN"),
                None,
                "environment",
            ),
            dynamodb: endpoint("AWS_ENDPOINT_URL_DYNAMODB")?,
            sqs: endpoint("AWS_ENDPOINT_URL_SQS")?,
            secrets: endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER")?,
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
            queue: needed_url(env, "TINGTING_QUEUE_URL")?,
            kept: kept(env)?,
        })
    }
}

/// How often a paused destination is probed: `TINGTING_PROBE_MINUTES`, 15 where it is not set.
pub(crate) fn probe_every(env: Env<'_>) -> Result<SignedDuration, SettingsError> {
    let range = 1..=MOST_PROBE_MINUTES;
    let wanted = "use a whole number of minutes from 1 to 1440";
    let minutes = whole(env, PROBE_MINUTES, range, wanted)?.unwrap_or(PROBE_MINUTES_UNSET);
    Ok(SignedDuration::from_mins(minutes))
}

fn kept(env: Env<'_>) -> Result<Retention, SettingsError> {
    let range = LEAST_KEYS_DAYS..=MOST_KEYS_DAYS;
    let wanted = "use a whole number of days from 180 to 3660";
    let keys = whole(env, KEYS_DAYS, range, wanted)?.unwrap_or(LEAST_KEYS_DAYS);
    let wanted = "use a whole number of days from 1 to 3660";
    // Not an error: a parameter of the stack that was set too high must not stop every function.
    let bodies = whole(env, BODIES_DAYS, 1..=MOST_KEYS_DAYS, wanted)?.unwrap_or(keys).min(keys);
    let days = |days: i64| SignedDuration::from_hours(days * 24);
    Ok(Retention { keys: days(keys), bodies: days(bodies) })
}

/// A whole number within a range, if the variable is set.
fn whole(
    env: Env<'_>,
    name: &'static str,
    range: RangeInclusive<i64>,
    wanted: &'static str,
) -> Result<Option<i64>, SettingsError> {
    let Some(value) = set(env, name) else { return Ok(None) };
    match value.parse() {
        Ok(number) if range.contains(&number) => Ok(Some(number)),
        Ok(_) | Err(_) => Err(SettingsError::Unusable { name, value, wanted }),
    }
}

/// A variable that must be set; empty is not set.
fn needed(env: Env<'_>, name: &'static str) -> Result<String, SettingsError> {
    set(env, name).ok_or(SettingsError::Missing(name))
}

/// A variable that must be set to a URL.
pub fn needed_url(env: Env<'_>, name: &'static str) -> Result<String, SettingsError> {
    url_if(env, name)?.ok_or(SettingsError::Missing(name))
}

fn url_if(env: Env<'_>, name: &'static str) -> Result<Option<String>, SettingsError> {
    let Some(value) = set(env, name) else { return Ok(None) };
    let uri = value.parse::<http::Uri>().unwrap_or_default();
    if uri.host().is_some() && matches!(uri.scheme_str(), Some("http" | "https")) {
        return Ok(Some(value));
    }
    let wanted = "use a whole URL, https://…";
    Err(SettingsError::Unusable { name, value, wanted })
}

fn region(env: Env<'_>) -> Result<String, SettingsError> {
    let (name, value) = ("AWS_REGION", needed(env, "AWS_REGION")?);
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if value.bytes().all(plain) {
        return Ok(value);
    }
    let wanted = "use a region's name, such as ap-southeast-1";
    Err(SettingsError::Unusable { name, value, wanted })
}

/// The ARN of the first client's secret: `TINGTING_FIRST_CLIENT`. Where it is not set there is none.
pub(crate) fn first_client(env: Env<'_>) -> Option<String> {
    set(env, "TINGTING_FIRST_CLIENT")
}

fn set(env: Env<'_>, name: &str) -> Option<String> {
    env(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_named() {
        let told = |name: &str, value: &str| {
            let env = |asked: &str| match asked {
                asked if asked == name => Some(value.to_owned()),
                "AWS_REGION" => Some("ap-southeast-1".to_owned()),
                "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
                "TINGTING_QUEUE_URL" => Some("https://sqs.example/1/events".to_owned()),
                "TINGTING_DIRECTORY_TABLE" | "TINGTING_LEDGER_TABLE" => Some("table".to_owned()),
                _ => None,
            };
            let surroundings = Surroundings::read(&env).map(drop);
            let both = surroundings.and_then(|()| Resources::read(&env).map(drop));
            let all = both.and_then(|()| probe_every(&env).map(drop));
            all.err().map(|error| error.to_string())
        };
        assert_eq!(told("NOTHING", ""), None);
        for (name, value) in [
            ("AWS_REGION", "ap southeast"),
            ("AWS_ENDPOINT_URL", "nonsense"),
            ("AWS_ENDPOINT_URL_SQS", "ftp://x"),
            ("TINGTING_QUEUE_URL", "/only/a/path"),
            ("TINGTING_KEYS_DAYS", "7"),
            ("TINGTING_BODIES_DAYS", "0"),
            ("TINGTING_BODIES_DAYS", "3661"),
            ("TINGTING_PROBE_MINUTES", "0"),
            ("TINGTING_PROBE_MINUTES", "15m"),
        ] {
            let expected = format!("the environment variable {name} is {value:?}: use ");
            let error = told(name, value).unwrap_or_default();
            assert!(error.starts_with(&expected), "{name}: {error}");
        }
        assert_eq!(told("TINGTING_BODIES_DAYS", "30"), None);
        let missing = "the environment variable AWS_SECRET_ACCESS_KEY is not set";
        assert_eq!(told("AWS_SECRET_ACCESS_KEY", "").as_deref(), Some(missing));
    }
}
