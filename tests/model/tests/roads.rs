//! What the checker's answers rest on: every road through the model is finite (no moment comes again),
//! and the moments that the promises are about are there.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use model::{At, Bounds, Protocol, State};
use stateright::Model;

/// A moment that there must be, lest a promise hold because nothing ever happens.
type Sight = (&'static str, fn(&State) -> bool);

const SIGHTS: &[Sight] = &[
    ("delivered", |state| row(state, At::Delivered)),
    ("failed", |state| row(state, At::Failed)),
    ("held", |state| row(state, At::Held)),
    ("paused", |state| state.stands.iter().any(|stand| stand.paused)),
    ("arrived twice", |state| state.seen.iter().any(|seen| seen.arrivals > 1)),
    ("arrived thrice", |state| state.seen.iter().any(|seen| seen.arrivals > 2)),
    ("all delivered after a pause", |state| {
        let all = state.rows.iter().all(|row| row.is_some_and(|row| row.at == At::Delivered));
        all && state.left.deads == 0
    }),
];

fn row(state: &State, at: At) -> bool {
    state.rows.iter().flatten().any(|row| row.at == at)
}

/// Walks every road; what was seen on them, or the length of the one that comes back to itself.
#[derive(Default)]
struct Walk {
    /// Moments by their hash: whether all roads from there were walked.
    done: HashMap<u64, bool>,
    seen: BTreeSet<&'static str>,
}

impl Walk {
    fn through(&mut self, model: &Protocol, state: &State) -> Result<(), usize> {
        let mut hasher = DefaultHasher::new();
        state.hash(&mut hasher);
        let moment = hasher.finish();
        match self.done.get(&moment) {
            Some(true) => return Ok(()),
            Some(false) => return Err(1),
            None => _ = self.done.insert(moment, false),
        }
        self.seen.extend(SIGHTS.iter().filter(|(_, sight)| sight(state)).map(|(name, _)| name));
        for next in model.next_states(state) {
            self.through(model, &next).map_err(|length| length + 1)?;
        }
        self.done.insert(moment, true);
        Ok(())
    }
}

#[test]
fn every_road_is_finite_and_leads_past_what_the_promises_are_about() {
    let hold = Bounds { events: 2, deads: 1, failures: 1, holds: true, ..Bounds::QUIET };
    let lease = Bounds { copies: 1, stalls: 1, failures: 1, retries: 1, skew: 1, ..Bounds::QUIET };
    for (bounds, sights) in [
        (
            Bounds { calls: 2, crashes: 1, losses: 1, ..Bounds::QUIET },
            &["delivered", "arrived twice"][..],
        ),
        (
            Bounds { crashes: 1, losses: 1, ..lease },
            &["delivered", "arrived twice", "arrived thrice"][..],
        ),
        (Bounds { failures: 2, unheard: 1, ..Bounds::QUIET }, &["failed", "delivered"][..]),
        (
            Bounds { losses: 1, ..hold },
            &["delivered", "failed", "held", "paused", "all delivered after a pause"][..],
        ),
    ] {
        let model = Protocol(bounds);
        let mut walk = Walk::default();
        for state in model.init_states() {
            assert_eq!(walk.through(&model, &state), Ok(()), "{:?}", model.0);
        }
        let missing: Vec<_> = sights.iter().filter(|sight| !walk.seen.contains(*sight)).collect();
        assert!(missing.is_empty(), "{:?}: {missing:?} not among {:?}", model.0, walk.seen);
    }
}
