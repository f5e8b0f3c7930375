//! Asking the providers' own APIs, over real HTTP servers and the real door, with memory ports and
//! the clock in hand: gaps are filled once, limits are obeyed, tokens are kept, and no nonsense makes
//! it go round for ever.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alarms;
mod desk;
mod faults;
mod gaps;
mod nonsense;
mod pages;
mod tokens;
