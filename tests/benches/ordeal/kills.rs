//! `tingting serve`, killed with SIGKILL at random moments, those of its start included, while hooks
//! come in and every kind of destination is served.

use std::sync::Arc;
use std::time::Duration;

use embedded::Database;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tempfile::TempDir;
use testkit::real::account::Account;
use testkit::real::audit::Audit;
use testkit::real::caller::{Rhythm, Seen, Senders};
use testkit::real::table::{Table, grouped, millis};
use testkit::real::{Anything, Launch, Wall, timestamp};
use tokio::time::sleep;

use crate::Given;
use crate::shop::{PLACES, Shop, drained};

/// Hooks a second.
const RATE: u32 = 50;
/// The longest that a process lives.
const LIFE: Duration = Duration::from_millis(1_600);
/// Senders at once.
const SENDERS: usize = 32;

/// Kills it and looks into the books; whether all is as promised.
#[expect(clippy::print_stdout, reason = "a measurement prints")]
pub(crate) async fn run(given: &Given) -> Result<bool, Anything> {
    let (folder, shop) = (TempDir::new()?, Shop::open(given.seed).await?);
    let data = folder.path().join("data");
    let program = given.programs.join("tingting");
    let launch = Launch::new(&program, folder.path(), &data, &shop.tables())?;
    let rhythm = Rhythm { from: 0, at_once: SENDERS, per_second: Some(RATE), repeats: true };
    let mut server = launch.start().await?;
    let senders = Senders::start(Arc::new(launch.address), rhythm);
    let mut random = StdRng::seed_from_u64(given.seed);
    let mut starting = 0;
    for kill in 0..given.kills {
        shop.set_gone((given.kills / 8..given.kills / 3).contains(&kill));
        sleep(LIFE.mul_f64(random.random())).await;
        starting += u32::from(!server.healthy().await);
        server.kill()?;
        server = launch.spawn()?;
    }
    server.listening().await?;
    let seen = senders.end().await;
    let drain = drained(&server).await?;
    server.kill()?;
    let account = audit(&data, &shop, &seen).await?;
    println!("{}\n{account}", figures(given, &seen, drain, starting, &account));
    Ok(account.lost() == 0 && account.repeated() == account.explained())
}

/// What the database, the senders and the destinations say.
pub(crate) async fn audit(
    data: &std::path::Path,
    shop: &Shop,
    seen: &Seen,
) -> Result<Account, Anything> {
    let database = Database::open(data, Arc::new(Wall))?;
    let audit = Audit {
        ledger: &database,
        survey: &database,
        books: &shop.books,
        places: PLACES,
        now: timestamp(),
    };
    audit.account(&seen.acknowledged).await
}

fn figures(given: &Given, seen: &Seen, drain: Duration, starting: u32, account: &Account) -> Table {
    let mut table = Table::default();
    table.add("kills: seed", given.seed.to_string(), "");
    let kills = format!("{} ({starting} while it started)", given.kills);
    table.add("kills: SIGKILL", kills, "200");
    table.add("kills: acknowledged hooks", grouped(account.acknowledged), "");
    table.add("kills: calls for them", grouped(seen.calls), "");
    table.add("kills: sent again though acknowledged", grouped(seen.repeated), "");
    table.add("kills: lost", grouped(account.lost()), "0");
    let repeated = format!("{} ({} explained)", account.repeated(), account.explained());
    table.add("kills: repeated at a destination", repeated, "all explained");
    table.add("kills: attempts begun, never written down", grouped(account.unwritten()), "");
    table.add("kills: until nothing was open", millis(drain), "");
    table
}
