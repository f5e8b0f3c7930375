//! From the queue to the destinations: fan an event out into deliveries, attempt each, write down
//! what came of it, and ring again when it is due.
//!
//! The ledger carries the truth, the queue is a bell: any message may come twice, late or for
//! something long done. `Err` sends the message back to the queue; it is for our failures only.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::attempt::{Attempt, EXCHANGES_PER_ATTEMPT, Ending};
use crate::{
    Answer, Channel, Clock, Delivery, DeliveryRef, DeliveryState, Destination, Directory, Egress,
    Entropy, Envelope, Event, EventKey, Finish, Job, Ledger, Listed, Outbound, Outgoing, Port,
    PortError, Queue, Screen, SendError, Start, TokenCache, Verdict, excerpt, find_channel,
};

/// What a lease has beyond the work: clocks may differ by 5 s, and writing down takes a while.
pub const LEASE_MARGIN: SignedDuration = SignedDuration::from_secs(10);
/// When the delivery to a destination that cannot be read falls due again.
pub const UNREADABLE_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// How much of an answer is kept.
const DETAIL_BYTES: usize = 1024;

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handled {
    /// Done with: delete it. The attempts that were made, for logs and metrics.
    Done(Vec<(DeliveryRef, Attempt)>),
    /// It can never be handled: set it aside with this reason.
    Poison(String),
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
            Err(error) => Ok(Handled::Poison(error.to_string())),
        }
    }

    /// Writes a delivery for every destination that wants the event, marks the event taken, and
    /// attempts them side by side.
    async fn fan_out(&self, mut event: Event) -> Result<Handled, PortError> {
        if let Some(snapshot) = event.snapshot() {
            event.late = self.ledger.observe(&snapshot).await?;
        }
        let now = self.clock.now();
        let destinations = self.directory.destinations().await?;
        let deliveries: Vec<Delivery> =
            destinations.iter().filter_map(|listed| wanted(listed, &event, now)).collect();
        if !deliveries.is_empty() {
            self.ledger.enlist(&deliveries).await?;
        }
        self.ledger.take(&event.key, event.late).await?;
        let attempts = deliveries.iter().map(|delivery| self.deliver(&event, &delivery.of));
        let mut made = Vec::new();
        for handled in join_all(attempts).await {
            match handled? {
                Handled::Done(attempts) => made.extend(attempts),
                poison @ Handled::Poison(_) => return Ok(poison),
            }
        }
        Ok(Handled::Done(made))
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
        let owner = self.entropy.next();
        let not_after = later(now, destination.timeout);
        let until = not_after.saturating_add(LEASE_MARGIN).unwrap_or(Timestamp::MAX);
        match self.ledger.start(of, owner, now, until).await? {
            Start::Done => Ok(Handled::Done(Vec::new())),
            Start::Missing => {
                Ok(Handled::Poison(format!("no delivery of {} to {}", of.event, of.destination)))
            }
            Start::NotDue(at) | Start::Busy(at) => {
                self.ring(of, now, at).await?;
                Ok(Handled::Done(Vec::new()))
            }
            Start::Go(delivery) => {
                let work = Work { event, destination, channel, delivery, owner, not_after };
                self.attempt(work).await
            }
        }
    }

    /// One attempt under its lease: exchange, judge, write down, ring again.
    async fn attempt(&self, work: Work<'_>) -> Result<Handled, PortError> {
        let Work { destination, ref delivery, .. } = work;
        let started = self.clock.now();
        let (ending, answer) = self.exchange(&work).await?;
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
        if let (Finish::Written, DeliveryState::Waiting { due }) = (finish, &next) {
            self.ring(of, now, *due).await?;
        }
        Ok(Handled::Done(vec![(delivery.of.clone(), attempt)]))
    }

    /// Builds, sends and judges, and once more at once where the channel asks for it.
    async fn exchange(&self, work: &Work<'_>) -> Result<(Ending, Option<Answer>), PortError> {
        let Work { event, destination, channel, delivery, not_after, .. } = work;
        let endpoint = destination.settings.endpoint.as_ref().map_or("", |e| e.expose());
        let mut moved_to = None;
        if channel.moves() {
            moved_to = self.ledger.moved(&destination.name, endpoint).await?;
        }
        let id = delivery.of.id();
        let earlier = self.earlier(delivery).await?;
        let mut last = None;
        for exchange in 1..=EXCHANGES_PER_ATTEMPT {
            let token = match self.token(work).await {
                Ok(token) => token,
                Err(ending) => return Ok((ending, None)),
            };
            let job = Job {
                event,
                destination,
                id: &id,
                attempt: delivery.attempts,
                earlier: &earlier,
                exchange,
                now: self.clock.now(),
                token: token.as_ref(),
                moved_to: moved_to.as_deref(),
            };
            let request = match channel.request(&job) {
                Ok(Outgoing::Http(request)) => request,
                Ok(Outgoing::Show(display)) => {
                    self.screen.show(&display, &destination.name);
                    return Ok((Ending::Judged(Verdict::Delivered), None));
                }
                Err(unsendable) => {
                    return Ok((Ending::Judged(Verdict::Refused(unsendable.0)), None));
                }
            };
            let answer = match self.send(request, *not_after).await {
                Ok(answer) => answer,
                Err(error) => return Ok((Ending::NoAnswer(error), None)),
            };
            let verdict = channel.verdict(&job, &answer);
            match &verdict {
                Verdict::Moved(to) => {
                    self.ledger.set_moved(&destination.name, endpoint, to).await?;
                    moved_to = Some(to.clone());
                }
                Verdict::Afresh(_) => self.tokens.forget(&destination.name),
                Verdict::Delivered
                | Verdict::Retry { .. }
                | Verdict::Limited { .. }
                | Verdict::Refused(_)
                | Verdict::Dead(_) => return Ok((Ending::Judged(verdict), Some(answer))),
            }
            last = Some((Ending::Judged(verdict), Some(answer)));
        }
        Ok(last.unwrap_or((Ending::NoAnswer(SendError::Late), None)))
    }

    /// The statuses of the attempts before this one, newest first; read only where there can be two.
    async fn earlier(&self, delivery: &Delivery) -> Result<Vec<Option<u16>>, PortError> {
        if delivery.attempts <= 2 {
            return Ok(Vec::new());
        }
        let found = self.ledger.delivery(&delivery.of).await?;
        let attempts = found.map_or(Vec::new(), |(_, attempts)| attempts);
        Ok(attempts.iter().rev().map(|attempt| attempt.status).collect())
    }

    /// The destination's bearer token, fetched if there is none: each of the grant's requests in
    /// turn, until one is answered with a token.
    async fn token(&self, work: &Work<'_>) -> Result<Option<crate::Token>, Ending> {
        let Some(grant) = work.channel.grant(work.destination) else { return Ok(None) };
        let name = &work.destination.name;
        if let Some(token) = self.tokens.get(name, self.clock.now()) {
            return Ok(Some(token));
        }
        let mut refused = "no token request".to_owned();
        for request in grant.requests {
            let answer = self.send(request, work.not_after).await.map_err(Ending::NoAnswer)?;
            if let Some(token) = work.channel.token(&answer, self.clock.now()) {
                self.tokens.put(name, token.clone());
                return Ok(Some(token));
            }
            refused = format!("the token endpoint answered {}", answer.status.as_u16());
        }
        Err(Ending::Judged(Verdict::Retry { reason: refused, after: None }))
    }

    async fn send(
        &self,
        request: http::Request<bytes::Bytes>,
        not_after: Timestamp,
    ) -> Result<Answer, SendError> {
        let left = not_after.duration_since(self.clock.now());
        let Ok(timeout) = Duration::try_from(left) else { return Err(SendError::Late) };
        if timeout.is_zero() {
            return Err(SendError::Late);
        }
        self.egress.send(request, timeout, not_after).await
    }

    async fn postpone(&self, of: &DeliveryRef, now: Timestamp) -> Result<Handled, PortError> {
        let due = now.saturating_add(UNREADABLE_WAIT).unwrap_or(Timestamp::MAX);
        match self.ledger.resolve(of, now, &DeliveryState::Waiting { due }).await? {
            Finish::Written => self.ring(of, now, due).await?,
            Finish::Fenced => {}
        }
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

/// Everything one attempt needs.
struct Work<'a> {
    event: &'a Event,
    destination: &'a Destination,
    channel: &'a dyn Channel,
    delivery: Delivery,
    owner: u64,
    not_after: Timestamp,
}

/// The delivery of an event to a destination that wants it. One that cannot be read may want it: its
/// delivery waits until it can be asked.
fn wanted(listed: &Listed, event: &Event, now: Timestamp) -> Option<Delivery> {
    let wants = match listed {
        Listed::Ready(destination) => destination.active && destination.filter.wants(event),
        Listed::Unreadable { .. } => true,
    };
    wants.then(|| Delivery::new(event.delivery_to(listed.name()), DeliveryState::Pending, now))
}

fn unknown_event(key: &EventKey) -> Handled {
    Handled::Poison(format!("the ledger has no event {key}"))
}

fn detail(ending: &Ending, answer: Option<&Answer>) -> String {
    let body = answer.map_or(String::new(), |a| String::from_utf8_lossy(&a.body).into_owned());
    let reason = ending.reason();
    let text = if reason.is_empty() || body.is_empty() {
        format!("{reason}{body}")
    } else {
        format!("{reason} — {body}")
    };
    excerpt(&text, DETAIL_BYTES)
}

fn later(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
