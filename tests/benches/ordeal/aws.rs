//! The functions over a server that speaks DynamoDB and SQS, behind one that throttles, fails, forgets
//! and stalls by chance, while functions are killed in the midst of their work.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws::DynamoDirectory;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use testkit::aws::{Call, Meddler, Place, Reply, Server};
use testkit::real::account::Account;
use testkit::real::audit::Audit;
use testkit::real::caller::{Rhythm, Senders};
use testkit::real::lambdas::{Crew, Lambdas, furnish};
use testkit::real::table::{Table, grouped, millis};
use testkit::real::{Anything, Wall, now, timestamp};
use tokio::time::sleep;

use crate::Given;
use crate::shop::{PLACES, Shop};

/// Hooks a second: what the server behind can keep up with.
const RATE: u32 = 2;
/// The longest between two kills.
const LIFE: Duration = Duration::from_secs(4);
/// Once all is well again nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(1_800);
const LOOK: Duration = Duration::from_secs(20);

/// Kills them; whether all is as promised.
#[expect(clippy::print_stdout, reason = "a measurement prints")]
pub(crate) async fn run(given: &Given) -> Result<bool, Anything> {
    let kills = given.kills / 4;
    let (place, shop) = (Place::make(Server::quick()).await, Shop::open(given.seed).await?);
    furnish(&place, shop.records()).await?;
    let calm = Arc::new(AtomicBool::new(false));
    let server = Server::quick();
    let meddle = async |url: &str, more| {
        Meddler::before(url, meddling(given.seed + more, Arc::clone(&calm))).await
    };
    let (tables, queues) = (meddle(server.url(), 0).await, meddle(server.queues_url(), 1).await);
    let crew = Crew {
        programs: given.programs.clone(),
        tables: tables.url(),
        queues: queues.url(),
        ingest: 2,
        dispatch: 2,
        sweep_every: Duration::from_secs(20),
    };
    let lambdas = Arc::new(Lambdas::start(&crew, &place));
    let rhythm = Rhythm { from: 0, at_once: 16, per_second: Some(RATE), repeats: true };
    let senders = Senders::start(Arc::clone(&lambdas), rhythm);
    let mut random = StdRng::seed_from_u64(given.seed);
    while lambdas.killed() < kills {
        let killed = lambdas.killed();
        shop.set_gone((kills / 8..kills / 3).contains(&killed));
        sleep(LIFE.mul_f64(random.random())).await;
        lambdas.kill_one();
    }
    shop.set_gone(false);
    let seen = senders.end().await;
    calm.store(true, Ordering::Relaxed);
    let started = now();
    let account = loop {
        sleep(LOOK).await;
        let account = audit(&place, &shop, &seen.acknowledged).await?;
        if account.open() == 0 || started.elapsed() > PATIENCE {
            break account;
        }
    };
    let mut table = Table::default();
    table.add("aws: seed", given.seed.to_string(), "");
    table.add("aws: functions killed at work", grouped(u64::from(lambdas.killed())), "");
    let calls = tables.operations().len() + queues.operations().len();
    table.add("aws: calls to AWS, before the calm one in nine meddled with", calls.to_string(), "");
    table.add("aws: acknowledged hooks", grouped(account.acknowledged), "");
    table.add("aws: calls for them", grouped(seen.calls), "");
    table.add("aws: lost", grouped(account.lost()), "0");
    let repeated = format!("{} ({} explained)", account.repeated(), account.explained());
    table.add("aws: repeated at a destination", repeated, "all explained");
    table.add("aws: attempts begun, never written down", grouped(account.unwritten()), "");
    table.add("aws: still open", grouped(account.open()), "0");
    table.add("aws: until nothing was open", millis(started.elapsed()), "");
    println!("{table}\n{account}");
    let explained = account.repeated() == account.explained();
    Ok(account.lost() == 0 && explained && account.open() == 0)
}

async fn audit(
    place: &Place,
    shop: &Shop,
    acknowledged: &BTreeSet<u64>,
) -> Result<Account, Anything> {
    let (client, table) = (place.services.dynamodb.clone(), place.directory.clone());
    let directory = Arc::new(DynamoDirectory::new(client, table, Arc::new(Wall)));
    let (ledger, survey) = (place.ledger(), place.survey(directory));
    let audit = Audit {
        ledger: &ledger,
        survey: &survey,
        books: &shop.books,
        places: PLACES,
        now: timestamp(),
    };
    audit.account(acknowledged).await
}

/// Until all is calm one call in nine is throttled, fails, is forgotten once it was done, breaks off, or is never answered.
fn meddling(
    seed: u64,
    calm: Arc<AtomicBool>,
) -> impl FnMut(usize, &Call) -> Reply + Send + 'static {
    let mut random = StdRng::seed_from_u64(seed);
    move |_, call| match random.random_range(0..1_000) {
        _ if calm.load(Ordering::Relaxed) => Reply::Pass,
        0..40 => throttled(call),
        40..70 => Reply::error(500, "InternalServerError"),
        70..100 => Reply::Forget,
        100..110 => Reply::BreakOff("{\"broken\":\"off\"}".to_owned()),
        110..113 => Reply::Hang,
        _ => Reply::Pass,
    }
}

fn throttled(call: &Call) -> Reply {
    let queue = call.operation.starts_with("Send");
    let code = if queue { "RequestThrottled" } else { "ProvisionedThroughputExceededException" };
    Reply::error(400, code)
}
