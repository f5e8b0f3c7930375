//! How fast a destination may be sent to, and which moments were reserved: pure. The ledger keeps
//! what was reserved, so that the pace holds across processes; how an attempt waits for its moment is
//! `dispatch`'s.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// At most so many messages in any span of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub count: u32,
    /// In how long.
    pub per: Duration,
}

/// What keeps a destination from being flooded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Nothing: nothing leaves.
    Free,
    /// A chat: so many messages in each of these spans. What waits for a moment becomes a digest.
    Limits(&'static [Limit]),
    /// A webhook: so many requests at once.
    Slots(u32),
}

/// What the ledger says when a moment is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Turn {
    /// Reserved: send then, no earlier.
    At(Timestamp),
    /// The next one that is free is further away than wanted; it is not reserved.
    Later(Timestamp),
}

/// What the ledger says when one of a destination's slots is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Slot {
    /// This one is yours, as long as the lease lasts.
    Yours(u32),
    /// All are taken; the first lease among them ends then.
    Full(Timestamp),
}

/// How far the clocks of processes may differ, and a little.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// How many more moments are known than the limits look back: as many may be given back.
const SPARE: usize = 8;

/// The moments that were reserved and still count, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reserved(Vec<Timestamp>);

impl Reserved {
    /// Reserves the next moment that the limits allow, if it is no more than `patience` after `now`.
    /// Moments that are further away than clocks differ were reserved before a clock was set back: they
    /// count for nothing.
    pub fn reserve(
        &self,
        limits: &[Limit],
        now: Timestamp,
        patience: SignedDuration,
    ) -> (Self, Turn) {
        let mut kept = self.0.clone();
        let furthest = patience.saturating_add(CLOCKS_DIFFER);
        kept.retain(|at| at.duration_since(now) <= furthest);
        let next = limits.iter().map(|limit| free_from(&kept, limit)).max();
        let next = next.unwrap_or(now).max(now);
        if next.duration_since(now) > patience {
            return (self.clone(), Turn::Later(next));
        }
        kept.push(next);
        kept.sort_unstable();
        let surplus = kept.len().saturating_sub(most(limits).saturating_add(SPARE));
        kept.drain(..surplus);
        (Self(kept), Turn::At(next))
    }

    /// Gives back a moment that was reserved and not used; as long as enough stay that every limit can
    /// be told by.
    #[must_use]
    pub fn give_back(&self, limits: &[Limit], moment: Timestamp) -> Self {
        let mut kept = self.0.clone();
        if kept.len() <= most(limits) {
            return Self(kept);
        }
        // As it is written: in milliseconds.
        let same = |at: &Timestamp| at.as_millisecond() == moment.as_millisecond();
        if let Some(place) = kept.iter().rposition(same) {
            kept.remove(place);
        }
        Self(kept)
    }

