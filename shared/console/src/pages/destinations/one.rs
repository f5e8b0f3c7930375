//! `/destinations/{number}`: its settings, secrets masked; pause, resume with a look first, test call,
//! and deleting with a question before.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{Mark, Origin, clean};
use serde_json::{Map, Value};

use super::edit::word_of_events;
use super::form::named;
use super::health;
use crate::pages::shown::{At, count};
use crate::pages::words::Words;
use crate::pages::{Done, Frame, html, redirect};
use crate::people::{SignedIn, by};
use crate::standing::{StandingShown, TriedShown};
use crate::webhooks::{Id, shown};
use crate::{Console, Desk, Problem};

#[derive(Template)]
#[template(path = "destination.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    number: u64,
    title: String,
    from_file: bool,
    editable: bool,
    /// By how many secrets its webhooks are signed, where that can be changed here.
    signed_by: Option<usize>,
    stands: Stands,
    created: Option<At>,
    settings: Vec<(String, String)>,
    tried: Option<TriedShown>,
}

/// How it stands, in words.
struct Stands {
    class: &'static str,
    health: &'static str,
    active: bool,
    since: Option<At>,
    because: Option<&'static str>,
    words: Option<String>,
    failing: Option<At>,
    failures: u32,
    held: u64,
    held_shown: String,
}

#[derive(Template)]
#[template(path = "destination_resume.html")]
struct Resume {
    f: Frame,
    t: &'static Words,
    number: u64,
    title: String,
    needed: bool,
    releases: u64,
    shown: String,
    oldest: Option<At>,
}

#[derive(Template)]
#[template(path = "destination_delete.html")]
struct Delete {
    f: Frame,
    t: &'static Words,
    number: u64,
    title: String,
}

/// One of them.
pub(crate) async fn show(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
    id: Id,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let t = f.words();
    let note = match done.as_str() {
        "created" => Some(t.destinations.was_created),
        "changed" => Some(t.destinations.was_changed),
        "paused" => Some(t.destinations.was_paused),
        "resumed" => Some(t.destinations.was_resumed),
        "retired" => Some(t.destinations.was_retired),
        _ => None,
    };
    html(&page(&console, f.saying(note), id, None).await?)
}

async fn page(
    console: &Console,
    f: Frame,
    id: Id,
    tried: Option<TriedShown>,
) -> Result<Page, Problem> {
    let t = f.words();
    let found = console.webhook(id).await?;
    let created = found.record.created.as_deref().map(|at| At::read(at, console.clock.now()));
    let from_file = found.origin == Origin::File;
    let signs = !from_file && found.record.channel == "webhook";
    let signed_by = signs.then_some(found.record.signing_secrets.len());
    let standing = StandingShown::of(&console.holding(&found.id).await?);
    let fields = shown(found);
    let is_active = fields.get("active") == Some(&Value::Bool(true));
    let now = console.clock.now();
    let read = |text: &Option<String>| text.as_deref().map(|text| At::read(text, now));
    let mode = if standing.mode == "active" && !is_active { "inactive" } else { standing.mode };
    let (class, word) = health(mode, t);
    let because = standing.cause.map(|cause| match cause {
        "failing" => t.destinations.because_failing,
        "operator" => t.destinations.because_operator,
        _ => t.destinations.because_dead,
    });
    let stands = Stands {
        class: if class == "good" && standing.failures > 0 { "warn" } else { class },
        health: word,
        active: standing.mode == "active",
        since: read(&standing.since),
        because,
        words: standing.words.as_deref().map(clean),
        failing: read(&standing.failing_since).filter(|_| standing.failures > 0),
        failures: standing.failures,
        held: standing.held,
        held_shown: count(standing.held, f.language()),
    };
    let title = title(&fields);
    let settings = settings(&fields, t);
    let channel = fields.get("channel").and_then(Value::as_str).unwrap_or_default();
    let editable = !from_file && named(channel).is_some();
    let number = id.0.get();
    Ok(Page {
        number,
        title,
        from_file,
        editable,
        signed_by,
        stands,
        created,
        settings,
        tried,
        t,
        f,
    })
}

/// What people call it.
pub(super) fn title(fields: &Map<String, Value>) -> String {
    clean(fields.get("name").and_then(Value::as_str).unwrap_or_default())
}

/// What was said of it, in the API's order; what says nothing, or what is so where nobody says, is left
/// out.
fn settings(fields: &Map<String, Value>, t: &Words) -> Vec<(String, String)> {
    let chat = fields.get("channel").and_then(Value::as_str) != Some("webhook");
    let is_shown = |name: &str| match name {
        "active" | "created_at" | "events" | "id" | "name" | "origin" | "retry_conditions" => false,
        "authen_type" | "request_content_type" => !chat,
        _ => true,
    };
    let said = fields.iter().filter(|(name, _)| is_shown(name));
    let shown = |(name, value): (&String, &Value)| {
        let value = match name.as_str() {
            "event_type" => Some(wanted(fields, t)),
            "channel" => value.as_str().map(|channel| match named(channel) {
                Some((_, title)) => title.to_owned(),
                None => clean(channel),
            }),
            "authen_type" => value.as_str().map(|word| proof(word, t).to_owned()),
            _ => text(value, t),
        };
        Some((label(name, t), value?))
    };
    said.filter_map(shown).collect()
}

