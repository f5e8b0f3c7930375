//! Erasure of one payer's data: a walk over all that is kept, in which whatever names the payer is
//! replaced by what may be left of it. Who is named is `payer`'s business, what is left `left`'s. Keys,
//! fingerprints, kinds, times, amounts and states stay, so that a provider's repeat is still known and
//! totals stay true. An event's key may itself hold an account number (ThueAPI's do): it stays too.

mod left;
mod payer;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use crate::{Archive, Kept, Letter, PortError};
use left::Left;

pub use left::is_erased;
pub use payer::{Payer, PayerError};

/// Things read and replaced at once.
const AT_ONCE: usize = 500;
/// Walks at most: what others changed between reading and replacing is met again.
const WALKS: u32 = 3;
/// For so long an event that is not taken is left alone.
const UNTAKEN_LEFT: SignedDuration = SignedDuration::from_hours(24);

/// How much named the payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Events.
    pub events: u64,
    /// Events that came with the key of another.
    pub conflicts: u64,
    /// Attempts at the deliveries of such events, or of digests with one of them, that told something.
    pub attempts: u64,
    /// Parked bodies.
    pub parked: u64,
    /// Envelopes that were set aside.
    pub dead_letters: u64,
    /// Envelopes on the queue.
    pub queued: u64,
    /// Events that no destination was chosen for yet: they are left alone for a day.
    pub untaken: u64,
    /// Things that others changed again and again: they name the payer still.
    pub missed: u64,
}

/// Erases what names the payer; where it is `dry`, only counts. Whoever is interrupted erases again:
/// what was erased names nobody, and the attempts of an event that was erased are looked at for ever.
pub async fn erase(
    archive: &dyn Archive,
    payer: &Payer,
    now: Timestamp,
    dry: bool,
) -> Result<Erased, PortError> {
    let mut erased = Erased::default();
    let settled = now.saturating_sub(UNTAKEN_LEFT).unwrap_or(Timestamp::MIN);
    for _ in 0..WALKS {
        erased.missed = 0;
        let left = Left::new(payer, settled);
        erased.untaken = walk(archive, left, dry, &mut erased).await?;
        for set_aside in [true, false] {
            walk_letters(archive, payer, dry, set_aside, &mut erased).await?;
        }
        if erased.missed == 0 {
            break;
        }
    }
    Ok(erased)
}

/// One walk; how many events were left alone because they are not taken.
async fn walk(
    archive: &dyn Archive,
    mut left: Left<'_>,
    dry: bool,
    erased: &mut Erased,
) -> Result<u64, PortError> {
    let mut after = None;
    loop {
        let leaf = archive.leaf(after.as_deref(), AT_ONCE).await?;
        let pairs: Vec<(Kept, Kept)> =
            leaf.kept.into_iter().filter_map(|was| left.of(&was).map(|now| (was, now))).collect();
        let done = if dry || pairs.is_empty() {
            vec![true; pairs.len()]
        } else {
            archive.replace(&pairs).await?
        };
        for (pair, done) in pairs.iter().zip(done) {
            erased.count(pair, done);
        }
        after = leaf.next;
        if after.is_none() {
            return Ok(left.untaken);
        }
    }
}

async fn walk_letters(
    archive: &dyn Archive,
    payer: &Payer,
    dry: bool,
    set_aside: bool,
    erased: &mut Erased,
) -> Result<(), PortError> {
    let mut after = 0;
    loop {
        let letters = archive.letters(set_aside, after, AT_ONCE).await?;
        let Some(last) = letters.last() else { return Ok(()) };
        after = last.place;
        for was in &letters {
            let Some((envelope, reason)) = left::of_letter(was, payer)? else { continue };
            let now = Letter { place: was.place, envelope, reason };
            // One that went from the queue meanwhile is where the walk looks next, or handled.
            if dry || archive.replace_letter(was, &now).await? {
                *(if set_aside { &mut erased.dead_letters } else { &mut erased.queued }) += 1;
            }
        }
    }
}

impl Erased {
    /// Whether nothing named the payer.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn count(&mut self, (was, now): &(Kept, Kept), done: bool) {
        if !done {
            self.missed += 1;
            return;
        }
        match was {
            Kept::Event(_) => self.events += 1,
            Kept::Conflict { .. } => self.conflicts += 1,
            Kept::Parked { .. } => self.parked += 1,
            Kept::Delivery(_, was) => {
                let Kept::Delivery(_, now) = now else { return };
                let changed = was.iter().zip(now).filter(|(was, now)| was != now);
                self.attempts += u64::try_from(changed.count()).unwrap_or(u64::MAX);
            }
            // Nothing is ever left of these: see `left`.
            Kept::Snapshot { .. }
            | Kept::Standing(..)
            | Kept::Moved { .. }
            | Kept::Note { .. }
            | Kept::Totals(_)
            | Kept::Card(_)
            | Kept::Entry(_) => {}
        }
    }
}
