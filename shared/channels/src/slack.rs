//! Slack, incoming webhooks: `{text, blocks}` to a URL that is itself the credential. Not Workflow
//! Builder's `/triggers/` and `/workflows/`, which speak otherwise.
//!
//! Wire facts: Slack's pages "Sending messages using incoming webhooks", "Formatting text for app
//! surfaces" and the Block Kit reference. Slack has no escape for `*bold*` and its kin, so what
//! strangers wrote stands only in `plain_text` objects, raw, with `emoji` off; the top-level `text`
//! is escaped, and parsed as little as Slack allows. Slack does not say which characters it counts:
//! every text stays within half of its limit, counted in UTF-16.

mod answers;

use domain::{Answer, Channel, Destination, Job, Notification, Outgoing, Unsendable, Verdict};
use serde_json::{Value, json};
use url::Url;

use crate::request::post_json;
use crate::text::cut;
use crate::{settings, words};

const HOSTS: &[&str] = &["hooks.slack.com", "hooks.slack-gov.com"];

// Half of what Slack allows.
const HEADER_UNITS: usize = 75;
const SECTION_UNITS: usize = 1500;
const FIELD_UNITS: usize = 1000;
const TEXT_UNITS: usize = 20_000;
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

    fn check(&self, destination: &Destination) -> Result<(), String> {
        settings::only(destination, &["endpoint"])?;
        let url = settings::endpoint(destination)?;
        let path = url.path();
        if path.starts_with("/triggers/") || path.starts_with("/workflows/") {
            return Err("endpoint: starts a workflow and takes no messages; use the URL of an \
                        incoming webhook"
                .to_owned());
        }
        if settings::leads_to(&url, HOSTS) && path.len() < 2 {
            return Err("endpoint: incomplete; copy the whole URL from Slack".to_owned());
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
        const LIMITS: &[Limit] = &[Limit { count: 1, per: Duration::from_secs(1) }];
        domain::Pace::Limits(LIMITS)
    }

    fn request(&self, job: &Job<'_>) -> Result<Outgoing, Unsendable> {
        let url = settings::endpoint(job.destination).map_err(Unsendable)?;
        let body = body(&words::notification(job.event, job.destination));
        Ok(Outgoing::Http(post_json(&url, body)?))
    }

    fn verdict(&self, job: &Job<'_>, answer: &Answer) -> Verdict {
        answers::verdict(job, answer)
    }
}

/// The message as Slack takes it.
pub(crate) fn body(said: &Notification) -> String {
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
    blocks.truncate(BLOCKS);
    json!({
        "text": fallback(said),
        "blocks": blocks,
        "mrkdwn": false,
        "parse": "none",
        "unfurl_links": false,
        "unfurl_media": false,
    })
    .to_string()
}

/// What phones show in their notification, and screen readers read.
fn fallback(said: &Notification) -> String {
    let mut text = said.title.clone();
    if let Some(amount) = &said.amount {
        text.push_str(": ");
        text.push_str(amount);
    }
    for (label, value) in &said.lines {
        text.push_str(&format!("\n{label}: {value}"));
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
