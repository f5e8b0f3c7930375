//! What the sweep asks of the ledger: what nobody rang for, who waits for whom, what an hour brought.
//! Apart from [`Ledger`](super::Ledger), because the flows on a webhook's way may not ask it.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::{PortError, Refused};
use crate::{
    Currency, Delivery, DeliveryRef, DestinationName, Event, EventKey, Fingerprint, SourceId,
    Standing,
};

/// Something that somebody must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overdue {
    /// An event that is not taken.
    Event(EventKey),
    /// A delivery that is pending, due, in a digest for long, or whose lease is over.
    Delivery(DeliveryRef),
    /// An event that came with another's key, and nobody was told.
    Conflict {
        /// Of which source.
        source: SourceId,
        /// The key.
        key: EventKey,
        /// What it came with.
        fingerprint: Fingerprint,
    },
}

/// Money of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyTotal {
    /// The currency.
    pub currency: Currency,
    /// Transfers in.
    pub count_in: u64,
    /// Their sum.
    pub sum_in: Decimal,
    /// Transfers out.
    pub count_out: u64,
    /// Their sum.
    pub sum_out: Decimal,
}

/// What one hour brought from one source; test calls are left out but for `logged`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourTotals {
    /// The source.
    pub source: SourceId,
    /// The hour's beginning.
    pub hour: Timestamp,
    /// Everything that the log has, test calls and what is not known too; at least as many where a
    /// version that did not count them wrote this.
    pub logged: u64,
    /// Events of all known kinds.
    pub events: u64,
    /// Of those, the ones that hooks brought: a source is silent though reconciling fills its gaps.
    pub hooks: u64,
    /// Transfers, by currency, in the order of their codes.
    pub money: Vec<MoneyTotal>,
    /// The same by account, by name; of the first [`MOST_ACCOUNTS`] that moved any.
    pub accounts: Vec<AccountTotal>,
}

/// So many accounts of an hour are told apart.
pub const MOST_ACCOUNTS: usize = 500;

/// What an hour brought to one bank account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountTotal {
    /// The account, as its source speaks of it.
    pub account: String,
    /// Its bank, where that was said.
    pub bank: Option<String>,
    /// Its virtual accounts that money moved on, by name; of all accounts together the first
    /// [`MOST_ACCOUNTS`].
    pub virtual_accounts: Vec<String>,
    /// Transfers, by currency, in the order of their codes.
    pub money: Vec<MoneyTotal>,
}

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Idempotency keys.
    pub keys: SignedDuration,
    /// Events, attempts, parked and refused calls.
    pub bodies: SignedDuration,
}

/// What the sweep asks of the ledger.
#[async_trait]
pub trait Survey: Send + Sync {
    /// What was to be looked at before `before`, longest overdue first, at most `most`.
    async fn overdue(&self, before: Timestamp, most: usize) -> Result<Vec<Overdue>, PortError>;

    /// Puts off the next look, by [`look_again`](crate::look_again); a conflict's for good. `true`
    /// for one caller only, so that what is overdue is rung once however many sweeps run.
    async fn put_off(&self, what: &Overdue, now: Timestamp) -> Result<bool, PortError>;

    /// Every destination that something was marked of.
    async fn standings(&self) -> Result<Vec<(DestinationName, Standing)>, PortError>;

    /// Forgets how a destination stands and what was reserved, because there is none any more.
    async fn forget(&self, destination: &DestinationName) -> Result<(), PortError>;

    /// A destination's held deliveries with their places, oldest first, after the place `after`, at
    /// most `most`.
    async fn held(
        &self,
        destination: &DestinationName,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Delivery)>, PortError>;

    /// How many deliveries of a destination are held.
    async fn count_held(&self, destination: &DestinationName) -> Result<u64, PortError>;

    /// The log: a source's events received from `from` until before `until`, in the order of their
    /// receipt, after the place `after`, at most `most`, each with its place.
    async fn logged(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Event)>, PortError>;

    /// Writes what an hour brought; again is harmless.
    async fn set_totals(&self, totals: &HourTotals) -> Result<(), PortError>;

    /// What the hours from `from` until before `until` brought a source, as far as written, in order.
    async fn totals(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<HourTotals>, PortError>;

    /// The calls to a source that were refused, oldest first.
    async fn refusals(&self, source: &SourceId) -> Result<Vec<Refused>, PortError>;

    /// Forgets what has been kept for long enough, at most `most` of it; how much it was.
    async fn expire(
        &self,
        kept: Retention,
        now: Timestamp,
        most: usize,
    ) -> Result<usize, PortError>;
}
