//! A plan of failure: the n-th call over all ports, before or after its effect. What follows it are the
//! ports of `ports` and `log`.

mod log;
mod ports;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use domain::{Port, PortError};

pub use log::FaultyLog;
pub use ports::{
    FaultyDirectory, FaultyInbox, FaultyLedger, FaultyNotes, FaultyQueue, FaultySurvey,
};

/// On which side of its effect a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing was done.
    Before,
    /// It was done, and the caller does not learn it.
    After,
}

/// For how long calls fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// One call: the network hiccups.
    Once,
    /// That call and all that follow, until [`Faults::heal`]: the process is dead.
    FromThenOn,
}

/// A plan of failure, shared by all ports of one world.
#[derive(Debug)]
pub struct Faults {
    at: usize,
    mode: Mode,
    lasting: Lasting,
    calls: AtomicUsize,
    healed: AtomicBool,
}

impl Faults {
    /// Nothing fails; calls are counted.
    pub fn none() -> Arc<Self> {
        Self::at(usize::MAX, Mode::Before, Lasting::Once)
    }

    /// The n-th call fails, counted from 1.
    pub fn at(n: usize, mode: Mode, lasting: Lasting) -> Arc<Self> {
        let (calls, healed) = (AtomicUsize::new(0), AtomicBool::new(false));
        Arc::new(Self { at: n, mode, lasting, calls, healed })
    }

    /// How many calls there were, failed ones included.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Whether the call that fails has been reached.
    pub fn struck(&self) -> bool {
        self.calls() >= self.at
    }

    /// Whether the blow has fallen and all calls since fail.
    pub fn is_fatal(&self) -> bool {
        self.struck() && self.lasting == Lasting::FromThenOn && !self.healed.load(Ordering::SeqCst)
    }

    /// No call fails any more.
    pub fn heal(&self) {
        self.healed.store(true, Ordering::SeqCst);
    }

    /// Makes a call, or has it fail.
    async fn pass<T>(
        &self,
        port: Port,
        call: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let n = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let due = match self.lasting {
            Lasting::Once => n == self.at,
            Lasting::FromThenOn => n >= self.at,
        };
        let failure = || PortError::new(port, format!("call {n} fails, as planned"));
        if !due || self.healed.load(Ordering::SeqCst) {
            return call.await;
        }
        // Of calls that all fail, only the first may still have its effect: then the process is dead.
        if self.mode == Mode::After && n == self.at {
            call.await?;
        }
        Err(failure())
    }
}

#[cfg(test)]
mod tests {
    use domain::{Claim, Ledger as _};

    use super::*;
    use crate::memory::MemoryLedger;

    #[tokio::test]
    async fn a_call_fails_on_the_side_that_was_planned() {
        for (mode, lasting, claims) in [
            (Mode::Before, Lasting::Once, "EFU"),
            (Mode::After, Lasting::Once, "EUU"),
            (Mode::Before, Lasting::FromThenOn, "EEE"),
            (Mode::After, Lasting::FromThenOn, "EEE"),
        ] {
            let faults = Faults::at(1, mode, lasting);
            let inner = Arc::new(MemoryLedger::default());
            let ledger = FaultyLedger(Arc::clone(&inner) as _, Arc::clone(&faults));
            let mut seen = String::new();
            for _ in 0..3 {
                seen.push(match ledger.claim(&crate::contract::event("1")).await {
                    Ok(Claim::Fresh) => 'F',
                    Ok(Claim::Unfinished) => 'U',
                    Ok(Claim::Settled | Claim::Conflict { .. }) => '?',
                    Err(_) => 'E',
                });
            }
            assert_eq!((seen.as_str(), faults.calls(), faults.struck()), (claims, 3, true));
            faults.heal();
            let after = ledger.claim(&crate::contract::event("1")).await.unwrap();
            let nothing_done = mode == Mode::Before && lasting == Lasting::FromThenOn;
            let expected = if nothing_done { Claim::Fresh } else { Claim::Unfinished };
            assert_eq!(after, expected, "{mode:?} {lasting:?}");
            assert_eq!(inner.events().len(), 1);
        }
    }
}
