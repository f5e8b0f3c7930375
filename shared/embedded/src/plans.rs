//! How SQLite answers what is asked every minute: by an index, in its order, and never by reading a
//! table from end to end.

use rusqlite::{Connection, params_from_iter};

use crate::{deliveries, expiry, log, overdue, schema, stretch};

/// The lines of a plan.
fn plan(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nothing = vec![0; statement.parameter_count()];
    let lines = statement.query_map(params_from_iter(nothing), |row| row.get(3)).unwrap();
    lines.collect::<Result<_, _>>().unwrap()
}

#[test]
fn what_is_asked_every_minute_is_found_by_an_index() {
    let mut db = Connection::open_in_memory().unwrap();
    schema::bring_up_to_date(&mut db).unwrap();
    let event = "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)";
    let asked: [(&str, &[&str]); 12] = [
        (
            overdue::DELIVERIES,
            &["SEARCH deliveries USING COVERING INDEX deliveries_open (look<?)", event],
        ),
        (
            overdue::RUNG_EVENTS,
            &["SEARCH unfinished USING COVERING INDEX unfinished_rung (look<?)", event],
        ),
        // What is not taken, in the order of recording, as far as the limit.
        (overdue::NEW_EVENTS, &["SCAN unfinished", event]),
        (overdue::CONFLICTS, &["SEARCH conflicts USING INDEX conflicts_untold (received<?)"]),
        (
            deliveries::WAITING,
            &["SEARCH deliveries USING INDEX deliveries_waiting (destination=? AND at<?)", event],
        ),
        (
            deliveries::HELD,
            &[
                "SEARCH deliveries USING INDEX deliveries_held (destination=? AND (created,event)>(?,?))",
                event,
            ],
        ),
        (
            deliveries::COUNT_HELD,
            &["SEARCH deliveries USING COVERING INDEX deliveries_held (destination=?)"],
        ),
        (
            log::LOGGED,
            &["SEARCH events USING INDEX events_log (source=? AND received>? AND received<?)"],
        ),
        (log::TOTALS, &["SEARCH totals USING PRIMARY KEY (source=? AND hour>? AND hour<?)"]),
        (expiry::NEXT, &["SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"]),
        (expiry::LINGERING, &["SEARCH lingering USING PRIMARY KEY (again<?)"]),
        (
            "SELECT state FROM deliveries WHERE event = 1",
            &["SEARCH deliveries USING PRIMARY KEY (event=?)"],
        ),
    ];
    for (sql, expected) in asked {
        assert_eq!(plan(&db, sql), expected, "{sql}");
    }
}

#[test]
fn what_operators_ask_is_read_along_an_index_in_its_order() {
    let mut db = Connection::open_in_memory().unwrap();
    schema::bring_up_to_date(&mut db).unwrap();
    let asked = [
        (stretch::BY_TIME, "SEARCH events USING INDEX events_by_time (received>? AND received<?)"),
        (
            stretch::BY_SOURCE,
            "SEARCH events USING INDEX events_log (source=? AND received>? AND received<?)",
        ),
        (
            stretch::BY_REFERENCE,
            "SEARCH events USING INDEX events_by_reference (reference=? AND received>? AND received<?)",
        ),
    ];
    let by_state = stretch::BY_STATE.map(|sql| {
        (sql, "SEARCH deliveries USING COVERING INDEX deliveries_by_state (state=? AND created>? AND (created,event)<(?,?))")
    });
    for (sql, expected) in asked.into_iter().chain(by_state) {
        let lines = plan(&db, sql);
        assert_eq!(lines[0], expected, "{sql}\n{lines:#?}");
        assert!(!lines.iter().any(|line| line.contains("TEMP B-TREE")), "{lines:#?}");
    }
}

#[test]
fn what_is_old_is_found_by_an_index() {
    let mut db = Connection::open_in_memory().unwrap();
    schema::bring_up_to_date(&mut db).unwrap();
    for sql in expiry::OTHERS.into_iter().chain([expiry::IS_OPEN, expiry::CARDS]) {
        let lines = plan(&db, sql);
        let table = |line: &String| line.starts_with("SCAN") && line != "SCAN CONSTANT ROW";
        assert!(!lines.iter().any(table), "{sql}\n{lines:#?}");
        assert!(!lines.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER")), "{lines:#?}");
    }
}
