//! A machine whose clock is set while it works: back, forth, by seconds and by minutes.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tempfile::TempDir;
use testkit::real::account::Account;
use testkit::real::caller::{Rhythm, Senders};
use testkit::real::table::{Table, grouped, millis};
use testkit::real::{Anything, Launch, timestamp};
use testkit::shim;
use tokio::time::sleep;

use crate::Given;
use crate::kills::audit;
use crate::shop::{Shop, drained};

const RHYTHM: Rhythm = Rhythm { from: 0, at_once: 32, per_second: Some(50), repeats: true };
/// By how many seconds it is wrong, and for how long.
type Steps = &'static [(i64, u64)];
/// Back: nothing is lost, nothing repeated, be it by minutes; nor by the five seconds on again that a
/// lease is longer than the work.
const BACK: Steps = &[(0, 5), (-5, 10), (0, 10), (-300, 15)];
/// Forth: nothing is lost. A lease is over when its time is, so that what was under way at that moment
/// may come again.
const FORTH: Steps = &[(0, 5), (300, 15)];

/// A clock that goes on from a file, wrong by as much as it is told (`shims/clock.c`).
struct Clockwork {
    wrong_by: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
    hand: Option<JoinHandle<()>>,
}

impl Clockwork {
    fn start(file: File) -> Self {
        let (wrong_by, stop) = (Arc::<AtomicI64>::default(), Arc::<AtomicBool>::default());
        let (wrong, stopped) = (Arc::clone(&wrong_by), Arc::clone(&stop));
        let tick = move || {
            while !stopped.load(Ordering::Relaxed) {
                let wrong = i128::from(wrong.load(Ordering::Relaxed)) * 1_000_000_000;
                let shown = i64::try_from(timestamp().as_nanosecond() + wrong).unwrap_or(0);
                // Should it fail, the clock stands still, and the audit tells.
                _ = file.write_all_at(&shown.to_ne_bytes(), 0);
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        Self { wrong_by, stop, hand: Some(std::thread::spawn(tick)) }
    }
}

impl Drop for Clockwork {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(hand) = self.hand.take() {
            _ = hand.join();
        }
    }
}

/// Sets it; whether all is as promised.
#[expect(clippy::print_stdout, reason = "a measurement prints")]
pub(crate) async fn run(given: &Given) -> Result<bool, Anything> {
    let (mut table, mut all) = (Table::default(), true);
    for (what, steps) in [("back", BACK), ("forth", FORTH)] {
        let (account, drain) = set(given, steps).await?;
        let row = |row: &str| format!("clock set {what}: {row}");
        let by: Vec<String> = steps.iter().map(|(by, s)| format!("{by:+} s for {s} s")).collect();
        let (repeated, explained) = (account.repeated(), account.explained());
        let target = if what == "back" { "0" } else { "all explained" };
        table.add(row("wrong by"), by.join(", "), "");
        table.add(row("acknowledged hooks"), grouped(account.acknowledged), "");
        table.add(row("lost"), grouped(account.lost()), "0");
        table.add(row("repeated"), format!("{repeated} ({explained} explained)"), target);
        table.add(row("until nothing was open"), millis(drain), "");
        println!("{account}");
        let allowed = if what == "back" { 0 } else { explained };
        all &= account.lost() == 0 && repeated == allowed;
    }
    println!("{table}");
    Ok(all)
}

/// One run.
async fn set(given: &Given, steps: Steps) -> Result<(Account, Duration), Anything> {
    let (folder, shop) = (TempDir::new()?, Shop::open(given.seed).await?);
    let data = folder.path().join("data");
    let program = given.programs.join("tingting");
    let mut launch = Launch::new(&program, folder.path(), &data, &shop.tables())?;
    let clock = folder.path().join("clock");
    let clockwork = Clockwork::start(File::create(&clock)?);
    sleep(Duration::from_millis(50)).await;
    launch.env.push(("LD_PRELOAD".to_owned(), shim::compile_clock(folder.path()).into()));
    launch.env.push(("CLOCK_FILE".to_owned(), clock.into()));
    let mut server = launch.start().await?;
    let senders = Senders::start(Arc::new(launch.address), RHYTHM);
    for (wrong_by, seconds) in steps {
        clockwork.wrong_by.store(*wrong_by, Ordering::Relaxed);
        sleep(Duration::from_secs(*seconds)).await;
    }
    let seen = senders.end().await;
    let drain = drained(&server).await?;
    server.kill()?;
    Ok((audit(&data, &shop, &seen).await?, drain))
}
