//! Digests: what waits for one chat becomes one message.
//!
//! The order of writes is what makes it safe. Each member is gathered by a conditional write, under
//! a digest that does not exist yet; then the digest's event is written, once, with exactly those
//! members; then it is delivered like any event. A crash before the event leaves members that the
//! sweep lets go after five minutes; a crash after it leaves an event that is not taken, which the
//! sweep rings. Nothing is ever gathered into a digest that has been written.

use futures_util::future::join_all;
use jiff::Timestamp;

use super::way::Way;
use super::{Dispatch, Handled, Place, done};
use crate::attempt::Attempt;
use crate::digest::{FEW, MANY};
use crate::{
    Claim, Delivery, DeliveryRef, DeliveryState, Digest, Envelope, Event, EventKey, Finish, Move,
    Outbound, Pace, Port, PortError, look_again,
};

/// How the reason begins for which a digest ended that would have been held: its members are.
const HELD: &str = "held: ";

impl Dispatch {
    /// The deliveries that wait for this chat together with one that is about to start, if they are
    /// more than a few; oldest first.
    pub(super) async fn crowd(
        &self,
        place: &Place<'_>,
        with: &Delivery,
    ) -> Result<Option<Vec<Delivery>>, PortError> {
        let Pace::Limits(_) = place.channel.pace(place.destination) else { return Ok(None) };
        if with.alone || with.of.event.is_own() {
            return Ok(None);
        }
        let now = self.clock.now();
        let name = &place.destination.name;
        let mut waiting = self.ledger.waiting(name, now, MANY).await?;
        waiting.retain(|one| !one.alone && !one.of.event.is_own() && one.of != with.of);
        waiting.truncate(MANY - 1);
        waiting.push(with.clone());
        waiting.sort_by(|a, b| (a.created, &a.of).cmp(&(b.created, &b.of)));
        Ok((waiting.len() > FEW).then_some(waiting))
    }

    /// Gathers them, writes the digest, and attempts it with the way that one of them has found.
    pub(super) async fn gather(
        &self,
        place: Place<'_>,
        owner: u64,
        way: Way,
        crowd: Vec<Delivery>,
    ) -> Result<Handled, PortError> {
        let (now, key) = (self.clock.now(), Digest::key(self.entropy.next()));
        let gathering = crowd.iter().map(async |one| {
            let step = Move::Gather { into: key.clone(), attempts: one.attempts };
            Ok((self.ledger.shift(&one.of, &step, now).await?, one.of.event.clone()))
        });
        let mut members = Vec::new();
        for gathered in join_all(gathering).await {
            match gathered? {
                (Finish::Written, event) => members.push(event),
                (Finish::Fenced, _) => {}
            }
        }
        let digest = Digest { destination: place.destination.name.clone(), members };
        if digest.members.len() <= FEW {
            // Others were gathering them too: so few go by themselves, and at no digest's moment.
            self.waive(&place, way, owner).await;
            return self.scatter(&digest, &Move::Scatter { from: key, alone: true }).await;
        }
        let event = digest.event(key, now);
        match self.ledger.claim(&event).await? {
            Claim::Fresh | Claim::Unfinished => {}
            Claim::Settled | Claim::Conflict { .. } => {
                self.waive(&place, way, owner).await;
                return Ok(done());
            }
        }
        let of = event.delivery_to(&place.destination.name);
        let delivery = Delivery::new(of, DeliveryState::Pending, now);
        let entrant = self.leased(&event, place, delivery, owner, way).await;
        self.enlist(&event, vec![entrant]).await
    }

    /// The events of a digest's members, as far as they are still its own; `None` for what is no
    /// digest.
    pub(super) async fn members(&self, event: &Event) -> Result<Option<Vec<Event>>, PortError> {
        let Some(digest) = Digest::of(event) else { return Ok(None) };
        let reading = digest.deliveries().map(async |of| {
            let mine = self.ledger.delivery(&of).await?.is_some_and(|(member, _)| {
                matches!(&member.state, DeliveryState::Gathered { into, .. } if *into == event.key)
            });
            Ok(if mine { self.ledger.stored(&of.event).await? } else { None })
        });
        let mut members = Vec::new();
        for member in join_all(reading.collect::<Vec<_>>()).await {
            members.extend(member?.map(|stored| stored.event));
        }
        Ok(Some(members))
    }

