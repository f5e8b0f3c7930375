//! The command `replay`: many events to one destination again, counted first, then one by one, oldest first. It
//! stops at the first refusal. Each call has a key of the replay's name, the event and the destination: said
//! again, after a lost answer or in another run under the same name, it does nothing twice.

use std::process::ExitCode;

use anyhow::bail;
use domain::clean;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::agreed::agreed;
use super::deliveries::of;
use super::destination::{Destination, find};
use super::door::Door;
use super::event::Event;
use super::events::{Pages, query};
use super::failed::Failed;
use super::shown::{ZONE, moment};
use crate::args::{Again, Deployment, Replay};
use crate::run::{Process, print};

/// Events in one answer: as many as the API gives.
const PER_PAGE: &str = "200";

impl Again {
    fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Sends again what is asked for.
pub(crate) async fn replay(
    what: &Replay,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::find(&what.remote, above, process)?;
    let to = find(&mut door, &what.destination).await?;
    let events = found(&mut door, what, &to).await?;
    let name = clean(&to.destination);
    if what.dry_run || events.is_empty() {
        let why = if what.dry_run { "nothing was sent (--dry-run)" } else { "nothing to send" };
        let text = format!("{}\n{why}\n", counted(&events, what.state, &name));
        print(&if what.remote.json { summary(&name, events.len(), 0, None) } else { text })?;
        return Ok(ExitCode::SUCCESS);
    }
    if what.state == Again::Held {
        bail!(
            "{}\nwhat is held goes out by `tingting resume {name}`: all of it, oldest first; it is not sent \
             one by one",
            counted(&events, what.state, &name)
        );
    }
    let question = format!("{}: send it to {name} again?", counted(&events, what.state, &name));
    agreed(&question, what.yes).await?;
    let run = what.run.clone().unwrap_or_else(|| format!("{:016x}", process.entropy.next()));
    let (sent, ended) = all(&mut door, &events, &to, &run).await;
    let left = events.len() - sent;
    if what.remote.json {
        print(&summary(&name, events.len(), sent, Some(&run)))?;
    }
    if let Err(failed) = ended {
        let first = events.get(sent).map(Event::handle).unwrap_or_default();
        bail!(
            "{failed}\n{sent} of {} were sent again, {left} are left, {} first; go on with the same command and \
             --run {run}: nothing is sent twice",
            events.len(),
            clean(first)
        );
    }
    if !what.remote.json {
        print(&format!("{sent} were sent to {name} again\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Every event that is meant, oldest first.
async fn found(door: &mut Door, what: &Replay, to: &Destination) -> anyhow::Result<Vec<Event>> {
    let state = what.state.word();
    let mut query = query(&what.filters);
    query.extend([
        ("state", state.to_owned()),
        ("destination", to.destination.clone()),
        ("limit", PER_PAGE.to_owned()),
    ]);
    let (mut pages, mut events) = (Pages::new(query, None), Vec::new());
    while let Some((page, _)) = pages.next(door).await? {
        // The filters may each hold by another delivery of an event's.
        let meant = |event: &Event| {
            event.deliveries.iter().any(|one| one.webhook_id == to.id && one.state == state)
        };
        events.extend(page.into_iter().filter(meant));
    }
    events.reverse();
    Ok(events)
}

/// Sends them; how many were, and why no more.
async fn all(
    door: &mut Door,
    events: &[Event],
    to: &Destination,
    run: &str,
) -> (usize, Result<(), Failed>) {
    // On standard error, and only where that is a terminal.
    let bar = ProgressBar::new(u64::try_from(events.len()).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {per_sec}  {eta}") {
        bar.set_style(style);
    }
    for (sent, event) in events.iter().enumerate() {
        if let Err(failed) = one(door, event, to, run).await {
            bar.finish_and_clear();
            return (sent, Err(failed));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    (events.len(), Ok(()))
}

/// Sends one.
async fn one(door: &mut Door, event: &Event, to: &Destination, run: &str) -> Result<(), Failed> {
    let call = of(&event.id, to.id, "resend").under(key(run, &event.id, to.id));
    door.call(&call).await.map(drop)
}

fn key(run: &str, event: &str, to: u64) -> String {
    let text = json!([run, event, to]).to_string();
    hex::encode(Sha256::digest(text))
}

fn counted(events: &[Event], state: Again, name: &str) -> String {
    let state = state.word();
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        return format!("no event has a {state} delivery to {name}");
    };
    let count = match events.len() {
        1 => format!("1 event with a {state} delivery to {name}"),
        count => format!("{count} events with a {state} delivery to {name}"),
    };
    let [first, last] = [first, last].map(|event| clean(&moment(&event.received)));
    format!("{count}, received {first} to {last} {ZONE}")
}

fn summary(name: &str, found: usize, sent: usize, run: Option<&str>) -> String {
    format!("{}\n", json!({ "destination": name, "found": found, "sent": sent, "run": run }))
}
