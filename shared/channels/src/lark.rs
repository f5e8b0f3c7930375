//! Lark and Feishu, custom bots: an interactive card to a URL that is itself the credential, signed
//! when the bot asks for it. Not the open platform's `im/v1/messages`, and not the bots of V1.
//!
//! Wire facts: Lark's "Custom bot usage guide" and "Card JSON 2.0 structure". Markdown in a card
//! takes `<at id=all></at>` and more, and its table of escapes is incomplete: only our fixed labels
//! stand there, everything else in `plain_text`. The signature is the reverse of DingTalk's: what is
//! signed is the *key*, and the message is empty.

mod answers;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{
    Answer, Channel, Destination, Job, Kind, Notification, Outgoing, Secret, Unsendable, Verdict,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::mac::hmac_sha256;
use crate::request::post_json;
use crate::{settings, words};

const HOSTS: &[&str] = &["open.larksuite.com", "open.feishu.cn"];
const PATH: &str = "/open-apis/bot/v2/hook/";
const PATH_V1: &str = "/open-apis/bot/hook/";
/// The most bytes of a body.
const BODY_BYTES: usize = 20_000;

/// Lark and Feishu.
#[derive(Debug)]
pub(crate) struct Lark;

impl Channel for Lark {
    fn name(&self) -> &'static str {
        "lark"
    }

    fn check(&self, destination: &Destination) -> Result<(), String> {
        settings::only(destination, &["endpoint", "secret"])?;
        let url = settings::endpoint(destination)?;
        if url.path().starts_with(PATH_V1) {
            return Err("endpoint: a bot of version 1, which takes no cards; make a custom bot \
                        anew"
                .to_owned());
        }
        let token = url.path().strip_prefix(PATH).filter(|token| !token.is_empty());
        if self.is_own_host(&url) && token.is_none() {
            return Err(format!(
                "endpoint: not a custom bot's URL; use the one with {PATH}… from the group's bots"
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

    fn pace(&self, _: &Destination) -> domain::Pace {
        use domain::Limit;
        use std::time::Duration;
        const LIMITS: &[Limit] = &[
            Limit { count: 5, per: Duration::from_secs(1) },
            Limit { count: 100, per: Duration::from_secs(60) },
        ];
        domain::Pace::Limits(LIMITS)
    }

    fn request(&self, job: &Job<'_>) -> Result<Outgoing, Unsendable> {
        let url = settings::endpoint(job.destination).map_err(Unsendable)?;
        let said = words::notification(job.event, job.destination);
        let signed = job.destination.settings.secret.as_ref().map(|secret| (secret, job.now));
        let body = body(&said, job.event.kind, signed);
        Ok(Outgoing::Http(post_json(&url, body)?))
    }

    fn verdict(&self, job: &Job<'_>, answer: &Answer) -> Verdict {
        answers::verdict(job, answer)
    }
}

/// The message as Lark takes it. Lines are left out from the end until it is short enough.
pub(crate) fn body(
    said: &Notification,
    kind: Kind,
    signed: Option<(&Secret, Timestamp)>,
) -> String {
    let mut lines = said.lines.as_slice();
    loop {
        let text = message(said, lines, kind, signed).to_string();
        match lines.split_last() {
            Some((_, shorter)) if text.len() > BODY_BYTES => lines = shorter,
            Some(_) | None => return text,
        }
    }
}

fn message(
    said: &Notification,
    lines: &[(&'static str, String)],
    kind: Kind,
    signed: Option<(&Secret, Timestamp)>,
) -> Value {
    let mut elements = Vec::new();
    if let Some(amount) = &said.amount {
        elements.push(plain(amount));
    }
    for (label, value) in lines {
        elements.push(json!({ "tag": "markdown", "content": format!("**{label}**") }));
        elements.push(plain(value));
    }
    let summary = match &said.amount {
        Some(amount) => format!("{}: {amount}", said.title),
        None => said.title.clone(),
    };
    let mut message = json!({
        "msg_type": "interactive",
        "card": {
            "schema": "2.0",
            "config": { "summary": { "content": summary } },
            "header": {
                "title": { "tag": "plain_text", "content": said.title },
                "template": colour(kind),
            },
            "body": { "elements": elements },
        },
    });
    if let Some((secret, now)) = signed {
        let timestamp = now.as_second().to_string();
        message["sign"] = json!(sign(&timestamp, secret.expose()));
        message["timestamp"] = json!(timestamp);
    }
    message
}

/// A text in which nothing is formatted, linked or mentioned.
fn plain(text: &str) -> Value {
    json!({ "tag": "div", "text": { "tag": "plain_text", "content": text } })
}

fn colour(kind: Kind) -> &'static str {
    match kind.direction() {
        Some(domain::Direction::In) => "green",
        Some(domain::Direction::Out) => "orange",
        None => "blue",
    }
}

/// The signature of a moment.
fn sign(timestamp: &str, secret: &str) -> String {
    STANDARD.encode(hmac_sha256(format!("{timestamp}\n{secret}").as_bytes(), &[]))
}

#[cfg(test)]
mod tests;
