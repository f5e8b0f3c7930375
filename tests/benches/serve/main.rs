//! What the whole program does on this machine: the real `tingting serve`, as it is shipped, called
//! over HTTP by 64 kept connections in a closed loop. Every acknowledgement waits for its fsync.
//! Caller and sink run in this process, on the same processors as the server.
//!
//! Measures and asserts nothing: a busy machine is no fault. `make bench`, or, after
//! `cargo build --profile dist -p tingting`:
//! `cargo bench -p testkit --bench serve -- [--quick] [SCENARIO…]`, scenarios being a to g.

mod fill;
mod fsync;
mod load;
mod scenarios;
mod server;
mod sink;

use scenarios::{Bench, Scale};
use testkit::real::table::Table;
use testkit::real::{Anything, casso, now, shipped};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a measurement prints")]
async fn main() -> Result<(), Anything> {
    // `--bench` is what cargo adds.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let chosen: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|a| !a.starts_with('-')).collect();
    let scale = if quick { Scale::QUICK } else { Scale::WHOLE };
    let bench = Bench { program: shipped::tingting()?, scale };
    let mut table = Table::default();
    for (letter, scenario) in scenarios::ALL {
        if chosen.is_empty() || chosen.contains(letter) {
            let started = now();
            scenario.run(&bench, &mut table).await?;
            println!("scenario {letter} took {} s", started.elapsed().as_secs());
        }
    }
    println!("\n{table}");
    Ok(())
}
