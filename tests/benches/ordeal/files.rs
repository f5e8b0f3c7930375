//! Files that are damaged, and one that cannot be written: the program does not start on them, names
//! them, and leaves them as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use testkit::real::caller::{Rhythm, Senders};
use testkit::real::table::Table;
use testkit::real::{Anything, Launch};
use testkit::shim;
use tokio::time::sleep;

use crate::Given;
use crate::shop::Shop;

const RHYTHM: Rhythm = Rhythm { from: 0, at_once: 32, per_second: Some(50), repeats: false };
const TARGET: &str = "refused, named, untouched";

/// What is done to a file.
struct Damage {
    what: &'static str,
    done: fn(&mut Vec<u8>),
    /// Whether a start sees it: it does not read the whole file.
    seen: bool,
}

const DAMAGES: &[Damage] = &[
    Damage { what: "its first bytes", done: |bytes| bytes[..16].fill(0), seen: true },
    Damage { what: "its first page", done: |bytes| bytes[16..PAGE].fill(0xaa), seen: true },
    Damage { what: "its second half gone", done: |b| b.truncate(b.len() / 2), seen: true },
    Damage { what: "another file", done: |b| *b = b"no database\n".repeat(400), seen: true },
    Damage {
        what: "a page in the middle",
        done: |bytes| {
            let middle = bytes.len() / 2 / PAGE * PAGE;
            bytes[middle..middle + PAGE].fill(0xaa);
        },
        seen: false,
    },
];
/// SQLite's, where nothing else was asked for.
const PAGE: usize = 4096;

/// A folder with something in it that nobody uses.
struct Left {
    launch: Launch,
    file: PathBuf,
    folder: TempDir,
}

impl Left {
    async fn by_a_server(given: &Given) -> Result<Self, Anything> {
        let (folder, shop) = (TempDir::new()?, Shop::open(given.seed).await?);
        let data = folder.path().join("data");
        let program = given.programs.join("tingting");
        let launch = Launch::new(&program, folder.path(), &data, &shop.tables())?;
        let mut server = launch.start().await?;
        let senders = Senders::start(Arc::new(launch.address), RHYTHM);
        sleep(Duration::from_secs(2)).await;
        senders.end().await;
        server.kill()?;
        settle(&data)?;
        Ok(Self { launch, file: data.join("tingting.db"), folder })
    }

    /// Starts on it: what came of that, and whether it was refused by name and nothing was written.
    async fn started_on(&self) -> Result<(String, bool), Anything> {
        let before = Sha256::digest(fs::read(&self.file)?);
        let started = self.launch.spawn()?.listening().await;
        let (said, named) = match started {
            Ok(()) => ("started", false),
            Err(why) if why.to_string().contains("tingting.db") => ("refused, named", true),
            Err(_) => ("refused, NOT NAMED", false),
        };
        let kept = Sha256::digest(fs::read(&self.file)?) == before;
        let untouched = if kept { "untouched" } else { "CHANGED" };
        Ok((format!("{said}, {untouched}"), named && kept))
    }
}

/// All of them; whether all is as promised.
pub(crate) async fn run(given: &Given, table: &mut Table) -> Result<bool, Anything> {
    let mut all = true;
    for Damage { what, done, seen } in DAMAGES {
        let left = Left::by_a_server(given).await?;
        let mut bytes = fs::read(&left.file)?;
        done(&mut bytes);
        fs::write(&left.file, &bytes)?;
        let (said, refused) = left.started_on().await?;
        let target = if *seen { TARGET } else { "a start does not read it" };
        table.add(format!("damaged, {what}"), said, target);
        all &= refused || !seen;
    }
    let mut left = Left::by_a_server(given).await?;
    let (folder, flag) = (left.folder.path(), left.folder.path().join("fault"));
    fs::write(&flag, "read-only")?;
    left.launch.env.push(("LD_PRELOAD".to_owned(), shim::compile(folder).into()));
    left.launch.env.push(("DISK_FAULT".to_owned(), flag.into()));
    let (said, refused) = left.started_on().await?;
    table.add("a start on a read-only file", said, TARGET);
    Ok(all && refused)
}

/// Everything into the one file, as after a clean end.
fn settle(data: &Path) -> Result<(), Anything> {
    let database = rusqlite::Connection::open(data.join("tingting.db"))?;
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}
