//! From the queue to the destinations: fan an event out into deliveries, attempt each, write down
//! what came of it, and ring again when it is due.
//!
//! The ledger carries the truth, the queue is a bell: any message may come twice, late or for
//! something long done. `Err` sends the message back to the queue; it is for our failures only.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::attempt::Attempt;
use crate::exchange::{Work, detail};
use crate::{
    Channel, Clock, Delivery, DeliveryRef, DeliveryState, Destination, Directory, Egress, Enlisted,
    Entropy, Envelope, Event, EventKey, Finish, Lane, Lanes, Ledger, Listed, Outbound, Port,
    PortError, Queue, Screen, Start, TokenCache, find_channel,
};

/// What a lease has beyond the work: clocks may differ by 5 s, and writing down takes a while.
pub const LEASE_MARGIN: SignedDuration = SignedDuration::from_secs(10);
/// When the delivery to a destination that cannot be read falls due again.
const UNREADABLE_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// What became of a message.
#[derive(Debug)]
pub enum Handled {
    /// Done with: delete it. The attempts that were made, for logs and metrics.
    Done(Vec<Made>),
    /// Our infrastructure failed after some attempts were made: back to the queue with it, as with
    /// an `Err`, once these are told.
    Unfinished {
        /// The attempts that were made.
        made: Vec<Made>,
        /// What failed.
        error: PortError,
    },
    /// It can never be handled: set it aside with this reason.
    Poison {
        /// Why.
        reason: String,
        /// The event it is about, where that is known. Not for logs as it is: some providers'
        /// keys hold an account number.
        key: Option<EventKey>,
    },
}

/// An attempt that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// At which delivery.
    pub of: DeliveryRef,
    /// Its record.
    pub attempt: Attempt,
    /// The state that follows; a reason in it may quote a product's error line, never the answer whole.
    pub next: DeliveryState,
}

