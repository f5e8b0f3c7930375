//! The command `tingting`, as a library, so that tests can start the whole program in-process. What
//! a process owns (clock, environment, randomness, terminal) arrives from `main`.

mod archive;
pub mod args;
mod asking;
mod casso;
mod check;
mod clients;
pub mod config;
mod copies;
mod denied;
mod desk;
mod erase;
mod keyring;
mod manual;
mod operators;
mod ours;
mod remote;
mod run;
mod sepay;
pub mod serve;
mod simulate;
#[cfg(not(feature = "aws"))]
#[path = "no_stack.rs"]
mod stack;
#[cfg(feature = "aws")]
mod stack;
mod standing;
mod starter;
mod table;
mod telegram;
mod welcome;

pub use run::{Process, Stop, run};
