//! What the fuzz targets have in common: calls at a provider's door, and the promises that must hold
//! of every event, message and verdict. A broken promise is a panic, which libFuzzer reports with the
//! input that broke it. Not tests of particular inputs: those are vectors.

#![forbid(unsafe_code)]

pub mod chat;
pub mod door;
pub mod event;
pub mod outbound;

/// The first line of an input and the rest: a header, a path or a query, and then a body.
pub fn head_and_body(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|b| *b == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (&[], data),
    }
}
