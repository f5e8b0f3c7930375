//! The port `Archive` on the file: each table in its turn, by its key. What is put is put as it would have
//! been written, and nothing that is there is changed.

mod put;

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use domain::{
    Archive, EventKey, Filed, Kept, Leaf, Letter, Name, Parked, Port, PortError, SourceId, Stored,
};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sha2::{Digest as _, Sha256};

use crate::claims::read_event;
use crate::columns::time;
use crate::directory::Book;
use crate::entries::{self, Table};
use crate::standings::Standings;
use crate::{Database, Failure, cabinet, deliveries, log, replace, standings};
use put::put;

/// Things put in one transaction.
const FILED_AT_ONCE: usize = 500;
/// What is before the digest of an endpoint, where that alone is known.
const DIGEST: &str = "sha256:";

/// A table's turn: its rows after a key, oldest first; and what a row is, with its key.
struct Turn {
    sql: &'static str,
    read: fn(&Connection, &Row<'_>) -> Result<Kept, Failure>,
}

/// In this order: an event comes before its deliveries. The first column is the key.
const TURNS: [Turn; 12] = [
    Turn {
        sql: "SELECT name, record, origin FROM sources WHERE name > ?1 ORDER BY name LIMIT ?2",
        read: |_, row| Ok(Kept::Entry(entries::read(Table::Sources, row)?)),
    },
    Turn {
        sql: "SELECT name, record, origin FROM destinations WHERE name > ?1 ORDER BY name LIMIT ?2",
        read: |_, row| Ok(Kept::Entry(entries::read(Table::Destinations, row)?)),
    },
    Turn {
        sql: "SELECT id, body, late, EXISTS (SELECT 1 FROM unfinished WHERE event = id) FROM events \
              WHERE id > ?1 ORDER BY id LIMIT ?2",
        read: event,
    },
    Turn {
        sql: "SELECT id, body, told FROM conflicts WHERE id > ?1 ORDER BY id LIMIT ?2",
        read: |_, row| {
            let event = read_event("conflicts", &row.get::<_, String>(1)?)?;
            Ok(Kept::Conflict { event, told: row.get(2)? })
        },
    },
    Turn {
        sql: "SELECT events.id, key, destination FROM deliveries CROSS JOIN events ON id = event \
              WHERE event > ?1 AND event <= (SELECT max(event) FROM (SELECT event FROM deliveries \
              WHERE event > ?1 ORDER BY event LIMIT ?2)) ORDER BY event, destination",
        read: delivery,
    },
    Turn {
        sql: "SELECT id, source, bytes, reason, context, at FROM parked \
              WHERE id > ?1 ORDER BY id LIMIT ?2",
        read: |_, row| {
            let parked = Parked { bytes: row.get::<_, Vec<u8>>(2)?.into(), reason: row.get(3)? };
            let (source, at) = (source("parked", row, 1)?, time("parked", row.get(5)?)?);
            Ok(Kept::Parked { source, parked, context: row.get(4)?, at })
        },
    },
    Turn {
        sql: "SELECT object, modified FROM snapshots WHERE object > ?1 ORDER BY object LIMIT ?2",
        read: |_, row| {
            let modified = time("snapshots", row.get(1)?)?;
            Ok(Kept::Snapshot { object: row.get(0)?, modified })
        },
    },
    Turn {
        sql: "SELECT destination FROM standings WHERE destination > ?1 ORDER BY destination LIMIT ?2",
        read: |db, row| {
            let name = name("standings", row, 0)?;
            let standing = standings::find(db, &name)?.unwrap_or_default();
            Ok(Kept::Standing(name, standing))
        },
    },
    Turn {
        sql: "SELECT destination, moved_from, moved_to FROM destination_states \
              WHERE destination > ?1 ORDER BY destination LIMIT ?2",
        read: |_, row| {
            let from: String = row.get(1)?;
            let known = from.strip_prefix(DIGEST).map(str::to_owned);
            let from = known.unwrap_or_else(|| hex::encode(Sha256::digest(&from)));
            let destination = name("destination_states", row, 0)?;
            Ok(Kept::Moved { destination, from, to: row.get(2)? })
        },
    },
    Turn {
        sql: "SELECT name, text FROM notes WHERE name > ?1 ORDER BY name LIMIT ?2",
        read: |_, row| Ok(Kept::Note { name: row.get(0)?, text: row.get(1)? }),
    },
    Turn {
        sql: "SELECT place, source, hour, logged, events, hooks, money, accounts FROM \
              (SELECT source || ' ' || printf('%020d', hour) AS place, * FROM totals) \
              WHERE place > ?1 ORDER BY place LIMIT ?2",
        read: |_, row| {
            let source = source("totals", row, 1)?;
            Ok(Kept::Totals(log::read_totals(source, row, 2)?))
        },
    },
    Turn {
        sql: "SELECT place, drawer, name, text, until FROM \
              (SELECT drawer || ' ' || name AS place, * FROM cards) \
              WHERE place > ?1 ORDER BY place LIMIT ?2",
        read: |_, row| Ok(Kept::Card(cabinet::read(row)?)),
    },
];

#[async_trait]
impl Archive for Database {
    async fn leaf(&self, after: Option<&str>, most: usize) -> Result<Leaf, PortError> {
        let (turn, key) = place(after);
        self.read(move |db| leaf(db, turn, key, most)).await
    }

