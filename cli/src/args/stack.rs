//! The command line of a stack on AWS: which one, and what is written there.

use std::path::PathBuf;

use clap::Args;

use super::{DEFAULT_CONFIG, Remote};

/// Which stack.
#[derive(Debug, Args)]
pub struct Stack {
    /// The stack's name, as it was deployed.
    #[arg(long, value_name = "NAME", default_value = "tingting")]
    pub stack: String,
    /// The directory's table, where that is not the stack's own.
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
}

/// What to write where.
#[derive(Debug, Args)]
pub struct Apply {
    /// Where to.
    #[command(flatten)]
    pub stack: Stack,
    /// The configuration file.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// Only show what would change.
    #[arg(long)]
    pub dry_run: bool,
    /// Remove what an earlier file said and this one does not.
    #[arg(long)]
    pub prune: bool,
}

/// What is listed: a stack's by its directory's table, or a deployment's over its API.
#[derive(Debug, Args)]
pub struct Listed {
    /// A stack on AWS, by its directory's table, with your own credentials. Default, where no deployment is
    /// named: tingting.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["url", "json"])]
    pub stack: Option<String>,
    /// The directory's table, where that is not the stack's own.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["url", "json"])]
    pub table: Option<String>,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}
