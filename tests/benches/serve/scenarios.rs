//! What is measured, from a to g, and what should come out on two processors.

use std::path::PathBuf;
use std::time::Duration;

use domain::Clock as _;
use tempfile::TempDir;
use testkit::real::{Server, Wall};

use crate::fill;
use crate::fsync::Shim;
use crate::load::{self, Seen, per_second};
use crate::server;
use crate::sink::Sink;
use crate::{Anything, casso, now};
use testkit::real::table::{Table, grouped, millis};

/// The letters by which a scenario is chosen.
pub(crate) const ALL: &[(&str, Scenario)] = &[
    ("a", Scenario::Acknowledge),
    ("b", Scenario::Deliver),
    ("c", Scenario::SlowDisk),
    ("e", Scenario::Start),
    ("f", Scenario::Backlog),
    ("g", Scenario::History),
];

/// One thing to measure. (d, the memory, is measured under a and b.)
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scenario {
    /// Nobody wants the events.
    Acknowledge,
    /// Each event goes to a webhook.
    Deliver,
    /// Every fsync takes 5 ms longer.
    SlowDisk,
    /// From nothing to the first answer.
    Start,
    /// A queue that was left full.
    Backlog,
    /// A thousand events on record, and a million.
    History,
}

/// How many events, where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    acknowledged: u64,
    delivered: u64,
    slow: u64,
    queued: u64,
    recorded: u64,
    starts: u64,
}

impl Scale {
    pub(crate) const WHOLE: Self = Self {
        acknowledged: 100_000,
        delivered: 50_000,
        slow: 30_000,
        queued: 100_000,
        recorded: 1_000_000,
        starts: 10,
    };
    pub(crate) const QUICK: Self = Self {
        acknowledged: 20_000,
        delivered: 10_000,
        slow: 10_000,
        queued: 20_000,
        recorded: 100_000,
        starts: 5,
    };
}

/// The program and how long to look at it.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) program: PathBuf,
    pub(crate) scale: Scale,
}

/// What is added to every fsync of a slow disk.
const SLOWER_US: u32 = 5_000;
const RECORDED_FEW: u64 = 1_000;
const ROUNDS: u64 = 5;
/// Beyond every event that a history holds.
const LATER: u64 = 10_000_000;

impl Scenario {
    /// Measures and adds rows.
    pub(crate) async fn run(self, bench: &Bench, table: &mut Table) -> Result<(), Anything> {
        match self {
            Self::Acknowledge => acknowledge(bench, table).await,
            Self::Deliver => deliver(bench, table).await,
            Self::SlowDisk => slow_disk(bench, table).await,
            Self::Start => start(bench, table).await,
            Self::Backlog => backlog(bench, table).await,
            Self::History => history(bench, table).await,
        }
    }
}

async fn acknowledge(bench: &Bench, table: &mut Table) -> Result<(), Anything> {
    let folder = TempDir::new()?;
    let server = server::start(&bench.program, folder.path(), None, None).await?;
    let seen = send(&server, 0, bench.scale.acknowledged).await?;
    let queued = server.metric("tingting_queue_length").await?;
    table.add("a: acknowledged, no destination", rate(seen.rate()), "≥ 8,000/s");
    waits(table, "a", &seen, "p99 < 50 ms");
    table.add("a: still on the queue at the end", grouped(queued), "");
    memory(table, "d: resident memory under a, at most", &server)
}

async fn deliver(bench: &Bench, table: &mut Table) -> Result<(), Anything> {
    let (folder, count) = (TempDir::new()?, bench.scale.delivered);
    let sink = Sink::start(usize::try_from(count)?).await?;
    let server = server::start(&bench.program, folder.path(), Some(sink.address), None).await?;
    let started = now();
    let seen = send(&server, 0, count).await?;
    let repeats = sink.all().await;
    let taken = started.elapsed();
    let delivered = per_second(usize::try_from(count)?, taken);
    table.add("b: acknowledged, each to a webhook", rate(seen.rate()), "");
    waits(table, "b", &seen, "");
    table.add("b: delivered", rate(delivered), "≥ 3,000/s");
    table.add("b: delivered twice", grouped(u64::try_from(repeats)?), "0");
    memory(table, "d: resident memory under b, at most", &server)
}

