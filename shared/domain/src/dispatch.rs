//! From the queue to the destinations: fan an event out into deliveries, attempt each, write down
//! what came of it, and ring again when it is due.
//!
//! The ledger carries the truth, the queue is a bell: any message may come twice, late or for
//! something long done. `Err` sends the message back to the queue; it is for our failures only.

mod audience;
mod gather;
mod handled;
mod way;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::attempt::{Attempt, PAUSED};
use crate::exchange::{Work, detail};
use crate::{
    Channel, Clock, Delivery, DeliveryRef, DeliveryState, Destination, Directory, Egress, Enlisted,
    Entropy, Envelope, Event, EventKey, Finish, Kind, Lanes, Ledger, Listed, Mark, Mode, Move,
    Outbound, Port, PortError, Queue, Screen, Standing, Start, Stay, Timer, TokenCache,
    find_channel,
};

use handled::together;
pub use handled::{Handled, Made};
use way::Entry;
pub(crate) use way::Way;

/// What a lease has beyond the work: clocks may differ by 5 s, and writing down takes a while.
pub const LEASE_MARGIN: SignedDuration = SignedDuration::from_secs(10);
/// When the delivery to a destination that cannot be read falls due again.
const UNREADABLE_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// The delivering flow and the ports it may use.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Dispatch {
    /// Deliveries, attempts, and how destinations stand.
    pub ledger: Arc<dyn Ledger>,
    /// For ringing again.
    pub queue: Arc<dyn Queue>,
    /// Destinations.
    pub directory: Arc<dyn Directory>,
    /// The way out.
    pub egress: Arc<dyn Egress>,
    /// How many at once to each destination.
    pub lanes: Arc<dyn Lanes>,
    /// The operator's terminal.
    pub screen: Arc<dyn Screen>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Waiting for a reserved moment.
    pub timer: Arc<dyn Timer>,
    /// Owner tokens and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// The channels spoken.
    pub channels: &'static [&'static dyn Channel],
    /// Bearer tokens for destinations.
    pub tokens: TokenCache,
}

/// A destination, its channel, and how it stands.
#[derive(Clone)]
struct Place<'a> {
    destination: &'a Destination,
    channel: &'a dyn Channel,
    standing: Standing,
}

/// A delivery that is about to be enlisted, and the way to it if it is already leased.
struct Entrant<'a> {
    delivery: Delivery,
    lead: Option<Work<'a>>,
}

impl Dispatch {
    /// Handles one message.
    pub async fn handle(&self, envelope: &str) -> Result<Handled, PortError> {
        match Envelope::parse(envelope) {
            Ok(Envelope::Event(event)) => self.fan_out(*event).await,
            Ok(Envelope::EventByKey(key)) => match self.ledger.stored(&key).await? {
                Some(stored) => self.fan_out(stored.event).await,
                None => Ok(unknown_event(&key)),
            },
            Ok(Envelope::Delivery(of)) => self.rung(&of, false).await,
            Ok(Envelope::Probe(of)) => self.rung(&of, true).await,
            Err(error) if error.is_newer() => Err(PortError::new(Port::Queue, error)),
            Err(error) => Ok(Handled::Poison { reason: error.to_string(), key: None }),
        }
    }

    async fn rung(&self, of: &DeliveryRef, probe: bool) -> Result<Handled, PortError> {
        match self.ledger.stored(&of.event).await? {
            Some(stored) => self.deliver(&stored.event, of, probe).await,
            None => Ok(unknown_event(&of.event)),
        }
    }

    /// Writes a delivery for every destination that wants the event, marks the event taken, and
    /// attempts them side by side. Those that may go at once are written already leased: that saves
    /// a write for nearly every delivery there is.
    async fn fan_out(&self, mut event: Event) -> Result<Handled, PortError> {
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
    async fn enlist(
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
    async fn leased<'a>(
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
            DeliveryState::Gathered { .. }
            | DeliveryState::Held(_)
            | DeliveryState::Delivered
            | DeliveryState::Failed(_)
            | DeliveryState::Cancelled(_) => Ok(Handled::Done(Vec::new())),
        }
    }