/// Which events it gets, in the words of its form; others in the words of whoever said so.
fn wanted(fields: &Map<String, Value>, t: &Words) -> String {
    match word_of_events(fields) {
        Some("All") => t.setting.d_all.to_owned(),
        Some("In_only") => t.setting.d_in.to_owned(),
        Some("Out_only") => t.setting.d_out.to_owned(),
        Some("everything") => t.setting.d_everything.to_owned(),
        Some("orders") => t.setting.d_orders.to_owned(),
        Some(_) | None => fields.get("events").and_then(|said| text(said, t)).unwrap_or_default(),
    }
}

/// How it is proven to, in the words of its form.
fn proof<'a>(word: &'a str, t: &Words) -> &'a str {
    match word {
        "No_Authen" => t.setting.auth_none,
        "Api_Key" => t.setting.auth_key,
        "HMAC_SHA256" => t.setting.auth_hmac,
        "OAuth2.0" => t.setting.auth_oauth2,
        "Header" => t.setting.auth_header,
        word => word,
    }
}

/// What people call a field; one that they seldom meet has its own name.
fn label(name: &str, t: &Words) -> String {
    let s = &t.setting;
    let known = match name {
        "alarms" => s.d_alarms,
        "api_key" => s.d_api_key,
        "authen_type" => s.d_auth,
        "bank_account_id" => s.d_accounts,
        "bank_sub_account_ids" => s.d_virtual,
        "bot_token" => s.d_bot_token,
        "channel" => t.channel,
        "destination" => s.d_internal,
        "event_type" => s.d_events,
        "header_name" => s.d_header_name,
        "header_value" => s.d_header_value,
        "headers" => s.d_headers,
        "include_balance" => s.d_balance,
        "is_verify_payment" => s.d_verifies,
        "language" => s.d_language,
        "method" => s.d_method,
        "min_amount" => s.d_min,
        "oauth2_access_token_url" => s.d_token_url,
        "oauth2_client_id" => s.d_client_id,
        "oauth2_client_secret" => s.d_client_secret,
        "only_va" => s.d_only_va,
        "request_content_type" => s.d_content_type,
        "retry" => s.d_retry,
        "secret" => s.d_lark_secret,
        "secret_key" => s.d_secret_key,
        "signing_secrets" => t.destinations.signing,
        "skip_if_no_code" => s.d_with_code,
        "sources" => s.d_sources,
        "summary" => s.d_summary,
        "thread" => s.d_thread,
        "timeout" => s.d_timeout,
        "webhook_url" => s.d_address,
        name => name,
    };
    // A form's "(optional)" is the form's.
    known.split_once(" (").map_or(known, |(known, _)| known).to_owned()
}

fn text(value: &Value, t: &Words) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => flag.then(|| t.yes.to_owned()),
        Value::Number(number) => Some(number.to_string()).filter(|number| number != "0"),
        Value::String(text) => Some(clean(text)).filter(|text| !text.is_empty()),
        Value::Array(list) => {
            let list: Vec<String> = list.iter().filter_map(|value| text(value, t)).collect();
            (!list.is_empty()).then(|| list.join(", "))
        }
        Value::Object(map) => {
            let said = |(key, value): (&String, &Value)| Some((clean(key), text(value, t)?));
            let list = map.iter().filter_map(said).map(|(key, said)| format!("{key}: {said}"));
            Some(list.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
        }
    }
}

/// Pauses it.
pub(crate) async fn pause(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
) -> Result<Response, Problem> {
    console.pause(&console.webhook(id).await?.id).await?;
    Ok(redirect(&format!("/destinations/{}?done=paused", id.0)))
}

/// Says what would come of resuming it, and asks.
pub(crate) async fn would_resume(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let t = f.words();
    let found = console.webhook(id).await?;
    let would = console.would_resume(&found.id).await?;
    let title = title(&shown(found));
    let now = console.clock.now();
    html(&Resume {
        number: id.0.get(),
        title,
        needed: would.changed,
        releases: would.releases,
        shown: count(would.releases, f.language()),
        oldest: would.standing.oldest_held.as_deref().map(|oldest| At::read(oldest, now)),
        t,
        f,
    })
}

/// Resumes it.
pub(crate) async fn resume(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
) -> Result<Response, Problem> {
    console.marked(&console.webhook(id).await?.id, &Mark::Resume).await?;
    Ok(redirect(&format!("/destinations/{}?done=resumed", id.0)))
}

/// Sends it a sample, and shows what came of that.
pub(crate) async fn test(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let destination = console.destination(&console.webhook(id).await?.record)?;
    let tried = console.tried(&destination).await?;
    html(&page(&console, f, id, Some(tried)).await?)
}

/// Asks whether it is to be deleted.
pub(crate) async fn delete(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "destinations");
    let found = console.webhook(id).await?.ours()?;
    html(&Delete { number: id.0.get(), title: title(&shown(found)), t: f.words(), f })
}

/// Deletes it.
pub(crate) async fn remove(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    id: Id,
) -> Result<Response, Problem> {
    console.remove_webhook(id).await?;
    Ok(redirect("/destinations?done=deleted"))
}
