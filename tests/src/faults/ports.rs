//! Each port once more, failing as planned. They wrap any port, so that the flows can be stopped at
//! every step over memory and over SQLite.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    Attempt, Claim, Delivery, DeliveryRef, DeliveryState, DestinationName, Directory, Enlisted,
    Event, EventKey, Finish, HourTotals, Inbox, Ledger, Limit, Listed, ListedSource, Mark, Marked,
    Message, Move, Notes, Outbound, Overdue, Parked, Port, PortError, Queue, Refused, Retention,
    Slot, Snapshot, SourceId, Standing, Start, Stored, Survey, Turn,
};
use jiff::{SignedDuration, Timestamp};

use super::Faults;

/// A ledger that fails as planned.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct FaultyLedger(pub Arc<dyn Ledger>, pub Arc<Faults>);

/// A survey that fails as planned.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct FaultySurvey(pub Arc<dyn Survey>, pub Arc<Faults>);

/// Notes that fail as planned.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct FaultyNotes(pub Arc<dyn Notes>, pub Arc<Faults>);

/// A directory that fails as planned.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct FaultyDirectory(pub Arc<dyn Directory>, pub Arc<Faults>);

/// A queue that fails as planned.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct FaultyQueue(pub Arc<dyn Queue>, pub Arc<Faults>);

/// An inbox that fails as planned.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct FaultyInbox(pub Arc<dyn Inbox>, pub Arc<Faults>);

#[async_trait]
impl Ledger for FaultyLedger {
    async fn claim(&self, event: &Event) -> Result<Claim, PortError> {
        self.1.pass(Port::Ledger, self.0.claim(event)).await
    }

    async fn stored(&self, key: &EventKey) -> Result<Option<Stored>, PortError> {
        self.1.pass(Port::Ledger, self.0.stored(key)).await
    }

    async fn park(
        &self,
        source: &SourceId,
        parked: &Parked,
        context: &str,
        at: Timestamp,
    ) -> Result<bool, PortError> {
        self.1.pass(Port::Ledger, self.0.park(source, parked, context, at)).await
    }

    async fn refuse(&self, refused: &Refused) -> Result<(), PortError> {
        self.1.pass(Port::Ledger, self.0.refuse(refused)).await
    }

    async fn observe(&self, snapshot: &Snapshot) -> Result<bool, PortError> {
        self.1.pass(Port::Ledger, self.0.observe(snapshot)).await
    }

    async fn enlist(&self, deliveries: &[Delivery]) -> Result<Vec<Enlisted>, PortError> {
        self.1.pass(Port::Ledger, self.0.enlist(deliveries)).await
    }

    async fn take(&self, key: &EventKey, late: bool) -> Result<(), PortError> {
        self.1.pass(Port::Ledger, self.0.take(key, late)).await
    }

    async fn start(
        &self,
        of: &DeliveryRef,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
        probe: bool,
    ) -> Result<Start, PortError> {
        self.1.pass(Port::Ledger, self.0.start(of, owner, now, until, probe)).await
    }

    async fn finish(
        &self,
        of: &DeliveryRef,
        owner: u64,
        attempt: &Attempt,
        next: &DeliveryState,
    ) -> Result<Finish, PortError> {
        self.1.pass(Port::Ledger, self.0.finish(of, owner, attempt, next)).await
    }

    async fn shift(
        &self,
        of: &DeliveryRef,
        step: &Move,
        now: Timestamp,
    ) -> Result<Finish, PortError> {
        self.1.pass(Port::Ledger, self.0.shift(of, step, now)).await
    }

    async fn delivery(
        &self,
        of: &DeliveryRef,
    ) -> Result<Option<(Delivery, Vec<Attempt>)>, PortError> {
        self.1.pass(Port::Ledger, self.0.delivery(of)).await
    }

