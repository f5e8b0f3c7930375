//! The command `tingting`: owns the clock, the environment, randomness and the signals.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use domain::{Clock, Entropy};
use jiff::Timestamp;
use tingting::args::Arguments;
use tingting::{Process, Stop, run};
use tokio::signal::unix::{SignalKind, signal};

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn next(&self) -> u64 {
        rand::random()
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    let env = |name: &str| std::env::var(name).ok();
    let program = std::env::args_os().next().map(|name| name.to_string_lossy().into_owned());
    let process = Process {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        env: &env,
        program: program.unwrap_or_else(|| "tingting".to_owned()),
        stdout_is_terminal: std::io::stdout().is_terminal(),
        stderr_is_terminal: std::io::stderr().is_terminal(),
        stop: &stop,
    };
    run(arguments, process).await.unwrap_or_else(|error| {
        // Nobody is left to tell when stderr is gone.
        _ = writeln!(std::io::stderr(), "{error:#}");
        ExitCode::FAILURE
    })
}

/// Ends when the process is told to stop, by SIGINT or SIGTERM. Told again while it stops, the
/// process ends at once: what was acknowledged is on disk.
fn stop() -> std::io::Result<Stop> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut told = async move || {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    Ok(Box::pin(async move {
        told().await;
        tokio::spawn(async move {
            told().await;
            std::process::exit(1);
        });
    }))
}
