//! Who may do what: clients with scopes, the tokens they get, and what a handler is granted.

mod client;
mod first;
mod granted;
mod scope;
mod signing;
mod throttle;
mod token;

pub use client::{Client, Created, create, list, revoke};
pub(crate) use client::{authenticate, random, random_secret};
pub use first::{FirstError, ever, first, first_of_ours};
pub(crate) use granted::{
    AuditRead, EventRead, EventWrite, Granted, SourceRead, SourceWrite, WebhookDelete, WebhookRead,
    WebhookWrite,
};
pub(crate) use granted::{bearer, caller};
pub use scope::Scope;
pub use throttle::Throttle;
pub(crate) use token::{LIFETIME, issue};
