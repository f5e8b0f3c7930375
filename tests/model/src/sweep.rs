//! The sweep: a stamp first, then the bell; probes and releases what is held. It begins one thing at
//! a time, and may crash between the stamp and the bell.
//!
//! It rings here only for what has no bell: a needless one is the same as a repeat of the queue, and
//! those are counted there. That, and not the stamp, is what makes its work finite.

use crate::bounds::{Bounds, Bug};
use crate::ledger::At;
use crate::protocol::Action;
use crate::state::{Bell, State, Sweeping};

pub(crate) fn actions(bounds: &Bounds, state: &State, actions: &mut Vec<Action>) {
    if state.sweep.is_some() {
        actions.push(Action::SweepSteps);
        if state.left.crashes > 0 {
            actions.push(Action::SweepCrashes);
        }
        return;
    }
    for (bell, event) in (0..).map(Bell::Event).zip(&state.events) {
        if event.claimed && !event.taken && event.stamp == 0 && !state.is_rung(bell) {
            actions.push(Action::SweepStamps(bell));
        }
    }
    for (of, row) in (0..).zip(&state.rows) {
        let bell = Bell::Delivery(of, false);
        if row.is_some_and(|row| row.is_due() && row.stamp == 0) && !state.is_rung(bell) {
            actions.push(Action::SweepStamps(bell));
        }
    }
    for to in 0..state.stands.len() {
        destination(bounds, state, to, actions);
    }
}

fn destination(bounds: &Bounds, state: &State, to: usize, actions: &mut Vec<Action>) {
    let stand = &state.stands[to];
    let by_mark = bounds.has(Bug::HoldingIsAMark);
    if by_mark && !stand.holding {
        return;
    }
    let held = |of: &usize| state.rows[*of].is_some_and(|row| row.at == At::Held);
    let waits = |of: &usize| {
        state.rows[*of].is_some_and(|row| matches!(row.at, At::Waiting { .. } | At::Pending))
    };
    if stand.paused {
        actions.extend(state.deliveries_to(to).filter(waits).map(Action::SweepHolds));
    }
    for of in state.deliveries_to(to).filter(held) {
        let bell = Bell::Delivery(u8::try_from(of).expect("few deliveries"), true);
        if stand.is_probed() && stand.probe == 0 && !state.is_rung(bell) {
            actions.push(Action::SweepMarksProbe { of, to });
        }
        if stand.releases() {
            actions.push(Action::SweepReleases(of));
        }
    }
    if by_mark && stand.releases() && !state.deliveries_to(to).any(|of| held(&of)) {
        actions.push(Action::SweepSeesNothingHeld(to));
    }
}

/// Writes the stamp, which puts the next bell off.
pub(crate) fn stamp(state: &mut State, bell: Bell) {
    match bell {
        Bell::Event(event) => state.events[usize::from(event)].stamp = 1,
        Bell::Delivery(of, _) => {
            let row = state.rows[usize::from(of)].as_mut();
            row.expect("what is due has a row").stamp = 1;
        }
    }
    state.sweep = Some(Sweeping::Ring(bell));
}

/// Marks a probe, if the destination's table lets it go out.
pub(crate) fn probe(state: &mut State, of: usize, to: usize) {
    if state.stands[to].probe() {
        let of = u8::try_from(of).expect("few deliveries");
        state.sweep = Some(Sweeping::Ring(Bell::Delivery(of, true)));
    }
}

/// Holds what waits, or lets go what is held, if its table agrees.
pub(crate) fn move_held(state: &mut State, of: usize, release: bool) {
    let row = state.rows[of].as_mut().expect("what waits or is held has a row");
    let moved = if release { row.release() } else { row.hold(0) };
    moved.expect("it stood so when it was looked at, and this is the same moment");
}

/// What was begun goes on.
pub(crate) fn step(state: &mut State) {
    match state.sweep.take() {
        Some(Sweeping::Ring(bell)) => state.send(bell, 0),
        Some(Sweeping::Drain(to)) => {
            let stand = &mut state.stands[usize::from(to)];
            stand.holding &= !stand.releases();
        }
        None => {}
    }
}
