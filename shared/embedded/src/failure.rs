//! Why the database did not do what it was asked, in words an operator can act on. Every variant
//! means that nothing was written.

use rusqlite::ErrorCode;

/// An operation that was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No room.
    #[error("the disk is full; free some space, and what could not be recorded will come again")]
    Full(#[source] rusqlite::Error),
    /// The file or its file system cannot be written.
    #[error("the database cannot be written; check the disk and the file's permissions")]
    Unwritable(#[source] rusqlite::Error),
    /// The file is damaged.
    #[error("the database file is damaged; stop the program and restore a copy")]
    Damaged(#[source] rusqlite::Error),
    /// Anything else that SQLite says.
    #[error("the database did not do it")]
    Sqlite(#[source] rusqlite::Error),
    /// A row that this version cannot read.
    #[error("a row of {table} cannot be read: {reason}")]
    Unreadable {
        /// Which table.
        table: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The writing thread is gone.
    #[error("the database is closed")]
    Closed,
}

impl Failure {
    /// A row that this version cannot read.
    pub(crate) fn unreadable(table: &'static str, reason: impl ToString) -> Self {
        Self::Unreadable { table, reason: reason.to_string() }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(
                ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::PermissionDenied
                | ErrorCode::CannotOpen,
            ) => Self::Unwritable(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error),
            _ => Self::Sqlite(error),
        }
    }
}
