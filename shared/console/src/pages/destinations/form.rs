//! The form of a destination, new or there already: what a page of it shows, and which fields of the
//! API's call it says. Secrets are typed and never shown; what is left empty stays.

use std::collections::BTreeSet;

use askama::Template;
use domain::EntryId;
use serde_json::{Map, Value, json};

use crate::pages::Frame;
use crate::pages::said::Said;
use crate::pages::told::others;
use crate::pages::words::Words;
use crate::problem::Faults;
use crate::standing::TriedShown;
use crate::{Console, Problem};

/// The channels that have a form; `preview` is the terminal's.
const CHANNELS: [&str; 4] = ["slack", "telegram", "lark", "webhook"];
/// The secrets, with the way of proving that has them.
pub(super) const SECRETS: [(&str, &str); 6] = [
    ("bot_token", ""),
    ("secret", ""),
    ("api_key", "Api_Key"),
    ("secret_key", "HMAC_SHA256"),
    ("oauth2_client_secret", "OAuth2.0"),
    ("header_value", "Header"),
];
/// What belongs to a way of proving and may be seen.
pub(super) const PROOFS: [(&str, &str); 3] = [
    ("oauth2_access_token_url", "OAuth2.0"),
    ("oauth2_client_id", "OAuth2.0"),
    ("header_name", "Header"),
];

/// What may be chosen beside SePay's words of `event_type`, and the selector of `events` that says it.
pub(super) const EVENTS: [(&str, &str); 2] = [("everything", "all"), ("orders", "order")];
/// The fields that show what is wrong with them.
const FIELDS: [&str; 15] = [
    "name",
    "webhook_url",
    "bot_token",
    "thread",
    "secret",
    "authen_type",
    "api_key",
    "secret_key",
    "oauth2_access_token_url",
    "oauth2_client_id",
    "oauth2_client_secret",
    "header_name",
    "header_value",
    "min_amount",
    "summary",
];

#[derive(Template)]
#[template(path = "destination_form.html")]
pub(super) struct Page {
    pub(super) f: Frame,
    pub(super) t: &'static Words,
    pub(super) channel: &'static str,
    pub(super) title: &'static str,
    /// Of one that is there.
    pub(super) edited: Option<Edited>,
    pub(super) sources: Vec<String>,
    pub(super) said: Said,
    pub(super) faults: Faults,
    pub(super) tried: Option<TriedShown>,
}

/// A destination that is there.
pub(super) struct Edited {
    pub(super) number: u64,
    pub(super) name: String,
    /// What was seen of it: whoever changed it meanwhile is not written over.
    pub(super) seen: String,
    /// The secrets that it has.
    pub(super) keeps: BTreeSet<&'static str>,
    /// What it gets, where this form has no word for that.
    pub(super) events: Option<String>,
}

/// The page's own means.
impl Page {
    fn fault(&self, name: &str) -> Option<&str> {
        self.faults.get(name).map(String::as_str)
    }

    /// What is wrong with something that the form has no field for.
    fn others(&self) -> Vec<String> {
        others(&self.faults, &FIELDS)
    }

    fn has_source(&self, id: &str) -> bool {
        self.said.is("sources", id)
    }

    fn keeps(&self, name: &str) -> bool {
        self.edited.as_ref().is_some_and(|edited| edited.keeps.contains(name))
    }

    /// A secret's hint: that it may be left empty, where there is one.
    fn hint(&self, name: &str, hint: &str) -> String {
        match self.keeps(name) {
            true => format!("{} {hint}", self.t.setting.stays),
            false => hint.to_owned(),
        }
    }

    fn action(&self) -> String {
        match &self.edited {
            Some(edited) => format!("/destinations/{}/edit", edited.number),
            None => format!("/destinations/new?channel={}", self.channel),
        }
    }

    fn heading(&self) -> String {
        match &self.edited {
            Some(edited) => self.t.fill(self.t.setting.edit_title, &edited.name),
            None => self.t.fill(self.t.setting.new_title, self.title),
        }
    }
}

/// A channel that has a form, and what people call it.
pub(super) fn named(channel: &str) -> Option<(&'static str, &'static str)> {
    let channel = CHANNELS.into_iter().find(|known| *known == channel)?;
    let title = match channel {
        "slack" => "Slack",
        "telegram" => "Telegram",
        "lark" => "Lark",
        _ => "Webhook",
    };
    Some((channel, title))
}

