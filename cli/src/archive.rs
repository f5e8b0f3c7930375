//! The commands `export` and `import`: everything that a ledger and its directory keep, as lines of JSON,
//! out of one backend and into another.

mod sheet;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use domain::{Archive, Filed, Line};
use embedded::Database;

use crate::args::{Moving, Where};
use crate::config::data_folder;
use crate::run::{Process, print};
use crate::stack;

/// Things read or put at once.
const AT_ONCE: usize = 500;
/// In the place of a file: standard output or input.
const STANDARD: &str = "-";

/// Writes everything into a file.
pub(crate) async fn export(what: Moving, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let archive = open(&what.place, true, &process).await?;
    if what.file == Path::new(STANDARD) {
        let mut out = io::BufWriter::new(io::stdout());
        let count = write_all(archive.as_ref(), &mut out).await?;
        tell(&format!("{count} things were exported\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let shown = what.file.display().to_string();
    let file = private(&what.file)
        .with_context(|| format!("{shown} cannot be made; nothing is overwritten"))?;
    let mut out = io::BufWriter::new(&file);
    let written = write_all(archive.as_ref(), &mut out).await;
    drop(out);
    let written = written.and_then(|count| {
        file.sync_all().with_context(|| format!("{shown} cannot be written"))?;
        Ok(count)
    });
    match written {
        Ok(count) => print(&format!(
            "{count} things were exported to {shown}; it holds secrets and payers' data\n"
        ))?,
        Err(error) => {
            // It has no last line and would be refused; nobody needs it.
            _ = std::fs::remove_file(&what.file);
            return Err(error);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Puts everything in a file where it is not yet.
pub(crate) async fn import(what: Moving, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let sheet = if what.file == Path::new(STANDARD) {
        sheet::Sheet::standard_input()?
    } else {
        sheet::Sheet::file(&what.file)
    };
    // The whole, before anything is put: a damaged file changes nothing.
    let mut checked = sheet.open()?;
    while checked.next()?.is_some() {}
    let archive = open(&what.place, false, &process).await?;
    let (mut reading, mut filed) = (sheet.open()?, Filed::default());
    loop {
        let mut some = Vec::with_capacity(AT_ONCE);
        while some.len() < AT_ONCE
            && let Some(kept) = reading.next()?
        {
            some.push(kept);
        }
        if some.is_empty() {
            break;
        }
        let put = archive.file(&some).await;
        let Filed { new, known } = put.context(
            "not everything was imported; import the same file again: what is there is left as it is",
        )?;
        filed = Filed { new: filed.new + new, known: filed.known + known };
        if some.len() < AT_ONCE {
            break;
        }
    }
    let Filed { new, known } = filed;
    print(&format!("{} were imported: {new} new, {known} there already\n", new + known))?;
    Ok(ExitCode::SUCCESS)
}

/// All that is kept where it is meant, and nobody else working on it.
pub(crate) async fn open(
    place: &Where,
    must_exist: bool,
    process: &Process<'_>,
) -> anyhow::Result<Arc<dyn Archive>> {
    if place.is_stack() {
        return stack::archive(place, process).await;
    }
    let folder = data_folder(place.config(), process.env)?;
    if must_exist && !embedded::has_database(&folder) {
        bail!("there is no database in {}; is it the right configuration?", folder.display());
    }
    Ok(Arc::new(Database::open(&folder, Arc::clone(&process.clock))?))
}

async fn write_all(archive: &dyn Archive, out: &mut impl Write) -> anyhow::Result<u64> {
    let mut line = |line: &Line| -> anyhow::Result<()> {
        writeln!(out, "{}", line.to_text()?).context("the export cannot be written")
    };
    line(&Line::Head)?;
    let (mut after, mut count) = (None, 0);
    loop {
        let leaf = archive.leaf(after.as_deref(), AT_ONCE).await?;
        for kept in leaf.kept {
            line(&Line::Kept(Box::new(kept)))?;
            count += 1;
        }
        after = leaf.next;
        if after.is_none() {
            break;
        }
    }
    line(&Line::End(count))?;
    out.flush().context("the export cannot be written")?;
    Ok(count)
}

/// A new file that only its owner may read.
fn private(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Tells people, where stdout is the export's.
fn tell(text: &str) -> anyhow::Result<()> {
    io::stderr().lock().write_all(text.as_bytes()).context("cannot write to stderr")
}
