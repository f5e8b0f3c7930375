//! The port `Ledger` on one table: each call is as few conditional writes as it can be. Not how items
//! look (`events`, `deliveries`…), not the rules (`domain::Delivery`).
//!
//! A write whose answer was lost is sent again by the SDK, and then fails its own condition. Claiming
//! may meet that without harm; what leases or finishes knows its own write by the owner it finds, every
//! other move by a token of its own, so that a lost answer does not look like somebody else's doing.

mod archive;
mod attempts;
mod cabinet;
mod change;
mod deflate;
mod deliveries;
mod events;
mod moves;
mod notes;
mod pace;
mod parts;
mod records;
mod standings;
mod survey;
mod waiting;

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use domain::{
    Attempt, Claim, Delivery, DeliveryRef, DeliveryState, DestinationName, Enlisted, Entropy,
    Event, EventKey, Finish, Ledger, Limit, Mark, Marked, Move, Parked, Port, PortError, Refused,
    Retention, Slot, Snapshot, SourceId, Standing, Start, Stored, Turn,
};
use jiff::{SignedDuration, Timestamp};

use crate::failure::Failure;
use crate::table::Table;

pub use archive::DynamoArchive;
pub use survey::DynamoSurvey;

/// The ledger on DynamoDB.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "randomness has nothing to show")]
pub struct DynamoLedger {
    table: Table,
    kept: Retention,
    entropy: Arc<dyn Entropy>,
}

impl DynamoLedger {
    /// The ledger in this table, which keeps things for so long. By the entropy it knows its own
    /// writes.
    pub fn new(
        client: Client,
        table: impl Into<String>,
        kept: Retention,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { table: Table::new(client, table), kept, entropy }
    }
}

#[async_trait]
impl Ledger for DynamoLedger {
    async fn claim(&self, event: &Event) -> Result<Claim, PortError> {
        events::claim(self, event).await.map_err(failed)
    }

    async fn stored(&self, key: &EventKey) -> Result<Option<Stored>, PortError> {
        events::stored(self, key).await.map_err(failed)
    }

    async fn park(
        &self,
        source: &SourceId,
        parked: &Parked,
        context: &str,
        at: Timestamp,
    ) -> Result<bool, PortError> {
        records::park(self, source, parked, context, at).await.map_err(failed)
    }

    async fn refuse(&self, refused: &Refused) -> Result<(), PortError> {
        records::refuse(self, refused).await.map_err(failed)
    }

    async fn observe(&self, snapshot: &Snapshot) -> Result<bool, PortError> {
        records::observe(self, snapshot).await.map_err(failed)
    }

    async fn enlist(&self, deliveries: &[Delivery]) -> Result<Vec<Enlisted>, PortError> {
        moves::enlist(self, deliveries).await.map_err(failed)
    }

    async fn take(&self, key: &EventKey, late: bool) -> Result<(), PortError> {
        events::take(self, key, late).await.map_err(failed)
    }

    async fn start(
        &self,
        of: &DeliveryRef,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
        probe: bool,
    ) -> Result<Start, PortError> {
        moves::start(self, of, owner, now, until, probe).await.map_err(failed)
    }

    async fn finish(
        &self,
        of: &DeliveryRef,
        owner: u64,
        attempt: &Attempt,
        next: &DeliveryState,
    ) -> Result<Finish, PortError> {
        moves::finish(self, of, owner, attempt, next).await.map_err(failed)
    }

    async fn shift(
        &self,
        of: &DeliveryRef,
        step: &Move,
        now: Timestamp,
    ) -> Result<Finish, PortError> {
        moves::shift(self, of, step, now).await.map_err(failed)
    }

    async fn delivery(
        &self,
        of: &DeliveryRef,
    ) -> Result<Option<(Delivery, Vec<Attempt>)>, PortError> {
        attempts::with_delivery(self, of).await.map_err(failed)
    }

    async fn moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
    ) -> Result<Option<String>, PortError> {
        records::moved(self, destination, endpoint).await.map_err(failed)
    }

    async fn set_moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
        to: &str,
    ) -> Result<(), PortError> {
        records::set_moved(self, destination, endpoint, to).await.map_err(failed)
    }

    async fn waiting(
        &self,
        destination: &DestinationName,
        until: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, PortError> {
        waiting::waiting(self, destination, until, most).await.map_err(failed)
    }

    async fn standing(&self, destination: &DestinationName) -> Result<Standing, PortError> {
        standings::standing(self, destination).await.map_err(failed)
    }

    async fn mark(
        &self,
        destination: &DestinationName,
        mark: &Mark,
        now: Timestamp,
    ) -> Result<Marked, PortError> {
        standings::mark(self, destination, mark, now).await.map_err(failed)
    }

    async fn reserve(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        now: Timestamp,
        patience: SignedDuration,
    ) -> Result<Turn, PortError> {
        pace::reserve(self, destination, limits, now, patience).await.map_err(failed)
    }

    async fn give_back(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        moment: Timestamp,
    ) -> Result<(), PortError> {
        pace::give_back(self, destination, limits, moment).await.map_err(failed)
    }

    async fn occupy(
        &self,
        destination: &DestinationName,
        slots: u32,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Slot, PortError> {
        pace::occupy(self, destination, slots, pace::Lease { owner, until }, now)
            .await
            .map_err(failed)
    }

    async fn vacate(
        &self,
        destination: &DestinationName,
        slot: u32,
        owner: u64,
    ) -> Result<(), PortError> {
        pace::vacate(self, destination, slot, owner).await.map_err(failed)
    }
}

fn failed(failure: Failure) -> PortError {
    PortError::new(Port::Ledger, failure)
}
