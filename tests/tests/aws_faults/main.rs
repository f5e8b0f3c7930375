//! AWS in trouble: throttled, broken, silent, forgetful. What stands in between answers in its stead
//! (`testkit::aws::Meddler`); behind it is a server that does what it is asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hooks;
mod ledger;
mod queue;

use std::error::Error;

use aws::Services;
use domain::PortError;
use testkit::aws::{Call, Meddler, Place, Reply, Server, patient, services};

/// A place whose calls go past a meddler with this script.
async fn meddled(script: impl FnMut(usize, &Call) -> Reply + Send + 'static) -> (Place, Meddler) {
    past(&Place::make(Server::ministack()).await, script).await
}

/// A place by a way past a meddler with this script. Patient: few tests are about time.
async fn past(
    place: &Place,
    script: impl FnMut(usize, &Call) -> Reply + Send + 'static,
) -> (Place, Meddler) {
    let meddler = Meddler::before(place.server.url(), script).await;
    (place.by(patient(&hurried(&meddler))), meddler)
}

/// The clients that the functions have, past a meddler.
fn hurried(meddler: &Meddler) -> Services {
    services(&meddler.url(), &meddler.url())
}

/// The first calls get these replies, all others pass.
fn first(replies: Vec<Reply>) -> impl FnMut(usize, &Call) -> Reply + Send + 'static {
    move |n, _| replies.get(n).cloned().unwrap_or(Reply::Pass)
}

/// Every call gets this reply.
fn always(reply: Reply) -> impl FnMut(usize, &Call) -> Reply + Send + 'static {
    move |_, _| reply.clone()
}

/// What an error says, with what it stems from.
fn chain(error: &PortError) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        said.push_str(": ");
        said.push_str(&error.to_string());
        source = error.source();
    }
    said
}
