//! The functions on AWS, fed by hand: what each front door hands over reaches the flow as it was sent,
//! batches answer with the ids that failed, and every invocation writes one line that shows nothing
//! it must not. Over memory ports, with the clock in hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dispatch;
mod doors;
mod ingest;
mod lines;
mod manage;
mod rounds;

use std::sync::Arc;

use domain::Clock as _;
use jiff::SignedDuration;
use lambda::{Invocation, Process};
use testkit::clock::{HandClock, SeededEntropy};

/// What a function takes from its process.
fn process(clock: &Arc<HandClock>) -> Process {
    let env = |name: &str| (name == "TINGTING_STACK").then(|| "tingting".to_owned());
    Process {
        env,
        clock: clock.clone(),
        timer: Arc::new(testkit::clock::HandTimer(clock.clone())),
        entropy: Arc::new(SeededEntropy::new(1)),
    }
}

/// An invocation that has so long.
fn invocation(clock: &HandClock, left: SignedDuration) -> Invocation {
    Invocation {
        request_id: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef".to_owned(),
        trace: Some("1-5759e988-bd862e3fe1be46a994272793".to_owned()),
        deadline: clock.now() + left,
    }
}
