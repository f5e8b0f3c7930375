//! The Lambda that asks the providers' own APIs what we should have.

use std::process::ExitCode;
use std::sync::Arc;

use aws::{ReconcilePorts, allowed_ranges};
use domain::{MAX_PAGE, Reconcile};
use egress::{Guard, HttpEgress};
use lambda::Rounds;

fn main() -> ExitCode {
    lambda::run(async |process| {
        let (clock, entropy) = (&process.clock, &process.entropy);
        let guard = Guard::new(allowed_ranges(&process.env)?);
        let egress = HttpEgress::new(guard, Arc::clone(clock))?.reading(MAX_PAGE);
        let ports = ReconcilePorts::open(&process.env, clock, entropy)?;
        ports.services.warm().await;
        let reconcile = Reconcile {
            ledger: ports.ledger,
            queue: ports.queue,
            directory: ports.directory,
            egress: Arc::new(egress),
            notes: ports.notes,
            clock: Arc::clone(clock),
            timer: Arc::clone(&process.timer),
            providers: providers::ALL,
        };
        Ok(Rounds::new(reconcile, process))
    })
}
