//! From the queue to the destinations: fan an event out into deliveries, attempt each, write down
//! what came of it, and ring again when it is due.
//!
//! The ledger carries the truth, the queue is a bell: any message may come twice, late or for
//! something long done. `Err` sends the message back to the queue; it is for our failures only.

mod attempts;
mod audience;
mod deliver;
mod fan_out;
mod gather;
mod handled;
mod named;
mod rest;
mod trial;
mod way;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    Channel, Clock, DeliveryRef, Destination, Directory, Egress, Entropy, Envelope, EventKey,
    Lanes, Ledger, Port, PortError, Queue, Screen, Standing, Timer, TokenCache,
};

pub use handled::{Handled, Made};
pub use trial::{Tried, sample};
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
