//! The protocol as a model: what may happen next, and what the moment is after it.

use stateright::{Model, Property};

use crate::bounds::{Bounds, Bug};
use crate::dispatch::{Desk, clock};
use crate::ledger::{At, Stand};
use crate::state::{Bell, Dispatcher, Event, Got, Left, Seen, Stage, State, Sweeping, Try};
use crate::{ingest, promises, sweep};

/// The model; see the crate's page.
#[derive(Debug, Clone)]
pub struct Protocol(pub Bounds);

/// One step of somebody. Numbers name events, deliveries, destinations, dispatchers and messages by
/// their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    ProviderCalls(usize),
    IngestSteps { event: usize, call: usize },
    AnswerIsLost { event: usize, call: usize },
    IngestCrashes { event: usize, call: usize },
    QueueLoses(usize),
    QueueRepeats(Bell),
    DispatcherReceives { who: usize, message: usize, lanes: bool },
    DispatcherFansOut(usize),
    DispatcherSteps { who: usize, slot: usize },
    DispatcherWrites { who: usize, slot: usize, got: Got },
    DispatcherIsLate { who: usize, slot: usize },
    DispatcherJudges { who: usize, slot: usize, hold: bool },
    DispatcherCrashes(usize),
    SweepStamps(Bell),
    SweepMarksProbe { of: usize, to: usize },
    SweepHolds(usize),
    SweepReleases(usize),
    SweepSeesNothingHeld(usize),
    SweepSteps,
    SweepCrashes,
    TimePasses { stalls: u8 },
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let Bounds { events, destinations, crashes, losses, copies, .. } = self.0;
        let Bounds { unheard, failures, deads, stalls, calls, .. } = self.0;
        let told = calls == 0;
        let (acknowledged, claimed) = (told, told);
        let (called, calls, taken, stamp) = (0, Vec::new(), false, 0);
        let event = Event { called, calls, acknowledged, claimed, taken, stamp };
        let deliveries = usize::from(events) * usize::from(destinations);
        let idle = Dispatcher { work: None, tries: vec![None; usize::from(destinations)] };
        vec![State {
            events: vec![event; usize::from(events)],
            queue: (0..events).filter(|_| told).map(|event| (Bell::Event(event), 0)).collect(),
            rows: vec![None; deliveries],
            stands: vec![Stand::default(); usize::from(destinations)],
            dispatchers: [idle.clone(), idle],
            sweep: None,
            left: Left { crashes, losses, copies, unheard, failures, deads, stalls },
            seen: vec![Seen::default(); deliveries],
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        ingest::actions(&self.0, state, actions);
        queue(state, actions);
        for who in 0..state.dispatchers.len() {
            self.dispatcher(state, who, actions);
        }
        if !self.0.has(Bug::NoSweep) {
            sweep::actions(&self.0, state, actions);
        }
        self.time(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        pay(&mut state.left, action);
        self.apply(&mut state, action);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::all()
    }
}

impl Protocol {
    fn dispatcher(&self, state: &State, who: usize, actions: &mut Vec<Action>) {
        let desk = &state.dispatchers[who];
        let Some((_, stage)) = desk.work else {
            for (message, (bell, delay)) in state.queue.iter().enumerate() {
                if *delay == 0 && (message == 0 || state.queue[message - 1] != (*bell, *delay)) {
                    actions.push(Action::DispatcherReceives { who, message, lanes: true });
                    if matches!(bell, Bell::Event(_)) {
                        actions.push(Action::DispatcherReceives { who, message, lanes: false });
                    }
                }
            }
            return;
        };
        if state.left.crashes > 0 {
            actions.push(Action::DispatcherCrashes(who));
        }
        if stage != Stage::Attempt {
            actions.push(Action::DispatcherFansOut(who));
            return;
        }
        for (slot, one) in desk.tries.iter().enumerate() {
            self.attempt(state, who, slot, *one, actions);
        }
    }

    fn attempt(
        &self,
        state: &State,
        who: usize,
        slot: usize,
        one: Option<Try>,
        actions: &mut Vec<Action>,
    ) {
        match one {
            None => {}
            Some(Try::Leased { not_after, .. }) if clock(&self.0, who) > not_after => {
                actions.push(Action::DispatcherIsLate { who, slot });
            }
            Some(Try::Leased { .. }) => {
                let left = &state.left;
                let outcomes = [
                    (Got::Took, 1),
                    (Got::Unheard, left.unheard),
                    (Got::Failed, left.failures),
                    (Got::Dead, left.deads),
                ];
                let may = outcomes.into_iter().filter(|(_, left)| *left > 0);
                actions.extend(may.map(|(got, _)| Action::DispatcherWrites { who, slot, got }));
            }
            Some(Try::Wrote { got, .. }) => {
                actions.push(Action::DispatcherJudges { who, slot, hold: false });
                if self.0.holds && matches!(got, Got::Failed | Got::Unheard) {
                    actions.push(Action::DispatcherJudges { who, slot, hold: true });
                }
            }
            Some(
                Try::Look { .. }
                | Try::Start { .. }
                | Try::HoldRow
                | Try::Finish { .. }
                | Try::Tell
                | Try::Ring { .. },
            ) => actions.push(Action::DispatcherSteps { who, slot }),
        }
    }

    /// Time passes while somebody waits for it; past the deadline of one that has written nothing
    /// only as often as there are stalls left.
    fn time(&self, state: &State, actions: &mut Vec<Action>) {
        let misses = |who: usize| {
            let now = clock(&self.0, who);
            let tries = state.dispatchers[who].tries.iter().flatten();
            tries.filter(
                move |one| matches!(one, Try::Leased { not_after, .. } if *not_after == now),
            )
        };
        let stalls = u8::try_from(misses(0).count() + misses(1).count()).expect("few tries");
        let awaited = stalls > 0
            || state.queue.iter().any(|(_, delay)| *delay > 0)
            || state.events.iter().any(|event| event.stamp > 0 && !event.taken)
            || state.stands.iter().any(|stand| stand.probe > 0 && stand.is_probed())
            || state.rows.iter().flatten().any(|row| match row.at {
                At::Sending { until: at, .. } | At::Waiting { due: at } => at > 0 || row.stamp > 0,
                At::Pending => row.stamp > 0,
                At::Held | At::Delivered | At::Failed => false,
            });
        if awaited && stalls <= state.left.stalls {
            actions.push(Action::TimePasses { stalls });
        }
    }

    fn apply(&self, state: &mut State, action: Action) {
        let bounds = &self.0;
        let desk = |state, who| Desk { bounds, state, who };
        match action {
            Action::ProviderCalls(event) => ingest::call(state, event),
            Action::IngestSteps { event, call } => ingest::step(bounds, state, event, call),
            Action::AnswerIsLost { event, call } | Action::IngestCrashes { event, call } => {
                state.events[event].calls.remove(call);
            }
            Action::QueueLoses(message) => {
                state.queue.remove(message);
            }
            Action::QueueRepeats(bell) => state.send(bell, 0),
            Action::DispatcherReceives { who, message, lanes } => {
                desk(state, who).receive(message, lanes);
            }
            Action::DispatcherFansOut(who) => desk(state, who).fan_out(),
            Action::DispatcherSteps { who, slot } => desk(state, who).step(slot),
            Action::DispatcherWrites { who, slot, got } => desk(state, who).request(slot, got),
            Action::DispatcherIsLate { who, slot } => desk(state, who).late(slot),
            Action::DispatcherJudges { who, slot, hold } => desk(state, who).judge(slot, hold),
            Action::DispatcherCrashes(who) => desk(state, who).crash(),
            Action::SweepStamps(bell) => sweep::stamp(state, bell),
            Action::SweepMarksProbe { of, to } => sweep::probe(state, of, to),
            Action::SweepHolds(of) => sweep::move_held(state, of, false),
            Action::SweepReleases(of) => sweep::move_held(state, of, true),
            Action::SweepSeesNothingHeld(to) => {
                state.sweep = Some(Sweeping::Drain(u8::try_from(to).expect("few destinations")));
            }
            Action::SweepSteps => sweep::step(state),
            Action::SweepCrashes => state.sweep = None,
            Action::TimePasses { .. } => state.tick(),
        }
    }
}

fn queue(state: &State, actions: &mut Vec<Action>) {
    if state.left.losses > 0 {
        let unlike = |m: &usize| *m == 0 || state.queue[m - 1] != state.queue[*m];
        actions.extend((0..state.queue.len()).filter(unlike).map(Action::QueueLoses));
    }
    if state.left.copies > 0 {
        let mut bells: Vec<Bell> = state.queue.iter().map(|(bell, _)| *bell).collect();
        bells.extend(state.dispatchers.iter().filter_map(|d| d.work.map(|(bell, _)| bell)));
        bells.sort_unstable();
        bells.dedup();
        actions.extend(bells.into_iter().map(Action::QueueRepeats));
    }
}

/// What an action uses up.
fn pay(left: &mut Left, action: Action) {
    match action {
        Action::AnswerIsLost { .. } => left.unheard -= 1,
        Action::IngestCrashes { .. } | Action::DispatcherCrashes(_) | Action::SweepCrashes => {
            left.crashes -= 1;
        }
        Action::QueueLoses(_) => left.losses -= 1,
        Action::QueueRepeats(_) => left.copies -= 1,
        Action::DispatcherWrites { got, .. } => match got {
            Got::Took => {}
            Got::Unheard => left.unheard -= 1,
            Got::Failed => left.failures -= 1,
            Got::Dead => left.deads -= 1,
        },
        Action::TimePasses { stalls } => left.stalls -= stalls,
        Action::ProviderCalls(_)
        | Action::IngestSteps { .. }
        | Action::DispatcherReceives { .. }
        | Action::DispatcherFansOut(_)
        | Action::DispatcherSteps { .. }
        | Action::DispatcherIsLate { .. }
        | Action::DispatcherJudges { .. }
        | Action::SweepStamps(_)
        | Action::SweepMarksProbe { .. }
        | Action::SweepHolds(_)
        | Action::SweepReleases(_)
        | Action::SweepSeesNothingHeld(_)
        | Action::SweepSteps => {}
    }
}
