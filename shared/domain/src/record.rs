//! The written form of sources and destinations: the tables of `tingting.toml` and the rows of a
//! directory. Parsed into domain types here; what a provider or channel needs beyond that is said by
//! its `check`.

mod api;
mod destination;
mod retry;
mod source;
mod webhook_auth;

use std::time::Duration;

use http::HeaderName;
use url::Url;

pub use api::ApiRecord;
pub use destination::{DestinationRecord, LONGEST_TIMEOUT, Text};
pub use retry::RetryRecord;
pub use source::SourceRecord;
pub use webhook_auth::AuthRecord;

use crate::Secret;

/// What is wrong with a record, and what to do. Names the key; shows no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct Fault {
    /// The configuration key; what follows a dot lies within it.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl Fault {
    /// What is wrong with a key, and what to do.
    pub fn new(key: &'static str, message: impl Into<String>) -> Self {
        Self { key, message: message.into() }
    }
}

fn fault(key: &'static str, message: impl Into<String>) -> Fault {
    Fault::new(key, message)
}

fn duration(key: &'static str, text: &str) -> Result<Duration, Fault> {
    humantime::parse_duration(text)
        .map_err(|_| fault(key, format!("{text:?} is no duration; write 10s, 5m, 30d")))
}

fn secrets(key: &'static str, texts: &[String]) -> Result<Vec<Secret>, Fault> {
    let empty = || fault(key, "a secret is empty; write it between the quotes, or remove it");
    let parse = |text: &String| Secret::parse(text).ok_or_else(empty);
    texts.iter().map(parse).collect()
}

fn header_name(key: &'static str, text: &str) -> Result<HeaderName, Fault> {
    HeaderName::from_bytes(text.as_bytes())
        .map_err(|_| fault(key, format!("{text:?} is no header name")))
}

fn web_url(key: &'static str, text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|e| fault(key, format!("not a URL: {e}")))?;
    let good = matches!(url.scheme(), "https" | "http") && url.has_host();
    if good { Ok(url) } else { Err(fault(key, "use an https:// URL")) }
}
