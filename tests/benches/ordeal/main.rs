//! What is lost and what comes twice when processes are killed, disks fill and break, clocks are set,
//! and AWS is in trouble: real processes under load, callers that call until they are acknowledged,
//! destinations that keep books of their own, and an audit in the end.
//!
//! Fails where something was lost, or came twice and is not explained. `make ordeal`, or, once program
//! and functions are built (`--profile dist`): `cargo bench -p testkit --bench ordeal -- [--seed=N]
//! [--kills=N] [ORDEAL…]`, ordeals being kills, disks, clock and aws.

mod aws;
mod clock;
mod disks;
mod files;
mod kills;
mod shop;

use std::path::PathBuf;

use testkit::real::{Anything, now, shipped};

/// What an ordeal is given.
#[derive(Debug)]
struct Given {
    /// The folder of the programs.
    programs: PathBuf,
    /// What chance is made of.
    seed: u64,
    /// How often processes are killed.
    kills: u32,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a measurement prints")]
async fn main() -> Result<(), Anything> {
    // `--bench` is what cargo adds.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let number = |option: &str| arguments.iter().find_map(|a| a.strip_prefix(option)?.parse().ok());
    let given = Given {
        programs: shipped::programs()?,
        seed: number("--seed=").unwrap_or(1),
        kills: number("--kills=").and_then(|n: u64| u32::try_from(n).ok()).unwrap_or(200),
    };
    let chosen = |name: &str| {
        !arguments.iter().any(|a| !a.starts_with('-')) || arguments.iter().any(|a| a == name)
    };
    let mut failed = Vec::new();
    for name in ["kills", "disks", "clock", "aws"] {
        if !chosen(name) {
            continue;
        }
        let started = now();
        let passed = match name {
            "kills" => kills::run(&given).await?,
            "disks" => disks::run(&given).await?,
            "clock" => clock::run(&given).await?,
            _ => aws::run(&given).await?,
        };
        println!("{name} took {} s\n", started.elapsed().as_secs());
        if !passed {
            failed.push(name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", ")).into()) }
}
