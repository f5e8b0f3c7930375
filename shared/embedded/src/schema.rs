//! The file's version and the steps from each to the next.

use rusqlite::Connection;

/// One step per version: the first makes version 1 of an empty file. Appended to, never edited.
const STEPS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema2.sql"),
    include_str!("schema3.sql"),
    include_str!("schema4.sql"),
];

/// The version that this program writes.
pub(crate) const VERSION: usize = STEPS.len();

/// What was found in the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is at [`VERSION`] now.
    Usable,
    /// A newer program wrote it; nothing was touched.
    Newer(usize),
    /// Another program wrote it: it has tables, and no version; nothing was touched.
    Foreign,
}

/// Takes every step that the file lacks, all or none.
pub(crate) fn bring_up_to_date(db: &mut Connection) -> rusqlite::Result<Found> {
    let transaction = db.transaction()?;
    let found = version(&transaction)?;
    if found > VERSION {
        return Ok(Found::Newer(found));
    }
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if found == 0 && tables > 0 {
        return Ok(Found::Foreign);
    }
    for step in &STEPS[found..] {
        transaction.execute_batch(step)?;
    }
    if found < VERSION {
        transaction.execute_batch(&format!("PRAGMA user_version = {VERSION}"))?;
    }
    transaction.commit()?;
    Ok(Found::Usable)
}

/// The file's version; of one that nobody wrote to, zero.
pub(crate) fn version(db: &Connection) -> rusqlite::Result<usize> {
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_gets_the_newest_version_once() {
        let mut db = Connection::open_in_memory().unwrap();
        for _ in 0..2 {
            assert_eq!(bring_up_to_date(&mut db).unwrap(), Found::Usable);
        }
        let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(usize::try_from(version), Ok(VERSION));
    }

    #[test]
    fn another_programs_file_is_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE theirs (a)").unwrap();
        assert_eq!(bring_up_to_date(&mut db).unwrap(), Found::Foreign);
        assert_eq!(version(&db).unwrap(), 0);
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch("PRAGMA user_version = 99").unwrap();
        assert_eq!(bring_up_to_date(&mut db).unwrap(), Found::Newer(99));
        let tables: i64 =
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 0);
    }
}