/// The delivering flow and the ports it may use.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Dispatch {
    /// Deliveries and attempts.
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
    /// Owner tokens and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// The channels spoken.
    pub channels: &'static [&'static dyn Channel],
    /// Bearer tokens for destinations.
    pub tokens: TokenCache,
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
            Ok(Envelope::Delivery(of)) => match self.ledger.stored(&of.event).await? {
                Some(stored) => self.deliver(&stored.event, &of).await,
                None => Ok(unknown_event(&of.event)),
            },
            Err(error) if error.is_newer() => Err(PortError::new(Port::Queue, error)),
            Err(error) => Ok(Handled::Poison { reason: error.to_string(), key: None }),
        }
    }

    /// Writes a delivery for every destination that wants the event, marks the event taken, and
    /// attempts them side by side. Those that have a free lane are written already leased: that
    /// saves a write for nearly every delivery there is.
    async fn fan_out(&self, mut event: Event) -> Result<Handled, PortError> {
        if let Some(snapshot) = event.snapshot() {
            event.late = self.ledger.observe(&snapshot).await?;
        }
        let destinations = self.directory.destinations().await?;
        let wanting = destinations.iter().filter(|listed| wants(listed, &event));
        let leads: Vec<Option<Lead<'_>>> =
            wanting.clone().map(|listed| self.lead(listed, &event)).collect();
        let now = self.clock.now();
        let deliveries: Vec<Delivery> = wanting
            .zip(&leads)
            .map(|(listed, lead)| match lead {
                Some(lead) => lead.work.delivery.clone(),
                None => pending(listed, &event, now),
            })
            .collect();
        let mut enlisted = Vec::new();
        if !deliveries.is_empty() {
            enlisted = self.ledger.enlist(&deliveries).await?;
        }
        self.ledger.take(&event.key, event.late).await?;
        let attempts =
            deliveries.iter().zip(enlisted).zip(leads).map(async |((delivery, enlisted), lead)| {
                match (enlisted, lead) {
                    (Enlisted::New, Some(Lead { work, lane })) => self.attempt(work, lane).await,
                    (Enlisted::New, None) => self.deliver(&event, &delivery.of).await,
                    (Enlisted::Known, lead) => {
                        // Left first: `deliver` enters a lane of its own, and there may be only one.
                        drop(lead);
                        self.deliver(&event, &delivery.of).await
                    }
                }
            });
        Ok(together(join_all(attempts).await))
    }

    /// A lane and a lease for the first attempt at a delivery, where a lane is free.
    fn lead<'a>(&self, listed: &'a Listed, event: &'a Event) -> Option<Lead<'a>> {
        let Listed::Ready(destination) = listed else { return None };
        let channel = find_channel(self.channels, &destination.channel)?;
        let lane = self.lanes.try_enter(&destination.name, channel.lanes(destination))?;
        let lease = self.lease(destination);
        match pending(listed, event, lease.now).start(lease.owner, lease.now, lease.until) {
            Start::Go(delivery) => {
                let Lease { owner, not_after, .. } = lease;
                let work = Work { event, destination, channel, delivery, owner, not_after };
                Some(Lead { work, lane })
            }
            Start::NotDue(_) | Start::Busy(_) | Start::Done | Start::Missing => None,
        }
    }

    /// As long as an attempt at this destination may take, and a margin.
    fn lease(&self, destination: &Destination) -> Lease {
        let now = self.clock.now();
        let not_after = later(now, destination.timeout);
        let until = not_after.saturating_add(LEASE_MARGIN).unwrap_or(Timestamp::MAX);
        Lease { owner: self.entropy.next(), now, not_after, until }
    }

    /// Attempts one delivery if it is due and free, else rings again when it may be.
    async fn deliver(&self, event: &Event, of: &DeliveryRef) -> Result<Handled, PortError> {
        let destinations = self.directory.destinations().await?;
        let listed = destinations.iter().find(|listed| *listed.name() == of.destination);
        let now = self.clock.now();
        let destination = match listed {
            Some(Listed::Ready(destination)) if destination.active => destination,
            Some(Listed::Unreadable { .. }) => {
                return self.postpone(of, now).await;
            }
            Some(Listed::Ready(_)) => return self.cancel(of, now, "destination inactive").await,
            None => return self.cancel(of, now, "destination removed").await,
        };
        if !destination.filter.wants(event) {
            return self.cancel(of, now, "not wanted by the destination's filter").await;
        }
        let Some(channel) = find_channel(self.channels, &destination.channel) else {
            return self.postpone(of, now).await;
        };
        let lanes = channel.lanes(destination);
        let lane = match self.lanes.enter(&destination.name, lanes).await {
            Ok(lane) => lane,
            Err(away) => return self.make_way(of, now, away).await,
        };
        let Lease { owner, now, not_after, until } = self.lease(destination);
        match self.ledger.start(of, owner, now, until).await? {
            Start::Done => Ok(Handled::Done(Vec::new())),
            Start::Missing => {
                let reason = format!("the ledger has no such delivery to {}", of.destination);
                Ok(Handled::Poison { reason, key: Some(of.event.clone()) })
            }
            Start::NotDue(at) | Start::Busy(at) => {
                self.ring(of, now, at).await?;
                Ok(Handled::Done(Vec::new()))
            }
            Start::Go(delivery) => {
                let work = Work { event, destination, channel, delivery, owner, not_after };
                self.attempt(work, lane).await
            }
        }
    }

    /// One attempt under its lease: exchange, judge, leave the lane, write down, ring again.
    async fn attempt(&self, work: Work<'_>, lane: Lane) -> Result<Handled, PortError> {
        let Work { destination, ref delivery, .. } = work;
        let started = self.clock.now();
        let exchanged = self.exchange(&work).await;
        drop(lane);
        let (ending, answer) = exchanged?;
        let now = self.clock.now();
        let jitter = u16::try_from(self.entropy.next() & 0xFFFF).unwrap_or(0);
        let next = ending.next(delivery, &destination.retry, destination.retry_on, now, jitter);
        let attempt = Attempt {
            n: delivery.attempts,
            started,
            finished: now,
            verdict: ending.word(),
            status: answer.as_ref().map(|answer| answer.status.as_u16()),
            detail: detail(&ending, answer.as_ref()),
            counted: ending.counts(),
        };
        let of = &delivery.of;
        let finish = self.ledger.finish(of, work.owner, &attempt, &next).await?;
        let rung = match (finish, &next) {
            (Finish::Written, DeliveryState::Waiting { due }) => self.ring(of, now, *due).await,
            (Finish::Written | Finish::Fenced, _) => Ok(()),
        };
        let made = vec![Made { of: of.clone(), attempt, next }];
        Ok(match rung {
            Ok(()) => Handled::Done(made),
            Err(error) => Handled::Unfinished { made, error },
        })
    }

    async fn postpone(&self, of: &DeliveryRef, now: Timestamp) -> Result<Handled, PortError> {
        let due = now.saturating_add(UNREADABLE_WAIT).unwrap_or(Timestamp::MAX);
        match self.ledger.resolve(of, now, &DeliveryState::Waiting { due }).await? {
            Finish::Written => self.ring(of, now, due).await?,
            Finish::Fenced => {}
        }
        Ok(Handled::Done(Vec::new()))
    }

    /// Rings again a little later, no attempt made: the destination answers so slowly that its lanes
    /// are full, and what waits for others must not wait behind it.
    async fn make_way(
        &self,
        of: &DeliveryRef,
        now: Timestamp,
        away: Duration,
    ) -> Result<Handled, PortError> {
        let spread = Duration::from_millis(self.entropy.next() % 5_000);
        self.ring(of, now, later(now, away.saturating_add(spread))).await?;
        Ok(Handled::Done(Vec::new()))
    }

    async fn cancel(
        &self,
        of: &DeliveryRef,
        now: Timestamp,
        why: &str,
    ) -> Result<Handled, PortError> {
        let next = DeliveryState::Cancelled(why.to_owned());
        match self.ledger.resolve(of, now, &next).await? {
            Finish::Written | Finish::Fenced => Ok(Handled::Done(Vec::new())),
        }
    }

    /// Sends a fresh message for a delivery, visible when it is due.
    async fn ring(&self, of: &DeliveryRef, now: Timestamp, at: Timestamp) -> Result<(), PortError> {
        let envelope =
            Envelope::for_delivery(of).map_err(|error| PortError::new(Port::Queue, error))?;
        let delay = Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO);
        self.queue.send(&[Outbound { envelope, delay }]).await
    }
}

