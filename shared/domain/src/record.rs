//! The written form of sources and destinations: the tables of `tingting.toml` and the rows of a
//! directory. Parsed into domain types here; what a provider or channel needs beyond that is said by
//! its `check`.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use jiff::SignedDuration;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    Auth, Channel, Currency, Destination, DestinationAuth, Filter, Language, Money, Name, Provider,
    RetryOn, Schedule, Secret, Selector, Settings, Source, SourceId, WebhookMethod, find_channel,
    find_provider,
};

/// What is wrong with a record, and what to do. Names the key; shows no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct Fault {
    /// The configuration key.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

fn fault(key: &'static str, message: impl Into<String>) -> Fault {
    Fault { key, message: message.into() }
}

/// `[[source]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are described in the README and in system terms above")]
pub struct SourceRecord {
    pub provider: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_pattern: Option<String>,
}

const DEFAULT_MAX_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);

impl SourceRecord {
    /// Parses the record and has its provider check it.
    pub fn parse(&self, providers: &[&dyn Provider]) -> Result<Source, Fault> {
        let known = || {
            let names: Vec<&str> = providers.iter().map(|p| p.name()).collect();
            fault("provider", format!("{:?} is none of {}", self.provider, names.join(", ")))
        };
        let provider = find_provider(providers, &self.provider).ok_or_else(known)?;
        let source = self.parse_alone()?;
        provider.check(&source).map_err(|message| fault("source", message))?;
        Ok(source)
    }

    /// Parses the record without knowledge of its provider: what a directory does with a row that
    /// was checked when it was written.
    pub fn parse_alone(&self) -> Result<Source, Fault> {
        let provider = Name::parse(&self.provider).map_err(|e| fault("provider", e.to_string()))?;
        let name = Name::parse(&self.name).map_err(|e| fault("name", e.to_string()))?;
        let max_age = match &self.max_age {
            Some(text) => max_age(text)?,
            None => DEFAULT_MAX_AGE,
        };
        let code_pattern = match &self.code_pattern {
            Some(pattern) => Some(regex_lite::Regex::new(pattern).map_err(|error| {
                fault("code_pattern", format!("not a regular expression: {error}"))
            })?),
            None => None,
        };
        let secrets = secrets("secrets", &self.secrets)?;
        let id = SourceId::new(&provider, &name);
        Ok(Source { id, auth: self.auth()?, secrets, max_age, code_pattern })
    }

    fn auth(&self) -> Result<Auth, Fault> {
        let auth = match self.auth.as_deref() {
            None => match &self.header {
                Some(header) => Auth::Header(header_name("header", header)?),
                None => Auth::Own,
            },
            Some("api_key") => Auth::ApiKey,
            Some("hmac") => Auth::Hmac,
            Some("oauth2") => Auth::OAuth2 {
                client_id: self
                    .client_id
                    .clone()
                    .filter(|id| !id.is_empty())
                    .ok_or_else(|| fault("client_id", "auth = \"oauth2\" needs a client_id"))?,
            },
            Some("none") => Auth::None,
            Some(other) => {
                let message = format!("{other:?} is none of api_key, hmac, oauth2, none");
                return Err(fault("auth", message));
            }
        };
        if self.client_id.is_some() && !matches!(auth, Auth::OAuth2 { .. }) {
            return Err(fault("client_id", "only for auth = \"oauth2\"; remove it"));
        }
        if self.header.is_some() && !matches!(auth, Auth::Header(_)) {
            return Err(fault("header", "not together with auth; remove one of them"));
        }
        Ok(auth)
    }
}

fn max_age(text: &str) -> Result<SignedDuration, Fault> {
    let age = duration("max_age", text)?;
    if age.is_zero() || age > Duration::from_secs(180 * 24 * 3600) {
        return Err(fault(
            "max_age",
            "use more than 0s and at most 180d, as long as keys are kept",
        ));
    }
    SignedDuration::try_from(age).map_err(|_| fault("max_age", "too long"))
}

/// `[[destination]]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are described in the README and in system terms above")]
pub struct DestinationRecord {
    pub name: String,
    pub channel: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub virtual_accounts: Vec<Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_amount: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_without_code: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_in: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_out: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_balance: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarms: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_base: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signing_secrets: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<AuthRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_on: Option<Vec<String>>,
}

/// A text that people also type as a whole number: account numbers, chat ids, amounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the two spellings of one thing")]
pub enum Text {
    Number(i64),
    Text(String),
}

