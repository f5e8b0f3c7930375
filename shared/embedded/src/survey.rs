//! The port `Survey`: what the sweep asks. Lists are read beside the writing thread; the SQL is in
//! `overdue`, `deliveries`, `log` and `expiry`.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use domain::{
    Delivery, DestinationName, Event, HourTotals, Overdue, Port, PortError, Refused, Retention,
    SourceId, Standing, Survey,
};
use jiff::Timestamp;

use crate::columns::micros;
use crate::expiry::{self, Passed};
use crate::log::{self, Place};
use crate::{Database, deliveries, overdue, standings};

/// So much is forgotten in one job: those that wait behind it wait for some milliseconds.
const FORGOTTEN_AT_ONCE: usize = 200;

#[async_trait]
impl Survey for Database {
    async fn overdue(&self, before: Timestamp, most: usize) -> Result<Vec<Overdue>, PortError> {
        self.read(move |db| overdue::list(db, micros(before), most)).await
    }

    async fn put_off(&self, what: &Overdue, now: Timestamp) -> Result<bool, PortError> {
        let what = what.clone();
        self.on(Port::Ledger, move |db| overdue::put_off(db, &what, now)).await
    }

    async fn standings(&self) -> Result<Vec<(DestinationName, Standing)>, PortError> {
        let kept = Arc::clone(&self.inner.standings);
        // From the file, in turn with the marks: an operator's command writes there, beside us.
        let standings = self.on_then(Port::Ledger, standings::read_all, move |found| {
            kept.write().unwrap_or_else(PoisonError::into_inner).clone_from(found);
        });
        let mut all: Vec<_> = standings.await?.into_iter().collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(all)
    }

    async fn forget(&self, destination: &DestinationName) -> Result<(), PortError> {
        let slots = &self.inner.slots;
        slots.lock().unwrap_or_else(PoisonError::into_inner).forget(destination);
        let (name, kept) = (destination.clone(), self.inner.standings.clone());
        let forgotten = destination.clone();
        self.on_then(
            Port::Ledger,
            move |db| standings::forget(db, &name),
            move |()| {
                kept.write().unwrap_or_else(PoisonError::into_inner).remove(&forgotten);
            },
        )
        .await
    }

    async fn held(
        &self,
        destination: &DestinationName,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Delivery)>, PortError> {
        let (destination, Place(created, event)) = (destination.clone(), Place::parse(after));
        self.read(move |db| {
            let held = deliveries::held(db, &destination, (created, event), most)?;
            let placed = held.into_iter().map(|found| {
                let place = Place(micros(found.delivery.created), found.event);
                (place.to_text(), found.delivery)
            });
            Ok(placed.collect())
        })
        .await
    }

    async fn count_held(&self, destination: &DestinationName) -> Result<u64, PortError> {
        let destination = destination.clone();
        self.read(move |db| deliveries::count_held(db, &destination)).await
    }

    async fn logged(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Event)>, PortError> {
        let (source, until) = (source.clone(), micros(until));
        let after = Place::parse(after).max(Place(micros(from), i64::MIN));
        self.read(move |db| log::logged(db, &source, after, until, most)).await
    }

    async fn set_totals(&self, totals: &HourTotals) -> Result<(), PortError> {
        let totals = totals.clone();
        self.on(Port::Ledger, move |db| log::set_totals(db, &totals)).await
    }

    async fn totals(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<HourTotals>, PortError> {
        let (source, from, until) = (source.clone(), micros(from), micros(until));
        self.read(move |db| log::totals(db, &source, from, until)).await
    }

    async fn refusals(&self, source: &SourceId) -> Result<Vec<Refused>, PortError> {
        let mut newest_first = self.refused(source).await?;
        newest_first.reverse();
        Ok(newest_first)
    }

    async fn expire(
        &self,
        kept: Retention,
        now: Timestamp,
        most: usize,
    ) -> Result<usize, PortError> {
        let (mut looked, mut forgotten) = (0, 0);
        while looked < most {
            let share = FORGOTTEN_AT_ONCE.min(most - looked);
            let pass = move |db: &rusqlite::Connection| expiry::pass(db, kept, now, share);
            let passed: Passed = self.on(Port::Ledger, pass).await?;
            forgotten += passed.forgotten;
            looked += passed.looked_at;
            if passed.looked_at < share {
                break;
            }
        }
        Ok(forgotten)
    }
}
