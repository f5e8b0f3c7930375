//! The Lambda that SePay calls.

use std::process::ExitCode;

use aws::{Patience, Ports};
use domain::Ingest;
use lambda::Front;

fn main() -> ExitCode {
    lambda::run(async |process| {
        let Ports { ledger, queue, directory, services } =
            Ports::open(&process.env, &process.clock, &process.entropy, Patience::Answer)?;
        let ingest = Ingest::new(ledger, queue, directory, &[&providers::Sepay]);
        Ok(Front::open(ingest, process, services.warm_sqs()).await)
    })
}
