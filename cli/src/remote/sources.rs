//! The command `sources`: a deployment's, over its API. What is said of them in words is `source`'s.

use std::process::ExitCode;

use anyhow::bail;
use console::access::Scope;
use domain::SourceId;
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::agreed::agreed;
use super::call::Call;
use super::door::Door;
use super::listing::Place;
use super::settings;
use super::shown::print_json;
use super::source::{Made, Source, described, listed, made, named, of};
use crate::args::{
    Deployment, Listed, OfSources, Remote, SourceSettings, Sources, SourcesChange, SourcesEnding,
    SourcesNew, SourcesOne, SourcesRetirement, SourcesRotation,
};
use crate::config::Env;
use crate::run::{Process, print};
use crate::stack;

/// By when every process knows it: what takes hooks keeps its sources so long, at the longest.
const SOON: &str = "within ten minutes";
const STRANGER: &str = "its calls are answered as a stranger's are";

#[derive(Deserialize)]
struct One<T> {
    data: T,
}

/// Does what is asked of sources.
pub(crate) async fn sources(
    what: Sources,
    above: &Deployment,
    process: Process<'_>,
) -> anyhow::Result<ExitCode> {
    match what.what.unwrap_or(OfSources::List(what.listed)) {
        OfSources::List(what) => list(what, above, process).await,
        OfSources::Show(what) => show(&what, above, &process).await,
        OfSources::Create(what) => create(&what, above, &process).await,
        OfSources::Update(what) => update(&what, above, &process).await,
        OfSources::Rotate(what) => rotate(&what, above, &process).await,
        OfSources::Retire(what) => retire(&what, above, &process).await,
        OfSources::Disable(what) => switch(&what, false, above, &process).await,
        OfSources::Enable(what) => switch(&what, true, above, &process).await,
        OfSources::Remove(what) => remove(&what, above, &process).await,
    }
}

