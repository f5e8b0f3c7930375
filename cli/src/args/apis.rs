//! The command line of what asks other people's APIs: what they share, and Telegram's. Secrets are never typed here, where
//! every user of the machine could read them: they come from the environment or the configuration.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use url::Url;

use super::DEFAULT_CONFIG;

/// How an API is asked, and how its answer is shown.
#[derive(Debug, Clone, Args)]
pub struct Asked {
    /// Write JSON, for programs.
    #[arg(long)]
    pub json: bool,
    /// Where the API is, if not at its own address: a sandbox, a server of your own. Plain http, other
    /// ports and private addresses need [egress] allow in the configuration.
    #[arg(long, value_name = "URL")]
    pub api_base: Option<Url>,
    /// How long to wait for each answer.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "30s",
        value_parser = humantime::parse_duration
    )]
    pub timeout: Duration,
    /// The configuration file.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}

/// Our side of a provider's webhook: the source that it calls, and how we are reached.
#[derive(Debug, Args)]
pub struct Hooked {
    /// The source in the configuration that is to be called, such as `shop`. Default: the only one of this
    /// provider.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// What comes before /hooks/ in our URLs: https, and reached from the internet. Default: public_url in
    /// the configuration.
    #[arg(long, value_name = "URL")]
    pub url: Option<Url>,
}

/// A switch as the providers write it.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "0" | "false" => Ok(false),
        "1" | "true" => Ok(true),
        _ => Err("write 0 or 1".to_owned()),
    }
}

/// What to ask Telegram.
#[derive(Debug, Subcommand)]
pub enum Telegram {
    /// List the chats that a bot has heard of in the last day: id, kind, title, topics.
    ///
    /// The id is what `endpoint` of a destination is set to, a topic's number what `thread` is. Add the bot
    /// to the group, and write /start@its_name there (in each topic that you look for); in a channel make it
    /// an administrator and post something. Then run this.
    ///
    /// The bot's token comes from the variable TELEGRAM_BOT_TOKEN, or from another one that
    /// --bot-token-env names, or from a destination in the configuration; the environment goes first, unless
    /// --destination is given. A bot whose updates go to a webhook, or to another program, cannot be asked:
    /// Telegram says so (409).
    Chats(TelegramChats),
}

/// Which bot's chats.
#[derive(Debug, Args)]
pub struct TelegramChats {
    /// The environment's variable that holds the bot's token. Default: TELEGRAM_BOT_TOKEN.
    #[arg(long, value_name = "NAME", conflicts_with = "destination")]
    pub bot_token_env: Option<String>,
    /// Take the token (and api_base) of this destination in the configuration.
    #[arg(long, value_name = "NAME")]
    pub destination: Option<String>,
    /// Go on behind the oldest hundred updates. Telegram then forgets those: only for a bot that no other
    /// program asks for its messages.
    #[arg(long)]
    pub forget: bool,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}