    async fn file(&self, kept: &[Kept]) -> Result<Filed, PortError> {
        let mut filed = Filed::default();
        for some in kept.chunks(FILED_AT_ONCE) {
            let some = some.to_vec();
            let write = move |db: &Connection| {
                let mut filed = Filed::default();
                some.iter().try_for_each(|one| put(db, one).map(|new| filed.count(new)))?;
                Ok(filed)
            };
            let part: Filed = self.on(Port::Ledger, write).await?;
            filed = Filed { new: filed.new + part.new, known: filed.known + part.known };
        }
        self.read_again().await?;
        Ok(filed)
    }

    async fn replace(&self, pairs: &[(Kept, Kept)]) -> Result<Vec<bool>, PortError> {
        let mut done = Vec::with_capacity(pairs.len());
        for some in pairs.chunks(FILED_AT_ONCE) {
            let some = some.to_vec();
            let write = move |db: &Connection| {
                some.iter().map(|(was, now)| replace::replace(db, was, now)).collect()
            };
            let part: Vec<bool> = self.on(Port::Ledger, write).await?;
            done.extend(part);
        }
        Ok(done)
    }

    async fn letters(
        &self,
        set_aside: bool,
        after: u64,
        most: usize,
    ) -> Result<Vec<Letter>, PortError> {
        self.read(move |db| replace::letters(db, set_aside, after, most)).await
    }

    async fn replace_letter(&self, was: &Letter, now: &Letter) -> Result<bool, PortError> {
        let (was, now) = (was.clone(), now.clone());
        self.on(Port::Queue, move |db| replace::replace_letter(db, &was, &now)).await
    }
}

impl Database {
    /// Has everybody see what was put beside the ports that keep it in memory.
    async fn read_again(&self) -> Result<(), PortError> {
        let (book, known) = (Arc::clone(&self.inner.book), Arc::clone(&self.inner.standings));
        let read = |db: &Connection| Ok((Arc::new(Book::read(db)?), standings::read_all(db)?));
        let turn = move |(new, found): &(Arc<Book>, Standings)| {
            *book.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(new);
            known.write().unwrap_or_else(PoisonError::into_inner).clone_from(found);
        };
        self.on_then(Port::Ledger, read, turn).await.map(drop)
    }
}

/// Where a destination has moved to, if it moved away from this endpoint, or from one with its digest.
pub(crate) fn moved(
    db: &Connection,
    destination: &str,
    endpoint: &str,
) -> Result<Option<String>, Failure> {
    let sql = "SELECT moved_to FROM destination_states \
               WHERE destination = ?1 AND moved_from IN (?2, ?3)";
    let digest = format!("{DIGEST}{}", hex::encode(Sha256::digest(endpoint)));
    let key = [destination, endpoint, digest.as_str()];
    Ok(db.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?)
}

/// A place is the number of a turn and the last key in it: `n` for a number, `t` for a text.
fn place(after: Option<&str>) -> (usize, Value) {
    let read = |text: &str| {
        let (turn, key) = text.split_once(' ')?;
        let key = match key.split_at_checked(1)? {
            ("n", key) => Value::Integer(key.parse().ok()?),
            (_, key) => Value::Text(key.to_owned()),
        };
        Some((turn.parse().ok()?, key))
    };
    after.and_then(read).unwrap_or((0, Value::Null))
}

fn leaf(db: &Connection, turn: usize, after: Value, most: usize) -> Result<Leaf, Failure> {
    let Some(Turn { sql, read }) = TURNS.get(turn) else { return Ok(Leaf::default()) };
    // Before every text, and before every number but the smallest.
    let after = if after == Value::Null { Value::Integer(i64::MIN) } else { after };
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![after, i64::try_from(most).unwrap_or(i64::MAX)])?;
    let (mut kept, mut last) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        kept.push(read(db, row)?);
        last = Some(row.get::<_, Value>(0)?);
    }
    let next = match last {
        Some(Value::Integer(key)) => Some(format!("{turn} n{key}")),
        Some(Value::Text(key)) => Some(format!("{turn} t{key}")),
        Some(Value::Null | Value::Real(_) | Value::Blob(_)) | None => {
            (turn + 1 < TURNS.len()).then(|| format!("{} n{}", turn + 1, i64::MIN))
        }
    };
    Ok(Leaf { kept, next })
}

fn event(_: &Connection, row: &Row<'_>) -> Result<Kept, Failure> {
    let mut event = read_event("events", &row.get::<_, String>(1)?)?;
    event.late = row.get(2)?;
    Ok(Kept::Event(Stored { event, taken: !row.get::<_, bool>(3)? }))
}

fn delivery(db: &Connection, row: &Row<'_>) -> Result<Kept, Failure> {
    let event = EventKey::from_stored(&row.get::<_, String>(1)?);
    let of = domain::DeliveryRef { event, destination: name("deliveries", row, 2)? };
    let found = deliveries::find(db, &of)?;
    let found = found.ok_or_else(|| Failure::unreadable("deliveries", "one that has gone"))?;
    let attempts = deliveries::attempts(db, &found)?;
    Ok(Kept::Delivery(found.delivery, attempts))
}

fn name(table: &'static str, row: &Row<'_>, column: usize) -> Result<Name, Failure> {
    let text: String = row.get(column)?;
    Name::parse(&text).map_err(|error| Failure::unreadable(table, error))
}

fn source(table: &'static str, row: &Row<'_>, column: usize) -> Result<SourceId, Failure> {
    let text: String = row.get(column)?;
    SourceId::parse(&text).map_err(|error| Failure::unreadable(table, error))
}
