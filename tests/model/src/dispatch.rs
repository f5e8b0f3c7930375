//! The dispatchers' steps, in the order of `domain/dispatch`: rows, taken, lease, request, verdict,
//! written down, rung again. Between any two of them others move, time passes, or a crash falls.

use domain::{Mark, Stay};

use crate::bounds::{Bounds, Bug};
use crate::ledger::{At, Row, Stand, ticks};
use crate::state::{Bell, Got, Stage, State, Try, WORK};

/// A dispatcher at work on a state.
pub(crate) struct Desk<'a> {
    pub(crate) bounds: &'a Bounds,
    pub(crate) state: &'a mut State,
    pub(crate) who: usize,
}

/// What a dispatcher's clock shows.
pub(crate) fn clock(bounds: &Bounds, who: usize) -> i8 {
    if who == 0 { 0 } else { bounds.skew }
}

impl Desk<'_> {
    fn clock(&self) -> i8 {
        clock(self.bounds, self.who)
    }

    fn owner(&self) -> u8 {
        u8::try_from(self.who).expect("two dispatchers") + 1
    }

    fn bell(&self) -> Bell {
        self.state.dispatchers[self.who].work.expect("it is at work").0
    }

    fn set(&mut self, slot: usize, next: Option<Try>) {
        self.state.dispatchers[self.who].tries[slot] = next;
    }

    fn row(&mut self, slot: usize) -> &mut Row {
        let of = self.state.delivery(self.bell(), slot);
        self.state.rows[of].as_mut().expect("a bell for a delivery rings after its row is written")
    }

    /// Writes a row, and notes it when a state that had ended is lost.
    fn write<T>(&mut self, slot: usize, change: impl FnOnce(&mut Row) -> T) -> T {
        let row = self.row(slot);
        let before = row.at;
        let result = change(row);
        let lost = before.is_over() && row.at != before;
        let of = self.state.delivery(self.bell(), slot);
        self.state.seen[of].overwritten |= lost;
        result
    }

    /// Takes a message off the queue; an event's deliveries are led by lanes where some are free.
    pub(crate) fn receive(&mut self, message: usize, lanes: bool) {
        let (bell, _) = self.state.queue.remove(message);
        let (stage, tries) = match bell {
            Bell::Event(_) => {
                let stage = if self.bounds.has(Bug::TakeBeforeEnlist) {
                    Stage::Take
                } else {
                    Stage::Enlist(0)
                };
                let not_after = self.clock() + WORK;
                let plan = |stand: &Stand| {
                    let lead = Try::Leased { not_after, awaits: stand.awaits_success() };
                    if stand.paused { Some(Try::HoldRow) } else { lanes.then_some(lead) }
                };
                (stage, self.state.stands.iter().map(plan).collect())
            }
            Bell::Delivery(of, probe) => {
                let mut tries = vec![None; self.state.stands.len()];
                let slot = usize::from(of) % tries.len();
                tries[slot] = Some(self.look(probe));
                (Stage::Attempt, tries)
            }
        };
        let desk = &mut self.state.dispatchers[self.who];
        desk.work = Some((bell, stage));
        desk.tries = tries;
    }

    fn look(&self, probe: bool) -> Try {
        let awaits = false;
        if self.bounds.stand() { Try::Look { probe } } else { Try::Start { probe, awaits } }
    }

    /// Writes the next row, or marks the event taken.
    pub(crate) fn fan_out(&mut self) {
        let Some((bell, stage)) = self.state.dispatchers[self.who].work else { return };
        let Bell::Event(event) = bell else { return };
        let hasty = self.bounds.has(Bug::TakeBeforeEnlist);
        let next = match stage {
            Stage::Enlist(slot) => {
                self.enlist(usize::from(slot));
                let all = usize::from(slot) + 1 == self.state.stands.len();
                match (all, hasty) {
                    (false, _) => Stage::Enlist(slot + 1),
                    (true, false) => Stage::Take,
                    (true, true) => Stage::Attempt,
                }
            }
            Stage::Take => {
                self.state.events[usize::from(event)].taken = true;
                if hasty { Stage::Enlist(0) } else { Stage::Attempt }
            }
            Stage::Attempt => Stage::Attempt,
        };
        self.state.dispatchers[self.who].work = Some((bell, next));
        if next == Stage::Attempt {
            self.put_down();
        }
    }

    /// Puts one row if it is absent: already leased where its attempt has a lane, and held where its
    /// destination is paused.
    fn enlist(&mut self, slot: usize) {
        let of = self.state.delivery(self.bell(), slot);
        let mut next = Some(self.look(false));
        if self.state.rows[of].is_none() {
            let mut row = Row::new(At::Pending);
            let plan = self.state.dispatchers[self.who].tries[slot];
            if let Some(Try::Leased { not_after, .. }) = plan {
                let until = (not_after + self.bounds.margin).max(0);
                row.start(self.owner(), self.clock(), until, false).expect("a new one starts");
                next = plan;
            } else if plan == Some(Try::HoldRow) {
                row.hold(self.clock()).expect("a new one may be held");
                next = None;
            }
            self.state.rows[of] = Some(row);
        }
        self.set(slot, next);
    }

    /// The next step of a try that leaves no choice.
    pub(crate) fn step(&mut self, slot: usize) {
        let now = self.clock();
        let next = match self.state.dispatchers[self.who].tries[slot] {
            Some(Try::Look { probe }) => {
                let stand = self.state.stands[slot];
                let awaits = stand.awaits_success();
                let hold = stand.paused && !probe;
                Some(if hold { Try::HoldRow } else { Try::Start { probe, awaits } })
            }
            Some(Try::Start { probe, awaits }) => self.start(slot, now, probe, awaits),
            Some(Try::HoldRow) => match self.write(slot, |row| row.hold(now)) {
                Ok(()) => None,
                Err(stay) => stays(&stay),
            },
            Some(Try::Finish { arrived, counted, awaits, next }) => {
                self.finish(slot, arrived, counted, next, awaits)
            }
            Some(Try::Tell) => {
                self.state.stands[slot].mark(&Mark::Taken);
                None
            }
            Some(Try::Ring { at }) => {
                let of = self.state.delivery(self.bell(), slot);
                let of = u8::try_from(of).expect("few deliveries");
                self.state.send(Bell::Delivery(of, false), (at - now).max(0));
                None
            }
            stay @ (Some(Try::Leased { .. } | Try::Wrote { .. }) | None) => stay,
        };
        self.set(slot, next);
        self.put_down();
    }

    fn start(&mut self, slot: usize, now: i8, probe: bool, awaits: bool) -> Option<Try> {
        let (owner, not_after) = (self.owner(), now + WORK);
        let until = not_after + self.bounds.margin;
        match self.write(slot, |row| row.start(owner, now, until, probe)) {
            Ok(()) => Some(Try::Leased { not_after, awaits }),
            Err(stay) => stays(&stay),
        }
    }

    /// Egress has looked at its deadline, and writes; the destination answers or not.
    pub(crate) fn request(&mut self, slot: usize, got: Got) {
        let Some(Try::Leased { not_after, awaits }) = self.state.dispatchers[self.who].tries[slot]
        else {
            return;
        };
        let of = self.state.delivery(self.bell(), slot);
        let arrived = matches!(got, Got::Took | Got::Unheard);
        self.state.seen[of].arrivals += u8::from(arrived);
        self.set(slot, Some(Try::Wrote { not_after, awaits, got }));
    }

    /// Egress has looked at its deadline, and writes nothing. No retry is used up.
    pub(crate) fn late(&mut self, slot: usize) {
        let next = At::Waiting { due: self.clock() };
        let late = Try::Finish { arrived: false, counted: false, awaits: false, next };
        self.set(slot, Some(late));
    }

    /// What follows: by the answer, the schedule, and whose fault it is (which the model leaves open).
    /// How the destination stands is marked first.
    pub(crate) fn judge(&mut self, slot: usize, hold: bool) {
        let Some(Try::Wrote { awaits, got, .. }) = self.state.dispatchers[self.who].tries[slot]
        else {
            return;
        };
        let used_up = self.row(slot).failures >= self.bounds.retries;
        let (mark, next) = match got {
            Got::Took => (None, At::Delivered),
            Got::Dead => (Some(Mark::Dead(String::new())), At::Held),
            Got::Unheard | Got::Failed if !used_up => {
                (Some(Mark::Failed), At::Waiting { due: self.clock() + 1 })
            }
            Got::Unheard | Got::Failed if hold => (Some(Mark::Failed), At::Held),
            Got::Unheard | Got::Failed => (Some(Mark::Failed), At::Failed),
        };
        let stand = &mut self.state.stands[slot];
        if let Some(mark) = mark.filter(|_| self.bounds.stand()) {
            stand.mark(&mark);
        }
        let waits = matches!(next, At::Waiting { .. });
        let next = if waits && stand.paused { At::Held } else { next };
        // Made before the row is held, where there is such a mark.
        stand.holding |= next == At::Held;
        let arrived = matches!(got, Got::Took | Got::Unheard);
        let counted = matches!(got, Got::Unheard | Got::Failed);
        self.set(slot, Some(Try::Finish { arrived, counted, awaits, next }));
    }

    fn finish(
        &mut self,
        slot: usize,
        arrived: bool,
        counted: bool,
        next: At,
        awaits: bool,
    ) -> Option<Try> {
        let (owner, now) = (self.owner(), self.clock());
        let written = if self.bounds.has(Bug::FinishWithoutFence) {
            self.write(slot, |row| row.at = next);
            true
        } else {
            self.write(slot, |row| row.finish(owner, now, counted, next)).is_ok()
        };
        if arrived && !(written && next == At::Delivered) {
            let of = self.state.delivery(self.bell(), slot);
            self.state.seen[of].blows += 1;
        }
        match next {
            At::Delivered => awaits.then_some(Try::Tell),
            At::Waiting { due } if written => Some(Try::Ring { at: due }),
            At::Waiting { .. } | At::Pending | At::Sending { .. } | At::Held | At::Failed => None,
        }
    }

    /// The message is deleted when there is nothing left to do about it.
    fn put_down(&mut self) {
        let desk = &mut self.state.dispatchers[self.who];
        if desk.tries.iter().all(Option::is_none) {
            desk.work = None;
        }
    }

    /// The process is gone. Its message rings again; what it had sent may arrive again.
    pub(crate) fn crash(&mut self) {
        let Some((bell, _)) = self.state.dispatchers[self.who].work.take() else { return };
        for slot in 0..self.state.stands.len() {
            let of = self.state.delivery(bell, slot);
            if self.state.dispatchers[self.who].tries[slot].is_some_and(has_arrived) {
                self.state.seen[of].blows += 1;
            }
            self.set(slot, None);
        }
        self.state.send(bell, 0);
    }
}

/// What there is to do for a delivery that does not move.
fn stays(stay: &Stay) -> Option<Try> {
    match stay {
        Stay::NotDue(at) | Stay::Busy(at) => Some(Try::Ring { at: ticks(*at) }),
        Stay::Gathered(_) | Stay::Held | Stay::Done | Stay::Fenced => None,
    }
}

/// Whether the destination has what a try is about, and the ledger does not say so yet.
pub(crate) fn has_arrived(one: Try) -> bool {
    matches!(
        one,
        Try::Wrote { got: Got::Took | Got::Unheard, .. } | Try::Finish { arrived: true, .. }
    )
}
