//! The command line of who may get in: clients of the API, operators of the console. No secret and no password
//! is typed here.

use clap::{Args, Subcommand};

use super::Where;

/// What to do with the API's clients.
#[derive(Debug, Subcommand)]
pub enum Clients {
    /// Make a client; its secret is shown this once.
    Create(NewClient),
    /// List all clients, revoked ones too.
    List(Where),
    /// Revoke a client, at once.
    Revoke(OldClient),
}

/// What to do with the console's operators.
#[derive(Debug, Subcommand)]
pub enum Operators {
    /// Make an operator. Its password is asked for, or read from standard input; without one a random
    /// one is made and shown this once.
    Create(NewOperator),
    /// List all operators and their roles.
    List(Where),
    /// Remove an operator, and end its sessions.
    Remove(OneOperator),
    /// Give an operator another password, as for a new one, and end its sessions.
    Password(OneOperator),
    /// Give an operator another role, and end its sessions.
    Role(OtherRole),
}

/// An operator to be made.
#[derive(Debug, Args)]
pub struct NewOperator {
    /// What it signs in by; capitals do not count.
    pub name: String,
    /// What it may do: viewer looks, operator acts, owner also says who the others are.
    #[arg(long, default_value = "operator")]
    pub role: String,
    /// Where it is kept.
    #[command(flatten)]
    pub place: Where,
}

/// An operator that is there.
#[derive(Debug, Args)]
pub struct OneOperator {
    /// What it signs in by.
    pub name: String,
    /// Where it is kept.
    #[command(flatten)]
    pub place: Where,
}

/// An operator that is there, and what it may do from now on.
#[derive(Debug, Args)]
pub struct OtherRole {
    /// What it signs in by.
    pub name: String,
    /// viewer looks, operator acts, owner also says who the others are.
    pub role: String,
    /// Where it is kept.
    #[command(flatten)]
    pub place: Where,
}

/// A client to be made.
#[derive(Debug, Args)]
pub struct NewClient {
    /// What people call it.
    pub name: String,
    /// A scope that its tokens may have, such as webhook:read; again for more. Default: every scope.
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// Where it is kept.
    #[command(flatten)]
    pub place: Where,
}

/// A client to be revoked.
#[derive(Debug, Args)]
pub struct OldClient {
    /// Its id, as `tingting clients list` shows it.
    pub id: String,
    /// Where it is kept.
    #[command(flatten)]
    pub place: Where,
}