impl Text {
    fn to_text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// `auth = { type = … }` of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are described in the README")]
pub enum AuthRecord {
    None {},
    #[serde(rename = "apikey")]
    ApiKey {
        key: String,
    },
    #[serde(rename = "oauth2")]
    OAuth2 {
        token_url: String,
        client_id: String,
        client_secret: String,
    },
    Header {
        name: String,
        value: String,
    },
    SepayHmac {
        secret: String,
    },
}

/// `retry = { … }`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are described in the README")]
pub struct RetryRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Vec<String>>,
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest timeout that a destination may have.
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * 3600);

impl DestinationRecord {
    /// Parses the record and has its channel check it.
    pub fn parse(&self, channels: &[&dyn Channel]) -> Result<Destination, Fault> {
        let known = || {
            let names: Vec<&str> = channels.iter().map(|c| c.name()).collect();
            fault("channel", format!("{:?} is none of {}", self.channel, names.join(", ")))
        };
        let channel = find_channel(channels, &self.channel).ok_or_else(known)?;
        let destination = self.parse_alone()?;
        channel.check(&destination).map_err(|message| fault("destination", message))?;
        Ok(destination)
    }

    /// Parses the record without knowledge of its channel.
    pub fn parse_alone(&self) -> Result<Destination, Fault> {
        let timeout = match &self.timeout {
            Some(text) => duration("timeout", text)?,
            None => DEFAULT_TIMEOUT,
        };
        if timeout < Duration::from_secs(1) || timeout > LONGEST_TIMEOUT {
            return Err(fault("timeout", "use 1s to 60s"));
        }
        Ok(Destination {
            name: Name::parse(&self.name).map_err(|e| fault("name", e.to_string()))?,
            channel: self.channel.clone(),
            filter: self.filter()?,
            title_in: self.title_in.clone().filter(|t| !t.is_empty()),
            title_out: self.title_out.clone().filter(|t| !t.is_empty()),
            language: match self.language.as_deref() {
                None | Some("vi") => Language::Vi,
                Some("en") => Language::En,
                Some(other) => return Err(fault("language", format!("{other:?} is not vi or en"))),
            },
            include_balance: self.include_balance.unwrap_or(false),
            active: self.active.unwrap_or(true),
            alarms: self.alarms.unwrap_or(false),
            timeout,
            retry: self.retry.as_ref().map_or(Ok(Schedule::Casso), RetryRecord::parse)?,
            retry_on: self.retry_on()?,
            settings: self.settings()?,
        })
    }

    fn filter(&self) -> Result<Filter, Fault> {
        let mut sources = Vec::new();
        for text in &self.sources {
            let bad = |_| fault("sources", format!("{text:?} is not of the form casso/shop"));
            sources.push(SourceId::parse(text).map_err(bad)?);
        }
        let mut events = Vec::new();
        for word in &self.events {
            let bad = || {
                let hint = "a kind such as transfer.in, a family such as payment.*, or All, \
                            Payment, In, Out, Change, order, product, customer";
                fault("events", format!("{word:?} selects nothing; use {hint}"))
            };
            events.push(Selector::parse(word).ok_or_else(bad)?);
        }
        let min_amount: Option<Decimal> = match &self.min_amount {
            Some(text) => Some(min_amount(&text.to_text())?),
            None => None,
        };
        let texts = |list: &[Text]| list.iter().map(Text::to_text).collect();
        Ok(Filter {
            sources,
            accounts: texts(&self.accounts),
            virtual_accounts: texts(&self.virtual_accounts),
            events,
            min_amount,
            skip_without_code: self.skip_without_code.unwrap_or(false),
        })
    }

    fn retry_on(&self) -> Result<RetryOn, Fault> {
        let Some(words) = &self.retry_on else { return Ok(RetryOn::default()) };
        let mut on = RetryOn { connection: false, timeout: false, non_2xx: false };
        for word in words {
            match word.as_str() {
                "connection" => on.connection = true,
                "timeout" => on.timeout = true,
                "non_2xx" => on.non_2xx = true,
                other => {
                    let message = format!("{other:?} is none of connection, timeout, non_2xx");
                    return Err(fault("retry_on", message));
                }
            }
        }
        Ok(on)
    }

