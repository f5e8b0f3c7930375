//! The ports on AWS: ledger and directory on DynamoDB, the queue on SQS. What is decided is decided in
//! `domain`; here is how it is written. No Lambda in here, no policy, no clock.

mod http;
mod services;
mod settings;

pub use http::{CaBundleError, http_client};
pub use services::Services;
pub use settings::{Env, Resources, SettingsError, Surroundings, needed};
