//! The Lambda on the event queue.

use std::process::ExitCode;
use std::sync::Arc;

use aws::{Patience, Ports, SqsDeadLetters, allowed_ranges, needed_url};
use domain::{Dispatch, TokenCache};
use egress::{Guard, HttpEgress};
use lambda::{Batches, InstanceLanes, NoScreen};

fn main() -> ExitCode {
    lambda::run(async |process| {
        let dead_letters = needed_url(&process.env, "TINGTING_DEAD_LETTERS_URL")?;
        let guard = Guard::new(allowed_ranges(&process.env)?);
        let clock = Arc::clone(&process.clock);
        let ports = Ports::open(&process.env, &clock, &process.entropy, Patience::Lease)?;
        let dispatch = Dispatch {
            ledger: ports.ledger,
            queue: ports.queue,
            directory: ports.directory,
            egress: Arc::new(HttpEgress::new(guard, Arc::clone(&clock))?),
            lanes: Arc::new(InstanceLanes::new(Arc::clone(&clock))),
            screen: Arc::new(NoScreen),
            clock,
            timer: Arc::clone(&process.timer),
            entropy: Arc::clone(&process.entropy),
            channels: channels::ALL,
            tokens: TokenCache::default(),
        };
        ports.services.warm().await;
        let dead_letters = Arc::new(SqsDeadLetters::new(ports.services.sqs, dead_letters));
        Ok(Batches::new(dispatch, dead_letters, process))
    })
}