    fn settings(&self) -> Result<Settings, Fault> {
        let one = |text: &Option<String>| text.as_deref().and_then(Secret::parse);
        let mut signing_secrets = secrets("signing_secrets", &self.signing_secrets)?;
        if let Some(secret) = one(&self.signing_secret) {
            if !signing_secrets.is_empty() {
                return Err(fault("signing_secret", "use signing_secrets alone"));
            }
            signing_secrets.push(secret);
        }
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            let bad = |_| fault("headers", format!("the value of {name} cannot stand in a header"));
            headers
                .push((header_name("headers", name)?, HeaderValue::from_str(value).map_err(bad)?));
        }
        Ok(Settings {
            endpoint: self.endpoint.as_ref().and_then(|text| Secret::parse(&text.to_text())),
            bot_token: one(&self.bot_token),
            api_base: self.api_base.as_deref().map(|u| web_url("api_base", u)).transpose()?,
            thread: self.thread,
            secret: one(&self.secret),
            signing_secrets,
            auth: self.auth.as_ref().map_or(Ok(DestinationAuth::None), AuthRecord::parse)?,
            method: match self.method.as_deref() {
                None | Some("POST") => WebhookMethod::Post,
                Some("GET") => WebhookMethod::Get,
                Some(other) => {
                    return Err(fault("method", format!("{other:?} is not POST or GET")));
                }
            },
            headers,
            content_type: self.content_type.clone(),
            concurrency: match self.concurrency {
                Some(n) if !(1..=1000).contains(&n) => {
                    return Err(fault("concurrency", "use 1 to 1000"));
                }
                other => other,
            },
        })
    }
}

impl AuthRecord {
    fn parse(&self) -> Result<DestinationAuth, Fault> {
        let secret = |what: &str, text: &str| {
            Secret::parse(text).ok_or_else(|| {
                fault("auth", format!("{what} is empty; write it between the quotes"))
            })
        };
        Ok(match self {
            Self::None {} => DestinationAuth::None,
            Self::ApiKey { key } => DestinationAuth::ApiKey(secret("key", key)?),
            Self::OAuth2 { token_url, client_id, client_secret } => DestinationAuth::OAuth2 {
                token_url: web_url("auth", token_url)?,
                client_id: client_id.clone(),
                client_secret: secret("client_secret", client_secret)?,
            },
            Self::Header { name, value } => DestinationAuth::Header {
                name: header_name("auth", name)?,
                value: match HeaderValue::from_str(value) {
                    Ok(_) => secret("value", value)?,
                    Err(_) => return Err(fault("auth", "the value cannot stand in a header")),
                },
            },
            Self::SepayHmac { secret: text } => DestinationAuth::SepayHmac(secret("secret", text)?),
        })
    }
}

impl RetryRecord {
    /// Parses one of the three ways to write a schedule.
    pub fn parse(&self) -> Result<Schedule, Fault> {
        match (&self.ladder, &self.every, self.times, &self.waits) {
            (Some(ladder), None, None, None) if ladder == "casso" => Ok(Schedule::Casso),
            (Some(other), None, None, None) => {
                Err(fault("retry", format!("{other:?} is no ladder; known is casso")))
            }
            (None, Some(every), Some(times @ 1..=100), None) => {
                Ok(Schedule::Every { every: wait(every)?, times })
            }
            (None, Some(_), Some(_), None) => Err(fault("retry", "times: use 1 to 100")),
            (None, None, None, Some(waits)) if waits.len() <= 100 => {
                Ok(Schedule::Waits(waits.iter().map(|w| wait(w)).collect::<Result<_, _>>()?))
            }
            (None, None, None, Some(_)) => Err(fault("retry", "waits: at most 100")),
            _ => Err(fault(
                "retry",
                "use { ladder = \"casso\" }, { every = \"5m\", times = 3 } or { waits = [\"10s\", \"1m\"] }",
            )),
        }
    }
}

fn min_amount(text: &str) -> Result<Decimal, Fault> {
    let money =
        Money::parse(text, Currency::VND).map_err(|e| fault("min_amount", e.to_string()))?;
    if money.amount.is_sign_negative() {
        return Err(fault("min_amount", "use 0 or more; events say which way money moved"));
    }
    Ok(money.amount)
}

fn wait(text: &str) -> Result<Duration, Fault> {
    let wait = duration("retry", text)?;
    let good = wait >= Duration::from_secs(1) && wait <= LONGEST_WAIT;
    if good { Ok(wait) } else { Err(fault("retry", format!("{text:?}: use 1s to 7d"))) }
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
