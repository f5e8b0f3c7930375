//! The commands `backup` and `restore`: this machine's database as one file. How a copy is made and
//! verified is `embedded`'s business; moving what it holds elsewhere is `export`'s.

use std::process::ExitCode;

use anyhow::bail;
use embedded::Counts;

use crate::args::{Backup, Restore};
use crate::config::data_folder;
use crate::run::{Process, print};

/// Copies the database while `serve` goes on.
pub(crate) async fn backup(what: Backup, process: Process<'_>) -> anyhow::Result<ExitCode> {
    if what.file.as_os_str() == "-" {
        bail!("a copy is a file, not a stream: name one, such as copy.db");
    }
    let folder = data_folder(&what.config, process.env)?;
    let told = format!("{} was written and verified: ", what.file.display());
    let counts = tokio::task::spawn_blocking(move || embedded::backup(&folder, &what.file));
    print(&format!("{told}{}\n", words(&counts.await??)))?;
    Ok(ExitCode::SUCCESS)
}

/// Puts a copy back.
pub(crate) async fn restore(what: Restore, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let folder = data_folder(&what.config, process.env)?;
    let there = embedded::has_database(&folder);
    if there && !what.yes {
        bail!(
            "there is a database in {} already. Restoring sets it aside, as tingting.db.before-restore: \
             what came in after the copy was made is then missing, and what was delivered since is \
             delivered again. Say --yes if that is what you want",
            folder.display()
        );
    }
    let mut told = format!("{} is the database in {} now", what.file.display(), folder.display());
    if there {
        told.push_str("; the one before is beside it, as tingting.db.before-restore");
    }
    let counts = tokio::task::spawn_blocking(move || embedded::restore(&what.file, &folder));
    print(&format!("{told}\n{}\n", words(&counts.await??)))?;
    Ok(ExitCode::SUCCESS)
}

fn words(counts: &Counts) -> String {
    let Counts { events, deliveries, attempts, messages, sources, destinations } = counts;
    format!(
        "{events} events, {deliveries} deliveries, {attempts} attempts, {messages} messages on the \
         queue, {sources} sources, {destinations} destinations"
    )
}
