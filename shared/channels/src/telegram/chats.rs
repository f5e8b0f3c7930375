//! Telegram, Bot API `getUpdates`: the chats that a bot has heard of, for whoever looks for a chat's
//! id. Not a way of receiving messages: of an update nothing is kept but where it came from.
//!
//! Telegram keeps updates for a day, and gives at most a hundred at once, the oldest first. Only an
//! `offset` leads further, and makes Telegram forget what is before it: it is the asker's to choose.
//! `allowed_updates` is never sent, because Telegram would remember it for others who ask. Where a
//! webhook is set, or another program asks, it answers 409.

use std::time::Duration;

use bytes::Bytes;
use domain::{Answer, Secret, excerpt};
use http::{Request, header};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::answer::{json, quote, retry_after};
use crate::request::uri;

use super::{given, is_token, method, own};

/// The most updates in one answer.
const LIMIT: usize = 100;
/// The most bytes of a name that are kept.
const NAME_BYTES: usize = 120;

/// A bot's token, of the form that @BotFather gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotToken(Secret);

impl BotToken {
    /// Takes what has a token's form.
    pub fn parse(text: &str) -> Option<Self> {
        is_token(text).then(|| Secret::parse(text).map(Self)).flatten()
    }
}

/// A chat that a bot has heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// What `endpoint` is set to.
    pub id: i64,
    /// Telegram's word: `private`, `group`, `supergroup`, `channel`.
    pub kind: String,
    /// Its title, or a person's name; cleaned.
    pub title: String,
    /// Its public name, without `@`.
    pub username: Option<String>,
    /// What the bot is there, in Telegram's word, where an update said so: `member`, `left` …
    pub bot: Option<String>,
    /// The topics that updates came from.
    pub topics: Vec<Topic>,
}

/// A topic of a forum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// What `thread` is set to.
    pub id: i64,
    /// Its name, where an update said it; cleaned.
    pub name: Option<String>,
}

/// Why Telegram told of no chats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unheard {
    /// The token is none of a living bot.
    Token,
    /// A webhook is set for this bot: its updates go there.
    Webhook,
    /// Another program asks for this bot's updates at this moment.
    Rival,
    /// Telegram limits the rate; how long to wait, where it says so.
    Busy(Option<Duration>),
    /// Anything else that Telegram said, with its status.
    Refused(u16, String),
    /// No answer of Telegram's, but somebody's in between; with its status.
    Stranger(u16),
}

/// The chats of all answers so far, in the order in which they were first heard of.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Chats {
    found: Vec<Chat>,
    next: Option<i64>,
}

