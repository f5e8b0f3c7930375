//! What keeps a destination from being flooded, across processes: the moments reserved of a chat, in
//! one item; the slots of a webhook, sixteen to an item, each a lease under a name of its own. Which
//! moment is next is `domain::Reserved`'s business.

use domain::{DestinationName, Limit, Reserved, Slot, Turn};
use jiff::{SignedDuration, Timestamp};

use super::DynamoLedger;
use super::change::{Decision, change};
use crate::failure::Failure;
use crate::items::{Item, Reader, expires, text};
use crate::keys::Key;
use crate::table::Written;
use crate::update::Update;

const MOMENTS: &str = "moments";
/// As many as leave their item within the KiB that one write unit buys.
const SLOTS: [&str; 16] = [
    "slot_00", "slot_01", "slot_02", "slot_03", "slot_04", "slot_05", "slot_06", "slot_07",
    "slot_08", "slot_09", "slot_10", "slot_11", "slot_12", "slot_13", "slot_14", "slot_15",
];
/// How long what nobody uses any more is kept: longer than any lease or wait.
const IDLE_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Who has a slot, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lease {
    pub(super) owner: u64,
    pub(super) until: Timestamp,
}

impl Lease {
    /// The written form; the owner first, so that giving back needs to know no more.
    fn to_text(self) -> String {
        format!("{}{}", owned(self.owner), self.until.as_microsecond())
    }

    fn from_text(text: &str) -> Option<Self> {
        let (owner, until) = text.split_once(' ')?;
        let until = Timestamp::from_microsecond(until.parse().ok()?).ok()?;
        Some(Self { owner: owner.parse().ok()?, until })
    }
}

/// What the slots of one owner begin with.
fn owned(owner: u64) -> String {
    format!("{owner} ")
}

/// Reserves a destination's next moment.
pub(super) async fn reserve(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    limits: &[Limit],
    now: Timestamp,
    patience: SignedDuration,
) -> Result<Turn, Failure> {
    change(ledger, "reserving a moment", Key::reserved(destination), |item, key| {
        let known = item.map(|item| item.text_if(MOMENTS)).transpose()?.flatten();
        let known = Reserved::from_text(known.unwrap_or_default());
        let (next, turn) = known.reserve(limits, now, patience);
        if let Turn::Later(_) = turn {
            return Ok(Decision::Leave(turn));
        }
        let mut update = Update::new(key);
        update.set(MOMENTS, text(next.to_text()));
        update.set("expires", expires(now, IDLE_KEPT));
        Ok(Decision::Write(Box::new(update), turn))
    })
    .await
}

/// Gives a moment back that was not used.
pub(super) async fn give_back(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    limits: &[Limit],
    moment: Timestamp,
) -> Result<(), Failure> {
    change(ledger, "giving a moment back", Key::reserved(destination), |item, key| {
        let known = item.map(|item| item.text_if(MOMENTS)).transpose()?.flatten();
        let Some(known) = known else { return Ok(Decision::Leave(())) };
        let mut update = Update::new(key);
        update.set(MOMENTS, text(Reserved::from_text(known).give_back(limits, moment).to_text()));
        Ok(Decision::Write(Box::new(update), ()))
    })
    .await
}

/// Takes one of a destination's slots. The owner, a random number, says where the search begins, so
/// that callers seldom want the same.
pub(super) async fn occupy(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    slots: u32,
    lease: Lease,
    now: Timestamp,
) -> Result<Slot, Failure> {
    let size = u32::try_from(SLOTS.len()).unwrap_or(u32::MAX);
    let groups = slots.div_ceil(size).max(1);
    let begin = u32::try_from(lease.owner % u64::from(groups)).unwrap_or(0);
    let mut first = None;
    for n in 0..groups {
        let group = (begin + n) % groups;
        let names = usize::try_from(slots.saturating_sub(group * size)).unwrap_or(usize::MAX);
        let names = SLOTS.get(..names).unwrap_or(&SLOTS);
        match occupy_in(ledger, Key::slots(destination, group), names, lease, now).await? {
            Slot::Yours(slot) => return Ok(Slot::Yours(group * size + slot)),
            Slot::Full(until) => first = Some(first.map_or(until, |known| until.min(known))),
        }
    }
    Ok(Slot::Full(first.unwrap_or(now)))
}

