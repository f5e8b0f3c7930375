//! The command `destinations`: a deployment's, over its API. The API calls them webhooks, as SePay does.

use std::process::ExitCode;

use console::access::Scope;
use domain::{clean, excerpt};
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::agreed::agreed;
use super::call::Call;
use super::destination::{Destination, all, find};
use super::door::Door;
use super::listing::Place;
use super::settings;
use super::shown::{fields, print_json};
use crate::args::{
    Deployment, Destinations, DestinationsChange, DestinationsNew, DestinationsOld,
    DestinationsOne, Listed, OfDestinations,
};
use crate::run::{Process, print};
use crate::stack;
use crate::table::table;

#[derive(Deserialize)]
struct One<T> {
    data: T,
}

#[derive(Deserialize)]
struct Made {
    id: u64,
}

#[derive(Deserialize)]
struct Tried {
    delivered: bool,
    verdict: String,
    http_status: Option<u16>,
    detail: String,
    took_ms: u64,
}

/// Does what is asked of destinations.
pub(crate) async fn destinations(
    what: Destinations,
    above: &Deployment,
    process: Process<'_>,
) -> anyhow::Result<ExitCode> {
    match what.what.unwrap_or(OfDestinations::List(what.listed)) {
        OfDestinations::List(what) => list(what, above, process).await,
        OfDestinations::Show(what) => show(&what, above, &process).await,
        OfDestinations::Create(what) => create(&what, above, &process).await,
        OfDestinations::Update(what) => update(&what, above, &process).await,
        OfDestinations::Delete(what) => delete(&what, above, &process).await,
        OfDestinations::Test(what) => test(&what, above, &process).await,
    }
}

/// Lists a deployment's, or a stack's by its table.
async fn list(what: Listed, above: &Deployment, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let json = what.remote.json;
    let mut door = match Place::of(what, above, &process)? {
        Place::Deployment(door) => door,
        Place::Stack(of) => return stack::destinations(of, process).await,
    };
    let (destinations, answers) = all(&mut door).await?;
    if json {
        for answered in &answers {
            print_json(answered, &process)?;
        }
    } else {
        print(&listed(&destinations))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(
    what: &DestinationsOne,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::find(&what.remote, above, process)?;
    let call = of(Method::GET, Scope::WebhookRead, find(&mut door, &what.name).await?.id, None);
    let (one, answered): (One<Map<String, Value>>, _) = door.read(&call).await?;
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&fields(&one.data))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(
    what: &DestinationsNew,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let body = settings::new(what.name.as_deref(), &what.settings, process.env)?;
    let mut door = Door::find(&what.remote, above, process)?;
    let call = Call::new(Method::POST, Some(Scope::WebhookWrite), &["api", "v1", "webhooks"]);
    let (made, answered): (Made, _) = door.read(&call.with_body(body)).await?;
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&format!(
            "it is made; `tingting destinations test {0}` sends it a sample, `show {0}` shows it\n",
            made.id
        ))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn update(
    what: &DestinationsChange,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let body = settings::change(what.name.as_deref(), &what.settings, process.env)?;
    let mut door = Door::find(&what.remote, above, process)?;
    let found = find(&mut door, &what.which).await?;
    let call = of(Method::PATCH, Scope::WebhookWrite, found.id, None).with_body(body);
    let answered = door.call(&call).await?;
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&format!("{} is changed\n", clean(&found.destination)))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn delete(
    what: &DestinationsOld,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::find(&what.remote, above, process)?;
    let found = find(&mut door, &what.name).await?;
    let name = clean(&found.destination);
    let called = excerpt(&found.name, 100);
    let question = format!(
        "delete {name} ({called}) at {}? Its open deliveries end as cancelled.",
        door.base()
    );
    agreed(&question, what.yes).await?;
    let call = of(Method::DELETE, Scope::WebhookDelete, found.id, None);
    let answered = door.call(&call).await?;
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&format!("{name} is deleted\n"))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn test(
    what: &DestinationsOne,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::find(&what.remote, above, process)?;
    let found = find(&mut door, &what.name).await?;
    let call = of(Method::POST, Scope::WebhookWrite, found.id, Some("test"));
    let (One { data: tried }, answered): (One<Tried>, _) = door.read(&call).await?;
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&told(&clean(&found.destination), &tried))?,
    }
    Ok(if tried.delivered { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A call of one destination's.
pub(super) fn of(method: Method, scope: Scope, id: u64, deed: Option<&str>) -> Call {
    let id = id.to_string();
    let path: Vec<&str> = ["api", "v1", "webhooks", &id].into_iter().chain(deed).collect();
    Call::new(method, Some(scope), &path)
}

/// Destinations in a table.
fn listed(destinations: &[Destination]) -> String {
    if destinations.is_empty() {
        return "none; make one with `tingting destinations create`\n".to_owned();
    }
    let row = |one: &Destination| {
        [
            one.destination.clone(),
            one.channel.clone(),
            if one.active { "active" } else { "off" }.to_owned(),
            one.event_type.clone().unwrap_or_else(|| "-".to_owned()),
            one.origin.clone(),
            one.webhook_url.clone(),
            if one.name == one.destination { String::new() } else { one.name.clone() },
        ]
    };
    let rows: Vec<_> = destinations.iter().map(row).collect();
    table(["destination", "channel", "state", "events", "origin", "leads to", "name"], &rows)
}

fn told(name: &str, tried: &Tried) -> String {
    let Tried { delivered, verdict, http_status, detail, took_ms } = tried;
    let status = http_status.map(|status| format!(" ({status})")).unwrap_or_default();
    let verdict = excerpt(verdict, 20);
    match delivered {
        true => format!("{name} took it{status} in {took_ms} ms\n"),
        false => format!(
            "{name} did not take it: {verdict}{status} after {took_ms} ms: {}\n",
            excerpt(detail, 300)
        ),
    }
}
