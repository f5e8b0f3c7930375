//! The provider and the calls it makes: claim, bell, answer, in the order of `domain/ingest`. It calls
//! until it was answered; a call that is still under way does not keep it from another.

use crate::bounds::{Bounds, Bug};
use crate::protocol::Action;
use crate::state::{Bell, Call, State};

pub(crate) fn actions(bounds: &Bounds, state: &State, actions: &mut Vec<Action>) {
    for (event, told) in state.events.iter().enumerate() {
        if !told.acknowledged && told.called < bounds.calls {
            actions.push(Action::ProviderCalls(event));
        }
        for (call, at) in told.calls.iter().enumerate() {
            if call > 0 && told.calls[call - 1] == *at {
                continue;
            }
            actions.push(Action::IngestSteps { event, call });
            if *at == Call::Durable && state.left.unheard > 0 {
                actions.push(Action::AnswerIsLost { event, call });
            }
            if state.left.crashes > 0 {
                actions.push(Action::IngestCrashes { event, call });
            }
        }
    }
}

/// A call begins.
pub(crate) fn call(state: &mut State, event: usize) {
    state.events[event].called += 1;
    put(state, event, Some(Call::Received));
}

/// A call goes one step on: the claim is one conditional write, and ingest writes nothing after its
/// bell.
pub(crate) fn step(bounds: &Bounds, state: &mut State, event: usize, call: usize) {
    let told = &mut state.events[event];
    let next = match told.calls.remove(call) {
        Call::Received if bounds.has(Bug::AckBeforeClaim) => {
            told.acknowledged = true;
            Some(Call::Hasty)
        }
        Call::Received | Call::Hasty => {
            let settled = told.claimed && told.taken;
            told.claimed = true;
            Some(if settled { Call::Durable } else { Call::Claimed })
        }
        Call::Claimed => {
            state.send(Bell::Event(u8::try_from(event).expect("few events")), 0);
            Some(Call::Durable)
        }
        Call::Durable => {
            told.acknowledged = true;
            None
        }
    };
    put(state, event, next);
}

/// Calls have no order: two moments that differ only in it are one.
fn put(state: &mut State, event: usize, call: Option<Call>) {
    let calls = &mut state.events[event].calls;
    calls.extend(call);
    calls.sort_unstable();
}
