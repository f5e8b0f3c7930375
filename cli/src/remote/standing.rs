//! The commands `pause`, `resume` and `held` at a deployment, in the same words as at a ledger
//! (`standing::words`).

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use console::access::Scope;
use domain::{Cause, Holding, Marked, Mode, Name, Standing, Streak};
use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::base::Base;
use super::destination::{all, find};
use super::destinations::of;
use super::door::Door;
use super::shown::print_json;
use crate::args::{Pause, Remote, Resume};
use crate::run::{Process, print};
use crate::standing::words;

#[derive(Deserialize)]
struct One<T> {
    data: T,
}

/// What came of a pause or a resume.
#[derive(Deserialize)]
struct Changed {
    changed: bool,
    standing: Shown,
}

/// How a destination stands, as the API says it.
#[derive(Serialize, Deserialize)]
struct Shown {
    mode: String,
    since: Option<Timestamp>,
    cause: Option<String>,
    words: Option<String>,
    failing_since: Option<Timestamp>,
    failures: u32,
    held: u64,
    oldest_held: Option<Timestamp>,
}

/// Pauses a destination by hand.
pub(crate) async fn pause(
    base: Base,
    what: &Pause,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::at(base, &what.place.remote, process)?;
    let found = find(&mut door, &what.name).await?;
    let call = of(Method::POST, Scope::WebhookWrite, found.id, Some("pause"));
    let (One { data }, answered): (One<Changed>, _) = door.read(&call).await?;
    if what.place.remote.json {
        print_json(&answered, process)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Holding { destination, standing, .. } = data.standing.parse(&found.destination)?;
    print(&words::paused(&destination, &Marked { standing, changed: data.changed }))?;
    Ok(ExitCode::SUCCESS)
}

/// Resumes a destination, or says what that would do.
pub(crate) async fn resume(
    base: Base,
    what: &Resume,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::at(base, &what.place.remote, process)?;
    let found = find(&mut door, &what.name).await?;
    let call = of(Method::POST, Scope::WebhookWrite, found.id, Some("resume"));
    let call = call.with_body(json!({ "dry_run": what.dry_run }));
    let (One { data }, answered): (One<Changed>, _) = door.read(&call).await?;
    if what.place.remote.json {
        print_json(&answered, process)?;
        return Ok(ExitCode::SUCCESS);
    }
    let holding = data.standing.parse(&found.destination)?;
    print(&match what.dry_run {
        true => words::dry_run(&holding),
        false => words::resumed(&holding, data.changed),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Lists the destinations that are paused, disabled or holding something; with `--json` one on each line.
pub(crate) async fn held(
    base: Base,
    remote: &Remote,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::at(base, remote, process)?;
    let mut holdings = Vec::new();
    for one in all(&mut door).await?.0 {
        let call = of(Method::GET, Scope::WebhookRead, one.id, Some("standing"));
        let (One { data }, _): (One<Shown>, _) = door.read(&call).await?;
        if data.held == 0 && data.mode == "active" {
            continue;
        }
        if remote.json {
            let name = &one.destination;
            print(&format!(
                "{}\n",
                json!({ "id": one.id, "destination": name, "standing": data })
            ))?;
        }
        holdings.push(data.parse(&one.destination)?);
    }
    if !remote.json {
        print(&words::list(&holdings))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Shown {
    fn parse(self, destination: &str) -> anyhow::Result<Holding> {
        let destination =
            Name::parse(destination).context("it names a destination that is none")?;
        let since = self.since;
        let mode = match (self.mode.as_str(), since) {
            ("active", _) => Mode::Active,
            ("disabled", Some(since)) => Mode::Disabled { since },
            ("paused", Some(since)) => {
                let cause = match self.cause.as_deref() {
                    Some("operator") => Cause::Operator,
                    Some("failing") => Cause::Failing,
                    _ => Cause::Dead(self.words.unwrap_or_default()),
                };
                Mode::Paused { since, cause }
            }
            _ => {
                bail!("it says that {destination} stands in a way that this program does not know")
            }
        };
        let failures = self.failures;
        let streak = self.failing_since.map(|since| Streak { since, failures });
        let standing = Standing { mode, streak, ..Standing::default() };
        Ok(Holding { destination, standing, held: self.held, oldest: self.oldest_held })
    }
}