    async fn moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
    ) -> Result<Option<String>, PortError> {
        self.1.pass(Port::Ledger, self.0.moved(destination, endpoint)).await
    }

    async fn set_moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
        to: &str,
    ) -> Result<(), PortError> {
        self.1.pass(Port::Ledger, self.0.set_moved(destination, endpoint, to)).await
    }

    async fn waiting(
        &self,
        destination: &DestinationName,
        until: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, PortError> {
        self.1.pass(Port::Ledger, self.0.waiting(destination, until, most)).await
    }

    async fn standing(&self, destination: &DestinationName) -> Result<Standing, PortError> {
        self.1.pass(Port::Ledger, self.0.standing(destination)).await
    }

    async fn mark(
        &self,
        destination: &DestinationName,
        mark: &Mark,
        now: Timestamp,
    ) -> Result<Marked, PortError> {
        self.1.pass(Port::Ledger, self.0.mark(destination, mark, now)).await
    }

    async fn reserve(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        now: Timestamp,
        patience: SignedDuration,
    ) -> Result<Turn, PortError> {
        self.1.pass(Port::Ledger, self.0.reserve(destination, limits, now, patience)).await
    }

    async fn give_back(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        moment: Timestamp,
    ) -> Result<(), PortError> {
        self.1.pass(Port::Ledger, self.0.give_back(destination, limits, moment)).await
    }

    async fn occupy(
        &self,
        destination: &DestinationName,
        slots: u32,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Slot, PortError> {
        self.1.pass(Port::Ledger, self.0.occupy(destination, slots, owner, now, until)).await
    }

    async fn vacate(
        &self,
        destination: &DestinationName,
        slot: u32,
        owner: u64,
    ) -> Result<(), PortError> {
        self.1.pass(Port::Ledger, self.0.vacate(destination, slot, owner)).await
    }
}

#[async_trait]
impl Survey for FaultySurvey {
    async fn overdue(&self, before: Timestamp, most: usize) -> Result<Vec<Overdue>, PortError> {
        self.1.pass(Port::Ledger, self.0.overdue(before, most)).await
    }

    async fn put_off(&self, what: &Overdue, now: Timestamp) -> Result<bool, PortError> {
        self.1.pass(Port::Ledger, self.0.put_off(what, now)).await
    }

    async fn standings(&self) -> Result<Vec<(DestinationName, Standing)>, PortError> {
        self.1.pass(Port::Ledger, self.0.standings()).await
    }

    async fn forget(&self, destination: &DestinationName) -> Result<(), PortError> {
        self.1.pass(Port::Ledger, self.0.forget(destination)).await
    }

    async fn held(
        &self,
        destination: &DestinationName,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Delivery)>, PortError> {
        self.1.pass(Port::Ledger, self.0.held(destination, after, most)).await
    }

    async fn count_held(&self, destination: &DestinationName) -> Result<u64, PortError> {
        self.1.pass(Port::Ledger, self.0.count_held(destination)).await
    }

    async fn logged(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Event)>, PortError> {
        self.1.pass(Port::Ledger, self.0.logged(source, from, until, after, most)).await
    }

    async fn set_totals(&self, totals: &HourTotals) -> Result<(), PortError> {
        self.1.pass(Port::Ledger, self.0.set_totals(totals)).await
    }

    async fn totals(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<HourTotals>, PortError> {
        self.1.pass(Port::Ledger, self.0.totals(source, from, until)).await
    }

    async fn refusals(&self, source: &SourceId) -> Result<Vec<Refused>, PortError> {
        self.1.pass(Port::Ledger, self.0.refusals(source)).await
    }

    async fn expire(
        &self,
        kept: Retention,
        now: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        self.1.pass(Port::Ledger, self.0.expire(kept, now, most)).await
    }
}

#[async_trait]
impl Notes for FaultyNotes {
    async fn note(&self, name: &str) -> Result<Option<String>, PortError> {
        self.1.pass(Port::Ledger, self.0.note(name)).await
    }

    async fn set_note(&self, name: &str, was: Option<&str>, now: &str) -> Result<bool, PortError> {
        self.1.pass(Port::Ledger, self.0.set_note(name, was, now)).await
    }
}

#[async_trait]
impl Directory for FaultyDirectory {
    async fn sources(&self, provider: &str) -> Result<Vec<ListedSource>, PortError> {
        self.1.pass(Port::Directory, self.0.sources(provider)).await
    }

    async fn destinations(&self) -> Result<Arc<Vec<Listed>>, PortError> {
        self.1.pass(Port::Directory, self.0.destinations()).await
    }
}

#[async_trait]
impl Queue for FaultyQueue {
    async fn send(&self, messages: &[Outbound]) -> Result<(), PortError> {
        self.1.pass(Port::Queue, self.0.send(messages)).await
    }
}

#[async_trait]
impl Inbox for FaultyInbox {
    async fn receive(
        &self,
        most: usize,
        now: Timestamp,
        visibility: Duration,
    ) -> Result<Vec<Message>, PortError> {
        self.1.pass(Port::Queue, self.0.receive(most, now, visibility)).await
    }

    async fn delete(&self, receipts: &[String]) -> Result<(), PortError> {
        self.1.pass(Port::Queue, self.0.delete(receipts)).await
    }

    async fn bury(&self, receipt: &str, reason: &str, at: Timestamp) -> Result<(), PortError> {
        self.1.pass(Port::Queue, self.0.bury(receipt, reason, at)).await
    }
}
