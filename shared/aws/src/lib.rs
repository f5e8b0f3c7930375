//! The ports on AWS: ledger and directory on DynamoDB, the queue on SQS; and the one secret that a stack
//! may have. What is decided is decided in
//! `domain`; here is how it is written. No Lambda in here, no policy, no clock.

mod allowed;
mod batches;
mod dead_letters;
mod directory;
mod entries;
mod failure;
mod http;
mod items;
mod keys;
mod ledger;
mod ports;
mod queue;
#[cfg(test)]
mod scripted;
mod secret;
mod services;
mod settings;
mod table;
mod update;
mod warm;

pub use allowed::allowed_ranges;
pub use dead_letters::SqsDeadLetters;
pub use directory::DynamoDirectory;
pub use failure::Failure;
pub use http::{CaBundleError, http_client};
pub use ledger::{DynamoArchive, DynamoLedger, DynamoSurvey};
pub use ports::{ManagePorts, OpenError, Ports, ReconcilePorts, SweepPorts};
pub use queue::SqsQueue;
pub use secret::StackSecret;
pub use services::{Connections, Patience, Services};
pub use settings::{Env, Resources, SettingsError, Surroundings, needed_url};
