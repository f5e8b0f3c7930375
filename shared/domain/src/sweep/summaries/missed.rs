//! What did not get through in a day: deliveries that failed, by when they failed, and those that are
//! held now. Of other destinations only how many: what was in them is not everybody's business.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use jiff::Timestamp;

use super::super::Sweep;
use super::Day;
use crate::hours::minus;
use crate::{
    Delivery, DeliveryState, Destination, DestinationName, ENDS_WITHIN, Event, EventKey, Listed,
    Missed, Named, OtherMissed, PortError, Stretch, Stretched,
};

/// Failed ones looked at, for one summary, …
const MOST_FAILED: usize = 2_000;
/// … and read at once, for which so often is asked.
const PAGE: usize = 100;
const PAGES: usize = 200;
/// Histories read side by side.
const AT_ONCE: usize = 20;
/// So many are named.
const NAMED: usize = 5;
/// So many other destinations are named.
const OTHERS: usize = 10;

impl Sweep {
    /// What failed to reach a destination in a day. Named by time, the first few.
    pub(super) async fn failed(&self, to: &Destination, day: Day) -> Result<Missed, PortError> {
        let mut failed: Vec<(Timestamp, Named)> = Vec::new();
        let whole = self
            .each_failed(Some(&to.name), day, |event, _, at| {
                if to.filter.wants(event) {
                    failed.push((at, Named::of(event)));
                }
            })
            .await?;
        failed.sort_by(|(a, one), (b, two)| (a, &one.event).cmp(&(b, &two.event)));
        let count = u64::try_from(failed.len()).unwrap_or(u64::MAX);
        let named = failed.into_iter().take(NAMED).map(|(_, named)| named).collect();
        Ok(Missed { count, at_least: !whole, named })
    }

    /// What is held for a destination; the oldest are named.
    pub(super) async fn held_for(&self, to: &Destination) -> Result<Missed, PortError> {
        let count = self.survey.count_held(&to.name).await?;
        let mut named = Vec::new();
        if count > 0 {
            for (_, held) in self.survey.held(&to.name, None, NAMED).await? {
                let stored = self.ledger.stored(&held.of.event).await?;
                let event = stored.map(|stored| stored.event);
                let told = |event: &Event| event.kind.is_own() || to.filter.wants(event);
                named.extend(event.filter(told).as_ref().map(Named::of));
            }
        }
        Ok(Missed { count, at_least: false, named })
    }

    /// Of all other destinations those to which something failed in a day, or is held: the first few,
    /// and how many there are beside.
    pub(super) async fn others(
        &self,
        but: &DestinationName,
        day: Day,
        listed: &[Listed],
    ) -> Result<(Vec<OtherMissed>, u64), PortError> {
        let mut failed: BTreeMap<DestinationName, u64> = BTreeMap::new();
        let count = |_: &Event, delivery: &Delivery, _: Timestamp| {
            *failed.entry(delivery.of.destination.clone()).or_default() += 1;
        };
        let whole = self.each_failed(None, day, count).await?;
        let mut others = Vec::new();
        for name in listed.iter().map(Listed::name).filter(|name| *name != but) {
            let held = self.survey.count_held(name).await?;
            let failed = failed.get(name).copied().unwrap_or(0);
            if failed > 0 || held > 0 {
                let destination = name.clone();
                others.push(OtherMissed { destination, failed, at_least: !whole, held });
            }
        }
        let many = |one: &OtherMissed| std::cmp::Reverse(one.failed.saturating_add(one.held));
        others.sort_by(|a, b| (many(a), &a.destination).cmp(&(many(b), &b.destination)));
        let more = others.len().saturating_sub(OTHERS);
        others.truncate(OTHERS);
        Ok((others, u64::try_from(more).unwrap_or(u64::MAX)))
    }

    /// Every delivery, to one destination or to any, that failed in a day and has not been sent again,
    /// and when; our own events and test calls apart. Whether these are all.
    async fn each_failed(
        &self,
        to: Option<&DestinationName>,
        day: Day,
        mut tell: impl FnMut(&Event, &Delivery, Timestamp),
    ) -> Result<bool, PortError> {
        let stretch = Stretch {
            destination: to.cloned(),
            state: Some(FAILED),
            ..Stretch::between(self.clock.now(), minus(day.from, ENDS_WITHIN), day.until)
        };
        // An event that failed at two destinations may be found at two places.
        let mut told = BTreeSet::<EventKey>::new();
        let (mut after, mut left) = (None::<String>, MOST_FAILED);
        for _ in 0..PAGES {
            let most = PAGE.min(left);
            let Stretched { events, next, .. } =
                self.log.stretch(&stretch, after.as_deref(), most).await?;
            left -= events.len().min(left);
            for some in events.chunks(AT_ONCE) {
                let reading = some.iter().map(|(_, stored)| self.log.history(&stored.event.key));
                for history in join_all(reading).await {
                    let Some(history) = history? else { continue };
                    let event = &history.stored.event;
                    let is_known = !told.insert(event.key.clone());
                    if is_known || event.test || event.kind.is_own() {
                        continue;
                    }
                    for (delivery, attempts) in &history.deliveries {
                        let asked = to.is_none_or(|to| *to == delivery.of.destination);
                        let last = attempts.last().map(|attempt| attempt.finished);
                        let at = last.unwrap_or(delivery.created);
                        let within = (day.from..day.until).contains(&at);
                        if asked && within && matches!(delivery.state, DeliveryState::Failed(_)) {
                            tell(event, delivery, at);
                        }
                    }
                }
            }
            after = next;
            if after.is_none() {
                return Ok(true);
            }
            if left == 0 {
                break;
            }
        }
        Ok(false)
    }
}

/// How a delivery that failed stands, by its word.
const FAILED: &str = "failed";
