//! Slack, incoming webhooks: `{text, blocks}` to a URL that is itself the credential. Not Workflow
//! Builder's `/triggers/` and `/workflows/`, which speak otherwise.
//!
//! Wire facts: Slack's pages "Sending messages using incoming webhooks", "Formatting text for app
//! surfaces" and the Block Kit reference. Slack has no escape for `*bold*` and its kin, so what
//! strangers wrote stands only in `plain_text` objects, raw, with `emoji` off; the top-level `text`
//! is escaped, and parsed as little as Slack allows. Slack does not say which characters it counts:
//! every text stays within half of its limit, counted in UTF-16.

mod answers;

use std::time::Duration;

use domain::{
    Answer, Channel, Destination, Fault, Job, Limit, Outgoing, Pace, Unsendable, Verdict,
};
use serde_json::{Value, json};
use url::Url;

use crate::message::Message;
use crate::request::post_json;
use crate::settings;
use crate::text::{cut, units};

const HOSTS: &[&str] = &["hooks.slack.com", "hooks.slack-gov.com"];

/// One message a second; more in a burst may be dropped without a word ("Rate limits").
const PACE: &[Limit] = &[Limit { count: 1, per: Duration::from_secs(1) }];

// Half of what Slack allows.
const HEADER_UNITS: usize = 75;
const SECTION_UNITS: usize = 1500;
const FIELD_UNITS: usize = 1000;
const TEXT_UNITS: usize = 20_000;
/// What a digest's lines take in all: with the rest well below the 13 200 at which Slack was seen to
/// fail.
const LIST_UNITS: usize = 4000;
/// All of what Slack allows: a count that leaves no doubt.
const FIELDS: usize = 10;
const BLOCKS: usize = 50;

/// Slack.
#[derive(Debug)]
pub(crate) struct Slack;

impl Channel for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    fn check(&self, destination: &Destination) -> Result<(), Fault> {
        settings::only(destination, &["endpoint"])?;
        let url = settings::endpoint(destination)?;
        let path = url.path();
        if path.starts_with("/triggers/") || path.starts_with("/workflows/") {
            return Err(Fault::new(
                "endpoint",
                "starts a workflow and takes no messages; use the URL of an incoming webhook",
            ));
        }
        if settings::leads_to(&url, HOSTS) && path.len() < 2 {
            return Err(Fault::new("endpoint", "incomplete; copy the whole URL from Slack"));
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
        Ok(Outgoing::Http(post_json(&url, body(&Message::of(job)))?))
    }

    fn verdict(&self, job: &Job<'_>, answer: &Answer) -> Verdict {
        answers::verdict(job, answer)
    }
}

/// The message as Slack takes it.
pub(crate) fn body(message: &Message) -> String {
    let said = &message.said;
    let mut blocks = vec![json!({
        "type": "header",
        "text": plain(&said.title, HEADER_UNITS),
    })];
    if let Some(amount) = &said.amount {
        // Our own digits: the one place where something is bold.
        let amount = escape(&cut(amount, SECTION_UNITS / 5));
        blocks.push(json!({
            "type": "section",
            "text": { "type": "mrkdwn", "text": format!("*{amount}*"), "verbatim": true },
        }));
    }
    let fields: Vec<Value> = said
        .lines
        .iter()
        .map(|(label, value)| plain(&format!("{label}: {value}"), FIELD_UNITS))
        .collect();
    for fields in fields.chunks(FIELDS) {
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    if let Some(advice) = &message.advice {
        let text = format!("{}: {}", advice.label, advice.words());
        blocks.push(json!({ "type": "section", "text": plain(&text, SECTION_UNITS) }));
    }
    if let Some(list) = &message.list {
        let lines = list.within(LIST_UNITS, usize::MAX, |line| units(line) + 1);
        let texts = sections(&lines).into_iter();
        blocks.extend(
            texts.map(|text| json!({ "type": "section", "text": plain(&text, SECTION_UNITS) })),
        );
    }
    blocks.truncate(BLOCKS);
    json!({
        "text": fallback(message),
        "blocks": blocks,
        "mrkdwn": false,
        "parse": "none",
        "unfurl_links": false,
        "unfurl_media": false,
    })
    .to_string()
}

/// Lines in as few texts as may be, none of them too long.
fn sections(lines: &[String]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        match texts.last_mut() {
            Some(text) if units(text) + 1 + units(line) <= SECTION_UNITS => {
                text.push('\n');
                text.push_str(line);
            }
            Some(_) | None => texts.push(line.clone()),
        }
    }
    texts
}

/// What phones show in their notification, and screen readers read: all but a digest's lines.
fn fallback(message: &Message) -> String {
    let said = &message.said;
    let mut text = said.title.clone();
    if let Some(amount) = &said.amount {
        text.push_str(": ");
        text.push_str(amount);
    }
    for (label, value) in &said.lines {
        text.push_str(&format!("\n{label}: {value}"));
    }
    if let Some(advice) = &message.advice {
        text.push_str(&format!("\n{}: {}", advice.label, advice.words()));
    }
    // An escaped character is at most five long.
    escape(&cut(&text, TEXT_UNITS / 5))
}

/// A text object in which nothing is formatted, linked or turned into a picture.
fn plain(text: &str, limit: usize) -> Value {
    json!({ "type": "plain_text", "text": cut(text, limit), "emoji": false })
}

/// The only three characters that Slack decodes, in the order in which nothing is escaped twice.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
