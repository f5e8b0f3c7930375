//! The channel `preview` where there is no terminal: shows nothing. A Lambda's output is its log, and
//! a notification, with a payer's name and account in it, must not be there. A preview promises no
//! message to anybody, so its delivery counts as made.

use domain::{DestinationName, Display, Screen};

/// No screen.
#[derive(Debug, Clone, Copy)]
pub struct NoScreen;

impl Screen for NoScreen {
    fn show(&self, _: &Display, _: &DestinationName) {}
}