/// What became of an event whose deliveries ended like this. What was made is told in any case: when
/// the message comes back, those deliveries have ended and nothing more is said of them.
fn together(ended: Vec<Result<Handled, PortError>>) -> Handled {
    let (mut made, mut failed, mut poison) = (Vec::new(), None, None);
    for one in ended {
        match one {
            Ok(Handled::Done(attempts)) => made.extend(attempts),
            Ok(Handled::Unfinished { made: attempts, error }) => {
                made.extend(attempts);
                failed = failed.or(Some(error));
            }
            Ok(Handled::Poison { reason, key }) => poison = Some((reason, key)),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match (failed, poison) {
        (Some(error), _) => Handled::Unfinished { made, error },
        (None, Some((reason, key))) if made.is_empty() => Handled::Poison { reason, key },
        // Told when it comes back, and has nothing else to tell.
        (None, Some((reason, _))) => {
            Handled::Unfinished { made, error: PortError::new(Port::Ledger, reason) }
        }
        (None, None) => Handled::Done(made),
    }
}

/// A delivery that may be attempted at once, in its lane and under its lease.
struct Lead<'a> {
    work: Work<'a>,
    lane: Lane,
}

/// The right to one attempt.
struct Lease {
    owner: u64,
    now: Timestamp,
    not_after: Timestamp,
    until: Timestamp,
}

/// Whether a destination wants the event. One that cannot be read may want it: its delivery waits
/// until it can be asked.
fn wants(listed: &Listed, event: &Event) -> bool {
    match listed {
        Listed::Ready(destination) => destination.active && destination.filter.wants(event),
        Listed::Unreadable { .. } => true,
    }
}

fn pending(listed: &Listed, event: &Event, now: Timestamp) -> Delivery {
    Delivery::new(event.delivery_to(listed.name()), DeliveryState::Pending, now)
}

fn unknown_event(key: &EventKey) -> Handled {
    Handled::Poison { reason: "the ledger has no such event".to_owned(), key: Some(key.clone()) }
}

fn later(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
