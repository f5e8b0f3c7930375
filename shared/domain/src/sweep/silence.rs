//! A source whose hours are emptier than they ever are, or than its setting allows, is called silent:
//! once when it begins, once when it ends. Only what hooks brought is heard.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Sweep, Swept};
use crate::hours::{HOUR, hour_of, minus, plus};
use crate::{Alarm, HourTotals, PortError, Provenance, Silence, Source};

/// Events of the log read at once: one hook is enough.
const FEW: usize = 20;
/// How many days of hours a source's rhythm is learnt from.
const DAYS_LEARNT: i32 = 14;
/// How many events a rhythm must lead one to expect before their absence is an alarm, in thousandths:
/// where 12 are expected, chance alone brings none once in 160,000 times.
const ENOUGH: u64 = 12_000;
/// The fewest days of record that make a rhythm.
const FEWEST_DAYS: u64 = 3;

impl Sweep {
    /// Whether a source has been silent for too long: told when it begins, and when it ends.
    pub(super) async fn listen(&self, source: &Source, swept: &mut Swept) -> Result<(), PortError> {
        if source.silence == Silence::Off {
            return Ok(());
        }
        let (name, now) = (format!("silence/{}", source.id), self.clock.now());
        let was = self.notes.note(&name).await?;
        let told = was.as_deref().filter(|text| !text.is_empty());
        let since = self.silent_since(source, told.and_then(|text| text.parse().ok()), now).await?;
        let id = source.id.to_string();
        match (since, told) {
            (Some(since), None) => {
                swept.silent += 1;
                let alarm = Alarm::Silence { source: id, since };
                self.raise(&alarm, &since.to_string(), swept).await?;
                self.notes.set_note(&name, was.as_deref(), &since.to_string()).await?;
            }
            (Some(_), Some(_)) => swept.silent += 1,
            (None, Some(told)) => {
                self.raise(&Alarm::Heard { source: id }, told, swept).await?;
                self.notes.set_note(&name, was.as_deref(), "").await?;
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// Since when the source is silent, if that is longer than its setting, or than its own rhythm.
    /// `told` is since when it was silent when it was looked at last.
    async fn silent_since(
        &self,
        source: &Source,
        told: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        let open = hour_of(now);
        let learnt = HOUR * 24 * DAYS_LEARNT;
        let from = match source.silence {
            Silence::After(limit) => minus(open, limit + HOUR * 24),
            Silence::Learnt | Silence::Off => minus(open, learnt),
        };
        let hours = self.survey.totals(&source.id, from, open).await?;
        let last = hours.iter().rev().find(|hour| hour.hooks > 0);
        // Silent for so long that its last hour is not looked at any more; or never heard.
        let Some(since) = last.map(|last| plus(last.hour, HOUR)).or(told) else { return Ok(None) };
        let silent = match source.silence {
            Silence::Off => false,
            Silence::After(limit) => now.duration_since(since) >= limit,
            Silence::Learnt => told == Some(since) || expected(&hours, since, now) >= ENOUGH,
        };
        if !silent {
            return Ok(None);
        }
        // The hours that are not added up yet may have one; those that are have none.
        let unknown = hours.last().map_or(since, |last| plus(last.hour, HOUR));
        Ok((!self.heard(source, unknown, now).await?).then_some(since))
    }

    /// Whether a hook brought anything from one moment until before another.
    async fn heard(
        &self,
        source: &Source,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<bool, PortError> {
        let mut after: Option<String> = None;
        loop {
            let page = self.survey.logged(&source.id, from, until, after.as_deref(), FEW).await?;
            if page.iter().any(|(_, event)| event.provenance == Provenance::Hook) {
                return Ok(true);
            }
            match page.last() {
                Some((place, _)) if page.len() == FEW => after = Some(place.clone()),
                Some(_) | None => return Ok(false),
            }
        }
    }
}

/// How many events the hours before `since` lead one to expect from `since` to `until`, in
/// thousandths: by the hour of the day, each as the day with the fewest of them but one had it.
fn expected(hours: &[HourTotals], since: Timestamp, until: Timestamp) -> u64 {
    let Some(first) = hours.iter().find(|hour| hour.hooks > 0) else { return 0 };
    let days = until.duration_since(first.hour).as_hours().max(0).unsigned_abs() / 24;
    if days < FEWEST_DAYS {
        return 0;
    }
    let mut by_hour: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for hour in hours.iter().filter(|hour| hour.hour >= first.hour && hour.hour < since) {
        by_hour.entry(hour_of_day(hour.hour)).or_default().push(hour.hooks);
    }
    let usual = |hour: i64| {
        let mut counts = by_hour.get(&hour).cloned().unwrap_or_default();
        counts.sort_unstable();
        // The second least: one holiday does not make a rhythm, two do.
        counts.get(1).or(counts.first()).copied().unwrap_or(0)
    };
    let (mut at, mut sum) = (since, 0_u64);
    while at < until {
        let end = plus(hour_of(at), HOUR).min(until);
        let share = end.duration_since(at).as_secs().max(0).unsigned_abs();
        sum = sum.saturating_add(usual(hour_of_day(at)).saturating_mul(share) * 1000 / 3600);
        at = end;
    }
    sum
}

/// Which hour of the day, from 0, in UTC: a day's rhythm is the same in any zone without a summer
/// time, and Vietnam has none.
fn hour_of_day(at: Timestamp) -> i64 {
    at.as_second().rem_euclid(86_400) / 3600
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::SourceId;

    fn hour(n: i64) -> Timestamp {
        Timestamp::from_second(n * 3600).unwrap()
    }

    /// Hours 0 to `until` of a shop with `by_day` events in each hour from 8 to 21, none at night.
    fn shop(until: i64, by_day: u64) -> Vec<HourTotals> {
        let events = |n: i64| if (8..22).contains(&(n % 24)) { by_day } else { 0 };
        (0..until)
            .map(|n| HourTotals {
                source: SourceId::parse("casso/shop").unwrap(),
                hour: hour(n),
                logged: events(n),
                events: events(n),
                hooks: events(n),
                money: Vec::new(),
                accounts: Vec::new(),
            })
            .collect()
    }

    #[test]
    fn a_rhythm_expects_the_day_and_not_the_night() {
        let hours = shop(24 * 10 + 10, 20);
        let since = hour(24 * 10 + 10);
        assert_eq!(expected(&hours, since, plus(since, HOUR)), 20_000, "a silent hour at ten");
        let half = plus(since, SignedDuration::from_mins(36));
        assert_eq!(expected(&hours, since, half), 12_000);
        let (evening, morning) = (hour(24 * 10 + 22), hour(24 * 11 + 8));
        assert_eq!(expected(&shop(24 * 10 + 22, 20), evening, morning), 0, "a night");
    }

    #[test]
    fn a_young_or_quiet_source_expects_little() {
        let since = hour(58);
        assert_eq!(expected(&shop(58, 20), since, plus(since, HOUR)), 0, "two days old");
        assert_eq!(expected(&[], since, plus(since, HOUR)), 0);
        let quiet = shop(24 * 10 + 10, 1);
        let since = hour(24 * 10 + 10);
        assert!(expected(&quiet, since, plus(since, HOUR * 11)) < ENOUGH);
        assert!(expected(&quiet, since, plus(since, HOUR * 24)) >= ENOUGH, "a day");
    }
}
