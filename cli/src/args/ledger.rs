//! The command line of what works on all that is kept: which ledger, and what is moved, copied, erased, paused
//! or resumed there.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{DEFAULT_CONFIG, Remote};

/// Which ledger: this machine's, or a stack's where one is named.
#[derive(Debug, Args)]
pub struct Where {
    /// The configuration file that says where this machine's database is. Default: tingting.toml.
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// A stack on AWS instead, by the name it was deployed under.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,
    /// The directory's table on AWS, where it is not the stack's own.
    #[arg(long, value_name = "NAME", requires = "ledger_table")]
    pub table: Option<String>,
    /// The ledger's table on AWS, where it is not the stack's own.
    #[arg(long, value_name = "NAME", requires = "table")]
    pub ledger_table: Option<String>,
}

impl Where {
    /// This machine's configuration file.
    pub(crate) fn config(&self) -> &Path {
        self.config.as_deref().unwrap_or(Path::new(DEFAULT_CONFIG))
    }

    /// Whether anything was said.
    pub(crate) fn is_said(&self) -> bool {
        self.config.is_some() || self.is_stack()
    }

    /// Whether a stack is meant.
    pub(crate) fn is_stack(&self) -> bool {
        self.stack.is_some() || self.table.is_some()
    }
}

/// A ledger, or a deployment by its API.
#[derive(Debug, Args)]
pub struct Anywhere {
    /// A ledger, asked directly.
    #[command(flatten)]
    pub ledger: Where,
    /// A deployment, asked over its API.
    #[command(flatten)]
    pub remote: Remote,
}

/// What to pause.
#[derive(Debug, Args)]
pub struct Pause {
    /// The destination's name.
    pub name: String,
    /// Where it is.
    #[command(flatten)]
    pub place: Anywhere,
}

/// What to resume.
#[derive(Debug, Args)]
pub struct Resume {
    /// The destination's name.
    pub name: String,
    /// Only say how many deliveries are held, and since when.
    #[arg(long)]
    pub dry_run: bool,
    /// Where it is.
    #[command(flatten)]
    pub place: Anywhere,
}

/// Whom to erase, and where from.
#[derive(Debug, Args)]
pub struct Erase {
    /// Whom.
    #[command(flatten)]
    pub payer: Whom,
    /// Only say how much names them.
    #[arg(long)]
    pub dry_run: bool,
    /// Where it is kept.
    #[command(flatten)]
    pub place: Where,
}

/// One payer.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// Whoever has this account, however it is spaced or dotted; in memos as a whole word.
    #[arg(long, value_name = "NUMBER")]
    pub account: Option<String>,
    /// Whoever has this name: whole words, capitals or not. Accents count: banks write names without
    /// them, so erase both spellings. Everybody of that name is meant.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// What to move, and where from or to.
#[derive(Debug, Args)]
pub struct Moving {
    /// The file; `-` is standard output or input.
    pub file: PathBuf,
    /// Where it is kept.
    #[command(flatten)]
    pub place: Where,
}

/// What to copy where.
#[derive(Debug, Args)]
pub struct Backup {
    /// The copy. Nothing is overwritten.
    pub file: PathBuf,
    /// The configuration file that says where the database is.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}

/// What to put back.
#[derive(Debug, Args)]
pub struct Restore {
    /// The copy, as `tingting backup` made it.
    pub file: PathBuf,
    /// Put it in the place of a database that is there.
    #[arg(long)]
    pub yes: bool,
    /// The configuration file that says where the database is.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}