    /// Attempts one delivery if it is due and free, else rings again when it may be.
    async fn deliver(
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
        if !self.is_for(&destinations, destination, event) {
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
                self.leave(destination, way, owner).await;
                self.stays(event, &known, stay).await
            }
            Start::Missing => {
                self.leave(destination, way, owner).await;
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

    /// One attempt under its lease: wait for the moment, exchange, judge, leave, write down, ring
    /// again.
    async fn attempt(&self, mut work: Work<'_>) -> Result<Handled, PortError> {
        self.timer.wait_until(work.way.at).await;
        let started = self.clock.now();
        let members = self.members(work.event).await?;
        if members.as_ref().is_some_and(Vec::is_empty) {
            let of = &work.delivery.of;
            self.end_empty(of, work.owner, started).await?;
            self.leave(work.destination, work.way, work.owner).await;
            return Ok(done());
        }
        let exchanged = self.exchange(&work, &members.unwrap_or_default()).await;
        drop(work.way.lane.take());
        let (ending, answer) = exchanged?;
        let Work { event, destination, ref delivery, owner, .. } = work;
        let now = self.clock.now();
        let standing = self.marked(&work.standing, destination, ending.mark(), now).await;
        let jitter = u16::try_from(self.entropy.next() & 0xFFFF).unwrap_or(0);
        let before = work.earlier.last().map(|attempt| attempt.finished);
        let next = ending.next(delivery, destination, &standing, before, now, jitter);
        let next = if event.kind == Kind::Digest { gather::ended(next) } else { next };
        let attempt = Attempt {
            n: delivery.attempts,
            started,
            finished: now,
            verdict: ending.word(),
            status: answer.as_ref().map(|answer| answer.status.as_u16()),
            detail: detail(&ending, answer.as_ref()),
            counted: ending.counts() && !work.probe,
        };
        let of = delivery.of.clone();
        let finish = self.ledger.finish(&of, owner, &attempt, &next).await?;
        if next == DeliveryState::Delivered && work.standing.awaits_success() {
            // Where this fails the next success tells.
            _ = self.ledger.mark(&destination.name, &Mark::Taken, now).await;
        }
        self.leave(destination, work.way, owner).await;
        let followed = match (finish, &next) {
            (Finish::Written, DeliveryState::Waiting { due }) => self.ring(&of, *due).await,
            (Finish::Written, next) if event.kind == Kind::Digest => self.settle(event, next).await,
            (Finish::Written | Finish::Fenced, _) => Ok(done()),
        };
        let made = vec![Made { of, attempt, next }];
        Ok(match followed {
            Ok(_) => Handled::Done(made),
            Err(error) => Handled::Unfinished { made, error },
        })
    }

    /// How a destination stands after this; as far as we know, where that cannot be written.
    async fn marked(
        &self,
        known: &Standing,
        destination: &Destination,
        mark: Option<Mark>,
        now: Timestamp,
    ) -> Standing {
        let Some(mark) = mark else { return known.clone() };
        match self.ledger.mark(&destination.name, &mark, now).await {
            Ok(marked) => marked.standing,
            Err(_) => known.after(&mark, now).unwrap_or_else(|| known.clone()),
        }
    }

    async fn postpone(&self, of: &DeliveryRef, by: SignedDuration) -> Result<Handled, PortError> {
        self.put_off(of, by.unsigned_abs()).await
    }

    /// Rings again a little later, no attempt made: the destination answers so slowly that its lanes
    /// are full, and what waits for others must not wait behind it.
    async fn make_way(&self, of: &DeliveryRef, away: Duration) -> Result<Handled, PortError> {
        let spread = Duration::from_millis(self.entropy.next() % 5_000);
        self.put_off(of, away.saturating_add(spread)).await
    }

    /// Writes down when it is due again, and rings then.
    async fn put_off(&self, of: &DeliveryRef, by: Duration) -> Result<Handled, PortError> {
        let now = self.clock.now();
        let due = later(now, by);
        match self.ledger.shift(of, &Move::Postpone { due }, now).await? {
            Finish::Written => self.ring(of, due).await,
            Finish::Fenced => Ok(done()),
        }
    }

    /// The destination has to come back first. A digest lets its members go: they are held by
    /// themselves.
    async fn hold(&self, event: &Event, of: &DeliveryRef) -> Result<Handled, PortError> {
        if event.kind == Kind::Digest {
            return self.cancel(event, of, PAUSED).await;
        }
        let step = Move::Hold { reason: PAUSED.to_owned() };
        match self.ledger.shift(of, &step, self.clock.now()).await? {
            Finish::Written | Finish::Fenced => Ok(done()),
        }
    }

    async fn cancel(
        &self,
        event: &Event,
        of: &DeliveryRef,
        why: &str,
    ) -> Result<Handled, PortError> {
        let step = Move::Cancel { reason: why.to_owned() };
        match self.ledger.shift(of, &step, self.clock.now()).await? {
            Finish::Written if event.kind == Kind::Digest => {
                self.settle(event, &DeliveryState::Cancelled(why.to_owned())).await
            }
            Finish::Written | Finish::Fenced => Ok(done()),
        }
    }

    /// Sends a fresh message for a delivery, visible when it is due.
    async fn ring(&self, of: &DeliveryRef, at: Timestamp) -> Result<Handled, PortError> {
        let envelope =
            Envelope::for_delivery(of).map_err(|error| PortError::new(Port::Queue, error))?;
        let delay = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
        self.queue.send(&[Outbound { envelope, delay }]).await?;
        Ok(done())
    }
}

fn done() -> Handled {
    Handled::Done(Vec::new())
}

fn missing(of: &DeliveryRef) -> Handled {
    let reason = format!("the ledger has no such delivery to {}", of.destination);
    Handled::Poison { reason, key: Some(of.event.clone()) }
}

fn unknown_event(key: &EventKey) -> Handled {
    Handled::Poison { reason: "the ledger has no such event".to_owned(), key: Some(key.clone()) }
}

pub(crate) fn later(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
