//! From the fields of a call to a record. SePay's fields become keys of the record, our own are keys of
//! it already; a change is laid over what is there, and the whole must then pass as a new one would.

use domain::{DestinationRecord, Secret, Text};
use serde_json::{Map, Value, json};

use super::fields::Reader;
use super::view::event_type;
use super::{Follows, auth, fields, kept, object};
use crate::Problem;
use crate::problem::Faults;

/// The longest name, in characters.
const LONGEST_NAME: usize = 255;
/// SePay's fields, and those of `authen_type` "Header".
pub(super) const SEPAY: &[&str] = &[
    "active",
    "api_key",
    "authen_type",
    "bank_account_id",
    "bank_sub_account_ids",
    "event_type",
    "header_name",
    "header_value",
    "is_verify_payment",
    "name",
    "oauth2_access_token_url",
    "oauth2_client_id",
    "oauth2_client_secret",
    "only_va",
    "request_content_type",
    "retry_conditions",
    "secret_key",
    "skip_if_no_code",
    "webhook_url",
];
/// Those that a new one must have.
const REQUIRED: &[&str] =
    &["bank_account_id", "name", "event_type", "authen_type", "webhook_url", "is_verify_payment"];
/// Our own, by the record's keys.
pub(super) const OWN: &[&str] = &[
    "accounts",
    "alarms",
    "api_base",
    "bot_token",
    "channel",
    "concurrency",
    "events",
    "headers",
    "include_balance",
    "language",
    "method",
    "min_amount",
    "retry",
    "secret",
    "signing_secrets",
    "sources",
    "summary",
    "thread",
    "timeout",
    "title_in",
    "title_out",
    "virtual_accounts",
];
/// Of these, the secrets: masked in answers.
pub(super) const SECRETS: &[&str] = &["bot_token", "headers", "secret", "signing_secrets"];
/// What an answer has that nobody may say; a caller that sends back what it read sends them too.
const ANSWERED: &[&str] = &["id", "created_at", "destination", "origin"];

/// The record of a call: new, or laid over what was found; no secret goes along to another address
/// unless it `follows` it.
pub(crate) fn written(
    asked: &Map<String, Value>,
    was: Option<&DestinationRecord>,
    follows: Follows,
) -> Result<DestinationRecord, Problem> {
    let mut fields = Reader::new(asked);
    let known = |name: &str| [SEPAY, OWN, ANSWERED].iter().any(|names| names.contains(&name));
    for name in asked.keys().filter(|name| !known(name)) {
        fields.fault(name, "is no field of a webhook");
    }
    let channel = fields.text("channel").unwrap_or("webhook").to_owned();
    let new = was.is_none();
    if new {
        // Only a webhook proves itself; what SePay's document requires of all, it requires of those.
        for name in REQUIRED {
            let required = channel == "webhook" || *name != "authen_type";
            if required && fields.value(name).is_none() {
                fields.fault(name, "is required");
            }
        }
    }
    let mut record = was.map(object).unwrap_or_default();
    if new {
        record.insert("name".to_owned(), "new".into());
        record.insert("channel".to_owned(), channel.into());
    }
    own(&mut fields, was, &mut record);
    sepay(&mut fields, &mut record, new);
    let auth = auth::read(&mut fields, was.and_then(|was| was.auth.as_ref()));
    let said =
        auth.as_ref().map(|auth| json!(auth)).filter(|auth| *auth != json!({"type": "none"}));
    put(&mut record, "auth", said);
    needs(&mut fields, &record, new);
    if !fields.faults.is_empty() {
        return Err(Problem::Validation(fields.faults));
    }
    let record: DestinationRecord = serde_json::from_value(Value::Object(record))
        .map_err(|error| Problem::Body(error.to_string()))?;
    let astray = was.map_or_else(Faults::new, |was| kept::astray(was, &record, asked, follows));
    if astray.is_empty() { Ok(record) } else { Err(Problem::Validation(astray)) }
}

/// Our own fields, as they are; null takes one away, a mask says that it stays.
fn own(fields: &mut Reader<'_>, was: Option<&DestinationRecord>, record: &mut Map<String, Value>) {
    let was = was.map(object).unwrap_or_default();
    for name in OWN {
        let Some(said) = fields.asked().get(*name) else { continue };
        let said = match SECRETS.contains(name) {
            true => unmasked(said, was.get(*name)),
            false => said.clone(),
        };
        if SECRETS.contains(name) && has_mask(&said) {
            fields.fault(name, "has a mask that stands for nothing here; say the secret itself");
            continue;
        }
        let mut alone = json!({ "name": "a", "channel": "a" });
        alone[*name] = said.clone();
        if said.is_null() {
            record.remove(*name);
        } else if let Err(error) = serde_json::from_value::<DestinationRecord>(alone) {
            fields.fault(name, &error.to_string());
        } else {
            record.insert((*name).to_owned(), said);
        }
    }
}

/// What is said of secrets, with those that were there where their masks are said: of a table by their
/// names, of a list wherever they stand.
fn unmasked(said: &Value, was: Option<&Value>) -> Value {
    match (said, was) {
        (Value::Object(said), Some(Value::Object(was))) => {
            // Headers are the same however they are written.
            let old = |name: &str| {
                let mut all = was.iter();
                all.find(|(was, _)| was.eq_ignore_ascii_case(name)).map(|(_, old)| old)
            };
            let one = |(name, said): (&String, &Value)| (name.clone(), unmasked(said, old(name)));
            Value::Object(said.iter().map(one).collect())
        }
        (Value::Array(said), Some(Value::Array(was))) => {
            let old = |said: &&Value| was.iter().find(|was| unmasked(said, Some(was)) == **was);
            said.iter().map(|said| old(&said).unwrap_or(said).clone()).collect()
        }
        (Value::String(said), Some(Value::String(was))) if *said == auth::masked(was) => {
            Value::String(was.clone())
        }
        (said, _) => said.clone(),
    }
}

