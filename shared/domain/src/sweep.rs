//! Once a minute: rings again for whatever is due or was left half done, moves destinations on, adds
//! up closed hours, raises alarms, and makes summaries of days. Bounded work per run; two at once do no more than one.
//!
//! It repairs and it tells; it never sends to a destination and never decides what a delivery becomes.

mod destinations;
mod hours;
mod silence;
mod summaries;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    Alarm, Channel, Clock, DeadLetters, DeliveryRef, Directory, Envelope, Ledger, Log, Notes,
    Outbound, Overdue, Port, PortError, Queue, Retention, Survey, raise,
};

/// What was to be looked at and nobody rang for, at most, in one run.
const OVERDUE_AT_ONCE: usize = 1_000;
/// Stamped before they are rung: as many bells an error or a crash delays until the next look.
const STAMPED_AT_ONCE: usize = 50;
/// How long a bell may be late before it is rung again: a delayed message arrives a little after its
/// time.
const GRACE: SignedDuration = SignedDuration::from_secs(10);
/// Old things forgotten in one run.
const EXPIRED_AT_ONCE: usize = 2_000;

/// The repairing flow and the ports it may use.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Sweep {
    /// Deliveries, and how destinations stand.
    pub ledger: Arc<dyn Ledger>,
    /// What is overdue, held, logged.
    pub survey: Arc<dyn Survey>,
    /// What failed, for summaries.
    pub log: Arc<dyn Log>,
    /// What was told before.
    pub notes: Arc<dyn Notes>,
    /// For ringing.
    pub queue: Arc<dyn Queue>,
    /// What was set aside.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// Sources and destinations.
    pub directory: Arc<dyn Directory>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The channels spoken: their paces.
    pub channels: &'static [&'static dyn Channel],
    /// The providers listened to.
    pub providers: Vec<&'static str>,
    /// How often a paused destination is probed.
    pub probe_every: SignedDuration,
    /// How long things are kept.
    pub kept: Retention,
}

/// What a run did, for logs and metrics.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept {
    /// Events and deliveries rung for again.
    pub rung: u32,
    /// Deliveries held because their destination is paused.
    pub held: u32,
    /// Held deliveries let go.
    pub released: u32,
    /// Probes sent out.
    pub probes: u32,
    /// Deliveries of removed destinations that were cancelled.
    pub cancelled: u32,
    /// Destinations paused or disabled now.
    pub paused: u32,
    /// The alarms that were raised for the first time: what each is about, `paused/sales`.
    pub alarms: Vec<String>,
    /// Summaries that were made.
    pub summaries: u32,
    /// Sources that are silent now.
    pub silent: u32,
    /// Old things that were forgotten.
    pub expired: u32,
    /// Steps that failed; the next run takes them again.
    pub faults: Vec<String>,
}

impl Sweep {
    /// One run. What fails is told and left to the next run; the other steps are taken all the same.
    pub async fn run(&self) -> Swept {
        let mut swept = Swept::default();
        let overdue = self.overdue(&mut swept).await;
        swept.note("ringing", overdue);
        let destinations = self.destinations(&mut swept).await;
        swept.note("destinations", destinations);
        let watch = self.watch(&mut swept).await;
        swept.note("watching", watch);
        let expired = self.survey.expire(self.kept, self.clock.now(), EXPIRED_AT_ONCE).await;
        let expired = expired.map(|count| swept.expired = u32::try_from(count).unwrap_or(u32::MAX));
        swept.note("forgetting", expired);
        // Last: after a day without sweeps there is much to add up.
        let hours = self.hours(&mut swept).await;
        swept.note("hours", hours);
        let summaries = self.summaries(&mut swept).await;
        swept.note("summaries", summaries);
        swept
    }

    /// Rings for what nobody rang for. The stamp comes first, so that of two sweeps one rings.
    async fn overdue(&self, swept: &mut Swept) -> Result<(), PortError> {
        let now = self.clock.now();
        let before = now.saturating_sub(GRACE).unwrap_or(Timestamp::MIN);
        for some in self.survey.overdue(before, OVERDUE_AT_ONCE).await?.chunks(STAMPED_AT_ONCE) {
            let mut bells = Vec::new();
            let stamped = self.stamp(some, now, &mut bells, swept).await;
            // What was stamped is rung, whatever happened to the others.
            self.ring(&bells).await?;
            swept.rung = swept.rung.saturating_add(u32::try_from(bells.len()).unwrap_or(u32::MAX));
            stamped?;
        }
        Ok(())
    }

    async fn stamp(
        &self,
        some: &[Overdue],
        now: Timestamp,
        bells: &mut Vec<Outbound>,
        swept: &mut Swept,
    ) -> Result<(), PortError> {
        for what in some {
            match what {
                Overdue::Event(key) => {
                    if self.survey.put_off(what, now).await? {
                        bells.push(bell(Envelope::for_key(key))?);
                    }
                }
                Overdue::Delivery(of) => {
                    if self.survey.put_off(what, now).await? {
                        bells.push(bell(Envelope::for_delivery(of))?);
                    }
                }
                Overdue::Conflict { source, key, fingerprint } => {
                    let event = crate::told::digest(&format!("{key} {}", fingerprint.as_str()));
                    let alarm = Alarm::Conflict { source: source.to_string(), event };
                    self.raise(&alarm, "seen", swept).await?;
                    self.survey.put_off(what, now).await?;
                }
            }
        }
        Ok(())
    }

    /// Tells operators, once per `change`: claimed, queued and delivered like any event.
    async fn raise(&self, alarm: &Alarm, change: &str, swept: &mut Swept) -> Result<(), PortError> {
        if raise(self.ledger.as_ref(), self.queue.as_ref(), alarm, change, self.clock.now()).await?
        {
            swept.alarms.push(alarm.topic());
        }
        Ok(())
    }

    async fn ring(&self, bells: &[Outbound]) -> Result<(), PortError> {
        if bells.is_empty() { Ok(()) } else { self.queue.send(bells).await }
    }
}

fn bell(envelope: Result<String, crate::EnvelopeError>) -> Result<Outbound, PortError> {
    let envelope = envelope.map_err(|error| PortError::new(Port::Queue, error))?;
    Ok(Outbound { envelope, delay: Duration::ZERO })
}

/// A bell for a delivery, some time from now.
fn bell_in(of: &DeliveryRef, delay: Duration) -> Result<Outbound, PortError> {
    Ok(Outbound { delay, ..bell(Envelope::for_delivery(of))? })
}

impl Swept {
    fn note(&mut self, step: &str, done: Result<(), PortError>) {
        if let Err(error) = done {
            self.faults.push(format!("{step}: {}", crate::chain(&error)));
        }
    }
}
