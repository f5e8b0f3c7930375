//! Putting one thing as it would have been written here, where there is none of its identity.

use domain::{Enlisted, Kept, Stored};
use rusqlite::{Connection, params};

use super::DIGEST;
use crate::claims::{self, Claimed};
use crate::columns::micros;
use crate::{Failure, cabinet, deliveries, entries, log, standings};

/// Puts one thing where there is none of its identity; whether it was new.
pub(super) fn put(db: &Connection, kept: &Kept) -> Result<bool, Failure> {
    let unwritten = |table: &'static str| move |error| Failure::unreadable(table, error);
    Ok(match kept {
        Kept::Event(Stored { event, taken }) => {
            let claimed = Claimed::of(event).map_err(unwritten("events"))?;
            let new = claimed.insert(db)?;
            if new && *taken {
                claims::take(db, &event.key, event.late)?;
            }
            new
        }
        Kept::Conflict { event, told } => {
            let claimed = Claimed::of(event).map_err(unwritten("conflicts"))?;
            claimed.insert_conflict(db, *told)?
        }
        Kept::Parked { source, parked, context, at } => {
            claims::park(db, source, parked, context, *at)?
        }
        Kept::Snapshot { object, modified } => {
            let sql = "INSERT INTO snapshots (object, modified) VALUES (?1, ?2) \
                       ON CONFLICT (object) DO NOTHING";
            db.prepare_cached(sql)?.execute(params![object, micros(*modified)])? == 1
        }
        Kept::Delivery(delivery, attempts) => match deliveries::insert(db, delivery)? {
            Enlisted::Known => false,
            Enlisted::New => {
                let found = deliveries::find(db, &delivery.of)?;
                if let Some(found) = found {
                    for attempt in attempts {
                        deliveries::record(db, found.event, &delivery.of, attempt)?;
                    }
                }
                true
            }
        },
        Kept::Standing(destination, standing) => {
            let new = standings::find(db, destination)?.is_none();
            if new {
                standings::write(db, destination, standing)?;
            }
            new
        }
        Kept::Moved { destination, from, to } => {
            let sql = "INSERT INTO destination_states (destination, moved_from, moved_to) \
                       VALUES (?1, ?2, ?3) ON CONFLICT (destination) DO NOTHING";
            let row = params![destination.as_str(), format!("{DIGEST}{from}"), to];
            db.prepare_cached(sql)?.execute(row)? == 1
        }
        Kept::Note { name, text } => {
            let sql =
                "INSERT INTO notes (name, text) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
            db.prepare_cached(sql)?.execute([name, text])? == 1
        }
        Kept::Totals(totals) => {
            let sql = "SELECT EXISTS (SELECT 1 FROM totals WHERE source = ?1 AND hour = ?2)";
            let key = params![totals.source.as_str(), micros(totals.hour)];
            let there: bool = db.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
            if !there {
                log::set_totals(db, totals)?;
            }
            !there
        }
        Kept::Card(card) => cabinet::file(db, card)?,
        Kept::Entry(entry) => entries::file(db, entry)?,
    })
}
