//! The senders we listen to: pure protocols, from bytes to events, and the table of them.
//!
//! Not here: IO, the clock, the ledger. A provider is one file (or folder) and two lines below.

mod casso;
mod check;
mod json;
mod sepay;
mod transaction;

pub use casso::Casso;
pub use sepay::Sepay;

/// Every provider.
pub const ALL: &[&dyn domain::Provider] = &[&Casso, &Sepay];
