//! Telegram, Bot API `sendMessage`, in HTML. Not `sendRichMessage`, whose grammar differs, and not
//! MarkdownV2, which reserves the characters that amounts are written with.
//!
//! Wire facts: "Telegram Bot API", `sendMessage` and "HTML style"; tdlib/telegram-bot-api. Plain
//! text is linked by Telegram itself (`@name`, `#tag`, card numbers…), except where another entity
//! stands already: so what strangers wrote stands in `<code>` or `<pre>`. After about a hundred entities the
//! rest are dropped, and with them that protection.

mod answers;
mod chats;

use std::time::Duration;

use domain::{
    Answer, Channel, Destination, Fault, Job, Limit, Outgoing, Pace, Unsendable, Verdict,
};
use serde_json::{Value, json};
use url::Url;

use crate::message::Message;
use crate::request::post_json;
use crate::settings;
use crate::text::units;

pub use chats::{BotToken, Chat, Chats, Topic, Unheard};

const BASE: &str = "https://api.telegram.org";
const HOSTS: &[&str] = &["api.telegram.org"];
/// The most UTF-16 units after the markup is read.
const TEXT_UNITS: usize = 4096;
/// Telegram keeps about a hundred.
const ENTITIES: usize = 90;
/// One message a second in one chat ("Bots FAQ"), …
const PACE: &[Limit] = &[Limit { count: 1, per: Duration::from_secs(1) }];
/// … and in a group twenty a minute. Whether that goes for channels too is not said; it is kept.
const GROUP_PACE: &[Limit] = &[PACE[0], Limit { count: 20, per: Duration::from_secs(60) }];
/// The topic General, which cannot be named.
const GENERAL: i64 = 1;

/// Telegram.
#[derive(Debug)]
pub(crate) struct Telegram;

