//! What is printed: every figure beside its target, as tables that can be pasted into
//! `docs/performance.md`.

use std::fmt::Write as _;
use std::time::Duration;

use crate::cases::Counted;
use crate::cost::{MEMORY, REGIONS, Used, billed, dollars};
use crate::figures::{Figures, mib, micros, millis, ratio, tenths};
use crate::world::{BARE, DISPATCH};

/// What an ingest function may have at most: times the bare function's, in tenths, or MiB.
const READY: u128 = 25;
const COLD: u128 = 35;
const WARM: u128 = 120;
const ZIP_BYTES: usize = 3_670_016;
const PEAK_KIB: u64 = 12 * 1024;
/// What an event may use on its whole way.
const WRITES: usize = 12;
const QUEUE_REQUESTS: usize = 3;
const LOG_BYTES: usize = 1024;
const DOLLARS: u128 = 9_000_000;

/// The functions side by side; the first is the bare one.
pub(crate) fn functions(names: &[&str], figures: &[Figures]) -> String {
    let mut out = String::from(
        "| function | CPU to ready | CPU through the first event | CPU per warm event | \
         time p50, p99 | peak memory | zip |\n|---|--:|--:|--:|--:|--:|--:|\n",
    );
    let floor = figures.first().map(|figures| figures.start).unwrap_or_default();
    for (name, figures) in names.iter().zip(figures) {
        let judged = |good: bool| match *name {
            BARE | DISPATCH => "",
            _ if good => " ✓",
            _ => " ✗",
        };
        let times = |text: String, time: Duration, floor: Duration, most: u128| {
            let ratio = ratio(time, floor);
            format!("{text}, {}×{}", tenths(ratio), judged(ratio <= most))
        };
        let start = figures.start;
        let row = [
            (*name).to_owned(),
            times(millis(start.ready), start.ready, floor.ready, READY),
            times(millis(start.cold), start.cold, floor.cold, COLD),
            times(micros(start.warm), start.warm, floor.warm, WARM),
            format!("{}, {}", millis(figures.wall[0]), millis(figures.wall[1])),
            format!(
                "{} MiB{}",
                mib(u128::from(start.peak_kib) * 1024),
                judged(start.peak_kib <= PEAK_KIB)
            ),
            format!("{} MiB{}", mib(figures.zip as u128), judged(figures.zip <= ZIP_BYTES)),
        ];
        _ = writeln!(out, "| {} |", row.join(" | "));
    }
    _ = writeln!(
        out,
        "| at most (ingest) | {}× | {}× | {}× | | {} MiB | {} MiB |",
        tenths(READY),
        tenths(COLD),
        tenths(WARM),
        mib(u128::from(PEAK_KIB) * 1024),
        mib(ZIP_BYTES as u128),
    );
    out
}

/// The calls of each case.
pub(crate) fn calls(counted: &Counted) -> String {
    let mut out = String::from("| event | calls to AWS | at most |\n|---|---|--:|\n");
    for (case, calls, most) in &counted.cases {
        let total: usize = calls.values().sum();
        let named: Vec<String> =
            calls.iter().map(|(name, times)| format!("{times} {name}")).collect();
        let most = most.map(|most| format!("{most}{}", mark(total <= most))).unwrap_or_default();
        _ = writeln!(out, "| {case} | {total}: {} | {most} |", named.join(", "));
    }
    out
}

/// The writes of one event, and its price.
pub(crate) fn costs(counted: &Counted, ingest: &Figures, dispatch: &Figures) -> String {
    let mut out = String::from(
        "| write | bytes | units of the table | of its indexes |\n|---|--:|--:|--:|\n",
    );
    let [taken, delivered] = &counted.accounts;
    for write in taken.writes.iter().chain(&delivered.writes) {
        let (what, bytes, charge) = (&write.what, write.bytes, write.charge);
        _ = writeln!(out, "| {what} | {bytes} | {} | {} |", charge.table, charge.indexes);
    }
    let log_bytes = counted.logs.iter().map(String::len).sum();
    let [of_ingest, of_dispatch] = MEMORY;
    let lambda = billed(ingest, of_ingest) + billed(dispatch, of_dispatch);
    let used = Used::of([taken, delivered], log_bytes, lambda);
    _ = writeln!(out, "\n| of an event | used | at most |\n|---|--:|--:|");
    for (what, used, most) in [
        ("write units", used.writes, Some(WRITES)),
        ("read units", used.reads, None),
        ("SQS requests", used.queue_requests, Some(QUEUE_REQUESTS)),
        ("bytes of logs", used.log_bytes, Some(LOG_BYTES)),
    ] {
        let most = most.map(|most| format!("{most}{}", mark(used <= most))).unwrap_or_default();
        _ = writeln!(out, "| {what} | {used} | {most} |");
    }
    _ = writeln!(out, "| MiB × ms of Lambda | {} | |", used.lambda);
    for prices in &REGIONS {
        let parts = used.parts(prices);
        let whole: u128 = parts.iter().map(|(_, price)| price).sum();
        let parts = parts.map(|(what, price)| format!("{what} {}", dollars(price)));
        let mark = mark(whole <= DOLLARS);
        _ = writeln!(out, "\nA million events ({}): {} USD{mark}", prices.of, dollars(whole));
        _ = writeln!(out, "  {}", parts.join(", "));
    }
    out
}

fn mark(good: bool) -> &'static str {
    if good { " ✓" } else { " ✗" }
}
