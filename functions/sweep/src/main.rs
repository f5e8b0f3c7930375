//! The Lambda that sweeps, once a minute.

use std::process::ExitCode;
use std::sync::Arc;

use aws::SweepPorts;
use domain::Sweep;
use lambda::Rounds;

/// Whose sources are looked after: by name, for no provider is spoken with from here.
const PROVIDERS: &[&str] = &["abaha", "appotapay", "casso", "sepay", "thueapi"];

fn main() -> ExitCode {
    lambda::run(async |process| {
        let (clock, entropy) = (&process.clock, &process.entropy);
        let ports = SweepPorts::open(&process.env, clock, entropy, PROVIDERS.to_vec())?;
        ports.services.warm().await;
        let sweep = Sweep {
            ledger: ports.ledger,
            survey: ports.survey,
            log: ports.log,
            notes: ports.notes,
            queue: ports.queue,
            dead_letters: ports.dead_letters,
            directory: ports.directory,
            clock: Arc::clone(clock),
            channels: channels::ALL,
            providers: PROVIDERS.to_vec(),
            probe_every: ports.probe_every,
            kept: ports.kept,
        };
        Ok(Rounds::new(sweep, process))
    })
}