impl Channel for Telegram {
    fn name(&self) -> &'static str {
        "telegram"
    }

    fn check(&self, destination: &Destination) -> Result<(), Fault> {
        settings::only(destination, &["endpoint", "bot_token", "api_base", "thread"])?;
        chat(destination)?;
        method_url(destination)?;
        match destination.settings.thread {
            Some(thread) if thread < 1 => {
                let why = "not a topic's id; use the positive number in the topic's link";
                Err(Fault::new("thread", why))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn host(&self, destination: &Destination) -> Option<Url> {
        base(destination).ok()
    }

    fn is_own_host(&self, url: &Url) -> bool {
        settings::leads_to(url, HOSTS)
    }

    fn moves(&self) -> bool {
        true
    }

    /// Only a positive id is a person's; groups and channels have negative ones, or public names.
    fn pace(&self, destination: &Destination) -> Pace {
        let person = chat(destination).is_ok_and(|chat| chat.as_i64().is_some_and(|id| id > 0));
        Pace::Limits(if person { PACE } else { GROUP_PACE })
    }

    fn request(&self, job: &Job<'_>) -> Result<Outgoing, Unsendable> {
        let message = Message::of(job);
        let chat = match job.moved_to {
            Some(to) => as_chat(to).ok_or_else(|| Unsendable("moved to no chat".to_owned()))?,
            None => chat(job.destination)?,
        };
        let url = method_url(job.destination)?;
        let body = body(&message, &chat, job.destination.settings.thread);
        Ok(Outgoing::Http(post_json(&url, body)?))
    }

    fn verdict(&self, job: &Job<'_>, answer: &Answer) -> Verdict {
        answers::verdict(job, answer)
    }
}

/// The call as Telegram takes it.
pub(crate) fn body(message: &Message, chat: &Value, thread: Option<i64>) -> String {
    let mut body = json!({
        "chat_id": chat,
        "text": text(message),
        "parse_mode": "HTML",
        "link_preview_options": { "is_disabled": true },
    });
    if let Some(thread) = thread.filter(|thread| *thread != GENERAL) {
        body["message_thread_id"] = json!(thread);
    }
    body.to_string()
}

/// The marked-up text. A line that does not fit any more is left out whole, with all after it.
fn text(message: &Message) -> String {
    let Message { said, advice, list, .. } = message;
    let mut text = Marked::default();
    text.push("", "b", &said.title);
    if let Some(amount) = &said.amount {
        text.push("", "b", amount);
    }
    for (label, value) in &said.lines {
        if !text.push(&format!("{label}: "), "code", value) {
            break;
        }
    }
    if let Some(advice) = advice {
        let label = format!("{}: {}", advice.label, advice.text);
        match &advice.command {
            Some(command) => text.push(&format!("{label} "), "code", command),
            None => text.push_plain(&label),
        };
    }
    if let Some(list) = list {
        let room = TEXT_UNITS.saturating_sub(text.units);
        let lines = list.within(room, usize::MAX, |line| units(line) + 1);
        // One mark for all of them: a hundred of their own would be too many.
        text.push("", "pre", &lines.join("\n"));
    }
    text.html
}

/// HTML that stays within Telegram's limits.
#[derive(Default)]
struct Marked {
    html: String,
    units: usize,
    entities: usize,
}

impl Marked {
    /// Adds a line, our own words and then a marked value, if it fits.
    fn push(&mut self, label: &str, tag: &str, value: &str) -> bool {
        if value.is_empty() || self.entities >= ENTITIES {
            return false;
        }
        let html = format!("{}<{tag}>{}</{tag}>", escape(label), escape(value));
        let added = self.line(&html, units(label) + units(value));
        self.entities += usize::from(added);
        added
    }

    /// Adds a line of our own words alone, if it fits.
    fn push_plain(&mut self, text: &str) -> bool {
        self.line(&escape(text), units(text))
    }

    fn line(&mut self, html: &str, units: usize) -> bool {
        // With the line's end.
        let with_line = self.units + units + 1;
        if with_line > TEXT_UNITS {
            return false;
        }
        if !self.html.is_empty() {
            self.html.push('\n');
        }
        self.html.push_str(html);
        self.units = with_line;
        true
    }
}

/// The three characters that Telegram's HTML knows as markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The chat of a destination.
fn chat(destination: &Destination) -> Result<Value, Fault> {
    let missing = || Fault::new("endpoint", "missing; set a chat id or @channel");
    let text = destination.settings.endpoint.as_ref().ok_or_else(missing)?.expose();
    as_chat(text).ok_or_else(|| {
        Fault::new("endpoint", "not a chat; use @channel, or a chat id such as -1001234567890")
    })
}

/// A chat id of at most 52 bits, or the public name of a channel or group.
fn as_chat(text: &str) -> Option<Value> {
    if let Some(name) = text.strip_prefix('@') {
        let good = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        return good.then(|| json!(text));
    }
    let id: i64 = text.parse().ok()?;
    (id != 0 && id.unsigned_abs() < 1 << 52).then(|| json!(id))
}

/// Where the Bot API is.
fn base(destination: &Destination) -> Result<Url, Fault> {
    match &destination.settings.api_base {
        Some(url) => given(url).map(|()| url.clone()),
        None => own(),
    }
}

/// Telegram's own address.
fn own() -> Result<Url, Fault> {
    Url::parse(BASE).map_err(|error| Fault::new("api_base", error.to_string()))
}

/// Whether a base that somebody named will do.
fn given(url: &Url) -> Result<(), Fault> {
    if url.query().is_some() || url.fragment().is_some() {
        let why = "has a query or fragment; use only scheme, host and path";
        return Err(Fault::new("api_base", why));
    }
    settings::web(url, "api_base")
}

/// The URL of the method: its path is the credential.
fn method_url(destination: &Destination) -> Result<Url, Fault> {
    let missing = || Fault::new("bot_token", "missing; get one from @BotFather");
    let token = destination.settings.bot_token.as_ref().ok_or_else(missing)?.expose();
    if !is_token(token) {
        let why = "not of the form 123456789:AA…; copy it from @BotFather";
        return Err(Fault::new("bot_token", why));
    }
    Ok(method(base(destination)?, token, "sendMessage"))
}

/// The URL of a method behind a base.
fn method(mut base: Url, token: &str, name: &str) -> Url {
    let path = format!("{}/bot{token}/{name}", base.path().trim_end_matches('/'));
    base.set_path(&path);
    base
}

/// What the Bot API server takes as a token, and nothing that means something in a path.
fn is_token(token: &str) -> bool {
    let Some((id, secret)) = token.split_once(':') else { return false };
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    token.len() <= 80
        && !id.is_empty()
        && !id.starts_with('0')
        && id.bytes().all(|b| b.is_ascii_digit())
        && !secret.is_empty()
        && secret.bytes().all(word)
}

#[cfg(test)]
mod tests;