/// Whether anything in it is written as a secret is shown.
fn has_mask(said: &Value) -> bool {
    match said {
        Value::String(said) => said.starts_with(Secret::MASK),
        Value::Array(said) => said.iter().any(has_mask),
        Value::Object(said) => said.values().any(has_mask),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// SePay's fields but those of `auth`.
fn sepay(fields: &mut Reader<'_>, record: &mut Map<String, Value>, new: bool) {
    for (name, key) in [
        ("is_verify_payment", "verifies"),
        ("only_va", "virtual_only"),
        ("skip_if_no_code", "skip_without_code"),
    ] {
        if let Some(flag) = fields.flag(name) {
            put(record, key, flag.then_some(Value::Bool(true)));
        }
    }
    if let Some(active) = fields.flag("active") {
        put(record, "active", (!active).then_some(Value::Bool(false)));
    }
    if let Some(title) = fields.text("name") {
        if title.chars().count() > LONGEST_NAME {
            fields.fault("name", "is longer than 255 characters");
        }
        put(record, "title", Some(title.into()));
    }
    if let Some(url) = fields.text("webhook_url")
        && record.get("endpoint").and_then(Value::as_str).map(auth::masked).as_deref() != Some(url)
    {
        put(record, "endpoint", Some(url.into()));
    }
    if let Some(account) = fields.whole("bank_account_id") {
        put(record, "account_numbers", (account != 0).then(|| json!([account])));
    }
    if let Some(ids) = fields.wholes("bank_sub_account_ids") {
        put(record, "virtual_account_numbers", (!ids.is_empty()).then(|| json!(ids)));
    }
    if let Some(word) = fields.word("event_type", &["All", "In_only", "Out_only"]) {
        let events = match word {
            "In_only" => json!(["in"]),
            "Out_only" => json!(["out"]),
            _ => json!(["payment"]),
        };
        let were = record.get("events").and_then(Value::as_array).into_iter().flatten();
        let were: Vec<String> = were.filter_map(Value::as_str).map(str::to_owned).collect();
        // `events` says it more finely; and who says what is answered changes nothing: `All` is what
        // SePay calls everything, too.
        let same = !new && event_type(&were) == Some(word);
        if fields.value("events").is_none() && !same {
            put(record, "events", Some(events));
        }
    }
    if let Some(form) = fields.word("request_content_type", &["Json", "multipart_form-data"]) {
        let multipart = (form != "Json").then(|| Value::from("multipart/form-data"));
        put(record, "content_type", multipart);
    }
    if let Some(said) = fields.value("retry_conditions") {
        match retried(said) {
            Some(true) => put(record, "retry_on", None),
            Some(false) => put(record, "retry_on", Some(json!(["connection", "timeout"]))),
            None => fields.fault("retry_conditions", "use [\"non_2xx_status_code\"] or []"),
        }
    } else if new {
        put(record, "retry_on", Some(json!(["connection", "timeout"])));
    }
}

/// What must be there together.
fn needs(fields: &mut Reader<'_>, record: &Map<String, Value>, new: bool) {
    let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default();
    if record.contains_key("title") && text("title").trim().is_empty() {
        fields.fault("name", "is empty");
    }
    if record.contains_key("virtual_only") && !record.contains_key("virtual_account_numbers") {
        fields.fault("bank_sub_account_ids", "is required where only_va is 1");
    }
    let said = fields.value("request_content_type").is_some();
    let kind = fields.value("authen_type").and_then(Value::as_str);
    if new && text("channel") == "webhook" && !said && matches!(kind, Some("Api_Key" | "No_Authen"))
    {
        fields.fault("request_content_type", "is required by this authen_type");
    }
}

/// `retry_conditions`, as a list of words or a map of flags.
fn retried(said: &Value) -> Option<bool> {
    const WORD: &str = "non_2xx_status_code";
    match said {
        Value::Array(words) if words.is_empty() => Some(false),
        Value::Array(words) => words.iter().all(|word| word == WORD).then_some(true),
        Value::Object(flags) if flags.is_empty() => Some(false),
        Value::Object(flags) => flags.get(WORD).filter(|_| flags.len() == 1).and_then(fields::flag),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Puts a value, or takes the key away.
fn put(record: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    match value {
        Some(value) => _ = record.insert(key.to_owned(), value),
        None => _ = record.remove(key),
    }
}

/// A secret, or each of a list or a table.
pub(super) fn mask(value: &mut Value) {
    match value {
        Value::String(secret) => *secret = auth::masked(secret),
        Value::Array(secrets) => secrets.iter_mut().for_each(mask),
        Value::Object(secrets) => secrets.values_mut().for_each(mask),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The URL as it was typed: a whole number is a chat's.
pub(super) fn endpoint(record: &DestinationRecord) -> String {
    match &record.endpoint {
        Some(Text::Text(text)) => text.clone(),
        Some(Text::Number(number)) => number.to_string(),
        None => String::new(),
    }
}
