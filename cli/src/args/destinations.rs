//! The command line of `tingting destinations`, in the names of the API's fields.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Listed, Remote};

/// What to do with destinations; without a word, list them.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Destinations {
    /// What to do.
    #[command(subcommand)]
    pub what: Option<OfDestinations>,
    /// Which to list.
    #[command(flatten)]
    pub listed: Listed,
}

/// What to do with destinations.
#[derive(Debug, Subcommand)]
pub enum OfDestinations {
    /// List destinations, all of them.
    List(Listed),
    /// Show one destination field by field, secrets masked.
    Show(DestinationsOne),
    /// Make a destination.
    ///
    /// `tingting destinations create --name Website --webhook-url https://example.com/hook` sends every payment
    /// there. What the API requires and is not said is: every account, every payment, no proof of ours, failures
    /// of every kind retried, nothing marked as verified.
    Create(DestinationsNew),
    /// Change what is said of a destination, and leave the rest.
    Update(DestinationsChange),
    /// Delete a destination; its open deliveries end as cancelled.
    Delete(DestinationsOld),
    /// Send a sample to a destination, now. Exit code 1 when it did not take it.
    Test(DestinationsOne),
}

/// Which one.
#[derive(Debug, Args)]
pub struct DestinationsOne {
    /// Its name as in files and logs, its number, or what people call it.
    pub name: String,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// What is said of a destination. Secrets are not typed: --set-env, or --file.
#[derive(Debug, Args)]
pub struct Settings {
    /// Where it is called; of telegram the chat.
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
    /// webhook, slack, telegram, lark or preview.
    #[arg(long)]
    pub channel: Option<String>,
    /// All, In_only or Out_only: of money. For orders too: --set events=["all"].
    #[arg(long)]
    pub event_type: Option<String>,
    /// Any field of the API's, such as min_amount=10000 or headers={"X":"y"}: JSON, or else a text; again for
    /// more. `tingting openapi` has them all.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// A text field from the environment's variable of that name, such as api_key=WEBSITE_KEY; again for more.
    #[arg(long = "set-env", value_name = "FIELD=VARIABLE")]
    pub set_env: Vec<String>,
    /// All fields in a file: a JSON object; `-` is standard input. What is said beside it goes before it.
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
}

/// What to make.
#[derive(Debug, Args)]
pub struct DestinationsNew {
    /// What people call it.
    #[arg(long)]
    pub name: Option<String>,
    /// What is said of it.
    #[command(flatten)]
    pub settings: Settings,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// What to change.
#[derive(Debug, Args)]
pub struct DestinationsChange {
    /// Its name as in files and logs, its number, or what people call it.
    #[arg(value_name = "NAME")]
    pub which: String,
    /// What people are to call it.
    #[arg(long)]
    pub name: Option<String>,
    /// What is said of it.
    #[command(flatten)]
    pub settings: Settings,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// What to delete.
#[derive(Debug, Args)]
pub struct DestinationsOld {
    /// Its name as in files and logs, its number, or what people call it.
    pub name: String,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}
