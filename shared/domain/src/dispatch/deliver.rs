//! One delivery that was rung for: attempted where it may be, else rung again when it may.

use std::time::Duration;

use super::way::{self, Entry};
use super::{Dispatch, Place, UNREADABLE_WAIT, done, missing};
use crate::erase::is_erased;
use crate::exchange::Work;
use crate::{
    Delivery, DeliveryRef, Event, Handled, Kind, Listed, Move, PortError, Start, Stay, find_channel,
};

impl Dispatch {
    /// Attempts one delivery if it is due and free, else rings again when it may be.
    pub(super) async fn deliver(
        &self,
        event: &Event,
        of: &DeliveryRef,
        probe: bool,
    ) -> Result<Handled, PortError> {
        let Some((known, attempts)) = self.ledger.delivery(of).await? else {
            return Ok(missing(of));
        };
        let now = self.clock.now();
        let start = Move::Start { owner: 0, until: now, probe };
        if let Err(stay) = known.after(&start, now) {
            return self.stays(event, &known, stay).await;
        }
        let destinations = self.directory.destinations().await?;
        let listed = destinations.iter().find(|listed| *listed.name() == of.destination);
        let destination = match listed {
            Some(Listed::Ready(destination)) => destination,
            Some(Listed::Unreadable { .. }) => return self.postpone(of, UNREADABLE_WAIT).await,
            None => return self.cancel(event, of, "destination removed").await,
        };
        if !destination.active {
            return self.cancel(event, of, "destination inactive").await;
        }
        if !is_erased(event) && !self.is_for(&destinations, destination, event) {
            return self.cancel(event, of, "not wanted by the destination's filter").await;
        }
        let Some(channel) = find_channel(self.channels, &destination.channel) else {
            return self.postpone(of, UNREADABLE_WAIT).await;
        };
        let standing = self.ledger.standing(&destination.name).await?;
        if !standing.is_active() && !probe {
            return self.hold(event, of).await;
        }
        let place = Place { destination, channel, standing };
        let lane = match self.lanes.enter(&destination.name, place.lanes()).await {
            Ok(lane) => lane,
            Err(away) => return self.make_way(of, away).await,
        };
        let owner = self.entropy.next();
        let way = match self.enter(&place, owner, lane, way::PATIENCE).await? {
            Entry::Open(way) => way,
            Entry::Later(due) => {
                let away = Duration::try_from(due.duration_since(now)).unwrap_or_default();
                return if probe { Ok(done()) } else { self.put_off(of, away).await };
            }
        };
        if !probe && let Some(members) = self.crowd(&place, &known).await? {
            return self.gather(place, owner, way, members).await;
        }
        match self.ledger.start(of, owner, self.clock.now(), way.until, probe).await? {
            Start::Go(delivery) => {
                let Place { destination, channel, standing } = place;
                let earlier = attempts;
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
                self.attempt(work).await
            }
            Start::Not(stay) => {
                self.waive(&place, way, owner).await;
                self.stays(event, &known, stay).await
            }
            Start::Missing => {
                self.waive(&place, way, owner).await;
                Ok(missing(of))
            }
        }
    }

    /// What there is to do for a delivery that does not start.
    async fn stays(
        &self,
        event: &Event,
        known: &Delivery,
        stay: Stay,
    ) -> Result<Handled, PortError> {
        match stay {
            Stay::NotDue(at) | Stay::Busy(at) => self.ring(&known.of, at).await,
            Stay::Gathered(digest) => self.look_after(known, &digest).await,
            // Its digest may have ended without telling all its members.
            Stay::Done if event.kind == Kind::Digest => self.settle(event, &known.state).await,
            Stay::Held | Stay::Done | Stay::Fenced => Ok(done()),
        }
    }
}
