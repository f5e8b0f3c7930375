//! What an operator says of a destination, as the API takes it: a JSON object, of a file, of the environment
//! and of what was typed. What the fields mean, and whether they fit, is the API's to say.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::{Map, Value, json};

use crate::args::Settings;
use crate::config::Env;

/// What the API requires of a new one, where nobody says it.
fn defaults(object: &mut Map<String, Value>) {
    let mut or = |name: &str, value: Value| _ = object.entry(name).or_insert(value);
    or("bank_account_id", json!(0));
    or("event_type", json!("All"));
    or("is_verify_payment", json!(0));
    or("retry_conditions", json!(["non_2xx_status_code"]));
    // Only a webhook proves itself.
    if object.get("channel").is_none_or(|channel| channel == "webhook") {
        object.entry("authen_type").or_insert(json!("No_Authen"));
        if object["authen_type"] == "No_Authen" || object["authen_type"] == "Api_Key" {
            object.entry("request_content_type").or_insert(json!("Json"));
        }
    }
}

/// A new one.
pub(super) fn new(name: Option<&str>, said: &Settings, env: Env<'_>) -> anyhow::Result<Value> {
    let mut object = object(name, said, env)?;
    if !object.contains_key("name") {
        bail!("say what people are to call it: --name");
    }
    defaults(&mut object);
    Ok(Value::Object(object))
}

/// What changes of one that is there.
pub(super) fn change(name: Option<&str>, said: &Settings, env: Env<'_>) -> anyhow::Result<Value> {
    let object = object(name, said, env)?;
    if object.is_empty() {
        bail!("nothing to change: say what, such as --set active=0");
    }
    Ok(Value::Object(object))
}

fn object(name: Option<&str>, said: &Settings, env: Env<'_>) -> anyhow::Result<Map<String, Value>> {
    let mut object = match &said.file {
        Some(path) => read(path)?,
        None => Map::new(),
    };
    for (field, value) in [
        ("name", name),
        ("webhook_url", said.webhook_url.as_deref()),
        ("channel", said.channel.as_deref()),
        ("event_type", said.event_type.as_deref()),
    ] {
        if let Some(value) = value {
            object.insert(field.to_owned(), value.into());
        }
    }
    for pair in &said.set {
        let (field, text) = split(pair, "--set", "VALUE")?;
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        object.insert(field.to_owned(), value);
    }
    for pair in &said.set_env {
        let (field, variable) = split(pair, "--set-env", "VARIABLE")?;
        object.insert(field.to_owned(), from_env(variable, env)?.into());
    }
    Ok(object)
}

fn split<'a>(pair: &'a str, option: &str, what: &str) -> anyhow::Result<(&'a str, &'a str)> {
    // What stands there may be a secret at the wrong place: it is not repeated.
    pair.split_once('=').with_context(|| format!("{option} is written FIELD={what}"))
}

/// What a variable says; it must.
pub(super) fn from_env(variable: &str, env: Env<'_>) -> anyhow::Result<String> {
    let value = env(variable).filter(|value| !value.is_empty());
    value.with_context(|| format!("the variable {variable} is not set"))
}

/// What a file says.
pub(super) fn read(path: &Path) -> anyhow::Result<Map<String, Value>> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().read_to_string(&mut text).map(|_| ()),
        _ => std::fs::read_to_string(path).map(|read| text = read),
    };
    read.with_context(|| format!("{} cannot be read", path.display()))?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) | Err(_) => bail!("{} is no JSON object", path.display()),
    }
}
