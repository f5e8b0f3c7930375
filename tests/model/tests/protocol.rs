//! Checks the protocol exhaustively within several bounds, each of which tries one part of it, and
//! that the checker finds the mistakes which are planted.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "the figures of docs/reliability.md"
)]

use std::collections::BTreeSet;
use std::thread::available_parallelism;
use std::time::Instant;

use model::promises::{
    ACKNOWLEDGED_IS_CLAIMED, ENDED_STAYS, NO_REPEAT, NOTHING_FORGOTTEN, NOTHING_STAYS_HELD,
    ONE_IN_FLIGHT, ROADS_END, TAKEN_HAS_ROWS,
};
use model::{Bounds, Bug, Protocol};
use stateright::{Checker, Model};

/// From the provider's call to the end: calls that crash, answers that are lost, bells that are lost.
const INGEST: Bounds = Bounds { calls: 2, crashes: 1, losses: 1, unheard: 1, ..Bounds::QUIET };
/// Two destinations of one event: rows, taken, attempts side by side.
const FAN_OUT: Bounds =
    Bounds { destinations: 2, crashes: 1, losses: 1, failures: 1, retries: 1, ..Bounds::QUIET };
/// One delivery that two dispatchers quarrel about, with clocks that differ by five seconds.
const LEASE: Bounds = Bounds {
    crashes: 1,
    losses: 1,
    copies: 2,
    stalls: 1,
    failures: 1,
    retries: 1,
    skew: 1,
    ..Bounds::QUIET
};
/// Two deliveries to a destination that is paused, probed and released.
const HOLD: Bounds = Bounds { events: 2, deads: 1, failures: 1, holds: true, ..Bounds::QUIET };
/// The same, with a crash anywhere.
const HOLD_CRASH: Bounds = Bounds { crashes: 1, ..HOLD };
/// The same, with a bell lost and one rung twice.
const HOLD_BELLS: Bounds = Bounds { losses: 1, copies: 1, ..HOLD };
/// Clocks that differ by five minutes.
const FIVE_MINUTES: Bounds = Bounds { crashes: 1, copies: 1, skew: 60, ..Bounds::QUIET };

/// Explores everything within the bounds; the promises that were found broken.
fn broken(name: &str, bounds: &Bounds) -> BTreeSet<&'static str> {
    let threads = available_parallelism().unwrap().get();
    let begun = Instant::now();
    let checker = Protocol(bounds.clone()).checker().threads(threads).spawn_bfs().join();
    println!(
        "{name}: {} states, {} steps, depth {}, {:.1?}",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        begun.elapsed(),
    );
    assert!(checker.is_done());
    let found = checker.discoveries();
    for (promise, path) in &found {
        println!("broken: {promise}");
        for action in path.clone().into_actions() {
            println!("    {action:?}");
        }
    }
    found.into_keys().collect()
}

#[test]
fn every_promise_holds_at_every_moment_of_every_road() {
    for (name, bounds) in [
        ("ingest", INGEST),
        ("fan out", FAN_OUT),
        ("lease", LEASE),
        ("hold, crash", HOLD_CRASH),
        ("hold, bells", HOLD_BELLS),
    ] {
        assert_eq!(broken(name, &bounds), BTreeSet::new(), "{name}");
    }
}

#[test]
fn clocks_five_minutes_apart_may_repeat_and_lose_nothing() {
    let found = broken("five minutes", &FIVE_MINUTES);
    assert_eq!(found, BTreeSet::from([ONE_IN_FLIGHT]), "a blow, and it is counted as one");
}

#[test]
fn the_checker_finds_each_planted_mistake() {
    for (name, bounds, promise) in [
        (
            "acknowledged before the claim",
            Bounds { bug: Some(Bug::AckBeforeClaim), calls: 1, crashes: 1, ..Bounds::QUIET },
            ACKNOWLEDGED_IS_CLAIMED,
        ),
        (
            "taken before the rows",
            Bounds { bug: Some(Bug::TakeBeforeEnlist), destinations: 2, ..Bounds::QUIET },
            TAKEN_HAS_ROWS,
        ),
        (
            "finished without the fence",
            Bounds {
                bug: Some(Bug::FinishWithoutFence),
                copies: 1,
                failures: 1,
                retries: 1,
                ..Bounds::QUIET
            },
            ENDED_STAYS,
        ),
        (
            "finished without the fence, seen at the destination",
            Bounds {
                bug: Some(Bug::FinishWithoutFence),
                copies: 1,
                failures: 1,
                retries: 1,
                ..Bounds::QUIET
            },
            NO_REPEAT,
        ),
        (
            "a lease as long as the work",
            Bounds { margin: 0, copies: 1, ..Bounds::QUIET },
            ONE_IN_FLIGHT,
        ),
        (
            "clocks that differ by the whole margin",
            Bounds { skew: 2, copies: 1, ..Bounds::QUIET },
            ONE_IN_FLIGHT,
        ),
        (
            "no sweep",
            Bounds { bug: Some(Bug::NoSweep), losses: 1, ..Bounds::QUIET },
            NOTHING_FORGOTTEN,
        ),
        (
            "no sweep, seen at the end",
            Bounds { bug: Some(Bug::NoSweep), losses: 1, ..Bounds::QUIET },
            ROADS_END,
        ),
        (
            "that something is held is a mark",
            Bounds { bug: Some(Bug::HoldingIsAMark), ..HOLD },
            NOTHING_STAYS_HELD,
        ),
    ] {
        let found = broken(name, &bounds);
        assert!(found.contains(promise), "{name}: found {found:?}");
    }
}
