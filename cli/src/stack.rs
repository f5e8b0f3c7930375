//! The commands of a stack on AWS: `apply`, `sources`, `destinations`, and the ledger of one for those
//! that work on any. With the operator's own credentials; what an entry means is `domain`'s.

mod deployed;
mod listing;
mod plan;

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use aws::{DynamoArchive, DynamoSurvey};
use domain::{Archive, Clash, Edited, Entries as _, Entry, EntryId, Origin, Over};

use crate::args::{Apply, Stack, Where};
use crate::config::Config;
use crate::desk::Desk;
use crate::run::{Process, print, read};
use deployed::Deployed;
use plan::{Change, What, plan};

/// Makes the stack's directory say what the file says.
pub(crate) async fn apply(what: Apply, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let config = read(&what.config, process.env)?;
    let wanted = wanted(&config)?;
    let deployed = Deployed::find(&what.stack, &process).await?;
    let found = deployed.directory.entries().await?;
    let changes = plan(&wanted, &found, what.prune);
    for change in changes.iter().filter(|change| change.what != What::Keep) {
        print(&format!("{change}\n"))?;
    }
    if !what.dry_run {
        for change in &changes {
            write(&deployed, change, &wanted).await?;
        }
    }
    print(&summary(&changes, what.dry_run))?;
    for note in notes(&config) {
        print(&format!("note: {note}\n"))?;
    }
    print(&urls(&config, deployed.base.as_deref()))?;
    let clash = changes.iter().any(|change| change.what == What::Clash);
    Ok(if clash { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Lists the stack's sources.
pub(crate) async fn sources(of: Stack, process: Process<'_>) -> anyhow::Result<ExitCode> {
    list(of, process, |id| matches!(id, EntryId::Source(_))).await
}

/// Lists the stack's destinations.
pub(crate) async fn destinations(of: Stack, process: Process<'_>) -> anyhow::Result<ExitCode> {
    list(of, process, |id| matches!(id, EntryId::Destination(_))).await
}

/// The stack's ledger, for an operator's command.
pub(crate) async fn desk(place: &Where, process: &Process<'_>) -> anyhow::Result<Desk> {
    let (deployed, ledger) = Deployed::find_ledger(place, process).await?;
    let directory = Arc::new(deployed.directory);
    let names = providers::ALL.iter().map(|provider| provider.name()).collect();
    let survey = DynamoSurvey::new(ledger.clone(), Arc::clone(&directory) as _, names);
    let ledger = Arc::new(ledger);
    let cabinet = Arc::clone(&ledger) as _;
    Ok(Desk { ledger, survey: Arc::new(survey), cabinet, directory })
}

/// All that the stack keeps.
pub(crate) async fn archive(
    place: &Where,
    process: &Process<'_>,
) -> anyhow::Result<Arc<dyn Archive>> {
    let (deployed, ledger) = Deployed::find_ledger(place, process).await?;
    Ok(Arc::new(DynamoArchive::new(ledger, Arc::new(deployed.directory))))
}

async fn list(
    of: Stack,
    process: Process<'_>,
    wanted: fn(&EntryId) -> bool,
) -> anyhow::Result<ExitCode> {
    let deployed = Deployed::find(&of, &process).await?;
    let mut entries = deployed.directory.entries().await?;
    entries.retain(|entry| wanted(&entry.id));
    print(&listing::list(&entries, deployed.base.as_deref()))?;
    Ok(ExitCode::SUCCESS)
}

fn wanted(config: &Config) -> anyhow::Result<Vec<Entry>> {
    let sources = config.sources.iter().map(|(record, _)| Entry::source(record, Origin::File));
    let destinations = config.destinations.iter();
    let destinations = destinations.map(|(record, _)| Entry::destination(record, Origin::File));
    Ok(sources.chain(destinations).collect::<Result<_, _>>()?)
}

async fn write(deployed: &Deployed, change: &Change, wanted: &[Entry]) -> anyhow::Result<()> {
    let Change { id, what } = change;
    let edited = match what {
        What::Add | What::Update(_) => match wanted.iter().find(|entry| entry.id == *id) {
            Some(entry) => deployed.directory.put(entry, Over::Anything).await,
            None => Ok(Edited::Done),
        },
        What::Remove => deployed.directory.remove(id, Origin::File).await,
        What::Keep | What::Leave | What::Clash => Ok(Edited::Done),
    };
    let written = match edited {
        Ok(Edited::Done | Edited::Changed) => Ok(()),
        Ok(Edited::Clash(origin)) => Err(anyhow::Error::new(Clash { id: id.clone(), origin })),
        Err(error) => Err(error.into()),
    };
    written.with_context(|| {
        format!("the {id} could not be written; what is above it was: apply again")
    })
}

fn summary(changes: &[Change], dry_run: bool) -> String {
    let count = |wanted: fn(&What) -> bool| changes.iter().filter(|c| wanted(&c.what)).count();
    let mut text = format!(
        "{} new, {} changed, {} removed, {} as they were",
        count(|what| *what == What::Add),
        count(|what| matches!(what, What::Update(_))),
        count(|what| *what == What::Remove),
        count(|what| *what == What::Keep),
    );
    let clashes = count(|what| *what == What::Clash);
    if clashes > 0 {
        // Writing to a String cannot fail; so is the other write here.
        _ = write!(text, ", {clashes} not written");
    }
    text.push_str(if dry_run { "; nothing was written (--dry-run)\n" } else { "\n" });
    text
}

/// What is written as it stands, and is probably not what was meant.
fn notes(config: &Config) -> Vec<String> {
    let mut notes = config.strangers();
    for (_, destination) in &config.destinations {
        if destination.channel == "preview" {
            notes.push(format!(
                "destination {} is on the channel preview, which shows nothing on AWS",
                destination.name
            ));
        }
    }
    notes
}

/// What to type at the providers.
fn urls(config: &Config, base: Option<&str>) -> String {
    let mut text = String::new();
    if let Some(base) = base {
        for (_, source) in &config.sources {
            _ = writeln!(text, "  {base}/hooks/{}", source.id);
        }
    }
    text
}
