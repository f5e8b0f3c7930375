//! Trying plans: one, with or without a trace, or many on all cores.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use domain::Channel;
use jiff::SignedDuration;
use testkit::simulation::journey::Journey;
use testkit::simulation::plan::Plan;
use testkit::simulation::{Labelled, Outcome, Protocols, promises, run};

use super::journeys::ALL;

static PROTOCOLS: LazyLock<Protocols> = LazyLock::new(|| {
    let labelled = |one: &&'static dyn Channel| -> &'static dyn Channel {
        Box::leak(Box::new(Labelled(*one)))
    };
    let channels: Vec<_> = channels::ALL.iter().map(labelled).collect();
    Protocols { providers: providers::ALL, channels: Vec::leak(channels) }
});

/// A run that kept every promise, in figures.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Try {
    pub(super) calls: usize,
    pub(super) blows: usize,
    pub(super) arrivals: usize,
    pub(super) repeats: usize,
    pub(super) overdue: SignedDuration,
}

/// Many runs in figures.
#[derive(Debug, Default)]
pub(super) struct Sum {
    runs: usize,
    worst: Try,
    all: Try,
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, worst, all } = self;
        write!(
            f,
            "{runs} runs, {} port calls, {} blows, {} arrivals, {} of them repeats after a blow, \
             overdue for {:#} at most",
            all.calls, all.blows, all.arrivals, all.repeats, worst.overdue
        )
    }
}

#[expect(clippy::disallowed_methods, reason = "which seed to replay is said from outside")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The journey of a plan. Of those that last for days a seed takes one in forty.
fn journey(plan: &Plan) -> Arc<Journey> {
    let found = match plan {
        Plan::Blows { journey, .. } => ALL.iter().find(|one| one.name == journey),
        Plan::Seed(seed) => {
            let days = seed % 40 == 0;
            let mut some = ALL.iter().filter(|one| one.lasts_for_days() == days);
            let count = some.clone().count();
            some.nth(usize::try_from(seed / 40).unwrap() % count.max(1))
        }
    };
    Arc::clone(found.unwrap_or_else(|| panic!("no journey of {plan}")))
}

/// Runs a plan; what it was, or every promise that it broke.
pub(super) fn judge(plan: &Plan) -> Result<Try, String> {
    let journey = journey(plan);
    verdict(plan, &journey, &run(&journey, plan, *PROTOCOLS, false))
}

/// Runs a plan, and judges it as if a destination had been promised everything.
pub(super) fn judge_as_sure(plan: &Plan, name: &'static str) -> Result<Try, String> {
    let journey = journey(plan);
    let outcome = run(&journey, plan, *PROTOCOLS, false);
    let sure = Journey { sure: vec![name], ..Journey::clone(&journey) };
    verdict(plan, &sure, &outcome)
}

/// Runs a plan with its trace.
pub(super) fn replay(plan: &Plan) -> (String, Result<Try, String>) {
    let journey = journey(plan);
    let outcome = run(&journey, plan, *PROTOCOLS, true);
    let lines = outcome.seen.trace.clone().unwrap_or_default();
    (lines.join("\n"), verdict(plan, &journey, &outcome))
}

fn verdict(plan: &Plan, journey: &Journey, outcome: &Outcome) -> Result<Try, String> {
    let broken = promises::broken(journey, outcome);
    if !broken.is_empty() {
        let command = format!(
            "TINGTING_SEED={plan} cargo test -p testkit --test simulation replayed -- --nocapture"
        );
        let blows: Vec<String> = outcome
            .seen
            .blows
            .iter()
            .map(|b| format!("{:?} at {}: {}", b.blow, b.call, b.what))
            .collect();
        return Err(format!(
            "{} broke\n  {}\nblows:\n  {}\nreplay: {command}",
            outcome.journey,
            broken.join("\n  "),
            blows.join("\n  ")
        ));
    }
    let seen = &outcome.seen;
    Ok(Try {
        calls: seen.calls,
        blows: seen.blows.len(),
        arrivals: seen.arrivals.len(),
        repeats: seen.arrivals.iter().filter(|a| a.taken && !a.written).count(),
        overdue: seen.overdue,
    })
}

/// Runs many plans on all cores; fails with the first few that break a promise.
pub(super) fn many(plans: &[Plan]) -> Sum {
    let (next, sum, broken) =
        (AtomicUsize::new(0), Mutex::new(Sum::default()), Mutex::new(Vec::new()));
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match judge(plan) {
                        Ok(done) => sum.lock().unwrap_or_else(PoisonError::into_inner).add(&done),
                        Err(why) => broken.lock().unwrap_or_else(PoisonError::into_inner).push(why),
                    }
                }
            });
        }
    });
    let mut broken: Vec<String> = broken.into_inner().unwrap();
    // The fewest blows first: the easiest to understand.
    broken.sort_by_key(|why| why.lines().count());
    let (count, all) = (broken.len(), plans.len());
    broken.truncate(3);
    assert!(broken.is_empty(), "{count} of {all} plans broke; of these\n{}", broken.join("\n"));
    sum.into_inner().unwrap()
}

impl Sum {
    fn add(&mut self, done: &Try) {
        self.runs += 1;
        self.all.calls += done.calls;
        self.all.blows += done.blows;
        self.all.arrivals += done.arrivals;
        self.all.repeats += done.repeats;
        self.worst.overdue = self.worst.overdue.max(done.overdue);
    }
}