/// Lists a deployment's, or a stack's by its table.
async fn list(what: Listed, above: &Deployment, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let json = what.remote.json;
    let mut door = match Place::of(what, above, &process)? {
        Place::Deployment(door) => door,
        Place::Stack(of) => return stack::sources(of, process).await,
    };
    let call = Call::get(Scope::SourceRead, &["api", "v1", "sources"]);
    let (One { data }, answered): (One<Vec<Source>>, _) = door.read(&call).await?;
    match json {
        true => print_json(&answered, &process)?,
        false => print(&listed(&data))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(
    what: &SourcesOne,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let id = named(&what.source)?;
    let mut door = Door::find(&what.remote, above, process)?;
    let call = of(Method::GET, Scope::SourceRead, &id, None);
    let (One { data }, answered): (One<Map<String, Value>>, _) = door.read(&call).await?;
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&described(data)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(
    what: &SourcesNew,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let body = new(what, &named(&what.source)?, process.env)?;
    let said = body.contains_key("secret");
    let call = Call::new(Method::POST, Some(Scope::SourceWrite), &["api", "v1", "sources"]);
    let call = call.with_body(Value::Object(body));
    let mut door = Door::find(&what.remote, above, process)?;
    let (One { data }, answered): (One<Made>, _) = door.read(&call).await?;
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&made("is made", &data, said))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn update(
    what: &SourcesChange,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let (id, mut body) = (named(&what.source)?, Map::new());
    set(&mut body, &what.settings);
    if body.is_empty() {
        bail!("nothing to change: say what, such as --silence 6h");
    }
    let mut door = Door::find(&what.remote, above, process)?;
    let call = of(Method::PATCH, Scope::SourceWrite, &id, None).with_body(Value::Object(body));
    does(&mut door, &call, &format!("{id} is changed"), &what.remote, process).await
}

async fn rotate(
    what: &SourcesRotation,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let id = named(&what.source)?;
    let secret = what.secret_env.as_ref().map(|variable| settings::from_env(variable, process.env));
    let body = secret.transpose()?.map_or(json!({}), |secret| json!({ "secret": secret }));
    let said = what.secret_env.is_some();
    let call = of(Method::POST, Scope::SourceWrite, &id, Some("rotate")).with_body(body);
    let mut door = Door::find(&what.remote, above, process)?;
    let (One { data }, answered): (One<Made>, _) = door.read(&call).await?;
    let done =
        format!("takes a new secret beside the older ones, until `tingting sources retire {id}`");
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&made(&done, &data, said))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn retire(
    what: &SourcesRetirement,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let SourcesRetirement { secret_env, ending: what } = what;
    let id = named(&what.source)?;
    let secret = secret_env.as_ref().map(|variable| settings::from_env(variable, process.env));
    let (body, whose, left) = match secret.transpose()? {
        Some(secret) => (json!({ "secret": secret }), "this secret", "no more calls with it"),
        None => (json!({}), "the older secrets", "its newest secret alone"),
    };
    let mut door = Door::find(&what.remote, above, process)?;
    let question = format!(
        "retire {whose} of {id} at {}? Calls with {} are refused then.",
        door.base(),
        if secret_env.is_some() { "it" } else { "them" }
    );
    agreed(&question, what.yes).await?;
    let call = of(Method::POST, Scope::SourceWrite, &id, Some("retire")).with_body(body);
    let done = format!("{id} takes {left}, {SOON}");
    does(&mut door, &call, &done, &what.remote, process).await
}

/// Disables a source, or enables it.
async fn switch(
    what: &SourcesOne,
    active: bool,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let id = named(&what.source)?;
    let mut door = Door::find(&what.remote, above, process)?;
    let call = of(Method::PATCH, Scope::SourceWrite, &id, None);
    let call = call.with_body(json!({ "active": active }));
    let done = match active {
        true => format!("{id} is enabled: its calls are taken again"),
        false => format!("{id} is disabled: {STRANGER}, {SOON}"),
    };
    does(&mut door, &call, &done, &what.remote, process).await
}

async fn remove(
    what: &SourcesEnding,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let id = named(&what.source)?;
    let mut door = Door::find(&what.remote, above, process)?;
    let question = format!(
        "remove {id} at {}? Its calls are answered as a stranger's are; what it brought is kept.",
        door.base()
    );
    agreed(&question, what.yes).await?;
    let call = of(Method::DELETE, Scope::SourceWrite, &id, None);
    let done = format!("{id} is removed: {STRANGER}, {SOON}");
    does(&mut door, &call, &done, &what.remote, process).await
}

/// Has it done, and says that it is.
async fn does(
    door: &mut Door,
    call: &Call,
    done: &str,
    remote: &Remote,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let answered = door.call(call).await?;
    match remote.json {
        true => print_json(&answered, process)?,
        false => print(&format!("{done}\n"))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is said of a new one.
fn new(what: &SourcesNew, id: &SourceId, env: Env<'_>) -> anyhow::Result<Map<String, Value>> {
    let mut body = match &what.file {
        Some(path) => settings::read(path)?,
        None => Map::new(),
    };
    body.insert("provider".to_owned(), id.provider().into());
    body.insert("name".to_owned(), id.name().into());
    for (field, said) in
        [("auth", &what.auth), ("client_id", &what.client_id), ("header", &what.header)]
    {
        if let Some(said) = said {
            body.insert(field.to_owned(), said.as_str().into());
        }
    }
    if let Some(variable) = &what.secret_env {
        body.insert("secret".to_owned(), settings::from_env(variable, env)?.into());
    }
    set(&mut body, &what.settings);
    Ok(body)
}

/// Puts what may be changed among the fields.
fn set(body: &mut Map<String, Value>, said: &SourceSettings) {
    let SourceSettings { max_age, code_pattern, silence } = said;
    for (field, said) in
        [("max_age", max_age), ("code_pattern", code_pattern), ("silence", silence)]
    {
        if let Some(said) = said {
            body.insert(field.to_owned(), said.as_str().into());
        }
    }
}
