//! The scheduler: one thread, virtual time, and every wait of every task in one list. Which of the
//! tasks that could go on does go on is decided here, by time and by the seed, and nowhere else.
//!
//! It knows nothing of what the tasks do.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use domain::Clock as _;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::clock::HandClock;

mod tasks;

pub(super) use tasks::Tasks;

/// Everything that one task does.
pub(super) type Errand = Pin<Box<dyn Future<Output = ()> + Send>>;
/// A process, by its place in the scene's list; `None` is the world outside, which never dies.
pub(super) type ProcessId = Option<usize>;

/// What somebody waits for who has nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Idle {
    /// A message on the queue.
    Message,
    /// Something that a sweep would mend.
    Mending,
}

/// When there is something to do for whoever idles; exact only if that is before the moment given.
pub(in crate::simulation) type Work<'a> = dyn Fn(Idle, Option<Timestamp>) -> Option<Timestamp> + 'a;

/// The time, and all who wait.
pub(super) struct Hall {
    clock: Arc<HandClock>,
    state: Mutex<State>,
    woken: Arc<Mutex<Vec<u64>>>,
}

struct State {
    rng: StdRng,
    steady: bool,
    order: u64,
    sleeping: BTreeMap<(Timestamp, u64, u64), Waker>,
    idle: BTreeMap<(Idle, u64), Waker>,
    spawned: Vec<(ProcessId, Errand)>,
    crashed: Vec<usize>,
}

impl Hall {
    /// A hall where a seed decides who goes first; `steady`: whoever came first.
    pub(super) fn new(clock: Arc<HandClock>, seed: u64, steady: bool) -> Arc<Self> {
        let state = State {
            rng: StdRng::seed_from_u64(seed),
            steady,
            order: 0,
            sleeping: BTreeMap::new(),
            idle: BTreeMap::new(),
            spawned: Vec::new(),
            crashed: Vec::new(),
        };
        Arc::new(Self { clock, state: Mutex::new(state), woken: Arc::default() })
    }

    /// The true time, which no process knows.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A number below `below`, by the seed.
    pub(super) fn chance(&self, below: u64) -> u64 {
        self.state().rng.next_u64() % below.max(1)
    }

    /// How long one leg of a call takes.
    pub(super) fn leg(&self) -> Duration {
        let mut state = self.state();
        if state.steady {
            return Duration::from_millis(1);
        }
        let (kind, n) = (state.rng.next_u64() % 20, state.rng.next_u64());
        Duration::from_millis(match kind {
            0..12 => n % 6,
            12..19 => n % 100,
            _ => n % 400,
        })
    }

    /// Has a task run, beside all others.
    pub(super) fn spawn(&self, of: ProcessId, errand: impl Future<Output = ()> + Send + 'static) {
        self.state().spawned.push((of, Box::pin(errand)));
    }

    /// A process dies: everything it was about to do is never done.
    pub(super) async fn crash(&self, process: usize) {
        self.state().crashed.push(process);
        std::future::pending::<()>().await;
    }

    /// Waits.
    pub(super) async fn sleep(self: &Arc<Self>, wait: Duration) {
        self.until(later(self.now(), wait)).await;
    }

    /// Waits until then; others go on at the same moment.
    pub(super) async fn until(self: &Arc<Self>, at: Timestamp) {
        let place = {
            let mut state = self.state();
            state.order += 1;
            let turn = if state.steady { 0 } else { state.rng.next_u64() };
            (at.max(self.now()), turn, state.order)
        };
        Wait { hall: Arc::clone(self), place: Place::Asleep(place), here: false }.await;
    }

    /// Waits for something to do.
    pub(super) async fn idle(self: &Arc<Self>, what: Idle) {
        let place = {
            let mut state = self.state();
            state.order += 1;
            (what, state.order)
        };
        Wait { hall: Arc::clone(self), place: Place::Idle(place), here: false }.await;
    }

    /// It is over: whoever was about to begin never does.
    pub(super) fn close(&self) {
        let spawned = std::mem::take(&mut self.state().spawned);
        drop(spawned);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next one go on who may: of the sleepers the first, or whoever idles until there is
    /// something to do. `false` when nobody will ever go on.
    fn next(&self, work: &Work<'_>) -> bool {
        let waker = {
            let mut state = self.state();
            let asleep = state.sleeping.keys().next().copied();
            let mut first: Option<(Timestamp, Idle, u64)> = None;
            for what in [Idle::Message, Idle::Mending] {
                let idle = state.idle.range((what, 0)..=(what, u64::MAX)).next();
                let Some((_, order)) = idle.map(|(place, _)| *place) else { continue };
                if let Some(at) = work(what, asleep.map(|place| place.0))
                    && first.is_none_or(|(known, ..)| at < known)
                {
                    first = Some((at, what, order));
                }
            }
            match (asleep, first) {
                (Some(place), None) => {
                    self.clock.set(place.0.max(self.now()));
                    state.sleeping.remove(&place)
                }
                (Some(place), Some((at, ..))) if place.0 <= at => {
                    self.clock.set(place.0.max(self.now()));
                    state.sleeping.remove(&place)
                }
                (_, Some((at, what, order))) => {
                    self.clock.set(at.max(self.now()));
                    state.idle.remove(&(what, order))
                }
                (None, None) => return false,
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }
}

enum Place {
    Asleep((Timestamp, u64, u64)),
    Idle((Idle, u64)),
}

/// One wait: over when its place in the hall's list is gone.
struct Wait {
    hall: Arc<Hall>,
    place: Place,
    here: bool,
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let (hall, here) = (Arc::clone(&self.hall), self.here);
        let mut state = hall.state();
        let known = match &self.place {
            Place::Asleep(place) => state.sleeping.contains_key(place),
            Place::Idle(place) => state.idle.contains_key(place),
        };
        if here && !known {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        match &self.place {
            Place::Asleep(place) => _ = state.sleeping.insert(*place, waker),
            Place::Idle(place) => _ = state.idle.insert(*place, waker),
        }
        self.here = true;
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let mut state = self.hall.state();
        match &self.place {
            Place::Asleep(place) => _ = state.sleeping.remove(place),
            Place::Idle(place) => _ = state.idle.remove(place),
        }
    }
}

/// A moment later.
pub(super) fn later(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
