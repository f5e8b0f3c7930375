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
        for shape in [Shape::One, Shape::Many] {
            let calm = kept(&Plan::blows(journey.name, shape, Skew::None, &[]));
            let mut plans = Vec::new();
            for n in 1..=calm.calls {
                for blow in Blow::ALL {
                    plans.push(Plan::blows(journey.name, shape, Skew::None, &[(n, blow)]));
                }
            }
            let sum = many(&plans);
            println!("{} {shape:?}: {} calls, {sum}", journey.name, calm.calls);
        }
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
    let count = tries::variable("TINGTING_SEEDS").and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let plans: Vec<Plan> = (1..=count).map(Plan::Seed).collect();
    println!("{count} seeds: {}", many(&plans));
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
