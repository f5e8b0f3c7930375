//! A ledger as an operator's command has it: this machine's or a stack's. Which ports a command asks
//! of it is the command's business.

use std::sync::Arc;

use domain::{Cabinet, Directory, Ledger, Survey};
use embedded::Database;

use crate::args::Where;
use crate::config::data_folder;
use crate::run::Process;
use crate::stack;

/// The ports of a ledger, wherever it is.
pub(crate) struct Desk {
    /// How destinations stand.
    pub(crate) ledger: Arc<dyn Ledger>,
    /// What is held.
    pub(crate) survey: Arc<dyn Survey>,
    /// Clients.
    pub(crate) cabinet: Arc<dyn Cabinet>,
    /// Which destinations there are.
    pub(crate) directory: Arc<dyn Directory>,
}

impl Desk {
    /// The ledger that is meant, beside whoever works on it.
    pub(crate) async fn find(place: &Where, process: &Process<'_>) -> anyhow::Result<Self> {
        if place.is_stack() {
            return stack::desk(place, process).await;
        }
        let folder = data_folder(place.config(), process.env)?;
        let database = Arc::new(Database::open_beside(&folder, Arc::clone(&process.clock))?);
        Ok(Self {
            ledger: Arc::clone(&database) as _,
            survey: Arc::clone(&database) as _,
            cabinet: Arc::clone(&database) as _,
            directory: database,
        })
    }
}
