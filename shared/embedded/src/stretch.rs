//! Stretches of the log, newest first. SQL alone: each is read along one index, a bounded number of
//! rows at once, and what the index does not say is looked at row by row.

use domain::{Event, Placed, Stored, Stretch, Stretched};
use rusqlite::{Connection, Row, named_params};

use crate::Failure;
use crate::claims::read_event;
use crate::columns::micros;
use crate::log::Place;

/// The states that have an index.
const INDEXED: [&str; 5] = ["waiting", "gathered", "held", "failed", "cancelled"];

/// What [`read`] reads, in its order: place, receipt, source, event; then whether it is as asked.
macro_rules! columns {
    ($place:literal, $asked:literal) => {
        concat!(
            "SELECT ",
            $place,
            ", received, source, late, body, EXISTS (SELECT 1 FROM unfinished WHERE event = id), ",
            $asked,
            " FROM "
        )
    };
}
/// By receipt: events that have a delivery as asked.
macro_rules! received {
    () => {
        columns!(
            "received, id",
            "(:destination IS NULL AND :state IS NULL) OR EXISTS (SELECT 1 FROM deliveries AS d \
             WHERE d.event = id AND (:destination IS NULL OR d.destination = :destination) \
             AND (:state IS NULL OR d.state = :state))"
        )
    };
}

pub(crate) const BY_TIME: &str = concat!(
    received!(),
    "events WHERE (received, id) < (:at, :id) AND received >= :from AND :key IS NULL \
     ORDER BY received DESC, id DESC LIMIT :most"
);
pub(crate) const BY_SOURCE: &str = concat!(
    received!(),
    "events WHERE source = :key AND (received, id) < (:at, :id) AND received >= :from \
     ORDER BY received DESC, id DESC LIMIT :most"
);
pub(crate) const BY_REFERENCE: &str = concat!(
    received!(),
    "events WHERE reference = :key AND (received, id) < (:at, :id) AND received >= :from \
     ORDER BY received DESC, id DESC LIMIT :most"
);
/// An event's newest delivery as asked is its place. `CROSS JOIN` keeps SQLite from beginning with the
/// events; the index is of these states alone, and used where its own words are said. No delivery is older
/// than its event, but for an hour by which clocks may differ.
macro_rules! by_state {
    ($state:literal) => {
        concat!(
            columns!(
                "created, id",
                "created IS (SELECT MAX(d.created) FROM deliveries AS d WHERE d.event = id \
                 AND d.state = :state AND (:destination IS NULL OR d.destination = :destination))"
            ),
            "deliveries INDEXED BY deliveries_by_state CROSS JOIN events ON id = event WHERE deliveries.state = '",
            $state,
            "' AND deliveries.state IN ('waiting', 'gathered', 'held', 'failed', 'cancelled') \
             AND (created, event) < (:at, :id) AND created >= :from - 3600000000 \
             AND received >= :from AND :key IS NULL ORDER BY created DESC, event DESC LIMIT :most"
        )
    };
}
pub(crate) const BY_STATE: [&str; 5] = [
    by_state!("waiting"),
    by_state!("gathered"),
    by_state!("held"),
    by_state!("failed"),
    by_state!("cancelled"),
];

/// Before everything, newest first.
const NEWEST: Place = Place(i64::MAX, i64::MAX);

/// A row that was looked at.
struct Seen {
    place: Place,
    event: Option<Stored>,
}

/// Events of a stretch after a place, newest first.
pub(crate) fn stretch(
    db: &Connection,
    of: &Stretch,
    after: Option<&str>,
    most: usize,
) -> Result<Stretched, Failure> {
    let after = after.and_then(Place::read).unwrap_or(NEWEST);
    let state = of.state.and_then(|state| INDEXED.iter().position(|word| *word == state));
    let by = match (&of.reference, state) {
        (Some(reference), _) => vec![(BY_REFERENCE, Some(reference.as_str()))],
        (None, Some(state)) => vec![(BY_STATE[state], None)],
        (None, None) if of.sources.is_empty() => vec![(BY_TIME, None)],
        (None, None) => of.sources.iter().map(|s| (BY_SOURCE, Some(s.as_str()))).collect(),
    };
    let (mut seen, mut more) = (Vec::new(), false);
    for (sql, key) in by {
        let rows = rows(db, (sql, key), of, after, most)?;
        more |= rows.len() == most;
        seen.extend(rows);
    }
    seen.sort_by_key(|row| std::cmp::Reverse(row.place));
    more |= seen.len() > most;
    seen.truncate(most);
    // Two deliveries of one event that were made at once stand side by side.
    seen.dedup_by_key(|row| row.place);
    let next = seen.last().filter(|_| more).map(|row| row.place.to_text());
    let looked_at = seen.len();
    let placed = |row: Seen| row.event.map(|stored| -> Placed { (row.place.to_text(), stored) });
    Ok(Stretched { events: seen.into_iter().filter_map(placed).collect(), looked_at, next })
}

fn rows(
    db: &Connection,
    (sql, key): (&str, Option<&str>),
    of: &Stretch,
    Place(at, id): Place,
    most: usize,
) -> Result<Vec<Seen>, Failure> {
    let until = micros(of.until);
    // Where the order is that of receipt, what is too new is not even passed.
    let timed = !BY_STATE.contains(&sql);
    let (at, id) = if timed && at >= until { (until, i64::MIN) } else { (at, id) };
    let mut statement = db.prepare_cached(sql)?;
    let mut found = statement.query(named_params! {
        ":at": at,
        ":id": id,
        ":from": micros(of.from),
        ":key": key,
        ":destination": of.destination.as_ref().map(domain::Name::as_str),
        ":state": of.state,
        ":most": i64::try_from(most).unwrap_or(i64::MAX),
    })?;
    let mut seen = Vec::new();
    while let Some(row) = found.next()? {
        seen.push(read(row, of)?);
    }
    Ok(seen)
}

fn read(row: &Row<'_>, of: &Stretch) -> Result<Seen, Failure> {
    let place = Place(row.get(0)?, row.get(1)?);
    let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    let source = text(3)?;
    let asked = of.sources.is_empty() || of.sources.iter().any(|one| one.as_str() == source);
    let event = if row.get::<_, i64>(2)? < micros(of.until) && asked && row.get(7)? {
        let event = read_event("events", text(5)?)?;
        let event = Event { late: row.get(4)?, ..event };
        Some(Stored { event, taken: !row.get::<_, bool>(6)? })
    } else {
        None
    };
    Ok(Seen { place, event })
}