    /// Ends a digest that has no member left.
    pub(super) async fn end_empty(
        &self,
        of: &DeliveryRef,
        owner: u64,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let attempt = Attempt {
            n: 1,
            started: now,
            finished: now,
            verdict: "refused",
            status: None,
            detail: String::new(),
            counted: false,
        };
        let next = DeliveryState::Cancelled("nothing was left to tell".to_owned());
        match self.ledger.finish(of, owner, &attempt, &next).await? {
            Finish::Written | Finish::Fenced => Ok(()),
        }
    }

    /// Tells the members what became of their digest. Done again it changes nothing.
    pub(super) async fn settle(
        &self,
        event: &Event,
        ended: &DeliveryState,
    ) -> Result<Handled, PortError> {
        let (Some(digest), Some(step)) = (Digest::of(event), fate(ended, &event.key)) else {
            return Ok(done());
        };
        self.scatter(&digest, &step).await
    }

    /// Moves each member on; those that wait again are rung for.
    async fn scatter(&self, digest: &Digest, step: &Move) -> Result<Handled, PortError> {
        let now = self.clock.now();
        let settling = digest.deliveries().map(async |of| {
            let written = self.ledger.shift(&of, step, now).await?;
            Ok((written == Finish::Written).then_some(of))
        });
        let mut moved = Vec::new();
        for settled in join_all(settling.collect::<Vec<_>>()).await {
            moved.extend(settled?);
        }
        if matches!(step, Move::Scatter { .. }) {
            self.ring_all(&moved).await?;
        }
        Ok(done())
    }

    /// A member that somebody rang for: its digest has ended, or was never written.
    pub(super) async fn look_after(
        &self,
        member: &Delivery,
        digest: &EventKey,
    ) -> Result<Handled, PortError> {
        let DeliveryState::Gathered { since, .. } = member.state else { return Ok(done()) };
        let destination = member.of.destination.clone();
        let of = DeliveryRef { event: digest.clone(), destination };
        // In this order: a digest that was taken before its delivery was looked for has none for ever,
        // because its destination was not to be had just then.
        let stored = self.ledger.stored(digest).await?;
        let step = match self.ledger.delivery(&of).await? {
            Some((delivery, _)) => fate(&delivery.state, digest),
            None => {
                let open = stored.filter(|stored| !stored.taken);
                let lists = open.and_then(|open| Digest::of(&open.event));
                let listed = lists.is_some_and(|lists| lists.members.contains(&member.of.event));
                let old = self.clock.now().duration_since(since) >= look_again(0);
                (old && !listed).then(|| Move::Scatter { from: digest.clone(), alone: false })
            }
        };
        let Some(step) = step else { return Ok(done()) };
        let written = self.ledger.shift(&member.of, &step, self.clock.now()).await?;
        if written == Finish::Written && matches!(step, Move::Scatter { .. }) {
            self.ring_all(std::slice::from_ref(&member.of)).await?;
        }
        Ok(done())
    }

    async fn ring_all(&self, deliveries: &[DeliveryRef]) -> Result<(), PortError> {
        let mut messages = Vec::new();
        for of in deliveries {
            let envelope =
                Envelope::for_delivery(of).map_err(|e| PortError::new(Port::Queue, e))?;
            messages.push(Outbound { envelope, delay: std::time::Duration::ZERO });
        }
        if messages.is_empty() { Ok(()) } else { self.queue.send(&messages).await }
    }
}

/// What a digest that ended so means for its members; nothing while it is open.
fn fate(ended: &DeliveryState, digest: &EventKey) -> Option<Move> {
    let from = digest.clone();
    match ended {
        DeliveryState::Delivered => Some(Move::Arrive { from }),
        // It was the message: each is told by itself, and no digest has it again.
        DeliveryState::Failed(_) => Some(Move::Scatter { from, alone: true }),
        DeliveryState::Cancelled(why) => Some(match why.strip_prefix(HELD) {
            Some(reason) => Move::Withhold { from, reason: reason.to_owned() },
            None => Move::Scatter { from, alone: false },
        }),
        DeliveryState::Pending
        | DeliveryState::Sending { .. }
        | DeliveryState::Waiting { .. }
        | DeliveryState::Gathered { .. }
        | DeliveryState::Held(_) => None,
    }
}

/// The state that a digest ends in where a delivery would be held: its members are, by themselves.
pub(super) fn ended(next: DeliveryState) -> DeliveryState {
    match next {
        DeliveryState::Held(why) => DeliveryState::Cancelled(format!("{HELD}{why}")),
        next @ (DeliveryState::Pending
        | DeliveryState::Sending { .. }
        | DeliveryState::Waiting { .. }
        | DeliveryState::Gathered { .. }
        | DeliveryState::Delivered
        | DeliveryState::Failed(_)
        | DeliveryState::Cancelled(_)) => next,
    }
}
