//! The command `telegram chats`: the ids of the chats that a bot was added to. What Telegram's answer
//! means is `channels`'.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use channels::{BotToken, Chat, Chats, Unheard};
use domain::{Destination, Secret};
use serde_json::json;
use url::Url;

use crate::args::{Telegram, TelegramChats};
use crate::asking::{Asking, Deed};
use crate::run::{Process, print, read};
use crate::table::table;

/// Where the token is unless another variable is named.
const VARIABLE: &str = "TELEGRAM_BOT_TOKEN";
/// Rounds of a hundred updates; Telegram keeps them for a day.
const MOST_ROUNDS: usize = 1000;

/// How to have a chat found.
const HOW: &str = "add the bot to the group and write /start@its_name there (in a channel: make it an \
                   administrator and post something), then run this again";

/// Does what is asked of Telegram.
pub(crate) async fn telegram(what: Telegram, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let Telegram::Chats(what) = what;
    let Bot { token, base } = Bot::find(&what, &process)?;
    let asking = Asking::new("Telegram", &what.asked, &process)?;
    let (mut chats, mut more) = (Chats::default(), true);
    let rounds = if what.forget { MOST_ROUNDS } else { 1 };
    for _ in 0..rounds {
        let request = chats.request(&token, base.as_ref());
        let request = request.map_err(|why| anyhow::anyhow!("--api-base, {why}"))?;
        let answer = asking.ask(request, Deed::Look).await?;
        more = chats.hear(&answer, process.clock.now()).map_err(|why| told(&why))?;
        if !more {
            break;
        }
    }
    print(&if what.asked.json { as_json(chats.found(), more) } else { listed(&chats, more) })?;
    Ok(ExitCode::SUCCESS)
}

/// Whose chats, and where Telegram is asked.
struct Bot {
    token: BotToken,
    base: Option<Url>,
}

impl Bot {
    fn find(what: &TelegramChats, process: &Process<'_>) -> anyhow::Result<Self> {
        let typed = what.asked.api_base.clone();
        let name = what.bot_token_env.as_deref();
        let variable = name.unwrap_or(VARIABLE);
        let text = (process.env)(variable).filter(|text| !text.is_empty());
        if let (Some(text), None) = (&text, &what.destination) {
            let token = BotToken::parse(text.trim()).with_context(|| {
                format!("{variable} is not of the form 123456789:AA…; copy it from @BotFather")
            })?;
            return Ok(Self { token, base: typed });
        }
        if name.is_some() {
            bail!("the environment has no variable {variable}; set it to the bot's token");
        }
        let destination = Self::configured(what, process)?;
        let token = token_of(&destination).context("the destination has no usable bot_token")?;
        Ok(Self { token, base: typed.or(destination.settings.api_base) })
    }

    /// The destination that is named, or the only one whose bot it can be.
    fn configured(what: &TelegramChats, process: &Process<'_>) -> anyhow::Result<Destination> {
        let path = &what.asked.config;
        if !path.exists() {
            bail!(
                "no bot: set {VARIABLE} to the token that @BotFather gave, or name another variable with \
                 --bot-token-env"
            );
        }
        let config = read(path, process.env)?;
        let destinations = config.destinations.into_iter().map(|(_, destination)| destination);
        let all: Vec<Destination> = destinations.filter(|d| d.channel == "telegram").collect();
        let names = all.iter().map(|d| d.name.to_string()).collect::<Vec<_>>().join(", ");
        let shown = path.display();
        if let Some(name) = &what.destination {
            let found = all.into_iter().find(|destination| destination.name.as_str() == name);
            return found.with_context(|| {
                format!("{shown} has no telegram destination {name:?}; there are: {names}")
            });
        }
        let mut bots: Vec<Destination> = Vec::new();
        for destination in all {
            if !bots.iter().any(|bot| credentials(bot) == credentials(&destination)) {
                bots.push(destination);
            }
        }
        match bots.pop() {
            Some(bot) if bots.is_empty() => Ok(bot),
            Some(_) => bail!("{shown} has several bots; choose with --destination: {names}"),
            None => bail!(
                "{shown} has no telegram destination; set {VARIABLE} to the token that @BotFather gave"
            ),
        }
    }
}

fn credentials(destination: &Destination) -> (&Option<Secret>, &Option<Url>) {
    (&destination.settings.bot_token, &destination.settings.api_base)
}

fn token_of(destination: &Destination) -> Option<BotToken> {
    BotToken::parse(destination.settings.bot_token.as_ref()?.expose())
}

/// Why there are no chats, and what to do.
fn told(why: &Unheard) -> anyhow::Error {
    let text = match why {
        Unheard::Token => "Telegram knows no bot of this token (401): copy it anew from @BotFather; a token \
                           that was revoked there is dead"
            .to_owned(),
        Unheard::Webhook => "this bot's updates go to a webhook that somebody set (409), and Telegram tells \
                             them to nobody else: make a bot of its own for tingting at @BotFather, or have \
                             whoever set the webhook delete it (deleteWebhook)"
            .to_owned(),
        Unheard::Rival => "another program is asking for this bot's updates (409): stop it for a moment, or \
                           make a bot of its own for tingting at @BotFather"
            .to_owned(),
        Unheard::Busy(Some(wait)) => {
            let wait = humantime::format_duration(*wait);
            format!("Telegram limits the rate (429): try again in {wait}")
        }
        Unheard::Busy(None) => "Telegram limits the rate (429): try again in a minute".to_owned(),
        Unheard::Refused(status, said) => format!("Telegram answered {status}: {said}"),
        Unheard::Stranger(status) => format!(
            "what answered {status} was not Telegram, but something in between: check --api-base (api_base in \
             the configuration), or try again"
        ),
    };
    anyhow::anyhow!(text)
}

fn listed(chats: &Chats, more: bool) -> String {
    let mut text = match chats.found() {
        [] => format!("none in the last day; {HOW}\n"),
        found => {
            let rows: Vec<_> = found.iter().map(row).collect();
            table(["id", "kind", "title", "bot", "topics"], &rows)
        }
    };
    if more {
        text.push_str(
            "more may be waiting behind these hundred updates: --forget goes on, and has Telegram forget \
             these\n",
        );
    }
    text
}

fn row(chat: &Chat) -> [String; 5] {
    let public = chat.username.as_ref().map(|name| format!(" (@{name})")).unwrap_or_default();
    let topics: Vec<String> = chat
        .topics
        .iter()
        .map(|topic| match &topic.name {
            Some(name) => format!("{} ({name})", topic.id),
            None => topic.id.to_string(),
        })
        .collect();
    [
        chat.id.to_string(),
        chat.kind.clone(),
        format!("{}{public}", chat.title),
        chat.bot.clone().unwrap_or_default(),
        topics.join(", "),
    ]
}

fn as_json(chats: &[Chat], more: bool) -> String {
    let topic = |topic: &channels::Topic| json!({ "id": topic.id, "name": topic.name });
    let chats: Vec<_> = chats
        .iter()
        .map(|chat| {
            json!({
                "id": chat.id,
                "kind": chat.kind,
                "title": chat.title,
                "username": chat.username,
                "bot": chat.bot,
                "topics": chat.topics.iter().map(topic).collect::<Vec<_>>(),
            })
        })
        .collect();
    format!("{:#}\n", json!({ "chats": chats, "more": more }))
}