impl Chats {
    /// The request for the oldest updates, or for what follows those that were heard: Telegram then
    /// forgets them. The error says what is wrong with the base.
    pub fn request(&self, token: &BotToken, base: Option<&Url>) -> Result<Request<Bytes>, String> {
        let base = match base {
            Some(url) => given(url).map(|()| url.clone()),
            None => own(),
        };
        let base = base.map_err(|fault| fault.to_string())?;
        let mut url = method(base, token.0.expose(), "getUpdates");
        url.query_pairs_mut().append_pair("limit", &LIMIT.to_string());
        if let Some(next) = self.next {
            url.query_pairs_mut().append_pair("offset", &next.to_string());
        }
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri(&url).map_err(|unsendable| unsendable.0)?;
        let json = http::HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::ACCEPT, json);
        Ok(request)
    }

    /// Hears an answer. Whether more updates may be waiting behind it.
    pub fn hear(&mut self, answer: &Answer, now: Timestamp) -> Result<bool, Unheard> {
        let body = json(answer);
        let updates = match (body["ok"].as_bool(), body["result"].as_array()) {
            (Some(true), Some(updates)) => updates,
            (Some(false), _) => return Err(refused(&body, answer, now)),
            _ => return Err(Unheard::Stranger(answer.status.as_u16())),
        };
        for update in updates {
            let id = update["update_id"].as_i64().and_then(|id| id.checked_add(1));
            self.next = self.next.max(id);
            for (word, member) in update.as_object().into_iter().flatten() {
                self.hear_of(word, member);
            }
        }
        Ok(updates.len() >= LIMIT)
    }

    /// The chats.
    pub fn found(&self) -> &[Chat] {
        &self.found
    }

    /// One member of an update: a message, a change of a membership, a pressed button …
    fn hear_of(&mut self, word: &str, member: &Value) {
        let pressed = &member["message"];
        let message = if pressed.is_object() { pressed } else { member };
        if let Some(to) = message["migrate_to_chat_id"].as_i64() {
            self.moved(&message["chat"], to);
            return;
        }
        let Some(chat) = self.chat(&message["chat"]) else { return };
        if word == "my_chat_member" {
            chat.bot = name(&member["new_chat_member"]["status"]);
        }
        if message["is_topic_message"] == Value::Bool(true)
            && let Some(id) = message["message_thread_id"].as_i64()
        {
            hear_topic(chat, id, message);
        }
    }

    /// The chat that this is, as it is called now.
    fn chat(&mut self, said: &Value) -> Option<&mut Chat> {
        let id = said["id"].as_i64()?;
        let heard = Chat {
            id,
            kind: name(&said["type"]).unwrap_or_default(),
            title: name(&said["title"]).unwrap_or_else(|| person(said)),
            username: name(&said["username"]),
            bot: None,
            topics: Vec::new(),
        };
        let at = match self.found.iter().position(|chat| chat.id == id) {
            Some(at) => {
                let known = self.found.get_mut(at)?;
                let (bot, topics) = (known.bot.take(), std::mem::take(&mut known.topics));
                *known = Chat { bot, topics, ..heard };
                at
            }
            None => {
                self.found.push(heard);
                self.found.len() - 1
            }
        };
        self.found.get_mut(at)
    }

    /// A group became a supergroup: its old id leads nowhere any more.
    fn moved(&mut self, from: &Value, to: i64) {
        let Some(old) = self.chat(from).cloned() else { return };
        self.found.retain(|chat| chat.id != old.id);
        if !self.found.iter().any(|chat| chat.id == to) {
            self.found.push(Chat { id: to, kind: "supergroup".to_owned(), ..old });
        }
    }
}

fn hear_topic(chat: &mut Chat, id: i64, message: &Value) {
    let made = |message: &Value| name(&message["forum_topic_created"]["name"]);
    let edited = name(&message["forum_topic_edited"]["name"]);
    let called = edited.or_else(|| made(message)).or_else(|| made(&message["reply_to_message"]));
    match chat.topics.iter_mut().find(|topic| topic.id == id) {
        Some(topic) if called.is_some() => topic.name = called,
        Some(_) => {}
        None => chat.topics.push(Topic { id, name: called }),
    }
}

/// A person's name.
fn person(chat: &Value) -> String {
    let names = [name(&chat["first_name"]), name(&chat["last_name"])];
    names.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A stranger's word, cleaned; nothing where nothing is left of it.
fn name(value: &Value) -> Option<String> {
    value.as_str().map(|text| excerpt(text, NAME_BYTES)).filter(|text| !text.is_empty())
}

fn refused(body: &Value, answer: &Answer, now: Timestamp) -> Unheard {
    let said = body["description"].as_str().unwrap_or_default();
    match answer.status.as_u16() {
        // 404 is for a token that Telegram's server does not even read as one.
        401 | 404 => Unheard::Token,
        409 if said.to_lowercase().contains("webhook") => Unheard::Webhook,
        409 => Unheard::Rival,
        429 => {
            let told = body["parameters"]["retry_after"].as_u64().map(Duration::from_secs);
            Unheard::Busy(told.or_else(|| retry_after(answer, now)))
        }
        status => Unheard::Refused(status, quote(said)),
    }
}

#[cfg(test)]
mod tests;
