//! The port `Ledger`: each call is one job, so one atomic step. Not the SQL (`claims`, `deliveries`,
//! `standings`, `pace`), not the rules (`domain::Delivery`, `domain::Standing`).

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use domain::{
    Attempt, Claim, Delivery, DeliveryRef, DeliveryState, DestinationName, Enlisted, Event,
    EventKey, Finish, Ledger, Limit, Mark, Marked, Move, Parked, Port, PortError, Refused, Slot,
    Snapshot, SourceId, Standing, Start, Stored, Turn,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use crate::claims::{self, Claimed};
use crate::columns::micros;
use crate::{Database, Failure, archive, deliveries, pace, standings};

#[async_trait]
impl Ledger for Database {
    async fn claim(&self, event: &Event) -> Result<Claim, PortError> {
        let claimed = Claimed::of(event).map_err(|e| PortError::new(Port::Ledger, e))?;
        self.on(Port::Ledger, move |db| claimed.write(db)).await
    }

    async fn stored(&self, key: &EventKey) -> Result<Option<Stored>, PortError> {
        let key = key.clone();
        self.on(Port::Ledger, move |db| claims::stored(db, &key)).await
    }

    async fn park(
        &self,
        source: &SourceId,
        parked: &Parked,
        context: &str,
        at: Timestamp,
    ) -> Result<bool, PortError> {
        let (source, parked, context) = (source.clone(), parked.clone(), context.to_owned());
        self.on(Port::Ledger, move |db| claims::park(db, &source, &parked, &context, at)).await
    }

    async fn refuse(&self, refused: &Refused) -> Result<(), PortError> {
        let refused = refused.clone();
        self.on(Port::Ledger, move |db| claims::refuse(db, &refused)).await
    }

    async fn observe(&self, snapshot: &Snapshot) -> Result<bool, PortError> {
        let snapshot = snapshot.clone();
        self.on(Port::Ledger, move |db| claims::observe(db, &snapshot)).await
    }

    async fn enlist(&self, deliveries: &[Delivery]) -> Result<Vec<Enlisted>, PortError> {
        let deliveries = deliveries.to_vec();
        self.on(Port::Ledger, move |db| {
            deliveries.iter().map(|delivery| deliveries::insert(db, delivery)).collect()
        })
        .await
    }

    async fn take(&self, key: &EventKey, late: bool) -> Result<(), PortError> {
        let key = key.clone();
        self.on(Port::Ledger, move |db| claims::take(db, &key, late)).await
    }

    async fn start(
        &self,
        of: &DeliveryRef,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
        probe: bool,
    ) -> Result<Start, PortError> {
        let of = of.clone();
        self.on(Port::Ledger, move |db| {
            let Some(found) = deliveries::find(db, &of)? else { return Ok(Start::Missing) };
            let start = found.delivery.start(owner, now, until, probe);
            if let Start::Go(delivery) = &start {
                deliveries::update(db, found.event, delivery)?;
            }
            Ok(start)
        })
        .await
    }

    async fn finish(
        &self,
        of: &DeliveryRef,
        owner: u64,
        attempt: &Attempt,
        next: &DeliveryState,
    ) -> Result<Finish, PortError> {
        let (of, attempt) = (of.clone(), attempt.clone());
        let step = Move::Finish { owner, counted: attempt.counted, next: next.clone() };
        self.on(Port::Ledger, move |db| {
            let Some(event) = move_on(db, &of, &step, attempt.finished)? else {
                return Ok(Finish::Fenced);
            };
            deliveries::record(db, event, &of, &attempt)?;
            Ok(Finish::Written)
        })
        .await
    }

    async fn shift(
        &self,
        of: &DeliveryRef,
        step: &Move,
        now: Timestamp,
    ) -> Result<Finish, PortError> {
        let (of, step) = (of.clone(), step.clone());
        self.on(Port::Ledger, move |db| {
            let moved = move_on(db, &of, &step, now)?;
            Ok(if moved.is_some() { Finish::Written } else { Finish::Fenced })
        })
        .await
    }

    async fn delivery(
        &self,
        of: &DeliveryRef,
    ) -> Result<Option<(Delivery, Vec<Attempt>)>, PortError> {
        let of = of.clone();
        self.on(Port::Ledger, move |db| {
            let Some(found) = deliveries::find(db, &of)? else { return Ok(None) };
            let attempts = deliveries::attempts(db, &found)?;
            Ok(Some((found.delivery, attempts)))
        })
        .await
    }

    async fn moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
    ) -> Result<Option<String>, PortError> {
        let (destination, endpoint) = (destination.clone(), endpoint.to_owned());
        self.on(Port::Ledger, move |db| archive::moved(db, destination.as_str(), &endpoint)).await
    }

    async fn set_moved(
        &self,
        destination: &DestinationName,
        endpoint: &str,
        to: &str,
    ) -> Result<(), PortError> {
        let (destination, endpoint, to) = (destination.clone(), endpoint.to_owned(), to.to_owned());
        self.on(Port::Ledger, move |db| {
            let sql = "INSERT INTO destination_states (destination, moved_from, moved_to) \
                       VALUES (?1, ?2, ?3) ON CONFLICT (destination) \
                       DO UPDATE SET moved_from = excluded.moved_from, moved_to = excluded.moved_to";
            db.prepare_cached(sql)?.execute(params![destination.as_str(), endpoint, to])?;
            Ok(())
        })
        .await
    }

    async fn waiting(
        &self,
        destination: &DestinationName,
        until: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, PortError> {
        let destination = destination.clone();
        self.on(Port::Ledger, move |db| deliveries::waiting(db, &destination, micros(until), most))
            .await
    }

    async fn standing(&self, destination: &DestinationName) -> Result<Standing, PortError> {
        let standings = self.inner.standings.read().unwrap_or_else(PoisonError::into_inner);
        Ok(standings.get(destination).cloned().unwrap_or_default())
    }

    async fn mark(
        &self,
        destination: &DestinationName,
        mark: &Mark,
        now: Timestamp,
    ) -> Result<Marked, PortError> {
        let (name, marked, mark) = (destination.clone(), destination.clone(), mark.clone());
        let kept = Arc::clone(&self.inner.standings);
        // As fine as the columns are, so that memory and file say the same.
        let now = Timestamp::from_microsecond(micros(now)).unwrap_or(now);
        let write = move |db: &Connection| {
            let known = standings::find(db, &name)?.unwrap_or_default();
            let Some(standing) = known.after(&mark, now) else {
                return Ok(Marked { standing: known, changed: false });
            };
            standings::write(db, &name, &standing)?;
            Ok(Marked { standing, changed: true })
        };
        self.on_then(Port::Ledger, write, move |done| {
            if done.changed {
                let mut kept = kept.write().unwrap_or_else(PoisonError::into_inner);
                kept.insert(marked, done.standing.clone());
            }
        })
        .await
    }

    async fn reserve(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        now: Timestamp,
        patience: SignedDuration,
    ) -> Result<Turn, PortError> {
        let (destination, limits) = (destination.clone(), limits.to_vec());
        self.on(Port::Ledger, move |db| pace::reserve(db, &destination, &limits, now, patience))
            .await
    }

    async fn give_back(
        &self,
        destination: &DestinationName,
        limits: &[Limit],
        moment: Timestamp,
    ) -> Result<(), PortError> {
        let (destination, limits) = (destination.clone(), limits.to_vec());
        self.on(Port::Ledger, move |db| pace::give_back(db, &destination, &limits, moment)).await
    }

    async fn occupy(
        &self,
        destination: &DestinationName,
        slots: u32,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Slot, PortError> {
        let mut known = self.inner.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(known.occupy(destination, slots, owner, now, until))
    }

    async fn vacate(
        &self,
        destination: &DestinationName,
        slot: u32,
        owner: u64,
    ) -> Result<(), PortError> {
        let mut known = self.inner.slots.lock().unwrap_or_else(PoisonError::into_inner);
        known.vacate(destination, slot, owner);
        Ok(())
    }
}

/// Writes the state that a delivery moves to; the id of its event's row, or nothing if it may not
/// move.
fn move_on(
    db: &Connection,
    of: &DeliveryRef,
    step: &Move,
    now: Timestamp,
) -> Result<Option<i64>, Failure> {
    let Some(found) = deliveries::find(db, of)? else { return Ok(None) };
    let Ok(next) = found.delivery.after(step, now) else { return Ok(None) };
    deliveries::update(db, found.event, &next)?;
    Ok(Some(found.event))
}
