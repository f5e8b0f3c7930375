//! The port `Survey` on the ledger's table: what the indexes were made for. Which sources and
//! destinations there are is the directory's to say: an index is asked by name.

mod expire;
pub(super) mod hours;
mod log;
mod overdue;
mod search;
mod walk;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Delivery, DestinationName, Directory, Event, HourTotals, Overdue, PortError, Refused,
    Retention, SourceId, Standing, Survey,
};
use jiff::Timestamp;

use super::{DynamoLedger, failed, records, standings, waiting};
use crate::failure::Failure;
use crate::keys::{Index, deliveries};
use crate::table::Span;

/// What the sweep asks of the ledger on DynamoDB.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct DynamoSurvey {
    ledger: DynamoLedger,
    directory: Arc<dyn Directory>,
    providers: Vec<&'static str>,
    little: usize,
}

/// So much that is open is little: some 800 KB of index, 100 read units.
const LITTLE: usize = 4_000;

impl DynamoSurvey {
    /// What is asked of this ledger, about the sources of these providers and all destinations.
    pub fn new(
        ledger: DynamoLedger,
        directory: Arc<dyn Directory>,
        providers: Vec<&'static str>,
    ) -> Self {
        Self { ledger, directory, providers, little: LITTLE }
    }

    /// The same, to whom so many open things are little: they are read in one scan.
    #[must_use]
    pub fn with_little(self, little: usize) -> Self {
        Self { little, ..self }
    }

    /// All sources.
    async fn sources(&self) -> Result<Vec<SourceId>, PortError> {
        let mut sources = Vec::new();
        for provider in &self.providers {
            let listed = self.directory.sources(provider).await?;
            sources.extend(listed.iter().map(|listed| listed.id().clone()));
        }
        Ok(sources)
    }
}

#[async_trait]
impl Survey for DynamoSurvey {
    async fn overdue(&self, before: Timestamp, most: usize) -> Result<Vec<Overdue>, PortError> {
        overdue::overdue(self, before, most).await
    }

    async fn put_off(&self, what: &Overdue, now: Timestamp) -> Result<bool, PortError> {
        overdue::put_off(&self.ledger, what, now).await.map_err(failed)
    }

    async fn standings(&self) -> Result<Vec<(DestinationName, Standing)>, PortError> {
        standings::all(&self.ledger).await.map_err(failed)
    }

    async fn forget(&self, destination: &DestinationName) -> Result<(), PortError> {
        standings::forget(&self.ledger, destination).await.map_err(failed)
    }

    async fn held(
        &self,
        destination: &DestinationName,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Delivery)>, PortError> {
        held(&self.ledger, destination, after, most).await.map_err(failed)
    }

    async fn count_held(&self, destination: &DestinationName) -> Result<u64, PortError> {
        let prefix = deliveries::held_of(destination);
        self.ledger.table.count(Index::Open, &prefix).await.map_err(failed)
    }

    async fn logged(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Event)>, PortError> {
        let hours = log::Hours { source, from, until };
        log::events(&self.ledger, hours, after, most).await.map_err(failed)
    }

    async fn set_totals(&self, totals: &HourTotals) -> Result<(), PortError> {
        hours::set(&self.ledger, totals).await.map_err(failed)
    }

    async fn totals(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<HourTotals>, PortError> {
        hours::totals(&self.ledger, source, from, until).await.map_err(failed)
    }

    async fn refusals(&self, source: &SourceId) -> Result<Vec<Refused>, PortError> {
        records::refusals(&self.ledger, source).await.map_err(failed)
    }

    async fn expire(
        &self,
        kept: Retention,
        now: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        expire::expire(self, kept, now, most).await
    }
}

/// A destination's held deliveries with their places, oldest first. What the index has and the item
/// no longer says is left out.
async fn held(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<(String, Delivery)>, Failure> {
    let (prefix, span) = (deliveries::held_of(destination), Span { after, ..Span::default() });
    let entries = ledger.table.entries(Index::Open, &prefix, span, most).await?;
    let mut held = Vec::new();
    for delivery in waiting::of_entries(ledger, destination, &entries).await? {
        let entry = entries.iter().find(|entry| entry.key.pk == delivery.of.event.as_str());
        if let Some(entry) = entry
            && let domain::DeliveryState::Held(_) = delivery.state
        {
            held.push((entry.place(), delivery));
        }
    }
    Ok(held)
}
