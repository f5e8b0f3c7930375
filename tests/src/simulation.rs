//! The whole pipeline on one thread in virtual time: the real flows over memory ports, several
//! processes with clocks of their own, providers that call again, destinations that fail; and a
//! scheduler that a seed or a plan decides. Every port call is a point at which a process may be
//! struck. Afterwards the promises are judged.
//!
//! What it does not try: the adapters (their contract does), real processes, real disks.

mod actors;
mod hall;
pub mod journey;
pub mod plan;
mod ports;
pub mod promises;
pub mod record;
mod scene;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::{
    Attempt, Delivery, DestinationName, Event, Listed, ListedSource, Notes as _, Standing, Stored,
};
use jiff::{SignedDuration, Timestamp};

use crate::clock::HandClock;
use crate::memory::{MemoryDirectory, MemoryLedger, MemoryNotes, MemoryQueue};
use hall::{Hall, Tasks};
use journey::Journey;
use plan::{Plan, Shape, Skew};
use record::{Record, Seen};
pub use scene::Protocols;
use scene::{Blows, Life, Process, Scene};
pub use wire::Labelled;

/// More steps than any journey takes.
const STEPS: usize = 3_000_000;
/// How long blows fall that a seed deals.
const TROUBLE: [i64; 4] = [120, 900, 3_600, 43_200];
/// One call in so many meets a blow that a seed deals.
const ONE_IN: [u64; 5] = [0, 300, 100, 40, 15];

/// What is left when all is quiet.
#[derive(Debug)]
pub struct Outcome {
    /// The journey's name.
    pub journey: &'static str,
    /// How far the clocks were apart.
    pub skew: Skew,
    /// Whether it became quiet in time.
    pub quiet: bool,
    /// When it began.
    pub start: Timestamp,
    /// When it became quiet.
    pub end: Timestamp,
    /// What was seen.
    pub seen: Seen,
    /// Every event on record.
    pub events: Vec<Stored>,
    /// Every delivery on record, with its attempts.
    pub deliveries: Vec<(Delivery, Vec<Attempt>)>,
    /// Events that came with another's key.
    pub conflicts: Vec<Event>,
    /// How destinations stand.
    pub standings: BTreeMap<DestinationName, Standing>,
    /// Messages set aside.
    pub buried: Vec<(String, String)>,
    /// Bodies that could not be read.
    pub parked: usize,
}

/// Runs a journey by a plan; with a trace if it is wanted.
pub fn run(journey: &Arc<Journey>, plan: &Plan, protocols: Protocols, traced: bool) -> Outcome {
    let clock = Arc::new(HandClock::default());
    let start = domain::Clock::now(&*clock);
    let (seed, steady, shape, skew, blows) = settings(plan, start);
    let hall = Hall::new(Arc::clone(&clock), seed, steady);
    let skews = skews(&hall, skew, steady);
    let processes = actors::names(shape).iter().zip(skews).map(|(name, skew)| Process {
        name,
        skew,
        state: Mutex::new(Life::default()),
    });
    let scene = Arc::new(Scene {
        hall: Arc::clone(&hall),
        ledger: Arc::new(MemoryLedger::default()),
        notes: Arc::new(MemoryNotes::default()),
        queue: Arc::new(MemoryQueue::new(clock)),
        directory: Arc::new(MemoryDirectory::default()),
        record: Record::new(traced),
        counts: Mutex::new(HashMap::new()),
        journey: Arc::clone(journey),
        protocols,
        shape,
        skew,
        steady,
        start,
        blows,
        processes: processes.collect(),
        pending: AtomicUsize::new(journey.calls.len() + journey.acts.len()),
        swept: Mutex::new(None),
        calls: AtomicUsize::new(0),
    });
    furnish(&scene);
    let end = start + SignedDuration::from_hours(24 * journey.days);
    let mut tasks = Tasks::new(Arc::clone(&hall));
    let quiet = tasks.run(end, STEPS, &|what, before| scene.work(what, before), &|process| {
        actors::bury(&scene, process)
    });
    drop(tasks);
    close(&scene);
    outcome(&scene, quiet)
}

/// Parts what holds each other: the processes' flows and what they run on.
fn close(scene: &Scene) {
    scene.hall.close();
    for process in &scene.processes {
        let mut state = process.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.flows = None;
    }
}

