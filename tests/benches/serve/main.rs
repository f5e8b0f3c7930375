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

use std::path::PathBuf;

use scenarios::{Bench, Scale};
use testkit::real::table::Table;
use testkit::real::{Anything, casso, now};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a measurement prints")]
async fn main() -> Result<(), Anything> {
    // `--bench` is what cargo adds.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let chosen: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|a| !a.starts_with('-')).collect();
    let scale = if quick { Scale::QUICK } else { Scale::WHOLE };
    let bench = Bench { program: program()?, scale };
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

/// The program as it is shipped: `TINGTING`, or what `--profile dist` builds into the folder in
/// which cargo built this.
#[expect(clippy::disallowed_methods, reason = "a measurement owns its environment")]
fn program() -> Result<PathBuf, Anything> {
    let built = || {
        let here = std::env::current_exe().ok()?;
        Some(here.ancestors().nth(3)?.join("dist/tingting"))
    };
    let given = std::env::var_os("TINGTING").map(PathBuf::from);
    let program = given.or_else(built).ok_or("where cargo built this is not known")?;
    if program.is_file() {
        return Ok(program);
    }
    let program = program.display();
    Err(format!("{program} is missing; run cargo build --profile dist -p tingting").into())
}
