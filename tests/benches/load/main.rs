//! Load for minutes: hooks at a steady rate, and as many as can be, through the program and through the
//! functions over a local server that speaks DynamoDB and SQS. What is lost, what comes twice, how long
//! a sender waits, what is resident, how long the backlog lasts. Second by second in `target/load/*.csv`,
//! and drawn into `docs/load.svg`.
//!
//! Fails where something was lost or came twice. `make load`, or, once program and functions are built
//! (`--profile dist`): `cargo bench -p testkit --bench load -- [--seconds=N] [LOAD…]`, loads being most
//! (the program's own maximum, for a minute at most), steady, aws, and plot, which draws what is there.

mod course;
mod functions;
mod plot;
mod program;

use std::path::{Path, PathBuf};
use std::time::Duration;

use testkit::real::{Anything, now, shipped};

/// What a load is given.
#[derive(Debug)]
struct Given {
    /// The folder of the programs.
    programs: PathBuf,
    /// Where the figures go.
    figures: PathBuf,
    /// How long.
    lasting: Duration,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a measurement prints")]
async fn main() -> Result<(), Anything> {
    // `--bench` is what cargo adds.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let seconds = arguments.iter().find_map(|a| a.strip_prefix("--seconds=")?.parse().ok());
    let given = Given {
        programs: shipped::programs()?,
        figures: shipped::target()?.join("load"),
        lasting: Duration::from_secs(seconds.unwrap_or(600)),
    };
    std::fs::create_dir_all(&given.figures)?;
    let mut failed = Vec::new();
    for name in ["most", "steady", "aws", "plot"] {
        let all = !arguments.iter().any(|a| !a.starts_with('-'));
        if !all && !arguments.iter().any(|a| a == name) {
            continue;
        }
        let started = now();
        let passed = match name {
            "most" => program::most(&given).await?,
            "steady" => program::steady(&given).await?,
            "aws" => functions::steady(&given).await?,
            _ => {
                let docs = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("docs");
                plot::draw(&given.figures, &docs.join("load.svg"))?;
                true
            }
        };
        println!("{name} took {} s\n", started.elapsed().as_secs());
        if !passed {
            failed.push(name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", ")).into()) }
}
