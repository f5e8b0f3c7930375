//! The command `erase`: one payer's data out of all that is kept. What names a payer and what is left of
//! it is `domain::erase`'s. Nothing here shows who was meant.

use std::process::ExitCode;

use anyhow::Context as _;
use domain::{Erased, Payer, erase as erase_from};

use crate::archive;
use crate::args::Erase;
use crate::config::data_folder;
use crate::run::{Process, print};

const STAYS: &str = "Kept: keys, kinds, times, amounts and states, so that repeats stay known and totals \
                     true. A key may itself hold an account number, as ThueAPI's do.\n";
const NOT_HERE: &str = "Not reached: copies, exports, tingting.db.before-restore, logs that you keep, and \
                        what was sent to destinations.\n";
const NOT_ON_AWS: &str = "Not reached: messages on the queues and among the dead letters, which SQS deletes \
                          within two weeks; backups of the tables, exports, and what was sent to \
                          destinations. What was under way meanwhile may have written again: erase once \
                          more in an hour.\n";

/// Erases a payer, or says how much names them.
pub(crate) async fn erase(what: Erase, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let payer = match (&what.payer.account, &what.payer.name) {
        (Some(account), _) => Payer::account(account)?,
        (None, name) => Payer::name(name.as_deref().unwrap_or_default())?,
    };
    let archive = archive::open(&what.place, true, &process).await?;
    let done = erase_from(archive.as_ref(), &payer, process.clock.now(), what.dry_run).await;
    let erased = done.context("not everything was erased; erase again")?;
    drop(archive);
    let counts = words(&erased, what.place.is_stack());
    if what.dry_run {
        print(&format!("would be erased: {counts}; nothing was written (--dry-run)\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    if !what.place.is_stack() {
        let folder = data_folder(what.place.config(), process.env)?;
        let scrubbed = tokio::task::spawn_blocking(move || embedded::scrub(&folder)).await?;
        scrubbed.with_context(|| {
            format!(
                "erased: {counts}; but the file could not be written anew, and its free space still \
                 holds it: make room and erase again"
            )
        })?;
    }
    let not_reached = if what.place.is_stack() { NOT_ON_AWS } else { NOT_HERE };
    print(&format!("erased: {counts}\n{STAYS}{not_reached}"))?;
    if erased.missed > 0 {
        print(&format!(
            "{} things were changed by others again and again: erase once more\n",
            erased.missed
        ))?;
        return Ok(ExitCode::FAILURE);
    }
    if erased.untaken > 0 {
        print(&format!(
            "{} events were left alone: no destination was chosen for them yet. {}\n",
            erased.untaken,
            if what.place.is_stack() {
                "Erase once more in an hour."
            } else {
                "Run tingting serve for a minute, then erase once more."
            }
        ))?;
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn words(erased: &Erased, is_stack: bool) -> String {
    let Erased { events, conflicts, attempts, parked, dead_letters, queued, untaken: _, missed: _ } =
        erased;
    let ledger = format!(
        "{events} events, {conflicts} in conflict, what {attempts} attempts were answered, {parked} parked \
         bodies"
    );
    if is_stack {
        return ledger;
    }
    format!("{ledger}, {dead_letters} dead letters, {queued} messages on the queue")
}
