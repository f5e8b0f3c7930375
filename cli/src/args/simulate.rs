//! The command line of `tingting simulate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use url::Url;

use super::DEFAULT_CONFIG;

/// What to call, how often and with what.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Who calls.
    pub provider: Sender,
    /// The source's URL. Default: the configuration's address and its first source of this provider.
    #[arg(long, value_name = "URL")]
    pub to: Option<Url>,
    /// The secret to prove ourselves with. Default: the first one of that source in the
    /// configuration.
    #[arg(long)]
    pub secret: Option<String>,
    /// What happened. casso, sepay: in, out, test. thueapi: in, out, change. abaha: order, product,
    /// customer. appotapay: payment, plan.activated, plan.inactivated, cycle.created,
    /// cycle.succeeded, cycle.retrying, cycle.failed, cycle.force_attempt_failed,
    /// payment_method.activated, payment_method.failed, refund.succeeded, refund.failed. Default:
    /// the first of these.
    #[arg(long)]
    pub kind: Option<String>,
    /// How much money, in đồng.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub amount: Option<u32>,
    /// The memo of a transfer.
    #[arg(long)]
    pub content: Option<String>,
    /// How many events.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub count: u32,
    /// How many calls per second, repeats among them. Default: as many as are answered, 64 at once.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: Option<u32>,
    /// How many times to repeat every call, as a provider's retries would.
    #[arg(long, default_value_t = 0)]
    pub duplicates: u32,
    /// How to prove ourselves. casso: v2 or v1. sepay: hmac, api_key, oauth2 or none. Default: what
    /// the configuration says; v2 for casso.
    #[arg(long)]
    pub auth: Option<AuthMode>,
    /// The configuration file.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}

/// A provider, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sender {
    Abaha,
    Appotapay,
    Casso,
    Sepay,
    Thueapi,
}

/// A way of proving oneself, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum AuthMode {
    V1,
    V2,
    ApiKey,
    Hmac,
    #[value(name = "oauth2")]
    OAuth2,
    None,
}