/// What a plan says: the seed, whether chance has no say, the shape, the clocks, the blows.
fn settings(plan: &Plan, start: Timestamp) -> (u64, bool, Shape, Skew, Blows) {
    match plan {
        Plan::Blows { shape, skew, at, .. } => (0, true, *shape, *skew, Blows::At(at.clone())),
        Plan::Seed(seed) => {
            let dice = |salt: u64, sides: usize| {
                let mixed = (seed ^ salt).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
                usize::try_from(mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33).unwrap_or(0)
                    % sides
            };
            let shape = if dice(1, 3) == 0 { Shape::One } else { Shape::Many };
            let skew = match (shape, dice(2, 4)) {
                (Shape::One, _) | (Shape::Many, 0..2) => Skew::None,
                (Shape::Many, 2) => Skew::Seconds,
                (Shape::Many, _) => Skew::Minutes,
            };
            let one_in = ONE_IN.get(dice(3, ONE_IN.len())).copied().unwrap_or(0);
            let trouble = TROUBLE.get(dice(4, TROUBLE.len())).copied().unwrap_or(0);
            let until = start + SignedDuration::from_secs(if one_in == 0 { 0 } else { trouble });
            (*seed, false, shape, skew, Blows::OneIn(one_in.max(1), until))
        }
    }
}

/// How far each process's clock is ahead.
fn skews(hall: &Hall, skew: Skew, steady: bool) -> Vec<SignedDuration> {
    let most: i64 = match skew {
        Skew::None => 0,
        Skew::Seconds => 5_000,
        Skew::Minutes => 300_000,
    };
    // Two processes are at most so far apart; the outermost pair is among the workers.
    [2, 0, 4, 3, 1]
        .map(|quarter: i64| {
            let ahead = if steady {
                most * quarter / 4
            } else {
                i64::try_from(hall.chance(u64::try_from(most).unwrap_or(0) + 1)).unwrap_or(0)
            };
            SignedDuration::from_millis(ahead - most / 2)
        })
        .to_vec()
}

/// Puts sources and destinations into the directory, starts the processes, and lets the calls come.
fn furnish(scene: &Arc<Scene>) {
    for record in &scene.journey.sources {
        match record.parse(scene.protocols.providers) {
            Ok(source) => scene.directory.put_source(ListedSource::Ready(Arc::new(source))),
            Err(fault) => panic!("{fault:?}"),
        }
    }
    for record in &scene.journey.destinations {
        match record.parse(scene.protocols.channels) {
            Ok(destination) => {
                scene.directory.put_destination(Listed::Ready(Box::new(destination)))
            }
            Err(fault) => panic!("{fault:?}"),
        }
    }
    for record in &scene.journey.sources {
        let (known, notes) =
            (format!("hours/{}/{}", record.provider, record.name), Arc::clone(&scene.notes));
        let hour = scene.start.as_second().div_euclid(3600) * 3600;
        let hour = Timestamp::from_second(hour - 3600).unwrap_or(scene.start).to_string();
        // The books are not new: the hours before have been added up.
        scene.hall.spawn(None, async move {
            _ = notes.set_note(&known, None, &hour).await;
        });
    }
    for process in 0..scene.processes.len() {
        actors::boot(scene, process);
    }
    scene.hall.spawn(None, actors::tick(Arc::clone(scene)));
    for call in &scene.journey.calls {
        scene.hall.spawn(None, actors::provide(Arc::clone(scene), call.clone()));
    }
    for (after, act) in &scene.journey.acts {
        scene.hall.spawn(None, actors::operate(Arc::clone(scene), *after, *act));
    }
}

fn outcome(scene: &Scene, quiet: bool) -> Outcome {
    let mut seen = std::mem::take(&mut *scene.record.seen());
    seen.calls = scene.calls.load(Ordering::Relaxed);
    Outcome {
        journey: scene.journey.name,
        skew: scene.skew,
        quiet: quiet && scene.pending.load(Ordering::Relaxed) == 0,
        start: scene.start,
        end: scene.hall.now(),
        seen,
        events: scene.ledger.events(),
        deliveries: scene.ledger.deliveries(),
        conflicts: scene.ledger.conflicts(),
        standings: scene.ledger.all_standings(),
        buried: scene.queue.buried(),
        parked: scene.ledger.parked().len(),
    }
}
