//! All the ports of one function, opened from its environment: what the functions' `main`s share.

use std::sync::Arc;

use domain::{Clock, Directory, Ledger, Queue};

use crate::directory::DynamoDirectory;
use crate::http::CaBundleError;
use crate::ledger::DynamoLedger;
use crate::queue::SqsQueue;
use crate::services::{Patience, Services};
use crate::settings::{Env, Resources, SettingsError, Surroundings};

/// The ports, and the clients they call by.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Ports {
    /// Claims, deliveries, attempts.
    pub ledger: Arc<dyn Ledger>,
    /// Envelopes.
    pub queue: Arc<dyn Queue>,
    /// Sources and destinations.
    pub directory: Arc<dyn Directory>,
    /// The clients.
    pub services: Services,
}

/// Why ports cannot be opened: the surroundings are not as they must be.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A variable.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A file that a variable names.
    #[error(transparent)]
    CaBundle(#[from] CaBundleError),
}

impl Ports {
    /// Reads the settings and makes the clients.
    pub fn open(
        env: Env<'_>,
        clock: &Arc<dyn Clock>,
        patience: Patience,
    ) -> Result<Self, OpenError> {
        let surroundings = Surroundings::read(env)?;
        let Resources { directory, ledger, queue, keys_kept } = Resources::read(env)?;
        let services = Services::new(&surroundings, patience)?;
        let Services { dynamodb, sqs, .. } = &services;
        Ok(Self {
            ledger: Arc::new(DynamoLedger::new(dynamodb.clone(), ledger, keys_kept)),
            queue: Arc::new(SqsQueue::new(sqs.clone(), queue)),
            directory: Arc::new(DynamoDirectory::new(
                dynamodb.clone(),
                directory,
                Arc::clone(clock),
            )),
            services,
        })
    }
}
