//! What DynamoDB does not forget by itself. Items expire by their attribute `expires`, keys among
//! them; an event's body, which is to be forgotten before its key, and the first attempts within its
//! deliveries are taken out here, along the log, as long as nothing of the event is open.

use domain::{PortError, Retention, SourceId, hour_of};
use jiff::{SignedDuration, Timestamp};

use super::super::attempts::FIRST;
use super::super::events::{self, TAKEN};
use super::super::{DynamoLedger, failed, notes, parts};
use super::DynamoSurvey;
use super::log::{Hours, entries};
use crate::failure::Failure;
use crate::items::{Item, Reader};
use crate::keys::{Key, OPEN, SK};
use crate::table::Written;
use crate::update::Update;

/// Hours of the log walked in one run, of all sources together: each costs as many reads as there are
/// shards.
const HOURS_AT_ONCE: u32 = 24;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// What the sort keys of deliveries begin with.
const DELIVERY: &str = "delivery/";
/// In an event: its body was taken out.
const STRIPPED: &str = "stripped";

/// Takes out what is older than bodies are kept, at most `most` events' worth; how many it was.
pub(super) async fn expire(
    survey: &DynamoSurvey,
    kept: Retention,
    now: Timestamp,
    most: usize,
) -> Result<usize, PortError> {
    if kept.bodies >= kept.keys {
        return Ok(0);
    }
    let (mut stripped, mut hours) = (0, HOURS_AT_ONCE);
    for source in survey.sources().await? {
        let walk = Walk { ledger: &survey.ledger, source: &source, kept, now };
        stripped += walk.on(most - stripped, &mut hours).await.map_err(failed)?;
        if stripped >= most || hours == 0 {
            break;
        }
    }
    Ok(stripped)
}

/// A walk along the log of one source.
struct Walk<'a> {
    ledger: &'a DynamoLedger,
    source: &'a SourceId,
    kept: Retention,
    now: Timestamp,
}

impl Walk<'_> {
    /// Goes on from where the last run got, as far as the hours allow.
    async fn on(&self, most: usize, hours: &mut u32) -> Result<usize, Failure> {
        let name = format!("stripped/{}", self.source);
        let was = notes::note(self.ledger, &name).await?;
        let known = was.as_deref().and_then(|place| place.split(' ').next()?.parse().ok());
        let mut from: Timestamp = known.unwrap_or_else(|| hour_of(self.ago(self.kept.keys)));
        let end = hour_of(self.ago(self.kept.bodies));
        let (mut stripped, mut after) = (0, was.clone());
        while from < end && stripped < most && *hours > 0 {
            *hours -= 1;
            let until = hour_of(from).saturating_add(HOUR).unwrap_or(Timestamp::MAX);
            let hour = Hours { source: self.source, from, until };
            let left = most - stripped;
            let found = entries(self.ledger, hour, after.as_deref(), left).await?;
            for entry in &found {
                stripped += usize::from(strip(self.ledger, &entry.key.pk).await?);
            }
            let last = found.last().filter(|_| found.len() >= left);
            after = Some(last.map_or_else(|| until.to_string(), |entry| entry.place()));
            from = if last.is_some() { from } else { until };
        }
        if let Some(place) = after.as_deref().filter(|place| was.as_deref() != Some(place)) {
            // Who loses this race has walked where another did: nothing is taken out twice.
            _ = notes::set_note(self.ledger, &name, was.as_deref(), place).await?;
        }
        Ok(stripped)
    }

    fn ago(&self, time: SignedDuration) -> Timestamp {
        self.now.saturating_sub(time).unwrap_or(Timestamp::MIN)
    }
}

/// Takes out an event's body and its deliveries' first attempts, unless something of it is open;
/// whether there was anything to take out.
async fn strip(ledger: &DynamoLedger, pk: &str) -> Result<bool, Failure> {
    let items = ledger.table.query(pk, "").await?;
    let sort =
        |item: &Item| item.get(SK).and_then(|sk| sk.as_s().ok()).cloned().unwrap_or_default();
    let of = |sk: &str| items.iter().find(|item| sort(item) == sk);
    let deliveries = || items.iter().filter(|item| sort(item).starts_with(DELIVERY));
    let Some(event) = of("event") else { return Ok(false) };
    let reader = Reader::new("event", event);
    let open = deliveries().any(|item| item.contains_key(OPEN));
    if open || !reader.flag(TAKEN)? || reader.flag(STRIPPED)? {
        return Ok(false);
    }
    let known = match events::read(ledger, event).await {
        Ok(known) => known,
        // Another version's: it will know.
        Err(Failure::Unreadable { .. }) => return Ok(false),
        Err(failure) => return Err(failure),
    };
    for delivery in deliveries().filter(|item| item.contains_key(FIRST)) {
        let mut update = Update::new(Key { pk: pk.to_owned(), sk: sort(delivery) });
        update.remove(FIRST);
        update.if_there();
        update.if_lacking(OPEN);
        match ledger.table.update(update).await? {
            Written::Done | Written::Not(_) => {}
        }
    }
    let mut update = Update::new(Key { pk: pk.to_owned(), sk: "event".to_owned() });
    parts::replace(&mut update, known.forgotten().to_json()?);
    update.set(STRIPPED, aws_sdk_dynamodb::types::AttributeValue::Bool(true));
    update.if_there();
    match ledger.table.update(update).await? {
        Written::Done | Written::Not(_) => Ok(true),
    }
}
