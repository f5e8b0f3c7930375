//! All tasks of a run, and the loop that runs them; who goes on next is the hall's to say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

use jiff::Timestamp;

use super::{Errand, Hall, ProcessId, Work};

struct Bell {
    task: u64,
    woken: Arc<Mutex<Vec<u64>>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).push(self.task);
    }
}

/// All tasks, and the loop that runs them.
pub(in crate::simulation) struct Tasks {
    hall: Arc<Hall>,
    running: BTreeMap<u64, (ProcessId, Errand, Waker)>,
    count: u64,
}

impl Tasks {
    /// No task yet.
    pub(in crate::simulation) fn new(hall: Arc<Hall>) -> Self {
        Self { hall, running: BTreeMap::new(), count: 0 }
    }

    /// Runs until nobody will ever go on; `false` if that is not so after `most` steps or at `end`.
    /// `work` says when there is something to do for those who idle, `died` is told of each process
    /// that died, once all its tasks are gone.
    pub(in crate::simulation) fn run(
        &mut self,
        end: Timestamp,
        most: usize,
        work: &Work<'_>,
        died: &dyn Fn(usize),
    ) -> bool {
        for _ in 0..most {
            self.settle(died);
            if !self.hall.next(work) {
                return true;
            }
            if self.hall.now() > end {
                return false;
            }
        }
        false
    }

    /// Polls whoever was woken or is new, until all wait.
    fn settle(&mut self, died: &dyn Fn(usize)) {
        loop {
            let spawned = std::mem::take(&mut self.hall.state().spawned);
            for (of, errand) in spawned {
                self.count += 1;
                let bell = Bell { task: self.count, woken: Arc::clone(&self.hall.woken) };
                self.running.insert(self.count, (of, errand, Arc::new(bell).into()));
                self.poll(self.count, died);
            }
            let woken = {
                let mut woken = self.hall.woken.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::take(&mut *woken)
            };
            if woken.is_empty() && self.hall.state().spawned.is_empty() {
                return;
            }
            for task in woken {
                self.poll(task, died);
            }
        }
    }

    fn poll(&mut self, task: u64, died: &dyn Fn(usize)) {
        let Some((_, errand, waker)) = self.running.get_mut(&task) else { return };
        let waker = waker.clone();
        if errand.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            self.running.remove(&task);
        }
        let crashed = std::mem::take(&mut self.hall.state().crashed);
        for process in crashed {
            self.running.retain(|_, (of, ..)| *of != Some(process));
            self.hall.state().spawned.retain(|(of, _)| *of != Some(process));
            died(process);
        }
    }
}
