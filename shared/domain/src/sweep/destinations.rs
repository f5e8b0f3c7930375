//! Destinations move on: paused to disabled, held deliveries probed, released at the channel's pace or
//! cancelled with their destination; each change of standing announced once.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Sweep, Swept, bell, bell_in};
use crate::attempt::PAUSED;
use crate::dispatch::later;
use crate::{
    Alarm, Cause, Destination, DestinationName, Envelope, Finish, Listed, Mark, Mode, Move, Pace,
    PortError, Standing, find_channel,
};

/// Deliveries of one destination moved in one run.
const MOVED_AT_ONCE: usize = 500;
/// Released to a chat in one run: they become digests.
const CHAT_RELEASED: usize = 200;
/// Released to a webhook in one run, for each of its slots: half of what it takes if it answers within
/// a second, so that live traffic finds its way.
const SLOT_RELEASED: usize = 30;
/// How long a removed destination's standing is kept: whoever stalled over a hold may still write it,
/// and it is by the standing that it is found.
const REMOVED_KEPT: SignedDuration = SignedDuration::from_mins(15);
/// Over how long a run's releases are spread.
const SPREAD: Duration = Duration::from_secs(55);

impl Sweep {
    pub(super) async fn destinations(&self, swept: &mut Swept) -> Result<(), PortError> {
        let listed = self.directory.destinations().await?;
        for (name, standing) in self.survey.standings().await? {
            let known = listed.iter().find(|listed| *listed.name() == name);
            let step = match known {
                Some(Listed::Ready(destination)) => self.look(destination, standing, swept).await,
                Some(Listed::Unreadable { .. }) => Ok(()),
                None => self.remove(&name, swept).await,
            };
            swept.note(name.as_str(), step);
        }
        Ok(())
    }

    async fn look(
        &self,
        destination: &Destination,
        standing: Standing,
        swept: &mut Swept,
    ) -> Result<(), PortError> {
        let (name, now) = (&destination.name, self.clock.now());
        let standing = match standing.after(&Mark::Look, now) {
            Some(_) => self.ledger.mark(name, &Mark::Look, now).await?.standing,
            None => standing,
        };
        self.announce(name, &standing, swept).await?;
        if !standing.is_active() {
            swept.paused += 1;
            self.hold_waiting(name, swept).await?;
        }
        if standing.is_probed() {
            self.probe(name, &standing, swept).await?;
        }
        if standing.releases() {
            self.release(destination, swept).await?;
        }
        Ok(())
    }

    /// Says that a destination was paused, disabled or resumed. The moment makes it one change.
    async fn announce(
        &self,
        name: &DestinationName,
        standing: &Standing,
        swept: &mut Swept,
    ) -> Result<(), PortError> {
        if standing.told {
            return Ok(());
        }
        let (destination, now) = (name.to_string(), self.clock.now());
        let (alarm, change) = match &standing.mode {
            Mode::Paused { since, cause } => {
                let cause = match cause {
                    Cause::Failing => "failing".to_owned(),
                    Cause::Operator => "operator".to_owned(),
                    Cause::Dead(why) => why.clone(),
                };
                (Alarm::Paused { destination, since: *since, cause }, since.to_string())
            }
            Mode::Disabled { since } => {
                (Alarm::Disabled { destination, since: *since }, since.to_string())
            }
            Mode::Active => match standing.resumed {
                Some(at) => (Alarm::Resumed { destination }, at.to_string()),
                None => return Ok(()),
            },
        };
        self.raise(&alarm, &change, swept).await?;
        self.ledger.mark(name, &Mark::Told(standing.mode.clone()), now).await?;
        Ok(())
    }

    /// Whatever waits is held too: it is not attempted, and goes with the others.
    async fn hold_waiting(
        &self,
        name: &DestinationName,
        swept: &mut Swept,
    ) -> Result<(), PortError> {
        let end = Timestamp::MAX;
        let step = Move::Hold { reason: PAUSED.to_owned() };
        for waiting in self.ledger.waiting(name, end, MOVED_AT_ONCE).await? {
            if waiting.of.event.is_own() {
                continue;
            }
            match self.ledger.shift(&waiting.of, &step, self.clock.now()).await? {
                Finish::Written => swept.held += 1,
                Finish::Fenced => {}
            }
        }
        Ok(())
    }

