//! The commands `pause`, `resume` and `held`, on a ledger; a deployment that is named is asked over its API
//! (`remote`). What a mark changes is `domain::Standing`'s business, and what is held goes out by the sweep.

pub(crate) mod words;

use std::process::ExitCode;

use anyhow::bail;
use domain::{DestinationName, Holding, Mark, Mode};

use crate::args::{Anywhere, Deployment, Pause, Resume};
use crate::desk::Desk;
use crate::remote::{self, Base};
use crate::run::{Process, print};

/// Pauses a destination by hand.
pub(crate) async fn pause(
    what: Pause,
    above: &Deployment,
    process: Process<'_>,
) -> anyhow::Result<ExitCode> {
    if let Some(base) = Base::meant(&what.place, above, process.env)? {
        return remote::pause(base, &what, &process).await;
    }
    let desk = Desk::find(&what.place.ledger, &process).await?;
    let name = known(&what.name, &desk).await?;
    let marked = desk.ledger.mark(&name, &Mark::Pause, process.clock.now()).await?;
    if let Mode::Disabled { since } = marked.standing.mode {
        bail!(words::disabled(&name, since));
    }
    print(&words::paused(&name, &marked))?;
    Ok(ExitCode::SUCCESS)
}

/// Resumes a destination, or says what that would do.
pub(crate) async fn resume(
    what: Resume,
    above: &Deployment,
    process: Process<'_>,
) -> anyhow::Result<ExitCode> {
    if let Some(base) = Base::meant(&what.place, above, process.env)? {
        return remote::resume(base, &what, &process).await;
    }
    let desk = Desk::find(&what.place.ledger, &process).await?;
    let name = known(&what.name, &desk).await?;
    let standing = desk.ledger.standing(&name).await?;
    let holding = Holding::of(desk.survey.as_ref(), name, standing).await?;
    if what.dry_run {
        print(&words::dry_run(&holding))?;
        return Ok(ExitCode::SUCCESS);
    }
    let now = process.clock.now();
    let marked = desk.ledger.mark(&holding.destination, &Mark::Resume, now).await?;
    print(&words::resumed(&holding, marked.changed))?;
    Ok(ExitCode::SUCCESS)
}

/// Lists the destinations that are paused, disabled or holding something.
pub(crate) async fn held(
    place: Anywhere,
    above: &Deployment,
    process: Process<'_>,
) -> anyhow::Result<ExitCode> {
    if let Some(base) = Base::meant(&place, above, process.env)? {
        return remote::held(base, &place.remote, &process).await;
    }
    let desk = Desk::find(&place.ledger, &process).await?;
    print(&words::list(&Holding::all(desk.survey.as_ref()).await?))?;
    Ok(ExitCode::SUCCESS)
}

/// A destination of the directory by its name, or by what one alone is called; else those there are.
async fn known(typed: &str, desk: &Desk) -> anyhow::Result<DestinationName> {
    let listed = desk.directory.destinations().await?;
    let named = listed.iter().find(|one| one.name().as_str() == typed);
    let mut called = listed.iter().filter(|one| one.title() == typed);
    match (named, called.next(), called.next()) {
        (Some(one), _, _) | (None, Some(one), None) => Ok(one.name().clone()),
        (None, first, _) => {
            let names: Vec<(&str, &str)> =
                listed.iter().map(|one| (one.name().as_str(), one.title())).collect();
            let there = words::there(&names);
            match first {
                Some(_) => {
                    bail!("several destinations are called {typed:?}: choose by name: {there}")
                }
                None => bail!("there is no destination {typed:?} here; there is: {there}"),
            }
        }
    }
}
