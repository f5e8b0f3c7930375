//! The caller: 64 kept connections, each sending its next call when the last was acknowledged.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use testkit::real::caller::{self, Connection};
use testkit::real::casso::Call;
use tokio::task::JoinSet;

use crate::{Anything, now};

const CONNECTIONS: usize = 64;

/// What the callers saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// From the first call to the last acknowledgement.
    pub(crate) taken: Duration,
    /// Of every call that was acknowledged, shortest first.
    pub(crate) waits: Vec<Duration>,
    /// Calls that were answered with anything else.
    pub(crate) refused: u64,
}

impl Seen {
    /// Acknowledgements per second.
    pub(crate) fn rate(&self) -> u64 {
        per_second(self.waits.len(), self.taken)
    }

    /// The wait that this many of a thousand calls did not exceed.
    pub(crate) fn wait(&self, of_a_thousand: usize) -> Duration {
        let at = self.waits.len().saturating_sub(1) * of_a_thousand / 1_000;
        self.waits.get(at).copied().unwrap_or_default()
    }
}

/// How many a second.
pub(crate) fn per_second(count: usize, taken: Duration) -> u64 {
    let count = u128::try_from(count).unwrap_or(u128::MAX);
    u64::try_from(count * 1_000_000 / taken.as_micros().max(1)).unwrap_or(u64::MAX)
}

/// Sends every call once.
pub(crate) async fn send(to: SocketAddr, calls: Vec<Call>) -> Result<Seen, Anything> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(caller::connect(to).await?);
    }
    let (calls, next) = (Arc::new(calls), Arc::new(AtomicUsize::new(0)));
    let mut callers = JoinSet::new();
    let started = now();
    for connection in connections {
        callers.spawn(call(connection, Arc::clone(&calls), Arc::clone(&next)));
    }
    let mut seen = Seen::default();
    while let Some(one) = callers.join_next().await {
        let one = one??;
        seen.waits.extend(one.waits);
        seen.refused += one.refused;
    }
    seen.taken = started.elapsed();
    seen.waits.sort_unstable();
    Ok(seen)
}

async fn call(
    mut connection: Connection,
    calls: Arc<Vec<Call>>,
    next: Arc<AtomicUsize>,
) -> Result<Seen, Anything> {
    let mut seen = Seen::default();
    while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
        let started = now();
        match caller::call(&mut connection, call).await? {
            StatusCode::OK => seen.waits.push(started.elapsed()),
            _ => seen.refused += 1,
        }
    }
    Ok(seen)
}
