//! What operators are told of: an alarm is an event of our own, so that it is claimed once, delivered
//! and retried like any other. Its words are the channels' business; who is told, the filter's.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Blame, DestinationName, Event, EventKey, Facts, Kind, Ledger, PortError, Provenance, Queue,
    Reconciled, SourceId, recording,
};

/// So long a source may be without a completed round before somebody is told, whoever is to blame.
const LONGEST_ROUND: SignedDuration = SignedDuration::from_hours(6);

/// What is wrong, or well again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    /// A destination is paused: its deliveries are held.
    Paused {
        /// Which.
        destination: String,
        /// Since when.
        since: Timestamp,
        /// Why: `failing`, `operator`, or what its channel said.
        cause: String,
    },
    /// A destination takes messages again: what was held is being sent.
    Resumed {
        /// Which.
        destination: String,
    },
    /// A destination was paused for seven days: new deliveries to it fail.
    Disabled {
        /// Which.
        destination: String,
        /// Since when.
        since: Timestamp,
    },
    /// A destination's record cannot be read by this version: its deliveries wait.
    Unreadable {
        /// Which.
        destination: String,
    },
    /// A source has been silent for longer than it ever is.
    Silence {
        /// Which.
        source: String,
        /// Since when: the end of the last hour with a hook.
        since: Timestamp,
    },
    /// A source that was silent has called again.
    Heard {
        /// Which.
        source: String,
    },
    /// The provider lists events that never came; they were filled in.
    Gap {
        /// Which source.
        source: String,
        /// How many.
        gaps: u32,
        /// When the oldest of them happened.
        oldest: Option<Timestamp>,
    },
    /// A provider's own API cannot be asked, or not to the end.
    Unasked {
        /// Which source.
        source: String,
        /// Why.
        reason: String,
    },
    /// An event came again with other facts.
    Conflict {
        /// Which source.
        source: String,
        /// A digest of the event's key, which may hold an account number.
        event: String,
    },
    /// Messages were set aside that can never be handled.
    DeadLetters {
        /// How many there are.
        count: u64,
    },
    /// Calls to a source are refused more and more.
    Refused {
        /// Which source.
        source: String,
        /// How many were recorded in the last quarter of an hour.
        count: u32,
        /// Why the last of them was refused.
        reason: String,
    },
}

impl Alarm {
    /// What it is about; together with the moment it makes the event's key.
    pub(crate) fn topic(&self) -> String {
        match self {
            Self::Paused { destination, .. } => format!("paused/{destination}"),
            Self::Resumed { destination } => format!("resumed/{destination}"),
            Self::Disabled { destination, .. } => format!("disabled/{destination}"),
            Self::Unreadable { destination } => format!("unreadable/{destination}"),
            Self::Silence { source, .. } => format!("silence/{source}"),
            Self::Heard { source } => format!("heard/{source}"),
            Self::Gap { source, .. } => format!("gap/{source}"),
            Self::Unasked { source, .. } => format!("unasked/{source}"),
            Self::Conflict { source, event } => format!("conflict/{source}/{event}"),
            Self::DeadLetters { .. } => "dead_letters".to_owned(),
            Self::Refused { source, .. } => format!("refused/{source}"),
        }
    }

    /// The destination it is about: it is not told of itself.
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::Paused { destination, .. }
            | Self::Resumed { destination }
            | Self::Disabled { destination, .. }
            | Self::Unreadable { destination } => Some(destination),
            Self::Silence { .. }
            | Self::Heard { .. }
            | Self::Gap { .. }
            | Self::Unasked { .. }
            | Self::Conflict { .. }
            | Self::DeadLetters { .. }
            | Self::Refused { .. } => None,
        }
    }

    /// The event that tells of it. `change` is what makes this alarm another one than the last about
    /// the same: with the same it is claimed once, however often it is raised.
    pub fn event(&self, change: &str, now: Timestamp) -> Event {
        let source = SourceId::own("alarm");
        Event {
            key: EventKey::new(&source, &format!("{}/{change}", self.topic())),
            source,
            kind: Kind::Alarm,
            test: false,
            late: false,
            provenance: Provenance::Hook,
            occurred: None,
            received: now,
            money: None,
            balance: None,
            facts: Facts::default(),
            object: serde_json::to_string(self).unwrap_or_else(|_| "null".to_owned()),
        }
    }

    /// The alarm that an event tells of.
    pub fn of(event: &Event) -> Option<Self> {
        (event.kind == Kind::Alarm).then(|| serde_json::from_str(&event.object).ok())?
    }

    /// Whether a destination is to be told: not of itself.
    pub fn concerns(&self, destination: &DestinationName) -> bool {
        self.about() != Some(destination.as_str())
    }
}

/// Claims an alarm and queues it, so that it is delivered like any event; whether it is a new one.
pub async fn raise(
    ledger: &dyn Ledger,
    queue: &dyn Queue,
    alarm: &Alarm,
    change: &str,
    now: Timestamp,
) -> Result<bool, PortError> {
    recording::announce(ledger, queue, &alarm.event(change, now)).await
}

impl Reconciled {
    /// What operators are told of it, each with what makes it another change than the last.
    pub fn alarms(&self, now: Timestamp) -> Vec<(Alarm, String)> {
        let source = self.source.to_string();
        let mut alarms = Vec::new();
        if self.gaps > 0 {
            let (gaps, oldest) = (self.gaps, self.oldest);
            alarms.push((Alarm::Gap { source: source.clone(), gaps, oldest }, now.to_string()));
        }
        if let Some(reason) = self.unasked(now) {
            // Once a day, as long as it lasts.
            let day = now.to_string().split('T').next().unwrap_or_default().to_owned();
            alarms.push((Alarm::Unasked { source, reason }, day));
        }
        alarms
    }

    /// Why nobody can say what is missing here: at once where only the operator can mend it, and
    /// whatever it is where it goes on for hours.
    fn unasked(&self, now: Timestamp) -> Option<String> {
        let since = self.since.filter(|since| now.duration_since(*since) > LONGEST_ROUND);
        match &self.fault {
            Some(fault) if since.is_some() || fault.blame == Blame::Operator => {
                Some(fault.reason.clone())
            }
            Some(_) => None,
            None => since.map(|_| "the provider's list came to no end for hours".to_owned()),
        }
    }
}
