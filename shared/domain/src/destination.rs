//! One configured place on a channel: its filter, its words, its schedule, its settings.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use url::Url;

use crate::{DestinationName, Filter, Schedule, Secret, SummaryAt};

/// The language of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// How a webhook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WebhookMethod {
    /// The event as JSON.
    #[default]
    Post,
    /// The event's flat fields in the query.
    Get,
}

/// How we prove ourselves to a webhook, beside a signature.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DestinationAuth {
    /// Not at all.
    #[default]
    None,
    /// `Authorization: Apikey <key>`.
    ApiKey(Secret),
    /// OAuth2 client credentials.
    OAuth2 {
        /// Where tokens are fetched.
        token_url: Url,
        /// Our id there.
        client_id: String,
        /// Our secret there.
        client_secret: Secret,
    },
    /// A static header.
    Header {
        /// Its name.
        name: HeaderName,
        /// Its value.
        value: Secret,
    },
    /// SePay's signature (channels.md §4.4).
    SepayHmac(Secret),
}

/// Which failures are attempted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryOn {
    /// No connection.
    pub connection: bool,
    /// No answer in time.
    pub timeout: bool,
    /// An answer other than success.
    pub non_2xx: bool,
}

impl Default for RetryOn {
    fn default() -> Self {
        Self { connection: true, timeout: true, non_2xx: true }
    }
}

/// What the channel itself needs; which of these is decided by `Channel::check`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The URL, or Telegram's chat. For most channels it is the credential.
    pub endpoint: Option<Secret>,
    /// Telegram: the bot's token.
    pub bot_token: Option<Secret>,
    /// Telegram: the Bot API's base.
    pub api_base: Option<Url>,
    /// Telegram: the forum topic.
    pub thread: Option<i64>,
    /// Lark: the signing secret.
    pub secret: Option<Secret>,
    /// Webhook: Standard Webhooks secrets, one or two.
    pub signing_secrets: Vec<Secret>,
    /// Webhook: how we prove ourselves.
    pub auth: DestinationAuth,
    /// Webhook: the method.
    pub method: WebhookMethod,
    /// Webhook: further headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Webhook: the body's type; JSON unless typed.
    pub content_type: Option<String>,
    /// Webhook: how many requests at once.
    pub concurrency: Option<u32>,
}

/// One configured place on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Its name.
    pub name: DestinationName,
    /// What people call it; its name where they call it nothing.
    pub title: Option<String>,
    /// The channel's name, as in the table of channels.
    pub channel: String,
    /// Which events it wants.
    pub filter: Filter,
    /// A title for money in, instead of ours.
    pub title_in: Option<String>,
    /// A title for money out, instead of ours.
    pub title_out: Option<String>,
    /// The language of notifications.
    pub language: Language,
    /// Whether notifications show the balance.
    pub include_balance: bool,
    /// Whether it gets anything at all.
    pub active: bool,
    /// Whether a transfer is verified when it has taken it.
    pub verifies: bool,
    /// Whether it is told of conflicts, gaps, pauses and silence.
    pub alarms: bool,
    /// When its days end, where it wants a summary of each; chats alone may.
    pub summary: Option<SummaryAt>,
    /// How long one attempt may take, all its exchanges together.
    pub timeout: Duration,
    /// When to attempt again.
    pub retry: Schedule,
    /// What to attempt again.
    pub retry_on: RetryOn,
    /// What the channel itself needs.
    pub settings: Settings,
}
