//! The Lambda that operators and their programs call.

use std::process::ExitCode;
use std::sync::Arc;

use aws::{ManagePorts, allowed_ranges};
use console::access::{self, Throttle};
use console::people::Passwords;
use console::{Console, Door};
use domain::{Destination, Dispatch, TokenCache};
use egress::{Guard, HttpEgress, unresolved};
use lambda::{Doorway, InstanceLanes, NoScreen};

fn main() -> ExitCode {
    lambda::run(async |process| {
        let guard = Guard::new(allowed_ranges(&process.env)?);
        let (clock, entropy) = (Arc::clone(&process.clock), Arc::clone(&process.entropy));
        let names = providers::ALL.iter().map(|provider| provider.name()).collect();
        let ports = ManagePorts::open(&process.env, &clock, &entropy, names)?;
        let (cabinet, secret) = (ports.cabinet, ports.first_client);
        // Opens the connection to DynamoDB, too.
        access::first(cabinet.as_ref(), clock.now(), || secret.read()).await?;
        // For test calls: the way of every notification.
        let dispatch = Dispatch {
            ledger: Arc::clone(&ports.ledger),
            queue: Arc::clone(&ports.queue),
            directory: Arc::clone(&ports.directory),
            egress: Arc::new(HttpEgress::new(guard.clone(), Arc::clone(&clock))?),
            lanes: Arc::new(InstanceLanes::new(Arc::clone(&clock))),
            screen: Arc::new(NoScreen),
            clock: Arc::clone(&clock),
            timer: Arc::clone(&process.timer),
            entropy: Arc::clone(&entropy),
            channels: channels::ALL,
            tokens: TokenCache::default(),
        };
        let door = Door::new(Arc::new(Console {
            entries: ports.entries,
            directory: ports.directory,
            cabinet,
            ledger: ports.ledger,
            survey: ports.survey,
            log: ports.log,
            queue: ports.queue,
            dispatch: Arc::new(dispatch),
            clock,
            entropy,
            throttle: Throttle::default(),
            passwords: Passwords::default(),
            // Whatever stands before a Lambda speaks TLS.
            plain: false,
            channels: channels::ALL,
            providers: providers::ALL,
            // As callers write it: the API's own address, or a domain of the operator's.
            public_url: None,
            judge: Arc::new(move |destination: &Destination| {
                guard.judge_destination(destination, channels::ALL, &unresolved)
            }),
        }));
        Ok(Doorway::new(async move |request| door.answer(request).await, process))
    })
}
