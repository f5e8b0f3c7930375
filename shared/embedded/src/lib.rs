//! The ports on SQLite, for one process on one machine.