/// Takes one of the slots of one item.
async fn occupy_in(
    ledger: &DynamoLedger,
    key: Key,
    names: &[&'static str],
    lease: Lease,
    now: Timestamp,
) -> Result<Slot, Failure> {
    let mut known = ledger.table.get(key.clone()).await?;
    let mine = lease.to_text();
    loop {
        let leases = leases(known.as_ref(), names)?;
        // Ours already: it was written, and the answer was lost.
        if let Some(n) = leases.iter().position(|(_, known)| *known == Some(lease)) {
            return Ok(Slot::Yours(u32::try_from(n).unwrap_or(u32::MAX)));
        }
        let free = |(_, known): &(_, Option<Lease>)| known.is_none_or(|lease| lease.until <= now);
        let frees: Vec<usize> =
            leases.iter().enumerate().filter(|(_, slot)| free(slot)).map(|(n, _)| n).collect();
        let choice = usize::try_from(lease.owner).unwrap_or(0) % frees.len().max(1);
        let Some((n, (written, _))) = frees.get(choice).and_then(|n| Some((*n, *leases.get(*n)?)))
        else {
            let ends = leases.iter().filter_map(|(_, lease)| lease.map(|lease| lease.until)).min();
            return Ok(Slot::Full(ends.unwrap_or(now)));
        };
        let Some(name) = names.get(n) else { return Ok(Slot::Full(now)) };
        let mut update = Update::new(key.clone());
        match written {
            Some(written) => update.if_equal(name, text(written)),
            None => update.if_lacking(name),
        }
        update.set(name, text(mine.as_str()));
        update.set("expires", expires(now, IDLE_KEPT));
        known = match ledger.table.update(update).await? {
            Written::Done => return Ok(Slot::Yours(u32::try_from(n).unwrap_or(u32::MAX))),
            Written::Not(item) => item,
        };
    }
}

/// A slot as it is written and as it reads.
type Found<'a> = (Option<&'a str>, Option<Lease>);

/// The slots of an item. What makes no sense is nobody's.
fn leases<'a>(item: Option<&'a Item>, names: &[&'static str]) -> Result<Vec<Found<'a>>, Failure> {
    let Some(item) = item else { return Ok(vec![(None, None); names.len()]) };
    let item = Reader::new("slots", item);
    let read = |name: &&'static str| {
        let written = item.text_if(name)?;
        Ok((written, written.and_then(Lease::from_text)))
    };
    names.iter().map(read).collect()
}

/// Gives a slot back, if it is still the owner's.
pub(super) async fn vacate(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    slot: u32,
    owner: u64,
) -> Result<(), Failure> {
    let size = u32::try_from(SLOTS.len()).unwrap_or(u32::MAX);
    let (group, n) = (slot / size, usize::try_from(slot % size).unwrap_or(0));
    let Some(name) = SLOTS.get(n) else { return Ok(()) };
    let mut update = Update::new(Key::slots(destination, group));
    update.remove(name);
    update.if_begins(name, text(owned(owner)));
    match ledger.table.update(update).await? {
        Written::Done | Written::Not(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_comes_back_the_same_and_nonsense_is_nobodys() {
        let until = Timestamp::from_microsecond(1_772_330_400_000_001).unwrap();
        let lease = Lease { owner: u64::MAX, until };
        assert_eq!(Lease::from_text(&lease.to_text()), Some(lease));
        assert!(lease.to_text().starts_with(&owned(u64::MAX)));
        assert!(!lease.to_text().starts_with(&owned(u64::MAX / 10)), "no prefix of another owner");
        for text in ["", "7", "x 1", "7 x"] {
            assert_eq!(Lease::from_text(text), None, "{text:?}");
        }
    }

    #[test]
    fn sixteen_slots_fit_a_write_unit() {
        let name = domain::Name::parse(&"n".repeat(63)).unwrap();
        let until = Timestamp::MAX;
        let lease = Lease { owner: u64::MAX, until }.to_text();
        let [(_, pk), (_, sk)] = Key::slots(&name, 62).attributes();
        let key = "pk".len() + pk.as_s().unwrap().len() + "sk".len() + sk.as_s().unwrap().len();
        let slots: usize = SLOTS.iter().map(|slot| slot.len() + lease.len()).sum();
        assert!(key + slots + "expires".len() + 6 <= 1024, "{}", key + slots);
    }
}
