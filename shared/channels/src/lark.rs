//! Lark and Feishu, custom bots: an interactive card to a URL that is itself the credential, signed
//! when the bot asks for it. Not the open platform's `im/v1/messages`, and not the bots of V1.
//!
//! Wire facts: Lark's "Custom bot usage guide" and "Card JSON 2.0 structure". Markdown in a card
//! takes `<at id=all></at>` and more, and its table of escapes is incomplete: only our fixed labels
//! stand there, everything else in `plain_text`. The signature is the reverse of DingTalk's: what is
//! signed is the *key*, and the message is empty.

mod answers;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{
    Answer, Channel, Destination, Fault, Job, Limit, Outgoing, Pace, Secret, Unsendable, Verdict,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::mac::hmac_sha256;
use crate::message::{Message, Tone};
use crate::request::post_json;
use crate::settings;

const HOSTS: &[&str] = &["open.larksuite.com", "open.feishu.cn"];
const PATH: &str = "/open-apis/bot/v2/hook/";
const PATH_V1: &str = "/open-apis/bot/hook/";
/// Five a second and a hundred a minute, for each bot ("Custom bot usage guide").
const PACE: &[Limit] = &[
    Limit { count: 5, per: Duration::from_secs(1) },
    Limit { count: 100, per: Duration::from_secs(60) },
];
/// The most bytes of a body.
const BODY_BYTES: usize = 20_000;
/// The most elements of a card.
const ELEMENTS: usize = 200;

/// Lark and Feishu.
#[derive(Debug)]
pub(crate) struct Lark;

impl Channel for Lark {
    fn name(&self) -> &'static str {
        "lark"
    }

    fn check(&self, destination: &Destination) -> Result<(), Fault> {
        settings::only(destination, &["endpoint", "secret"])?;
        let url = settings::endpoint(destination)?;
        if url.path().starts_with(PATH_V1) {
            let old = "a bot of version 1, which takes no cards; make a custom bot anew";
            return Err(Fault::new("endpoint", old));
        }
        let token = url.path().strip_prefix(PATH).filter(|token| !token.is_empty());
        if self.is_own_host(&url) && token.is_none() {
            return Err(Fault::new(
                "endpoint",
                format!("not a custom bot's URL; use the one with {PATH}… from the group's bots"),
            ));
        }
        Ok(())
    }

    fn host(&self, destination: &Destination) -> Option<Url> {
        settings::endpoint(destination).ok()
    }

    fn is_own_host(&self, url: &Url) -> bool {
        settings::leads_to(url, HOSTS)
    }

    fn pace(&self, _destination: &Destination) -> Pace {
        Pace::Limits(PACE)
    }

    fn request(&self, job: &Job<'_>) -> Result<Outgoing, Unsendable> {
        let url = settings::endpoint(job.destination)?;
        let signed = job.destination.settings.secret.as_ref().map(|secret| (secret, job.now));
        let body = body(&Message::of(job), signed);
        Ok(Outgoing::Http(post_json(&url, body)?))
    }

    fn verdict(&self, job: &Job<'_>, answer: &Answer) -> Verdict {
        answers::verdict(job, answer)
    }
}

/// The message as Lark takes it. Facts are left out from the end until it is short enough; what room
/// they leave is the list's.
pub(crate) fn body(message: &Message, signed: Option<(&Secret, Timestamp)>) -> String {
    let mut facts = message.said.lines.as_slice();
    loop {
        let elements = elements(message, facts);
        let text = card(message, &elements, signed).to_string();
        match facts.split_last() {
            Some((_, fewer)) if text.len() > BODY_BYTES => facts = fewer,
            Some(_) | None => return with_list(message, elements, text, signed),
        }
    }
}

/// Adds the lines that fit, each an element of its own: whether a plain text breaks its lines is not
/// documented.
fn with_list(
    message: &Message,
    mut elements: Vec<Value>,
    text: String,
    signed: Option<(&Secret, Timestamp)>,
) -> String {
    let Some(list) = &message.list else { return text };
    let room = BODY_BYTES.saturating_sub(text.len());
    let most = ELEMENTS.saturating_sub(elements.len());
    // With the comma between elements.
    let lines = list.within(room, most, |line| plain(line).to_string().len() + 1);
    elements.extend(lines.iter().map(|line| plain(line)));
    card(message, &elements, signed).to_string()
}

fn elements(message: &Message, facts: &[(&'static str, String)]) -> Vec<Value> {
    let mut elements: Vec<Value> = message.said.amount.iter().map(|amount| plain(amount)).collect();
    let mut labelled = |label: &str, text: &str| {
        elements.push(json!({ "tag": "markdown", "content": format!("**{label}**") }));
        elements.push(plain(text));
    };
    for (label, value) in facts {
        labelled(label, value);
    }
    if let Some(advice) = &message.advice {
        labelled(advice.label, &advice.words());
    }
    elements
}

fn card(message: &Message, elements: &[Value], signed: Option<(&Secret, Timestamp)>) -> Value {
    let said = &message.said;
    let summary = match &said.amount {
        Some(amount) => format!("{}: {amount}", said.title),
        None => said.title.clone(),
    };
    let mut body = json!({
        "msg_type": "interactive",
        "card": {
            "schema": "2.0",
            "config": { "summary": { "content": summary } },
            "header": {
                "title": { "tag": "plain_text", "content": said.title },
                "template": colour(message.tone),
            },
            "body": { "elements": elements },
        },
    });
    if let Some((secret, now)) = signed {
        let timestamp = now.as_second().to_string();
        body["sign"] = json!(sign(&timestamp, secret.expose()));
        body["timestamp"] = json!(timestamp);
    }
    body
}

/// A text in which nothing is formatted, linked or mentioned.
fn plain(text: &str) -> Value {
    json!({ "tag": "div", "text": { "tag": "plain_text", "content": text } })
}

fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "green",
        Tone::Out => "orange",
        Tone::Bad => "red",
        Tone::Plain => "blue",
    }
}

/// The signature of a moment.
fn sign(timestamp: &str, secret: &str) -> String {
    STANDARD.encode(hmac_sha256(format!("{timestamp}\n{secret}").as_bytes(), &[]))
}

#[cfg(test)]
mod tests;
