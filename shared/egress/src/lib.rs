//! The only door HTTP leaves by.
