//! What is said when a folder cannot be opened.

use std::io;
use std::path::PathBuf;

use crate::Failure;
use crate::schema::VERSION;

/// Why the folder could not be opened, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another program's database.
    #[error(
        "{path} is a database of another program; set [server] data to another folder, or move that file away"
    )]
    Foreign {
        /// Where.
        path: PathBuf,
    },
    /// The folder or a file in it cannot be made or written.
    #[error("{path} cannot be written; check that the folder exists and belongs to this user")]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error(
        "another tingting is using {folder} (it holds {lock}); stop it, or choose another [server] data"
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The file that is locked.
        lock: PathBuf,
    },
    /// Written by a newer program.
    #[error(
        "{path} was written by a newer tingting (version {found}, this one knows {VERSION}); \
         run that one, or restore the copy from before the upgrade"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: usize,
    },
    /// Written by an older program, whose owner has not been replaced yet.
    #[error(
        "{path} was written by an older tingting (version {found}, this one writes {VERSION}); \
         start `tingting serve` of this version once, which brings it up to date"
    )]
    Older {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: usize,
    },
    /// There is none.
    #[error(
        "there is no database at {path}; is it the right configuration? `tingting serve` makes one"
    )]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// Not a database, or a broken one.
    #[error("{path} is damaged or not a database; move it away and restore a copy")]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// SQLite cannot use it.
    #[error(
        "{path} cannot be used as a database; the folder must be on a local disk with room, and writable"
    )]
    Unusable {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system has no shared memory, which the write-ahead log needs.
    #[error("{path} cannot have a write-ahead log; the folder must be on a local disk")]
    NoLog {
        /// The database.
        path: PathBuf,
    },
    /// A row that every start needs.
    #[error("the database in {folder} cannot be read; restore a copy")]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// What is wrong.
        source: Failure,
    },
    /// No thread could be started.
    #[error("no thread could be started for the database")]
    Thread(#[source] io::Error),
}
