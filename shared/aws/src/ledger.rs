//! The port `Ledger` on one table: each call is as few conditional writes as it can be. Not how items
//! look (`events`, `deliveries`…), not the rules (`domain::Delivery`).
//!
//! A write whose answer was lost is sent again by the SDK, and then fails its own condition. Claiming
//! may meet that without harm; what leases or finishes knows its own write by the owner it finds, so
//! that a lost answer does not look like somebody else's doing.

mod attempts;
mod deflate;
mod deliveries;
mod events;
mod moves;
mod parts;
mod records;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use domain::{
    Attempt, Claim, Delivery, DeliveryRef, DeliveryState, DestinationName, Enlisted, Event,
    EventKey, Finish, Ledger, Parked, Port, PortError, Refused, Snapshot, SourceId, Start, Stored,
};
use jiff::{SignedDuration, Timestamp};

use crate::failure::Failure;
use crate::table::Table;

/// The ledger on DynamoDB.
#[derive(Debug, Clone)]
pub struct DynamoLedger {
    table: Table,
    keys_kept: SignedDuration,
}

impl DynamoLedger {
    /// The ledger in this table, which keeps keys for this long.
    pub fn new(client: Client, table: impl Into<String>, keys_kept: SignedDuration) -> Self {
        Self { table: Table::new(client, table), keys_kept }
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
    ) -> Result<(), PortError> {
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
    ) -> Result<Start, PortError> {
        moves::start(self, of, owner, now, until).await.map_err(failed)
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

    async fn resolve(
        &self,
        of: &DeliveryRef,
        now: Timestamp,
        next: &DeliveryState,
    ) -> Result<Finish, PortError> {
        moves::resolve(self, of, now, next).await.map_err(failed)
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
}

fn failed(failure: Failure) -> PortError {
    PortError::new(Port::Ledger, failure)
}