async fn slow_disk(bench: &Bench, table: &mut Table) -> Result<(), Anything> {
    let (folder, count) = (TempDir::new()?, bench.scale.slow);
    let shim = Shim::compile(folder.path(), SLOWER_US);
    let server = server::start(&bench.program, folder.path(), None, Some(&shim)).await?;
    let before = shim.commits()?;
    let seen = send(&server, 0, count).await?;
    let commits = shim.commits()?.saturating_sub(before);
    table.add("c: acknowledged, every fsync 5 ms slower", rate(seen.rate()), "≥ 3,000/s");
    waits(table, "c", &seen, "");
    let thousandths = commits * 1_000 / count;
    table.add(
        "c: commits per event",
        format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000),
        "",
    );
    Ok(())
}

async fn start(bench: &Bench, table: &mut Table) -> Result<(), Anything> {
    let mut times = Vec::new();
    for _ in 0..bench.scale.starts {
        let folder = TempDir::new()?;
        let server = server::start(&bench.program, folder.path(), None, None).await?;
        times.push(server.started_in);
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    table.add("e: start to listening, median", millis(median), "< 100 ms");
    Ok(())
}

async fn backlog(bench: &Bench, table: &mut Table) -> Result<(), Anything> {
    let (folder, count) = (TempDir::new()?, bench.scale.queued);
    fill::queued(folder.path(), count).await?;
    let sink = Sink::start(usize::try_from(count)?).await?;
    let server = server::start(&bench.program, folder.path(), Some(sink.address), None).await?;
    let started = now();
    let repeats = sink.all().await;
    let delivered = per_second(usize::try_from(count)?, started.elapsed());
    let what = format!("f: delivered, {} queued", grouped(count));
    table.add(what, rate(delivered), "≥ 3,000/s");
    table.add("f: delivered twice", grouped(u64::try_from(repeats)?), "0");
    memory(table, "d: resident memory under f, at most", &server)
}

/// Both servers are called in turns, so that what else the machine does strikes both.
async fn history(bench: &Bench, table: &mut Table) -> Result<(), Anything> {
    let mut servers = Vec::new();
    for recorded in [RECORDED_FEW, bench.scale.recorded] {
        let folder = TempDir::new()?;
        fill::recorded(folder.path(), recorded).await?;
        let server = server::start(&bench.program, folder.path(), None, None).await?;
        servers.push((recorded, server, Duration::ZERO, folder));
    }
    let slice = bench.scale.acknowledged / 2 / ROUNDS;
    for round in 0..ROUNDS {
        for (_, server, taken, _) in &mut servers {
            *taken += send(server, LATER + round * slice, slice).await?.taken;
        }
    }
    let mut rates = Vec::new();
    for (recorded, server, taken, _) in &servers {
        let acknowledged = per_second(usize::try_from(slice * ROUNDS)?, *taken);
        let what = format!("g: acknowledged, {} on record", grouped(*recorded));
        table.add(what, rate(acknowledged), "");
        table.add("g: its start to listening", millis(server.started_in), "< 100 ms");
        memory(table, "d: its resident memory, at most", server)?;
        rates.push(acknowledged);
    }
    if let [few, many] = rates[..] {
        table.add("g: what remains", format!("{} %", many * 100 / few.max(1)), "≥ 80 %");
    }
    Ok(())
}

/// Sends transfers that the server has not seen.
async fn send(server: &Server, from: u64, count: u64) -> Result<Seen, Anything> {
    let seen = load::send(server.address, casso::calls(from, count, Wall.now())?).await?;
    if seen.refused > 0 {
        return Err(format!("{} of {count} calls were not acknowledged", seen.refused).into());
    }
    Ok(seen)
}

fn waits(table: &mut Table, scenario: &str, seen: &Seen, target: &str) {
    let [half, most, all] = [500, 990, 1_000].map(|of| millis(seen.wait(of)));
    let what = format!("{scenario}: to acknowledge, p50 / p99 / longest");
    table.add(what, format!("{half} / {most} / {all}"), target);
}

fn memory(table: &mut Table, what: &str, server: &Server) -> Result<(), Anything> {
    table.add(what, format!("{} MiB", server.peak_kib()?.div_ceil(1_024)), "< 60 MB");
    Ok(())
}

fn rate(per_second: u64) -> String {
    format!("{}/s", grouped(per_second))
}
