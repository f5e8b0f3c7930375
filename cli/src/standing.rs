//! The commands `pause`, `resume` and `held`. What a mark changes is `domain::Standing`'s business,
//! and what is held goes out by the sweep.

mod words;

use std::process::ExitCode;

use anyhow::bail;
use domain::{DestinationName, Holding, Mark, Mode, Name};

use crate::args::{Pause, Resume, Where};
use crate::desk::Desk;
use crate::run::{Process, print};

/// Pauses a destination by hand.
pub(crate) async fn pause(what: Pause, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let desk = Desk::find(&what.place, &process).await?;
    let name = known(&what.name, &desk).await?;
    let marked = desk.ledger.mark(&name, &Mark::Pause, process.clock.now()).await?;
    if let Mode::Disabled { since } = marked.standing.mode {
        bail!(words::disabled(&name, since));
    }
    print(&words::paused(&name, &marked))?;
    Ok(ExitCode::SUCCESS)
}

/// Resumes a destination, or says what that would do.
pub(crate) async fn resume(what: Resume, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let desk = Desk::find(&what.place, &process).await?;
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
pub(crate) async fn held(place: Where, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let desk = Desk::find(&place, &process).await?;
    print(&words::list(&Holding::all(desk.survey.as_ref()).await?))?;
    Ok(ExitCode::SUCCESS)
}

/// A destination of the directory, or those there are.
async fn known(name: &str, desk: &Desk) -> anyhow::Result<DestinationName> {
    let listed = desk.directory.destinations().await?;
    let names: Vec<&str> = listed.iter().map(|listed| listed.name().as_str()).collect();
    if !names.contains(&name) {
        let there = if names.is_empty() { "there is none".to_owned() } else { names.join(", ") };
        bail!("there is no destination {name:?} here; there is: {there}");
    }
    Ok(Name::parse(name)?)
}
