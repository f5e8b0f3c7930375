//! A destination's moments and slots. Moments are rows, so that a pace holds across a restart; slots
//! live in memory and end with the process that sends. The rules of pace are `domain::Reserved`'s.

use std::collections::{BTreeMap, HashMap};

use domain::{DestinationName, Limit, Reserved, Slot, Turn};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _};

use crate::Failure;

/// Reserves a destination's next moment.
pub(crate) fn reserve(
    db: &Connection,
    destination: &DestinationName,
    limits: &[Limit],
    now: Timestamp,
    patience: SignedDuration,
) -> Result<Turn, Failure> {
    let (reserved, turn) = reserved(db, destination)?.reserve(limits, now, patience);
    if let Turn::At(_) = turn {
        write(db, destination, &reserved)?;
    }
    Ok(turn)
}

/// Gives a moment back that was not used.
pub(crate) fn give_back(
    db: &Connection,
    destination: &DestinationName,
    limits: &[Limit],
    moment: Timestamp,
) -> Result<(), Failure> {
    write(db, destination, &reserved(db, destination)?.give_back(limits, moment))
}

fn reserved(db: &Connection, destination: &DestinationName) -> Result<Reserved, Failure> {
    let sql = "SELECT moments FROM reserved WHERE destination = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let known: Option<String> =
        statement.query_row([destination.as_str()], |row| row.get(0)).optional()?;
    Ok(known.map_or(Reserved::default(), |text| Reserved::from_text(&text)))
}

fn write(db: &Connection, destination: &DestinationName, known: &Reserved) -> Result<(), Failure> {
    let sql = "INSERT INTO reserved VALUES (?1, ?2) \
               ON CONFLICT (destination) DO UPDATE SET moments = excluded.moments";
    db.prepare_cached(sql)?.execute([destination.as_str(), &known.to_text()])?;
    Ok(())
}

/// Who has which slot of which destination, and until when.
#[derive(Debug, Default)]
pub(crate) struct Slots(HashMap<DestinationName, BTreeMap<u32, Lease>>);

#[derive(Debug)]
struct Lease {
    owner: u64,
    until: Timestamp,
}

impl Slots {
    /// Takes one of the first `slots` that is free at `now`.
    pub(crate) fn occupy(
        &mut self,
        destination: &DestinationName,
        slots: u32,
        owner: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Slot {
        let leases = self.0.entry(destination.clone()).or_default();
        leases.retain(|_, lease| now < lease.until);
        match (0..slots).find(|slot| !leases.contains_key(slot)) {
            Some(slot) => {
                leases.insert(slot, Lease { owner, until });
                Slot::Yours(slot)
            }
            None => Slot::Full(leases.range(..slots).map(|(_, l)| l.until).min().unwrap_or(now)),
        }
    }

    /// Gives a slot back, if it is still the owner's.
    pub(crate) fn vacate(&mut self, destination: &DestinationName, slot: u32, owner: u64) {
        if let Some(leases) = self.0.get_mut(destination)
            && leases.get(&slot).is_some_and(|lease| lease.owner == owner)
        {
            leases.remove(&slot);
        }
    }

    /// Forgets a destination.
    pub(crate) fn forget(&mut self, destination: &DestinationName) {
        self.0.remove(destination);
    }
}
