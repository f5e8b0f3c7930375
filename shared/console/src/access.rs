//! Who may do what: clients with scopes, the tokens they get, and what a handler is granted.

mod client;
mod granted;
mod scope;
mod signing;
mod throttle;
mod token;

pub(crate) use client::authenticate;
pub use client::{Client, Created, create, list, revoke};
pub use granted::{Granted, Needs, WebhookDelete, WebhookRead, WebhookWrite};
pub use scope::Scope;
pub use throttle::Throttle;
pub(crate) use token::{LIFETIME, issue};
