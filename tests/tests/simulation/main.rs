//! Every crash point: each journey with a blow at each of its port calls, the short ones with two, and
//! as many seeds as there is time for. What fails prints the command that replays it.
//!
//! `TINGTING_SEEDS` says how many seeds, `TINGTING_SEED` replays one seed or plan with its trace.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod journeys;
mod shop;
mod tries;

use testkit::simulation::plan::{Blow, Plan, Shape, Skew};
use tries::{Try, judge, many};

/// Journeys of more port calls are struck with clocks that agree; seeds skew them too.
const LONG: usize = 250;

#[test]
fn a_calm_journey_keeps_every_promise() {
    for journey in journeys::ALL.iter() {
        for (shape, skew) in [
            (Shape::One, Skew::None),
            (Shape::Many, Skew::None),
            (Shape::Many, Skew::Seconds),
            (Shape::Many, Skew::Minutes),
        ] {
            let done = kept(&Plan::blows(journey.name, shape, skew, &[]));
            println!("{} {shape:?} {skew:?}: {done:?}", journey.name);
        }
    }
}

#[test]
fn one_blow_at_any_port_call_breaks_no_promise() {
    for journey in journeys::ALL.iter() {
        for (shape, skew) in
            [(Shape::One, Skew::None), (Shape::Many, Skew::None), (Shape::Many, Skew::Seconds)]
        {
            let calm = kept(&Plan::blows(journey.name, shape, skew, &[]));
            if skew != Skew::None && calm.calls > LONG {
                continue;
            }
            let at = |n| Blow::ALL.map(|blow| Plan::blows(journey.name, shape, skew, &[(n, blow)]));
            let plans: Vec<Plan> = (1..=calm.calls).flat_map(at).collect();
            println!("{} {shape:?} {skew:?}: {} calls, {}", journey.name, calm.calls, many(&plans));
        }
    }
}

/// Clocks minutes apart may cost a repeat, never an event.
#[test]
fn one_blow_under_clocks_that_are_minutes_apart_loses_nothing() {
    for journey in journeys::ALL.iter().filter(|journey| !journey.lasts_for_days()) {
        let calm = kept(&Plan::blows(journey.name, Shape::Many, Skew::Minutes, &[]));
        if calm.calls > LONG {
            continue;
        }
        let at = |n| {
            let losing = [Blow::ErrorBefore, Blow::CrashBefore, Blow::CrashAfter];
            losing.map(|blow| Plan::blows(journey.name, Shape::Many, Skew::Minutes, &[(n, blow)]))
        };
        let plans: Vec<Plan> = (1..=calm.calls).flat_map(at).collect();
        println!("{}: {} calls, {}", journey.name, calm.calls, many(&plans));
    }
}

#[test]
fn two_blows_at_any_port_calls_of_a_short_journey_break_no_promise() {
    for journey in journeys::ALL.iter().filter(|journey| journey.short) {
        let calm = kept(&Plan::blows(journey.name, Shape::Many, Skew::None, &[]));
        let mut plans = Vec::new();
        for n in 1..=calm.calls {
            for blow in Blow::ALL {
                let first = Plan::blows(journey.name, Shape::Many, Skew::None, &[(n, blow)]);
                // With the first blow there are more calls: what follows from it is struck as well.
                let Try { calls, .. } = kept(&first);
                for second in n + 1..=calls {
                    for again in Blow::ALL {
                        let at = [(n, blow), (second, again)];
                        plans.push(Plan::blows(journey.name, Shape::Many, Skew::None, &at));
                    }
                }
            }
        }
        println!("{}: {}", journey.name, many(&plans));
    }
}

#[test]
fn no_seed_breaks_a_promise() {
    let count = tries::variable("TINGTING_SEEDS").and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let plans: Vec<Plan> = (1..=count).map(Plan::Seed).collect();
    println!("{count} seeds: {}", many(&plans));
}

#[test]
fn what_fails_prints_the_command_that_replays_it() {
    let plan = Plan::blows("removed", Shape::Many, Skew::None, &[(9, Blow::CrashAfter)]);
    let why = tries::judge_as_sure(&plan, "sink").unwrap_err();
    assert!(why.contains("lost or lied"), "{why}");
    assert!(why.contains("CrashAfter at 9: worker-a ledger.enlist"), "{why}");
    let command = "replay: TINGTING_SEED=removed/many/0/9ca cargo test -p testkit --test simulation \
                   replayed -- --nocapture";
    assert!(why.ends_with(command), "{why}");
}

#[test]
fn a_seed_is_the_same_run_again() {
    for seed in [1, 40, 77] {
        let (trace, judged) = tries::replay(&Plan::Seed(seed));
        assert!(trace.lines().count() > 10, "{trace}");
        let (again, _) = tries::replay(&Plan::Seed(seed));
        assert_eq!(trace, again, "{judged:?}");
    }
}

#[test]
fn a_seed_that_is_named_is_replayed_with_its_trace() {
    let Some(text) = tries::variable("TINGTING_SEED") else { return };
    let plan = Plan::parse(&text).unwrap();
    let (trace, judged) = tries::replay(&plan);
    println!("{trace}\n{judged:?}");
    judged.unwrap();
}

/// A run that keeps every promise, or the test fails with what is to be known.
fn kept(plan: &Plan) -> Try {
    judge(plan).unwrap_or_else(|why| panic!("{why}"))
}
