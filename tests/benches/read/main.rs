//! What proving and reading one hook costs: nanoseconds by criterion, allocations by a counting
//! allocator. Providers alone: no HTTP, no ledger, no queue (see `serve`).
//!
//! `cargo bench -p testkit --bench read [-- --quick]`

mod hooks;

use std::hint::black_box;
use std::time::{Duration, Instant};

use allocation_counter::{AllocationInfo, measure};
use criterion::Criterion;
use domain::{Provider, Reading, find_provider};

use hooks::Sample;

type Anything = Box<dyn std::error::Error>;

#[expect(clippy::print_stdout, reason = "a measurement prints")]
fn main() -> Result<(), Anything> {
    let mut criterion = Criterion::default().configure_from_args();
    let mut rows = Vec::new();
    for sample in hooks::all()? {
        let provider = find_provider(providers::ALL, sample.source.id.provider())
            .ok_or("a sample of no known provider")?;
        // What is refused or parked is read faster and would flatter the figures.
        let events = events(provider, &sample)?;
        let times = time(&mut criterion, provider, &sample);
        if times.is_empty() {
            // Not chosen on the command line.
            continue;
        }
        let allocated = measure(|| drop(black_box(read(provider, &sample))));
        rows.push(row(&sample, events, &times, &allocated));
    }
    criterion.final_summary();
    println!("\n| hook | bytes | events | ns | allocations | bytes allocated | most at once |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for row in rows {
        println!("{row}");
    }
    Ok(())
}

/// Proves and reads the sample, as the acknowledging flow does.
fn read(provider: &dyn Provider, sample: &Sample) -> Result<Reading, domain::Reject> {
    provider.read(&sample.hook(), &sample.source)
}

/// How many events the sample holds; an error if it is not read whole.
fn events(provider: &dyn Provider, sample: &Sample) -> Result<usize, Anything> {
    let reading = read(provider, sample)?;
    match &reading {
        Reading::Events { events, parked, .. } if parked.is_empty() => Ok(events.len()),
        Reading::Events { .. } | Reading::Answer { .. } => {
            Err(format!("{} is not read whole: {reading:?}", sample.name).into())
        }
    }
}

/// The time of one reading in each of criterion's samples.
fn time(criterion: &mut Criterion, provider: &dyn Provider, sample: &Sample) -> Vec<Duration> {
    let mut times = Vec::new();
    criterion.bench_function(sample.name, |bencher| {
        bencher.iter_custom(|iterations| {
            let started = now();
            for _ in 0..iterations {
                drop(black_box(read(black_box(provider), black_box(sample))));
            }
            let taken = started.elapsed();
            times.push(taken / u32::try_from(iterations).unwrap_or(u32::MAX));
            taken
        });
    });
    times
}

fn row(sample: &Sample, events: usize, times: &[Duration], allocated: &AllocationInfo) -> String {
    let mut times = times.to_vec();
    times.sort_unstable();
    let median = times.get(times.len() / 2).map_or(0, Duration::as_nanos);
    format!(
        "| {} | {} | {events} | {median} | {} | {} | {} |",
        sample.name,
        sample.body.len(),
        allocated.count_total,
        allocated.bytes_total,
        allocated.bytes_max,
    )
}

#[expect(clippy::disallowed_methods, reason = "a measurement owns its clock")]
fn now() -> Instant {
    Instant::now()
}
