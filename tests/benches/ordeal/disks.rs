//! A disk that is full for a while, and one that cannot be written for a while. Files that are damaged
//! are in `files`.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use testkit::real::caller::{Rhythm, Senders};
use testkit::real::table::{Table, grouped};
use testkit::real::{Anything, Launch};
use testkit::shim;
use tokio::time::sleep;

use crate::kills::audit;
use crate::shop::{Shop, drained};
use crate::{Given, files};

const RHYTHM: Rhythm = Rhythm { from: 0, at_once: 32, per_second: Some(50), repeats: true };
const WELL: Duration = Duration::from_secs(5);
const ILL: Duration = Duration::from_secs(12);

/// A trouble that comes and goes.
enum Trouble {
    /// A file system of its own, filled to the last byte by a file.
    Full { ballast: PathBuf },
    /// What the library between program and disk says (`shims/fsync.c`).
    Said { flag: PathBuf, what: &'static str },
}

impl Trouble {
    fn begin(&self) -> Result<(), Anything> {
        match self {
            Self::Full { ballast } => {
                let (mut file, block) = (File::create(ballast)?, [0; 4096]);
                while file.write_all(&block).is_ok() {}
                Ok(())
            }
            Self::Said { flag, what } => Ok(fs::write(flag, what)?),
        }
    }

    fn end(&self) -> Result<(), Anything> {
        match self {
            Self::Full { ballast: file } | Self::Said { flag: file, .. } => {
                Ok(fs::remove_file(file)?)
            }
        }
    }
}

/// A small file system in memory; unmounted when dropped.
struct Mounted(PathBuf);

impl Mounted {
    /// None where this user may not mount.
    fn at(folder: &Path) -> Option<Self> {
        fs::create_dir_all(folder).ok()?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=48m", "tingting"]).arg(folder);
        let mounted = mount.output().is_ok_and(|done| done.status.success());
        mounted.then(|| Self(folder.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // It goes with the machine, if not now.
        _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// All of them; whether all is as promised.
#[expect(clippy::print_stdout, reason = "a measurement prints")]
pub(crate) async fn run(given: &Given) -> Result<bool, Anything> {
    let mut table = Table::default();
    let full = passing(given, &mut table, "full").await?;
    let unwritable = passing(given, &mut table, "read-only").await?;
    let refused = files::run(given, &mut table).await?;
    println!("{table}");
    Ok(full && unwritable && refused)
}

/// A trouble that comes under load and goes again.
async fn passing(given: &Given, table: &mut Table, what: &'static str) -> Result<bool, Anything> {
    let (folder, shop) = (TempDir::new()?, Shop::open(given.seed).await?);
    let disk = folder.path().join("disk");
    let mounted = (what == "full").then(|| Mounted::at(&disk)).flatten();
    let data = disk.join("data");
    let program = given.programs.join("tingting");
    let mut launch = Launch::new(&program, folder.path(), &data, &shop.tables())?;
    let flag = folder.path().join("fault");
    let how = if mounted.is_some() { "a tmpfs" } else { "the library before libc" };
    let trouble = if mounted.is_some() {
        Trouble::Full { ballast: disk.join("ballast") }
    } else {
        launch.env.push(("LD_PRELOAD".to_owned(), shim::compile(folder.path()).into()));
        launch.env.push(("DISK_FAULT".to_owned(), flag.clone().into()));
        Trouble::Said { flag, what }
    };
    let mut server = launch.start().await?;
    let senders = Senders::start(Arc::new(launch.address), RHYTHM);
    sleep(WELL).await;
    let before = senders.seen().acknowledged.len();
    trouble.begin()?;
    sleep(ILL).await;
    let ill = server.healthy().await;
    let during = senders.seen().acknowledged.len();
    trouble.end()?;
    sleep(WELL).await;
    let seen = senders.end().await;
    drained(&server).await?;
    server.kill()?;
    let account = audit(&data, &shop, &seen).await?;
    let row = |row: &str| format!("disk {what}, by {how}: {row}");
    let counts = format!(
        "{} / {} / {}",
        grouped(count(before)),
        grouped(count(during - before)),
        grouped(account.acknowledged - count(during))
    );
    table.add(row("acknowledged before / while / after"), counts, "");
    table.add(row("healthy while it lasted"), if ill { "yes" } else { "no" }, "no");
    table.add(row("lost"), grouped(account.lost()), "0");
    let repeated = format!("{} ({} explained)", account.repeated(), account.explained());
    table.add(row("repeated"), repeated, "all explained");
    Ok(account.lost() == 0 && account.repeated() == account.explained() && !ill)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