    /// The written form: milliseconds since 1970, the first in full, each other as its distance from
    /// the one before.
    pub fn to_text(&self) -> String {
        let mut last = 0;
        let parts = self.0.iter().map(|at| {
            let millis = at.as_millisecond();
            let part = millis - std::mem::replace(&mut last, millis);
            part.to_string()
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    /// Reads the written form. What makes no sense counts as nothing reserved: it costs at most one
    /// span of haste.
    pub fn from_text(text: &str) -> Self {
        let mut last = 0_i64;
        let read = |part: &str| {
            last = last.checked_add(part.parse().ok()?)?;
            Timestamp::from_millisecond(last).ok()
        };
        Self(text.split_whitespace().map_while(read).collect())
    }
}

/// How many moments the limits look back.
fn most(limits: &[Limit]) -> usize {
    let most = limits.iter().map(|limit| limit.count).max().unwrap_or(0);
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// When one limit allows one more: a span after the last but `count`.
fn free_from(reserved: &[Timestamp], limit: &Limit) -> Timestamp {
    let count = usize::try_from(limit.count.max(1)).unwrap_or(usize::MAX);
    let before = reserved.len().checked_sub(count).and_then(|index| reserved.get(index));
    before.map_or(Timestamp::MIN, |at| {
        let per = SignedDuration::try_from(limit.per).unwrap_or(SignedDuration::MAX);
        at.saturating_add(per).unwrap_or(Timestamp::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARK: [Limit; 2] = [
        Limit { count: 5, per: Duration::from_secs(1) },
        Limit { count: 100, per: Duration::from_secs(60) },
    ];

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_772_330_400_000 + millis).unwrap()
    }

    #[test]
    fn no_span_has_more_than_its_limit() {
        let (mut reserved, mut moments) = (Reserved::default(), Vec::new());
        for _ in 0..250 {
            let (next, moment) = reserved.reserve(&LARK, at(0), SignedDuration::MAX);
            let Turn::At(moment) = moment else { panic!("{moment:?}") };
            moments.push(moment);
            reserved = Reserved::from_text(&next.to_text());
            assert_eq!(reserved, next, "it comes back the same");
        }
        assert!(moments.is_sorted());
        for limit in LARK {
            let (count, per) = (limit.count as usize, SignedDuration::try_from(limit.per).unwrap());
            for pair in moments.windows(count + 1) {
                assert!(pair[count].duration_since(pair[0]) >= per, "{limit:?}: {pair:?}");
            }
        }
        assert_eq!(moments[99], at(19_000));
        assert_eq!(moments[100], at(60_000));
        assert!(reserved.to_text().len() < 1000, "{}", reserved.to_text().len());
    }

    #[test]
    fn a_moment_too_far_away_is_told_and_not_reserved() {
        let slack = [Limit { count: 1, per: Duration::from_secs(1) }];
        let patience = SignedDuration::from_secs(5);
        let mut reserved = Reserved::default();
        for n in 0..6 {
            let (next, moment) = reserved.reserve(&slack, at(0), patience);
            assert_eq!(moment, Turn::At(at(n * 1000)));
            reserved = next;
        }
        assert_eq!(
            reserved.reserve(&slack, at(0), patience),
            (reserved.clone(), Turn::Later(at(6000)))
        );
        let (_, moment) = reserved.reserve(&slack, at(90_000), patience);
        assert_eq!(moment, Turn::At(at(90_000)));
    }

    #[test]
    fn what_was_reserved_before_a_clock_was_set_back_counts_for_nothing() {
        let slack = [Limit { count: 1, per: Duration::from_secs(1) }];
        let patience = SignedDuration::from_secs(5);
        let (reserved, _) = Reserved::default().reserve(&slack, at(8 * 86_400_000), patience);
        let (reserved, turn) = reserved.reserve(&slack, at(0), patience);
        assert_eq!((turn, reserved.to_text()), (Turn::At(at(0)), "1772330400000".to_owned()));
        // Five minutes ahead is another process's clock.
        let (ahead, _) = Reserved::default().reserve(&slack, at(300_000), patience);
        assert_eq!(ahead.reserve(&slack, at(0), patience).1, Turn::Later(at(301_000)));
    }

    #[test]
    fn a_moment_that_is_given_back_is_free_again() {
        let slack = [Limit { count: 1, per: Duration::from_secs(1) }];
        let patience = SignedDuration::from_secs(5);
        let (mut reserved, mut moments) = (Reserved::default(), Vec::new());
        for _ in 0..3 {
            let (next, turn) = reserved.reserve(&slack, at(0), patience);
            let Turn::At(moment) = turn else { panic!("{turn:?}") };
            (reserved, _) = (next, moments.push(moment));
        }
        for given in [moments[2], at(7), moments[1], moments[0]] {
            reserved = reserved.give_back(&slack, given);
        }
        assert_eq!(
            reserved.reserve(&slack, at(0), patience).1,
            Turn::At(moments[1]),
            "the last stays"
        );
    }

    #[test]
    fn nonsense_is_nothing_reserved() {
        for text in ["", "x", "99999999999999999999", "9223372036854775807 9223372036854775807"] {
            assert_eq!(Reserved::from_text(text), Reserved::default(), "{text}");
        }
    }
}
