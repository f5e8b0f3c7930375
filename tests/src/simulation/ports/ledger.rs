//! The ledger as one process has it.

use async_trait::async_trait;
use domain::{
    Attempt, Claim, Clock as _, Delivery, DeliveryRef, DeliveryState, DestinationName, Enlisted,
    Event, EventKey, Finish, Ledger, Limit, Mark, Marked, Move, Parked, Port, PortError, Refused,
    Slot, Snapshot, SourceId, Standing, Start, Stored, Turn,
};
use jiff::{SignedDuration, Timestamp};

use super::Desk;
use crate::simulation::wire::short;

const PORT: Port = Port::Ledger;

#[async_trait]
impl Ledger for Desk {
    async fn claim(&self, event: &Event) -> Result<Claim, PortError> {
        let what = || format!("ledger.claim {}", event.key);
        self.pass(PORT, None, &what, self.scene.ledger.claim(event)).await
    }

    async fn stored(&self, key: &EventKey) -> Result<Option<Stored>, PortError> {
        let what = || format!("ledger.stored {key}");
        self.pass(PORT, None, &what, self.scene.ledger.stored(key)).await
    }

    async fn park(
        &self,
        source: &SourceId,
        parked: &Parked,
        context: &str,
        at: Timestamp,
    ) -> Result<bool, PortError> {
        let what = || format!("ledger.park {source}");
        self.pass(PORT, None, &what, self.scene.ledger.park(source, parked, context, at)).await
    }

    async fn refuse(&self, refused: &Refused) -> Result<(), PortError> {
        let what = || format!("ledger.refuse {}", refused.source);
        self.pass(PORT, None, &what, self.scene.ledger.refuse(refused)).await
    }

    async fn observe(&self, snapshot: &Snapshot) -> Result<bool, PortError> {
        let what = || format!("ledger.observe {}", snapshot.object);
        self.pass(PORT, None, &what, self.scene.ledger.observe(snapshot)).await
    }

    async fn enlist(&self, deliveries: &[Delivery]) -> Result<Vec<Enlisted>, PortError> {
        let what = || {
            let all = deliveries.iter().map(|d| format!("{} {:?}", short(&d.of), d.state));
            format!("ledger.enlist {}", all.collect::<Vec<_>>().join(", "))
        };
        self.pass(PORT, None, &what, self.scene.ledger.enlist(deliveries)).await
    }

    async fn take(&self, key: &EventKey, late: bool) -> Result<(), PortError> {
        let what = || format!("ledger.take {key}");
        let call = async {
            if let Some(known) = self.scene.ledger.stored(key).await? {
                self.scene.untaken(&known);
            }
            self.scene.ledger.take(key, late).await
        };
        self.pass(PORT, None, &what, call).await
    }

    async fn start(
        &self,
        of: &DeliveryRef,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
        probe: bool,
    ) -> Result<Start, PortError> {
        let what = || format!("ledger.start {} until {until:.3} probe={probe}", short(of));
        let call = async {
            let known = self.scene.ledger.delivery(of).await?;
            let start = self.scene.ledger.start(of, owner, now, until, probe).await?;
            if let (Some((known, _)), Start::Go(_)) = (known, &start) {
                self.scene.overdue(&known);
            }
            Ok(start)
        };
        self.pass(PORT, Some(&of.destination), &what, call).await
    }

    async fn finish(
        &self,
        of: &DeliveryRef,
        owner: u64,
        attempt: &Attempt,
        next: &DeliveryState,
    ) -> Result<Finish, PortError> {
        let what = || {
            let (n, verdict) = (attempt.n, attempt.verdict);
            format!("ledger.finish {} #{n} {verdict} → {next:?}", short(of))
        };
        let call = async {
            let finish = self.scene.ledger.finish(of, owner, attempt, next).await?;
            let delivered = finish == Finish::Written && *next == DeliveryState::Delivered;
            self.scene.record.finished(of, attempt.n, delivered);
            Ok(finish)
        };
        self.pass(PORT, Some(&of.destination), &what, call).await
    }

    async fn shift(
        &self,
        of: &DeliveryRef,
        step: &Move,
        now: Timestamp,
    ) -> Result<Finish, PortError> {
        let what = || format!("ledger.shift {} {step:?}", short(of));
        let call = self.scene.ledger.shift(of, step, now);
        self.pass(PORT, Some(&of.destination), &what, call).await
    }

    async fn delivery(
        &self,
        of: &DeliveryRef,
    ) -> Result<Option<(Delivery, Vec<Attempt>)>, PortError> {
        let what = || format!("ledger.delivery {}", short(of));
        self.pass(PORT, Some(&of.destination), &what, self.scene.ledger.delivery(of)).await
    }

    async fn moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
    ) -> Result<Option<String>, PortError> {
        let what = || format!("ledger.moved {destination}");
        let call = self.scene.ledger.moved(destination, endpoint);
        self.pass(PORT, Some(destination), &what, call).await
    }

    async fn set_moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
        to: &str,
    ) -> Result<(), PortError> {
        let what = || format!("ledger.set_moved {destination} {to}");
        let call = self.scene.ledger.set_moved(destination, endpoint, to);
        self.pass(PORT, Some(destination), &what, call).await
    }

    async fn waiting(
        &self,
        destination: &DestinationName,
        until: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, PortError> {
        let what = || format!("ledger.waiting {destination}");
        let call = self.scene.ledger.waiting(destination, until, most);
        self.pass(PORT, Some(destination), &what, call).await
    }

    async fn standing(&self, destination: &DestinationName) -> Result<Standing, PortError> {
        let what = || format!("ledger.standing {destination}");
        self.pass(PORT, Some(destination), &what, self.scene.ledger.standing(destination)).await
    }

    async fn mark(
        &self,
        destination: &DestinationName,
        mark: &Mark,
        now: Timestamp,
    ) -> Result<Marked, PortError> {
        let what = || format!("ledger.mark {destination} {mark:?}");
        let call = self.scene.ledger.mark(destination, mark, now);
        self.pass(PORT, Some(destination), &what, call).await
    }

    async fn reserve(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        now: Timestamp,
        patience: SignedDuration,
    ) -> Result<Turn, PortError> {
        let what = || format!("ledger.reserve {destination} at {:.3}", self.now());
        let call = self.scene.ledger.reserve(destination, limits, now, patience);
        self.pass(PORT, Some(destination), &what, call).await
    }

    async fn give_back(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        moment: Timestamp,
    ) -> Result<(), PortError> {
        let what = || format!("ledger.give_back {destination} {moment:.3}");
        let call = self.scene.ledger.give_back(destination, limits, moment);
        self.pass(PORT, Some(destination), &what, call).await
    }

    async fn occupy(
        &self,
        destination: &DestinationName,
        slots: u32,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Slot, PortError> {
        let what = || format!("ledger.occupy {destination}");
        let call = self.scene.ledger.occupy(destination, slots, owner, now, until);
        self.pass(PORT, Some(destination), &what, call).await
    }

    async fn vacate(
        &self,
        destination: &DestinationName,
        slot: u32,
        owner: u64,
    ) -> Result<(), PortError> {
        let what = || format!("ledger.vacate {destination} {slot}");
        let call = self.scene.ledger.vacate(destination, slot, owner);
        self.pass(PORT, Some(destination), &what, call).await
    }
}
