//! What must hold at every moment, and where every road ends: the promises of the house.

use stateright::{Model, Property};

use crate::bounds::Bug;
use crate::dispatch::{clock, has_arrived};
use crate::ledger::At;
use crate::protocol::Protocol;
use crate::state::{Bell, Dispatcher, Stage, State, Try};

/// Two owners never write to a destination at once.
pub const ONE_IN_FLIGHT: &str = "at most one attempt is in flight per delivery";
/// An acknowledgement promises that the event is durable.
pub const ACKNOWLEDGED_IS_CLAIMED: &str = "what was acknowledged is claimed";
/// Something will ring for whatever is not done.
pub const NOTHING_FORGOTTEN: &str = "nothing acknowledged is forgotten";
/// *Taken* promises the rows.
pub const TAKEN_HAS_ROWS: &str = "a taken event has its rows";
/// A repeat has its reason.
pub const NO_REPEAT: &str = "nothing arrives twice without a blow between sent and written down";
/// Delivered and failed are final.
pub const ENDED_STAYS: &str = "a state that has ended is never overwritten";
/// Acknowledged leads to delivered, failed or held.
pub const ROADS_END: &str = "every road ends where the promise says";
/// A destination that takes again gets what was held for it.
pub const NOTHING_STAYS_HELD: &str = "nothing stays held when the destination takes again";

/// All of them.
pub(crate) fn all() -> Vec<Property<Protocol>> {
    vec![
        Property::always(ONE_IN_FLIGHT, one_in_flight),
        Property::always(ACKNOWLEDGED_IS_CLAIMED, |_, state: &State| {
            state.events.iter().all(|event| event.claimed || !event.acknowledged)
        }),
        Property::always(NOTHING_FORGOTTEN, nothing_forgotten),
        Property::always(TAKEN_HAS_ROWS, |_, state: &State| {
            (0..state.rows.len()).all(|of| state.rows[of].is_some() || !event_of(state, of).taken)
        }),
        Property::always(NO_REPEAT, no_repeat),
        Property::always(ENDED_STAYS, |_, state: &State| {
            state.seen.iter().all(|seen| !seen.overwritten)
        }),
        Property::always(ROADS_END, |model: &Protocol, state: &State| {
            let good = (0..state.rows.len()).all(|of| {
                let ended = |at: At| at.is_over() || at == At::Held;
                let event = event_of(state, of);
                let done = event.taken && state.rows[of].is_some_and(|row| ended(row.at));
                done || !event.acknowledged
            });
            good || !is_end(model, state)
        }),
        Property::always(NOTHING_STAYS_HELD, |model: &Protocol, state: &State| {
            let held = state.rows.iter().flatten().any(|row| row.at == At::Held);
            !held || !is_end(model, state)
        }),
    ]
}

/// Whether nothing can happen any more.
pub fn is_end(model: &Protocol, state: &State) -> bool {
    let mut actions = Vec::new();
    model.actions(state, &mut actions);
    actions.is_empty()
}

fn event_of(state: &State, of: usize) -> &crate::state::Event {
    &state.events[of / state.stands.len()]
}

/// The tries of a dispatcher, each with its delivery; not those whose row it has still to write.
fn tries<'a>(state: &'a State, desk: &'a Dispatcher) -> impl Iterator<Item = (usize, Try)> + 'a {
    desk.work.into_iter().flat_map(move |(bell, stage)| {
        let begun = match stage {
            Stage::Enlist(next) => usize::from(next),
            Stage::Take | Stage::Attempt => desk.tries.len(),
        };
        let tries = desk.tries.iter().enumerate().take(begun);
        tries.filter_map(move |(slot, one)| one.map(|one| (state.delivery(bell, slot), one)))
    })
}

/// From the lease on until the deadline, by the dispatcher's own clock, it may be writing.
fn one_in_flight(model: &Protocol, state: &State) -> bool {
    let flies = |who: usize, of: usize| {
        let now = clock(&model.0, who);
        tries(state, &state.dispatchers[who]).any(|(other, one)| {
            other == of
                && match one {
                    Try::Leased { not_after, .. } | Try::Wrote { not_after, .. } => {
                        now <= not_after
                    }
                    Try::Look { .. }
                    | Try::Start { .. }
                    | Try::HoldRow
                    | Try::Finish { .. }
                    | Try::Tell
                    | Try::Ring { .. } => false,
                }
        })
    };
    (0..state.rows.len()).all(|of| !(flies(0, of) && flies(1, of)))
}

fn nothing_forgotten(model: &Protocol, state: &State) -> bool {
    let swept = !model.0.has(Bug::NoSweep);
    let remembered = |bell| swept || state.is_rung(bell);
    (0..state.rows.len()).all(|of| {
        let event = event_of(state, of);
        if !event.acknowledged {
            return true;
        }
        let place = |n: usize| u8::try_from(n).expect("few");
        let open = state.rows[of].is_some_and(|row| !row.at.is_over() && row.at != At::Held);
        (event.taken || remembered(Bell::Event(place(of / state.stands.len()))))
            && (!open || remembered(Bell::Delivery(place(of), false)))
    })
}

/// What arrived is no more than once, and once for each blow: a crash between "sent" and "written
/// down", a sender stalled there beyond its lease, an answer that was lost.
fn no_repeat(model: &Protocol, state: &State) -> bool {
    (0..state.rows.len()).all(|of| {
        let stalled = (0..state.dispatchers.len()).flat_map(|who| {
            let owner = u8::try_from(who).expect("two dispatchers") + 1;
            let latest = model.0.skew.max(0);
            let holds = state.rows[of].is_some_and(|row| {
                matches!(row.at, At::Sending { owner: o, until } if o == owner && until > latest)
            });
            let mine = tries(state, &state.dispatchers[who]);
            mine.filter(move |(other, one)| *other == of && has_arrived(*one) && !holds)
        });
        let seen = state.seen[of];
        usize::from(seen.arrivals) <= 1 + usize::from(seen.blows) + stalled.count()
    })
}
