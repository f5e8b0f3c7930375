//! Opening the folder: the lock, the file and its settings, what is set right at every start.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::schema::{self, Found, VERSION};

mod error;

pub use error::OpenError;

pub(crate) const FILE: &str = "tingting.db";
const LOCK: &str = "tingting.lock";

/// Pages of log before it is copied into the file: more than SQLite's own 1000, so that a page which
/// many commits rewrite is copied once.
const CHECKPOINT_PAGES: u32 = 8_000;
/// What the page cache may hold, in KiB: the upper levels of every tree with a million events. Not
/// more, the rest is in the system's cache anyway: whenever a tree is balanced, SQLite looks through
/// its whole cache at the commit, and 96 MiB took half of the throughput.
const CACHE_KIB: i64 = 8 * 1024;

/// Only an open one has a look: without saying so SQLite would read every delivery ever made, at every
/// start.
const END_LEASES: &str =
    "UPDATE deliveries SET at = 0 WHERE state = 'sending' AND look IS NOT NULL";

/// What is open.
pub(crate) struct Opened {
    /// For the writing thread.
    pub(crate) writing: Connection,
    /// For long reads, which must not hold up the writes.
    pub(crate) reading: Connection,
    /// Held as long as the folder is used; a guest has none.
    pub(crate) lock: Option<File>,
}

/// Opens or makes the folder and its file.
pub(crate) fn open(dir: &Path) -> Result<Opened, OpenError> {
    make_folder(dir).map_err(|source| OpenError::Folder { path: dir.to_owned(), source })?;
    let lock = lock(dir)?;
    let path = dir.join(FILE);
    // Made here and not by SQLite, so that only its owner may read the secrets in it.
    private(&path).map_err(|source| OpenError::Folder { path: path.clone(), source })?;
    let refused = |source| refused(&path, source);
    let mut writing = Connection::open(&path).map_err(refused)?;
    if !configure(&writing).map_err(refused)? {
        return Err(OpenError::NoLog { path });
    }
    match schema::bring_up_to_date(&mut writing).map_err(refused)? {
        Found::Usable => {}
        Found::Newer(found) => return Err(OpenError::Newer { path, found }),
        Found::Foreign => return Err(OpenError::Foreign { path }),
    }
    release_everything(&writing).map_err(refused)?;
    let reading = reader(&path).map_err(refused)?;
    // The names of new files are durable only once their folder is.
    File::open(dir)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| OpenError::Folder { path: dir.to_owned(), source })?;
    Ok(Opened { writing, reading, lock: Some(lock) })
}

/// Opens a database that is there, beside the folder's owner: changes nothing.
pub(crate) fn open_beside(dir: &Path) -> Result<Opened, OpenError> {
    let path = dir.join(FILE);
    if !path.is_file() {
        return Err(OpenError::Missing { path });
    }
    let refused = |source| refused(&path, source);
    let writing = Connection::open_with_flags(
        &path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    );
    let writing = writing.map_err(refused)?;
    if !configure(&writing).map_err(refused)? {
        return Err(OpenError::NoLog { path });
    }
    match schema::version(&writing).map_err(refused)? {
        VERSION => {}
        0 => return Err(OpenError::Foreign { path }),
        found if found > VERSION => return Err(OpenError::Newer { path, found }),
        found => return Err(OpenError::Older { path, found }),
    }
    let reading = reader(&path).map_err(refused)?;
    Ok(Opened { writing, reading, lock: None })
}

fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
}

/// Makes the folder if there is none, so that only its owner may look into it.
pub(crate) fn make_folder(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)?;
    match fs::canonicalize(dir)?.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// Becomes the folder's only owner, as long as the file is open.
pub(crate) fn lock(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(LOCK);
    let file = private(&path).map_err(|source| OpenError::Folder { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(OpenError::InUse { folder: dir.to_owned(), lock: path })
        }
        Err(TryLockError::Error(source)) => Err(OpenError::Folder { path, source }),
    }
}

/// Opens a file for writing, made so that only its owner may read it.
pub(crate) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Settings of the writing connection; `false` when there can be no write-ahead log.
fn configure(db: &Connection) -> rusqlite::Result<bool> {
    // Before anything else: the first statement that reads the file tells whether it is one.
    let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    // FULL: every commit waits for the disk. NORMAL would lose acknowledged events with the power.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    db.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.busy_timeout(std::time::Duration::from_secs(2))?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(mode.eq_ignore_ascii_case("wal"))
}

/// This process alone owns the file: whatever another was doing when it ended is nobody's now. Every
/// lease ends, every message is visible.
fn release_everything(db: &Connection) -> rusqlite::Result<()> {
    db.execute(END_LEASES, [])?;
    db.execute("UPDATE visibility SET visible = 0 WHERE visible > 0", [])?;
    Ok(())
}

pub(crate) fn refused(path: &Path, source: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            OpenError::Damaged { path, source }
        }
        _ => OpenError::Unusable { path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(dir: &Path) -> OpenError {
        open(dir).err().unwrap_or_else(|| panic!("{} was opened", dir.display()))
    }

    #[test]
    fn a_folder_is_made_and_only_its_owner_may_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("a/b");
        drop(open(&data).unwrap());
        #[cfg(unix)]
        for (path, mode) in [(data.clone(), 0o700), (data.join(FILE), 0o600)] {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
        }
    }

    #[test]
    fn one_folder_has_one_owner() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(dir.path()).unwrap();
        let error = failure(dir.path());
        assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.contains("tingting.lock") && said.contains("stop it"), "{said}");
        drop(first);
        assert!(open(dir.path()).is_ok());
    }

    #[test]
    fn what_cannot_be_a_folder_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "x").unwrap();
        let error = failure(&file.join("data"));
        assert!(matches!(error, OpenError::Folder { .. }), "{error:?}");
    }

    #[test]
    fn a_file_that_is_no_database_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "this is not a database".repeat(100)).unwrap();
        let error = failure(dir.path());
        assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    }

    #[test]
    fn a_damaged_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()).unwrap());
        let path = dir.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        let header = 100;
        bytes[header..].fill(0xAA);
        fs::write(&path, bytes).unwrap();
        let error = failure(dir.path());
        assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    }

    #[test]
    fn a_newer_file_is_refused_with_both_versions() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()).unwrap());
        let db = Connection::open(dir.path().join(FILE)).unwrap();
        db.execute_batch("PRAGMA user_version = 99").unwrap();
        drop(db);
        let error = failure(dir.path());
        assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error:?}");
        let said = format!("version 99, this one knows {VERSION}");
        assert!(error.to_string().contains(&said), "{error}");
    }

    #[test]
    fn another_programs_database_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
        for error in [failure(dir.path()), open_beside(dir.path()).err().unwrap()] {
            assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
        }
        let tables: i64 = Connection::open(&path)
            .unwrap()
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn a_start_reads_only_the_deliveries_that_are_open() {
        let dir = tempfile::tempdir().unwrap();
        let opened = open(dir.path()).unwrap();
        let plan: String = opened
            .writing
            .query_row(&format!("EXPLAIN QUERY PLAN {END_LEASES}"), [], |row| row.get(3))
            .unwrap();
        assert!(plan.contains("USING INDEX deliveries_open"), "{plan}");
    }
}
