//! From an event to its deliveries: one for every destination that wants it, all written before the
//! event is marked taken, and only then attempted.

use futures_util::future::join_all;

use super::handled::together;
use super::way::{self, Entry, Way};
use super::{Dispatch, Place, done};
use crate::attempt::PAUSED;
use crate::exchange::Work;
use crate::{
    Delivery, DeliveryState, Enlisted, Event, Handled, Listed, Made, Mode, PortError, Start,
    find_channel,
};

/// A delivery that is about to be enlisted, and the way to it if it is already leased.
pub(super) struct Entrant<'a> {
    delivery: Delivery,
    lead: Option<Work<'a>>,
}

impl Dispatch {
    /// Writes a delivery for every destination that wants the event, marks the event taken, and
    /// attempts them side by side. Those that may go at once are written already leased: that saves
    /// a write for nearly every delivery there is.
    pub(super) async fn fan_out(&self, mut event: Event) -> Result<Handled, PortError> {
        if let Some(snapshot) = event.snapshot() {
            event.late = self.ledger.observe(&snapshot).await?;
        }
        let destinations = self.directory.destinations().await?;
        let wanting =
            destinations.iter().filter(|listed| self.wants(&destinations, listed, &event));
        let entering: Vec<_> = wanting.map(|listed| self.entrant(listed, &event)).collect();
        let mut entrants = Vec::new();
        for entrant in join_all(entering).await {
            entrants.push(entrant?);
        }
        self.enlist(&event, entrants).await
    }

    /// Enlists all, takes the event, and only then attempts.
    pub(super) async fn enlist(
        &self,
        event: &Event,
        entrants: Vec<Entrant<'_>>,
    ) -> Result<Handled, PortError> {
        let deliveries: Vec<Delivery> = entrants.iter().map(|e| e.delivery.clone()).collect();
        let mut enlisted = Vec::new();
        if !deliveries.is_empty() {
            enlisted = self.ledger.enlist(&deliveries).await?;
        }
        self.ledger.take(&event.key, event.late).await?;
        let attempts = entrants.into_iter().zip(enlisted).map(async |(entrant, enlisted)| {
            let Entrant { delivery, lead } = entrant;
            match (enlisted, lead) {
                (Enlisted::New, Some(work)) => self.attempt(work).await,
                (Enlisted::New, None) => self.set_out(event, &delivery).await,
                (Enlisted::Known, lead) => {
                    // Left first: `deliver` finds a way of its own, and there may be only one.
                    if let Some(work) = lead {
                        self.leave(work.destination, work.way, work.owner).await;
                    }
                    self.deliver(event, &delivery.of, false).await
                }
            }
        });
        Ok(together(join_all(attempts).await))
    }

    /// The delivery to one destination as it is put: leased if it may go at once, held or failed if
    /// its destination stands so.
    async fn entrant<'a>(
        &self,
        listed: &'a Listed,
        event: &'a Event,
    ) -> Result<Entrant<'a>, PortError> {
        let now = self.clock.now();
        let of = event.delivery_to(listed.name());
        let put = |state| Entrant { delivery: Delivery::new(of.clone(), state, now), lead: None };
        let standing = self.ledger.standing(listed.name()).await?;
        match standing.mode {
            Mode::Active => {}
            Mode::Paused { .. } => return Ok(put(DeliveryState::Held(PAUSED.to_owned()))),
            Mode::Disabled { .. } => return Ok(put(DeliveryState::Failed("disabled".to_owned()))),
        }
        let pending = put(DeliveryState::Pending);
        let Listed::Ready(destination) = listed else { return Ok(pending) };
        let Some(channel) = find_channel(self.channels, &destination.channel) else {
            return Ok(pending);
        };
        let place = Place { destination, channel, standing };
        let Some(lane) = self.lanes.try_enter(&destination.name, place.lanes()) else {
            return Ok(pending);
        };
        let owner = self.entropy.next();
        match self.enter(&place, owner, lane, way::HASTE).await? {
            Entry::Later(due) => Ok(put(DeliveryState::Waiting { due })),
            Entry::Open(way) => Ok(self.leased(event, place, pending.delivery, owner, way).await),
        }
    }

    /// The entrant whose delivery starts with this way and owner.
    pub(super) async fn leased<'a>(
        &self,
        event: &'a Event,
        place: Place<'a>,
        delivery: Delivery,
        owner: u64,
        way: Way,
    ) -> Entrant<'a> {
        match delivery.start(owner, self.clock.now(), way.until, false) {
            Start::Go(delivery) => {
                let Place { destination, channel, standing } = place;
                let (earlier, probe) = (Vec::new(), false);
                let put = delivery.clone();
                let work = Work {
                    event,
                    destination,
                    channel,
                    standing,
                    delivery,
                    earlier,
                    owner,
                    way,
                    probe,
                };
                Entrant { delivery: put, lead: Some(work) }
            }
            Start::Not(_) | Start::Missing => {
                self.leave(place.destination, way, owner).await;
                Entrant { delivery, lead: None }
            }
        }
    }

    /// A delivery that was just put without a lease: attempted, rung later, or at rest.
    async fn set_out(&self, event: &Event, delivery: &Delivery) -> Result<Handled, PortError> {
        match delivery.state {
            DeliveryState::Waiting { due } => self.ring(&delivery.of, due).await,
            DeliveryState::Pending | DeliveryState::Sending { .. } => {
                self.deliver(event, &delivery.of, false).await
            }
            DeliveryState::Failed(_) => {
                let (of, next) = (delivery.of.clone(), delivery.state.clone());
                Ok(Handled::Done(vec![Made { of, attempt: None, next }]))
            }
            DeliveryState::Gathered { .. }
            | DeliveryState::Held(_)
            | DeliveryState::Delivered
            | DeliveryState::Cancelled(_) => Ok(done()),
        }
    }
}
