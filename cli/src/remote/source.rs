//! A source as the API answers it, and what its provider's page wants to be told, in words.

use anyhow::{Context as _, bail};
use console::access::Scope;
use domain::{SourceId, clean};
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::call::Call;
use super::shown::fields;
use crate::table::table;

/// What stands for the secret among what is to be typed.
const SECRET: &str = "(secret)";

/// A source in a list.
#[derive(Deserialize)]
pub(super) struct Source {
    id: String,
    url: String,
    origin: String,
    active: bool,
    auth: Option<String>,
    secrets: u32,
    reconciled: bool,
}

/// A source that was made, or whose secret was.
#[derive(Deserialize)]
pub(super) struct Made {
    id: String,
    secret: Option<String>,
    paste: Vec<Pasted>,
}

/// A field of the provider's page.
#[derive(Deserialize)]
pub(super) struct Pasted {
    field: String,
    value: String,
}

/// The source that is meant.
pub(super) fn named(typed: &str) -> anyhow::Result<SourceId> {
    SourceId::parse(typed).ok().with_context(|| {
        format!("{typed:?} names no source: say its provider and its name, such as casso/shop")
    })
}

/// A call of one source's.
pub(super) fn of(method: Method, scope: Scope, id: &SourceId, deed: Option<&str>) -> Call {
    let path = ["api", "v1", "sources", id.provider(), id.name()];
    Call::new(method, Some(scope), &path.into_iter().chain(deed).collect::<Vec<_>>())
}

/// Sources in a table.
pub(super) fn listed(sources: &[Source]) -> String {
    if sources.is_empty() {
        return "none; make one with `tingting sources create PROVIDER/NAME`\n".to_owned();
    }
    let row = |one: &Source| {
        [
            one.id.clone(),
            if one.active { "active" } else { "off" }.to_owned(),
            one.auth.clone().unwrap_or_else(|| "-".to_owned()),
            one.secrets.to_string(),
            if one.reconciled { "asked" } else { "-" }.to_owned(),
            one.origin.clone(),
            one.url.clone(),
        ]
    };
    let rows: Vec<_> = sources.iter().map(row).collect();
    table(["source", "state", "proof", "secrets", "its API", "origin", "is called at"], &rows)
}

/// One source, field by field, and what to type at its provider.
pub(super) fn described(mut said: Map<String, Value>) -> anyhow::Result<String> {
    // An older deployment does not say it.
    let pasted = match said.remove("paste") {
        Some(paste) => serde_json::from_value(paste),
        None => Ok(Vec::new()),
    };
    let Ok(pasted) = pasted else { bail!("it says in a strange way what is to be typed where") };
    Ok(fields(&said) + &typed(&pasted, None))
}

/// What is to be typed at the provider.
fn typed(pasted: &[Pasted], secret: Option<&str>) -> String {
    if pasted.is_empty() {
        return String::new();
    }
    let value = |said: &str| match secret {
        Some(secret) if said == SECRET => secret.to_owned(),
        Some(_) | None => said.to_owned(),
    };
    let row = |one: &Pasted| [one.field.clone(), value(&one.value)];
    let rows: Vec<_> = pasted.iter().map(row).collect();
    format!("\n{}", table(["at the provider", "type"], &rows))
}

/// What was made, and what to do with it; `said` where the secret is not ours.
pub(super) fn made(done: &str, made: &Made, said: bool) -> String {
    let Made { id, secret, paste } = made;
    let id = clean(id);
    let secret = secret.as_deref();
    let wants = paste.iter().any(|one| one.value == SECRET);
    let shown = typed(paste, secret);
    let once = match secret {
        Some(_) => "\nThe secret is shown this once.\n".to_owned(),
        None if wants && !said => format!(
            "\nThe answer that showed its secret was lost: `tingting sources rotate {id}` makes another.\n"
        ),
        None => String::new(),
    };
    format!("{id} {done}\n{shown}{once}")
}
