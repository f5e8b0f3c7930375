//! The protocol by which an event gets from its provider to its destinations, written down as a model
//! and checked exhaustively: every order in which its steps can interleave, with every crash, loss
//! and repeat that [`Bounds`] allow. Its promises are in [`promises`]; `tests/protocol.rs` checks
//! them, and that the checker finds each planted mistake.
//!
//! | who | in the code | steps |
//! |---|---|---|
//! | provider | | calls until it is answered; may call again while a call is under way |
//! | ingest | `domain/ingest` | claim, bell, answer |
//! | queue | | keeps no order; delays; may repeat a bell, or lose it |
//! | two dispatchers | `domain/dispatch` | rows (put if absent, leased, held or neither), taken; look, lease, request, judge, finish, ring |
//! | destination | | takes, fails, is called dead; its answer may be lost |
//! | sweep | `domain/sweep` | stamp, bell; hold, probe, release |
//!
//! Any of them may be as slow as it likes at any step, and ours may crash there. The rows have no
//! rules of their own: every move of a delivery and of a destination's standing is made by the tables
//! of `domain`, so that it is those that are checked.
//!
//! What is simpler than in the world, and why that hides nothing:
//!
//! - **Time** comes in ticks of five seconds, counted from now: a deadline that has passed is just
//!   over. Work takes up to two ticks, the lease's margin is two, clocks differ by one. A retry waits
//!   one tick.
//! - **Egress** looks at its deadline and writes in one step. A process that sleeps between the look
//!   and the write does what one does that sleeps between "sent" and "written down".
//! - **A repeat is excused** by a *blow*: a crash or a stall beyond the lease between "sent" and
//!   "written down", or an answer that was lost. What the checker counts is exact: arrivals are never
//!   more than one and the blows.
//! - **Bells.** A dispatcher that crashes lets its message ring again. That the queue loses one stands
//!   for what no queue promises (a message set aside after five crashes, a retention that ended, an
//!   operator's purge): against that there is the sweep. The sweep's needless bells, the end of a
//!   visibility and the queue's own repeats are one thing, and counted.
//! - **Whose fault** a used-up schedule is, is left open: both answers are tried. A pause comes from a
//!   dead verdict alone; a day of failures leads to the same mark.
//! - **Left out**: digests, paces and lanes, conflicts, disabled and removed destinations, pauses by
//!   hand. They are moves of the same tables, with no protocol between processes of their own except
//!   the digests', which the simulation of the whole pipeline tries instead.
//!
//! Everything that could go on for ever is bounded or needs a loss, so every road is finite (a test
//! walks them all). What must happen some day is therefore what holds wherever a road ends.

mod bounds;
mod dispatch;
mod ingest;
mod ledger;
pub mod promises;
mod protocol;
mod state;
mod sweep;

pub use bounds::{Bounds, Bug};
pub use ledger::{At, Row, Stand};
pub use protocol::{Action, Protocol};
pub use state::*;
