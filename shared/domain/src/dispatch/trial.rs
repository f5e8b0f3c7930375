//! A test call: a sample goes to a destination, saved or not, by the way that every notification goes,
//! and what came of it is told at once. Nothing of it is written down, and it waits for no pace.

use jiff::Timestamp;

use super::{Dispatch, way};
use crate::exchange::{Work, detail};
use crate::{
    Currency, Delivery, DeliveryState, Destination, Event, EventKey, Fact, Facts, Kind, Moment,
    Money, PortError, Provenance, SourceId, Standing, VIETNAM, find_channel,
};

/// What came of a test call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The verdict's word, by [`Attempt::WORDS`](crate::Attempt::WORDS).
    pub verdict: &'static str,
    /// The HTTP status, if an answer came.
    pub status: Option<u16>,
    /// Why, and the beginning of the answer; cleaned, at most 1 KiB.
    pub detail: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
}

impl Dispatch {
    /// Sends a sample of what this destination wants.
    pub async fn try_out(&self, destination: &Destination) -> Result<Tried, PortError> {
        let started = self.clock.now();
        let Some(channel) = find_channel(self.channels, &destination.channel) else {
            let detail = format!("there is no channel {}", destination.channel);
            return Ok(Tried {
                verdict: "refused",
                status: None,
                detail,
                started,
                finished: started,
            });
        };
        // What it proves itself with may have been changed just now.
        self.tokens.forget(&destination.name);
        let event = sample(destination, started, self.entropy.next());
        let of = event.delivery_to(&destination.name);
        let work = Work {
            event: &event,
            destination,
            channel,
            standing: Standing::default(),
            delivery: Delivery {
                attempts: 1,
                ..Delivery::new(of, DeliveryState::Pending, started)
            },
            earlier: Vec::new(),
            owner: 0,
            way: way::alone(destination, started),
            probe: false,
        };
        let (ending, answer) = self.exchange(&work, &[]).await?;
        self.tokens.forget(&destination.name);
        Ok(Tried {
            verdict: ending.word(),
            status: answer.as_ref().map(|answer| answer.status.as_u16()),
            detail: detail(&ending, answer.as_ref()),
            started,
            finished: self.clock.now(),
        })
    }
}

/// A made-up event of a kind that a destination wants, marked as a test.
pub fn sample(destination: &Destination, now: Timestamp, id: u64) -> Event {
    let filter = &destination.filter;
    let wanted = |kind: &&Kind| {
        !kind.is_own()
            && (filter.events.is_empty() || filter.events.iter().any(|one| one.selects(**kind)))
    };
    let kind = Kind::ALL.iter().find(wanted).copied().unwrap_or(Kind::TransferIn);
    let source = filter.sources.first().cloned().unwrap_or_else(|| SourceId::own("test"));
    let facts = Facts::default()
        .with(Fact::Account, "0123456789".to_owned())
        .with(Fact::Counterparty, "NGUYEN VAN A".to_owned())
        .with(Fact::Code, "DH1234".to_owned())
        .with(Fact::Content, "Gọi thử DH1234 – test call".to_owned())
        .with(Fact::Reference, "TEST".to_owned())
        .with(Fact::Id, "1234".to_owned());
    Event {
        key: EventKey::new(&source, &format!("test-call/{id:016x}")),
        source,
        kind,
        test: true,
        late: false,
        provenance: Provenance::Hook,
        occurred: Some(Moment { at: now, offset: VIETNAM, date_only: false }),
        received: now,
        money: Some(Money { amount: 150_000.into(), currency: Currency::VND }),
        balance: None,
        facts,
        object: r#"{"test":true}"#.to_owned(),
    }
}
