//! `/destinations/{number}/edit`: the form of a new one, filled with what is there but its secrets. A
//! test call tries what is typed with the secrets that stay, before anything is saved.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use domain::clean;
use http::StatusCode;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::form::{EVENTS, Edited, PROOFS, Page, SECRETS, hides_address, named, of_change};
use crate::changes::only_tried;
use crate::pages::said::Said;
use crate::pages::told::by_field;
use crate::pages::{Frame, html, html_as, redirect};
use crate::people::{SignedIn, by};
use crate::problem::Faults;
use crate::standing::TriedShown;
use crate::webhooks::{Follows, Id, NO_SUCH, shown};
use crate::{Console, Desk, Problem};

/// The form, filled.
pub(crate) async fn edit(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let fields = shown(console.webhook(id).await?.ours()?);
    let said = filled(&fields);
    html(&page(&console, f, id, &fields, said, (Faults::new(), None)).await?)
}

/// Makes a test call of what is typed, or saves it.
pub(crate) async fn change(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
    body: Bytes,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let fields = shown(console.webhook(id).await?.ours()?);
    let (channel, _) = named(text(&fields, "channel")).ok_or(NO_SUCH)?;
    let mut said = Said::read(&body);
    if said.get("seen") != seen(&fields) {
        // What was to stay as it was is not what it was.
        if said.get("event_type").is_empty() {
            said.put("event_type", word_of_events(&fields).unwrap_or_default());
        }
        let meanwhile = Faults::from([(String::new(), f.words().setting.meanwhile.to_owned())]);
        let page = page(&console, f, id, &fields, said, (meanwhile, None)).await?;
        return html_as(StatusCode::CONFLICT, &page);
    }
    let asked = of_change(&said, channel, word_of_events(&fields));
    let done = if said.is("do", "save") {
        match console.change_webhook(id, &asked, Follows::None).await {
            Ok(()) => return Ok(redirect(&format!("/destinations/{}?done=changed", id.0))),
            Err(problem) => Err(problem),
        }
    } else {
        console.tried_changed(id, &asked).await
    };
    let (faults, tried) = match done {
        Ok(tried) => (Faults::new(), Some(tried)),
        Err(Problem::Validation(faults)) => (by_field(faults, f.language()), None),
        Err(problem) => return Err(problem),
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let page = page(&console, f, id, &fields, said, (faults, tried)).await?;
    // Whoever saves is led on.
    html_as(status, &page).map(only_tried)
}

async fn page(
    console: &Console,
    f: Frame,
    id: Id,
    fields: &Map<String, Value>,
    said: Said,
    (faults, tried): (Faults, Option<TriedShown>),
) -> Result<Page, Problem> {
    let (channel, title) = named(text(fields, "channel")).ok_or(NO_SUCH)?;
    let has = |(name, _): &(&'static str, &str)| !text(fields, name).is_empty();
    let mut keeps: BTreeSet<&str> =
        SECRETS.iter().filter(|one| has(one)).map(|one| one.0).collect();
    if hides_address(channel) {
        keeps.insert("webhook_url");
    }
    let events = word_of_events(fields).is_none().then(|| events(fields).join(", "));
    let sources = console.choices(&said).await?;
    let edited = Edited {
        number: id.0.get(),
        name: clean(text(fields, "name")),
        seen: seen(fields),
        keeps,
        events,
    };
    let t = f.words();
    Ok(Page { f, t, channel, title, edited: Some(edited), sources, said, faults, tried })
}

/// Which events are wanted, in the words of whoever said so; everything where nobody did.
fn events(fields: &Map<String, Value>) -> Vec<String> {
    let words = fields.get("events").and_then(Value::as_array).into_iter().flatten();
    let words: Vec<String> = words.filter_map(Value::as_str).map(clean).collect();
    if words.is_empty() { vec!["all".to_owned()] } else { words }
}

/// The form's word for them; none where it has none. SePay's `All` is money in and out, and not
/// everything.
pub(super) fn word_of_events(fields: &Map<String, Value>) -> Option<&str> {
    let events = events(fields);
    let own = |word: &str| matches!(&events[..], [only] if only.eq_ignore_ascii_case(word));
    match EVENTS.into_iter().find(|(_, selector)| own(selector)) {
        Some((word, _)) => Some(word),
        None => fields.get("event_type").and_then(Value::as_str),
    }
}

/// What the form shows of what is there: no secret, not even masked.
fn filled(fields: &Map<String, Value>) -> Said {
    let mut said = Said::default();
    let usual = ["name", "authen_type", "language", "summary", "thread", "min_amount"];
    let address = Some("webhook_url").filter(|_| !hides_address(text(fields, "channel")));
    for name in usual.into_iter().chain(PROOFS.map(|(name, _)| name)).chain(address) {
        match fields.get(name) {
            Some(Value::String(text)) => said.put(name, clean(text)),
            Some(Value::Number(number)) => said.put(name, number.to_string()),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {}
        }
    }
    said.put("event_type", word_of_events(fields).unwrap_or_default());
    for name in ["include_balance", "alarms"] {
        if fields.get(name) == Some(&Value::Bool(true)) {
            said.put(name, "1");
        }
    }
    let sources = fields.get("sources").and_then(Value::as_array);
    for source in sources.into_iter().flatten().filter_map(Value::as_str) {
        said.put("sources", source);
    }
    said
}

/// What was seen of it, in short. Of what is shown alone: it tells nothing of a secret.
fn seen(fields: &Map<String, Value>) -> String {
    let all = Value::Object(fields.clone()).to_string();
    hex::encode(&Sha256::digest(all.as_bytes())[..8])
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}
