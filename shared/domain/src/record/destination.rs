//! `[[destination]]`: the written form of a destination.

use std::collections::BTreeMap;
use std::time::Duration;

use http::HeaderValue;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{AuthRecord, Fault, RetryRecord, duration, fault, header_name, secrets, web_url};
use crate::{
    Channel, Currency, Destination, DestinationAuth, Filter, Language, Money, Name, Number,
    RetryOn, Schedule, Secret, Selector, Settings, SourceId, SummaryAt, WebhookMethod,
    find_channel,
};

/// `[[destination]]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are described in the README and in system terms above")]
pub struct DestinationRecord {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
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
    pub account_numbers: Vec<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub virtual_account_numbers: Vec<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_only: Option<bool>,
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
    pub verifies: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarms: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
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

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest timeout that a destination may have.
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(60);

impl DestinationRecord {
    /// Parses the record and has its channel check it.
    pub fn parse(&self, channels: &[&dyn Channel]) -> Result<Destination, Fault> {
        let known = || {
            let names: Vec<&str> = channels.iter().map(|c| c.name()).collect();
            fault("channel", format!("{:?} is none of {}", self.channel, names.join(", ")))
        };
        let channel = find_channel(channels, &self.channel).ok_or_else(known)?;
        let destination = self.parse_alone()?;
        channel.check(&destination)?;
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
            title: self.title.clone().filter(|t| !t.is_empty()),
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
            verifies: self.verifies.unwrap_or(false),
            alarms: self.alarms.unwrap_or(false),
            summary: self.summary()?,
            timeout,
            retry: self.retry.as_ref().map_or(Ok(Schedule::Casso), RetryRecord::parse)?,
            retry_on: self.retry_on()?,
            settings: self.settings()?,
        })
    }

    fn summary(&self) -> Result<Option<SummaryAt>, Fault> {
        let read = |text: &str| SummaryAt::parse(text).map_err(|e| fault("summary", e.to_string()));
        self.summary.as_deref().map(read).transpose()
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
            account_numbers: numbers("account_numbers", &self.account_numbers)?,
            virtual_account_numbers: numbers(
                "virtual_account_numbers",
                &self.virtual_account_numbers,
            )?,
            virtual_only: self.virtual_only.unwrap_or(false),
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

fn numbers(key: &'static str, list: &[u64]) -> Result<Vec<Number>, Fault> {
    let bad =
        |n: u64| fault(key, format!("{n} is no number of an account; they are 1 to 2^53 - 1"));
    list.iter().map(|n| Number::new(*n).ok_or_else(|| bad(*n))).collect()
}

fn min_amount(text: &str) -> Result<Decimal, Fault> {
    let money =
        Money::parse(text, Currency::VND).map_err(|e| fault("min_amount", e.to_string()))?;
    if money.amount.is_sign_negative() {
        return Err(fault("min_amount", "use 0 or more; events say which way money moved"));
    }
    Ok(money.amount)
}
