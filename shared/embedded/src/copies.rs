//! Copies of the file: made while a process writes it, and put back after they were verified. Not the
//! owner's business: neither asks for the lock of a folder that it only reads.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::OpenError;
use crate::open::{self, FILE};
use crate::schema::VERSION;

/// How long a copy waits for a moment in which the file may be read.
const BUSY: Duration = Duration::from_secs(10);

/// How many rows a copy has, by the tables that matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events on record.
    pub events: u64,
    /// Deliveries of any state.
    pub deliveries: u64,
    /// Attempts.
    pub attempts: u64,
    /// Messages on the queue.
    pub messages: u64,
    /// Sources.
    pub sources: u64,
    /// Destinations.
    pub destinations: u64,
}

/// Why no copy was made or put back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Nothing to copy.
    #[error("there is no database at {0}")]
    Missing(PathBuf),
    /// Something is where the copy would go.
    #[error("{0} exists already; move it away, nothing is overwritten")]
    Exists(PathBuf),
    /// It is no whole database of ours.
    #[error("{path} is damaged or no database of tingting: {reason}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Written by a newer program.
    #[error("{path} was written by a newer tingting (version {found}, this one knows {VERSION})")]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: usize,
    },
    /// The folder is in use or cannot be.
    #[error(transparent)]
    Folder(#[from] OpenError),
    /// A file cannot be written or moved.
    #[error("{path} cannot be written; check the disk and the permissions")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite could not copy.
    #[error("{path} could not be copied")]
    Sqlite {
        /// Which file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

/// Whether a folder has a database.
pub fn has_database(folder: &Path) -> bool {
    folder.join(FILE).exists()
}

/// Copies a folder's database into a new file, as it was at one moment, while its owner goes on
/// writing. The copy holds everything that was acknowledged before this began, and nothing that was
/// erased; it has been verified.
pub fn backup(folder: &Path, file: &Path) -> Result<Counts, CopyError> {
    let from = present(folder.join(FILE))?;
    absent(file)?;
    let partial = beside(file, ".partial");
    let made = copy(&from, &partial).and_then(|counts| {
        rename(&partial, file)?;
        Ok(counts)
    });
    if made.is_err() {
        // What is left of it has no value; where even this fails, the next copy removes it.
        _ = fs::remove_file(&partial);
    }
    made
}

/// Verifies a copy and makes it the folder's database. What was there stays beside it, as
/// `tingting.db.before-restore`. What was delivered after the copy was made is delivered again.
pub fn restore(file: &Path, folder: &Path) -> Result<Counts, CopyError> {
    let counts = verify(&present(file.to_owned())?)?;
    open::make_folder(folder)
        .map_err(|source| CopyError::File { path: folder.to_owned(), source })?;
    let _lock = open::lock(folder)?;
    let (path, kept) = (folder.join(FILE), folder.join(format!("{FILE}.before-restore")));
    absent(&kept)?;
    let new = beside(&path, ".restoring");
    let copied = copy(file, &new).and_then(|copied| {
        let reason = format!("{counts:?} became {copied:?}");
        let damaged = CopyError::Damaged { path: file.to_owned(), reason };
        if copied == counts { Ok(()) } else { Err(damaged) }
    });
    let replaced = copied.and_then(|()| {
        keep(&path, &kept)?;
        rename(&new, &path)
    });
    if let Err(error) = replaced {
        _ = fs::remove_file(&new);
        return Err(error);
    }
    Ok(counts)
}

/// Sets the database aside under another name and leaves it in its place: at no moment is there none,
/// for which a starting process would make an empty one.
fn keep(path: &Path, kept: &Path) -> Result<(), CopyError> {
    if !path.exists() {
        return Ok(());
    }
    // Folds its log into the file. Where it is too damaged for that, the log is kept as it is.
    _ = Connection::open(path).and_then(|db| db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
    let failed = |source| CopyError::File { path: kept.to_owned(), source };
    fs::hard_link(path, kept).or_else(|_| fs::copy(path, kept).map(drop)).map_err(failed)?;
    for (suffix, stays) in [("-wal", true), ("-shm", false)] {
        let log = beside(path, suffix);
        if !log.exists() {
            continue;
        }
        // A log that is left would be taken for that of the file that comes in its place.
        let moved =
            if stays { fs::rename(&log, beside(kept, suffix)) } else { fs::remove_file(&log) };
        moved.map_err(|source| CopyError::File { path: log, source })?;
    }
    Ok(())
}

/// Copies a database into a new file that only its owner may read, and verifies it.
fn copy(from: &Path, to: &Path) -> Result<Counts, CopyError> {
    let unwritten = |source| CopyError::File { path: to.to_owned(), source };
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritten(error)),
        Ok(()) | Err(_) => {}
    }
    let made = open::private(to).map_err(unwritten)?;
    let text = to.to_str().ok_or_else(|| unwritten(io::ErrorKind::InvalidFilename.into()))?;
    let copied = reader(from).and_then(|db| db.execute("VACUUM INTO ?1", [text]));
    copied.map_err(|source| CopyError::Sqlite { path: from.to_owned(), source })?;
    made.sync_all().map_err(unwritten)?;
    verify(to)
}

/// Whether a file is a whole database that this version can use, and how much is in it.
fn verify(path: &Path) -> Result<Counts, CopyError> {
    let damaged = |reason: String| CopyError::Damaged { path: path.to_owned(), reason };
    let said = |error: rusqlite::Error| damaged(error.to_string());
    let db = reader(path).map_err(said)?;
    let whole: String =
        db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(said)?;
    if whole != "ok" {
        return Err(damaged(whole));
    }
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(said)?;
    match usize::try_from(found) {
        Ok(found) if found > VERSION => {
            return Err(CopyError::Newer { path: path.to_owned(), found });
        }
        Ok(1..) => {}
        Ok(0) | Err(_) => return Err(damaged(format!("its version is {found}"))),
    }
    count(&db).map_err(said)
}

fn count(db: &Connection) -> rusqlite::Result<Counts> {
    let of = |table: &str| -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM {table}");
        db.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    };
    Ok(Counts {
        events: of("events")?,
        deliveries: of("deliveries")?,
        attempts: of("attempts")?,
        messages: of("messages")?,
        sources: of("sources")?,
        destinations: of("destinations")?,
    })
}

fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.busy_timeout(BUSY)?;
    Ok(db)
}

fn present(path: PathBuf) -> Result<PathBuf, CopyError> {
    if path.is_file() { Ok(path) } else { Err(CopyError::Missing(path)) }
}

fn absent(path: &Path) -> Result<(), CopyError> {
    if path.exists() { Err(CopyError::Exists(path.to_owned())) } else { Ok(()) }
}

/// Renames, durably.
fn rename(from: &Path, to: &Path) -> Result<(), CopyError> {
    let folder = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    fs::rename(from, to)
        .and_then(|()| File::open(folder.unwrap_or(Path::new(".")))?.sync_all())
        .map_err(|source| CopyError::File { path: to.to_owned(), source })
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
