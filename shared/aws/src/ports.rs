//! All the ports of one function, opened from its environment: what the functions' `main`s share.

use std::sync::Arc;

use domain::{
    Cabinet, Clock, DeadLetters, Directory, Entries, Entropy, Ledger, Log, Notes, Queue, Retention,
    Survey,
};
use jiff::SignedDuration;

use crate::dead_letters::SqsDeadLetters;
use crate::directory::DynamoDirectory;
use crate::http::CaBundleError;
use crate::ledger::{DynamoLedger, DynamoSurvey};
use crate::queue::SqsQueue;
use crate::secret::StackSecret;
use crate::services::{Patience, Services};
use crate::settings::{
    Env, Resources, SettingsError, Surroundings, first_client, needed_url, probe_every,
};

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

/// The ports of a function that looks after what nobody rang for, and what it is set to.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct SweepPorts {
    /// Claims, deliveries, attempts.
    pub ledger: Arc<dyn Ledger>,
    /// What is overdue, held, logged.
    pub survey: Arc<dyn Survey>,
    /// What failed.
    pub log: Arc<dyn Log>,
    /// What was told before.
    pub notes: Arc<dyn Notes>,
    /// Envelopes.
    pub queue: Arc<dyn Queue>,
    /// What was set aside: `TINGTING_DEAD_LETTERS_URL`.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// Sources and destinations.
    pub directory: Arc<dyn Directory>,
    /// The clients.
    pub services: Services,
    /// How often a paused destination is probed.
    pub probe_every: SignedDuration,
    /// How long things are kept.
    pub kept: Retention,
}

/// The ports of a function that asks the providers what we should have.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct ReconcilePorts {
    /// Claims.
    pub ledger: Arc<dyn Ledger>,
    /// How far it got.
    pub notes: Arc<dyn Notes>,
    /// Envelopes.
    pub queue: Arc<dyn Queue>,
    /// Sources.
    pub directory: Arc<dyn Directory>,
    /// The clients.
    pub services: Services,
}

/// The ports of a function that operators talk to.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct ManagePorts {
    /// Sources and destinations, as people change them.
    pub entries: Arc<dyn Entries>,
    /// Clients and keys.
    pub cabinet: Arc<dyn Cabinet>,
    /// Events, deliveries, attempts.
    pub ledger: Arc<dyn Ledger>,
    /// What is held, and what hours brought.
    pub survey: Arc<dyn Survey>,
    /// The log.
    pub log: Arc<dyn Log>,
    /// Envelopes.
    pub queue: Arc<dyn Queue>,
    /// Sources and destinations, as flows read them.
    pub directory: Arc<dyn Directory>,
    /// The first client's secret: `TINGTING_FIRST_CLIENT`.
    pub first_client: StackSecret,
}

impl Ports {
    /// Reads the settings and makes the clients.
    pub fn open(
        env: Env<'_>,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
        patience: Patience,
    ) -> Result<Self, OpenError> {
        let Opened { ledger, queue, directory, services, .. } =
            Opened::read(env, clock, entropy, patience)?;
        Ok(Self { ledger: Arc::new(ledger), queue, directory, services })
    }
}

impl SweepPorts {
    /// Reads the settings and makes the clients, for the sources of these providers.
    pub fn open(
        env: Env<'_>,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
        providers: Vec<&'static str>,
    ) -> Result<Self, OpenError> {
        let dead_letters = needed_url(env, "TINGTING_DEAD_LETTERS_URL")?;
        let probe_every = probe_every(env)?;
        let Opened { ledger, queue, directory, services, kept, .. } =
            Opened::read(env, clock, entropy, Patience::Lease)?;
        let survey = DynamoSurvey::new(ledger.clone(), directory.clone(), providers);
        Ok(Self {
            survey: Arc::new(survey.clone()),
            log: Arc::new(survey),
            notes: Arc::new(ledger.clone()),
            ledger: Arc::new(ledger),
            queue,
            dead_letters: Arc::new(SqsDeadLetters::new(services.sqs.clone(), dead_letters)),
            directory,
            services,
            probe_every,
            kept,
        })
    }
}

impl ReconcilePorts {
    /// Reads the settings and makes the clients.
    pub fn open(
        env: Env<'_>,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let Opened { ledger, queue, directory, services, .. } =
            Opened::read(env, clock, entropy, Patience::Lease)?;
        let notes = Arc::new(ledger.clone());
        Ok(Self { ledger: Arc::new(ledger), notes, queue, directory, services })
    }
}

impl ManagePorts {
    /// Reads the settings and makes the clients.
    pub fn open(
        env: Env<'_>,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
        providers: Vec<&'static str>,
    ) -> Result<Self, OpenError> {
        let Opened { ledger, queue, directory, services, surroundings, .. } =
            Opened::read(env, clock, entropy, Patience::Answer)?;
        let survey = DynamoSurvey::new(ledger.clone(), directory.clone(), providers);
        Ok(Self {
            survey: Arc::new(survey.clone()),
            log: Arc::new(survey),
            entries: directory.clone(),
            cabinet: Arc::new(ledger.clone()),
            ledger: Arc::new(ledger),
            queue,
            directory,
            first_client: StackSecret::new(&surroundings, &services, first_client(env)),
        })
    }
}

/// What all have, with the ledger as it is.
struct Opened {
    ledger: DynamoLedger,
    queue: Arc<dyn Queue>,
    directory: Arc<DynamoDirectory>,
    services: Services,
    surroundings: Surroundings,
    kept: Retention,
}

impl Opened {
    fn read(
        env: Env<'_>,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
        patience: Patience,
    ) -> Result<Self, OpenError> {
        let surroundings = Surroundings::read(env)?;
        let Resources { directory, ledger, queue, kept } = Resources::read(env)?;
        let services = Services::new(&surroundings, patience)?;
        let Services { dynamodb, sqs, .. } = &services;
        let (client, clock) = (dynamodb.clone(), Arc::clone(clock));
        Ok(Self {
            ledger: DynamoLedger::new(dynamodb.clone(), ledger, kept, Arc::clone(entropy)),
            queue: Arc::new(SqsQueue::new(sqs.clone(), queue)),
            directory: Arc::new(DynamoDirectory::new(client, directory, clock)),
            services,
            surroundings,
            kept,
        })
    }
}