/// Whether a channel's address is a secret.
pub(super) fn hides_address(channel: &str) -> bool {
    ["slack", "lark"].contains(&channel)
}

/// The fields of the API's call by which a destination is made.
pub(super) fn of_new(said: &Said, channel: &str) -> Map<String, Value> {
    let mut fields = of_both(said, channel);
    fields.retain(|_, value| !value.is_null());
    let mut put = |name: &str, value: Value| _ = fields.insert(name.to_owned(), value);
    put("channel", json!(channel));
    put("bank_account_id", json!(0));
    put("is_verify_payment", json!(0));
    put("retry_conditions", json!(["non_2xx_status_code"]));
    if channel == "webhook" {
        put("request_content_type", json!("Json"));
    }
    for name in ["name", "webhook_url"] {
        if !said.get(name).is_empty() {
            put(name, json!(said.get(name)));
        }
    }
    fields
}

/// The fields of the API's call by which one is changed, whose events the form called so: what the form
/// does not have stays.
pub(super) fn of_change(said: &Said, channel: &str, was: Option<&str>) -> Map<String, Value> {
    let mut fields = of_both(said, channel);
    // SePay's `All` is what everything is called too: who narrows that says it more finely.
    if said.is("event_type", "All") && was != Some("All") {
        fields.insert("events".to_owned(), json!(["payment"]));
    }
    fields.insert("name".to_owned(), json!(said.get("name")));
    if !hides_address(channel) || said.some("webhook_url").is_some() {
        fields.insert("webhook_url".to_owned(), json!(said.get("webhook_url")));
    }
    if said.is("drop_secret", "1") {
        fields.insert("secret".to_owned(), Value::Null);
    }
    fields
}

/// What both say; null where a field of ours is to go.
fn of_both(said: &Said, channel: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| _ = fields.insert(name.to_owned(), value);
    let proof = if channel == "webhook" { said.get("authen_type") } else { "" };
    // What belongs to another way of proving is not shown, and not said.
    let belongs = |of: &str| of == proof || (of.is_empty() && channel != "webhook");
    for (name, of) in SECRETS {
        if belongs(of) && !said.get(name).is_empty() {
            put(name, json!(said.get(name)));
        }
    }
    for (name, of) in PROOFS {
        if belongs(of) {
            put(name, json!(said.get(name)));
        }
    }
    if !proof.is_empty() {
        put("authen_type", json!(proof));
    }
    match EVENTS.into_iter().find(|(word, _)| said.is("event_type", word)) {
        Some((_, selector)) => {
            // SePay's document requires its word too; ours says it more finely.
            put("event_type", json!("All"));
            put("events", json!([selector]));
        }
        None => {
            if let Some(events) = said.some("event_type") {
                put("event_type", json!(events));
            }
        }
    }
    let or_null = |text: Option<String>| text.map_or(Value::Null, Value::String);
    put("min_amount", or_null(said.some("min_amount")));
    if channel == "telegram" {
        let thread = said.some("thread").map(|text| match text.parse::<i64>() {
            Ok(number) => json!(number),
            Err(_) => json!(text),
        });
        put("thread", thread.unwrap_or(Value::Null));
    }
    let flag = |name: &str| if said.is(name, "1") { json!(true) } else { Value::Null };
    if channel != "webhook" {
        put("language", or_null(said.some("language")));
        put("include_balance", flag("include_balance"));
        put("summary", or_null(said.some("summary")));
    }
    put("alarms", flag("alarms"));
    let sources = said.all("sources");
    put("sources", if sources.is_empty() { Value::Null } else { json!(sources) });
    fields
}

impl Console {
    /// The sources to choose from: those there are, and those that were chosen.
    pub(super) async fn choices(&self, said: &Said) -> Result<Vec<String>, Problem> {
        let entries = self.entries.entries().await?;
        let there = entries.iter().filter_map(|entry| match &entry.id {
            EntryId::Source(id) => Some(id.to_string()),
            EntryId::Destination(_) => None,
        });
        let chosen = said.all("sources").iter().map(|id| domain::clean(id));
        Ok(there.chain(chosen).collect::<BTreeSet<_>>().into_iter().collect())
    }
}
