//! What operators wait for with a million events on record: the real `tingting serve`, as it is shipped,
//! asked over HTTP by one caller, the API and the pages. A time is from sending the question to the whole
//! answer, on the same machine.
//!
//! Measures and asserts nothing: a busy machine is no fault. `make bench`, or, after
//! `cargo build --profile dist -p tingting`: `cargo bench -p testkit --bench log -- [--quick]`.

mod ask;
mod fill;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::SignedDuration;
use tempfile::TempDir;
use testkit::real::table::{Table, grouped, millis};
use testkit::real::{Anything, Launch, now, shipped, timestamp};

use ask::Caller;

/// How often each question is asked.
const TIMES: usize = 100;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a measurement prints")]
async fn main() -> Result<(), Anything> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let count = if quick { 20_000 } else { 1_000_000 };
    let (program, folder) = (shipped::tingting()?, TempDir::new()?);
    let launch =
        Launch::new(&program, folder.path(), &folder.path().join("data"), &fill::tables())?;
    let filled = now();
    fill::month(folder.path(), count).await?;
    println!("{} events recorded in {} s", grouped(count), filled.elapsed().as_secs());
    let config = folder.path().join("tingting.toml");
    let client = tingting(&program, &["clients", "create", "bench"], &config)?;
    let made = tingting(&program, &["operators", "create", "mai", "--role", "owner"], &config)?;
    let server = launch.start().await?;
    tingting(&program, &["pause", "ops"], &config)?;
    let mut caller = Caller::of(server.address, &client, &made).await?;
    let mut table = Table::default();
    for (what, path, target) in questions() {
        let waits = caller.ask(&path, TIMES).await?;
        table.add(what, shown(&waits), target);
    }
    table.add("resident memory, at most", format!("{} MiB", server.peak_kib()? / 1024), "");
    println!("\nmedian, 95th of a hundred, longest of {TIMES}\n\n{table}");
    Ok(())
}

/// What is asked, where, and within which time.
fn questions() -> Vec<(&'static str, String, &'static str)> {
    let ago = |days: i64| {
        let then = timestamp().saturating_sub(SignedDuration::from_hours(24 * days));
        then.map(|then| then.to_string()).unwrap_or_default()
    };
    let events = |query: String| format!("/api/v1/events?{query}");
    let middle = format!("from={}&until={}", ago(16), ago(15));
    vec![
        ("the log's first page", events(String::new()), "50 ms"),
        ("by time: a day in the middle", events(middle.clone()), "50 ms"),
        ("by source", events("source=casso/kho".to_owned()), "50 ms"),
        ("by source and time", events(format!("source=casso/kho&{middle}")), "50 ms"),
        ("by state: failed", events("state=failed".to_owned()), "50 ms"),
        ("by state: held", events("state=held".to_owned()), "50 ms"),
        ("by state and destination", events("state=failed&destination=sales".to_owned()), "50 ms"),
        ("by destination", events("destination=sales".to_owned()), "50 ms"),
        ("by reference", events(format!("reference={}", fill::REFERENCE)), "50 ms"),
        ("by reference, none", events("reference=FT0".to_owned()), "50 ms"),
        ("by account", events("account=0071000445566".to_owned()), ""),
        ("by words that few have", events("text=DH7000007".to_owned()), ""),
        ("by words that half have", events("text=tran".to_owned()), ""),
        ("a table of 5,000 (CSV)", "/api/v1/export".to_owned(), ""),
        ("statistics of 31 days", format!("/api/v1/statistics?from={}", day(&ago(30))), ""),
        ("page: overview", "/".to_owned(), "100 ms"),
        ("page: the log", "/events".to_owned(), "50 ms"),
    ]
}

/// The day of a moment.
fn day(at: &str) -> &str {
    at.split_once('T').map_or(at, |(day, _)| day)
}

fn shown(waits: &[Duration]) -> String {
    let at = |of_a_hundred: usize| {
        let at = waits.len().saturating_sub(1) * of_a_hundred / 100;
        millis(waits.get(at).copied().unwrap_or_default())
    };
    format!("{}, {}, {}", at(50), at(95), at(100))
}

/// Runs a command, and gives back what it said.
fn tingting(program: &Path, words: &[&str], config: &Path) -> Result<String, Anything> {
    let mut command = Command::new(program);
    command.args(words).arg("--config").arg(config).stdin(Stdio::null());
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{words:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
