//! The command line of what describes this program: completion and the manual's pages.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// For which shell, and where to.
#[derive(Debug, Args)]
pub struct Completion {
    /// The shell.
    pub shell: Shell,
    /// A folder for it, under the name that the shell looks for. Default: standard output.
    #[arg(long, value_name = "PATH")]
    pub folder: Option<PathBuf>,
}

/// Where to.
#[derive(Debug, Args)]
pub struct Man {
    /// A folder for the pages of all commands, such as ~/.local/share/man/man1. Default: the first page, to
    /// standard output.
    #[arg(long, value_name = "PATH")]
    pub folder: Option<PathBuf>,
}
