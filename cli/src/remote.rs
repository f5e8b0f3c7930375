//! A deployment, asked over its API, wherever it runs: `serve` on some machine, or a stack. What each
//! command asks is in a file of its own; how it is asked is `door`'s, and nothing here knows a database.

mod agreed;
mod base;
mod call;
mod changes;
mod credentials;
mod deliveries;
mod destination;
mod destinations;
mod door;
mod event;
mod events;
mod failed;
mod listing;
mod login;
mod openapi;
mod patience;
mod replay;
mod settings;
mod shown;
mod source;
mod sources;
mod standing;

pub(crate) use base::Base;
pub(crate) use changes::changes;
pub(crate) use deliveries::{cancel, resend};
pub(crate) use destinations::destinations;
pub(crate) use events::events;
pub(crate) use login::{login, logout};
pub(crate) use openapi::openapi;
pub(crate) use replay::replay;
pub(crate) use sources::sources;
pub(crate) use standing::{held, pause, resume};
