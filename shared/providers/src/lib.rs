//! The senders we listen to: pure protocols, from bytes to events, and the table of them.
//!
//! Not here: IO, the clock, the ledger. A provider is one file (or folder) and two lines below.

mod abaha;
mod appotapay;
mod canonical;
pub mod casso;
mod check;
mod denied;
mod form;
mod json;
mod listing;
pub mod sepay;
mod thueapi;
mod transaction;
pub mod webhooks;

pub use abaha::Abaha;
pub use appotapay::AppotaPay;
pub use casso::Casso;
pub use denied::Denied;
pub use sepay::Sepay;
pub use thueapi::ThueApi;

/// Every provider.
pub const ALL: &[&dyn domain::Provider] = &[&Abaha, &AppotaPay, &Casso, &Sepay, &ThueApi];