    /// Sends the next held delivery as a probe, if it is time: in turn, so that one bad message does
    /// not keep a destination down.
    async fn probe(
        &self,
        name: &DestinationName,
        standing: &Standing,
        swept: &mut Swept,
    ) -> Result<(), PortError> {
        let after = standing.probed.as_ref().map(|probed| probed.place.as_str());
        let mut next = self.survey.held(name, after, 1).await?;
        if next.is_empty() && after.is_some() {
            next = self.survey.held(name, None, 1).await?;
        }
        let Some((place, delivery)) = next.pop() else { return Ok(()) };
        let mark = Mark::Probe { place, every: self.probe_every };
        if self.ledger.mark(name, &mark, self.clock.now()).await?.changed {
            swept.probes += 1;
            self.ring(&[bell(Envelope::for_probe(&delivery.of))?]).await?;
        }
        Ok(())
    }

    /// Lets held deliveries go, oldest first: as many as the destination takes in a minute beside its
    /// live traffic, spread over that minute.
    async fn release(&self, destination: &Destination, swept: &mut Swept) -> Result<(), PortError> {
        let name = &destination.name;
        let pace = find_channel(self.channels, &destination.channel)
            .map_or(Pace::Free, |channel| channel.pace(destination));
        let most = match pace {
            Pace::Free | Pace::Limits(_) => CHAT_RELEASED,
            Pace::Slots(slots) => {
                usize::try_from(slots).unwrap_or(1).saturating_mul(SLOT_RELEASED).min(MOVED_AT_ONCE)
            }
        };
        let held = self.survey.held(name, None, most).await?;
        if held.is_empty() {
            return Ok(());
        }
        let share = SPREAD / u32::try_from(held.len()).unwrap_or(u32::MAX);
        let mut bells = Vec::new();
        for (n, (_, delivery)) in (0_u32..).zip(held) {
            let delay = match pace {
                Pace::Free | Pace::Limits(_) => Duration::ZERO,
                Pace::Slots(_) => share * n,
            };
            let now = self.clock.now();
            let step = Move::Release { due: later(now, delay) };
            match self.ledger.shift(&delivery.of, &step, now).await? {
                Finish::Written => bells.push(bell_in(&delivery.of, delay)?),
                Finish::Fenced => {}
            }
        }
        swept.released += u32::try_from(bells.len()).unwrap_or(u32::MAX);
        self.ring(&bells).await
    }

    /// The destination is no more: what was held for it ends. What waits ends when it falls due.
    async fn remove(&self, name: &DestinationName, swept: &mut Swept) -> Result<(), PortError> {
        let held = self.survey.held(name, None, MOVED_AT_ONCE).await?;
        if held.is_empty() {
            return self.forget(name).await;
        }
        let step = Move::Cancel { reason: "destination removed".to_owned() };
        for (_, delivery) in held {
            match self.ledger.shift(&delivery.of, &step, self.clock.now()).await? {
                Finish::Written => swept.cancelled += 1,
                Finish::Fenced => {}
            }
        }
        Ok(())
    }

    /// Forgets how a removed destination stands, some time after it was found removed.
    async fn forget(&self, name: &DestinationName) -> Result<(), PortError> {
        let (note, now) = (format!("removed/{name}"), self.clock.now());
        let was = self.notes.note(&note).await?;
        let found: Option<Timestamp> = was.as_deref().and_then(|text| text.parse().ok());
        let next = match found.map(|found| now.duration_since(found)) {
            Some(age) if age < REMOVED_KEPT => return Ok(()),
            Some(age) if age < REMOVED_KEPT * 2 => {
                self.survey.forget(name).await?;
                String::new()
            }
            // Never found before; or so long ago that it was made and removed anew since.
            Some(_) | None => now.to_string(),
        };
        self.notes.set_note(&note, was.as_deref(), &next).await?;
        Ok(())
    }
}
