//! The command line, and nothing behind it.

mod access;
mod apis;
mod casso;
mod destinations;
mod ledger;
mod manual;
mod remote;
mod sepay;
mod simulate;
mod sources;
mod stack;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use access::*;
pub use apis::*;
pub use casso::*;
pub use destinations::*;
pub use ledger::*;
pub use manual::*;
pub use remote::*;
pub use sepay::*;
pub use simulate::*;
pub use sources::*;
pub use stack::*;

/// Where the configuration is unless one is named.
pub(crate) const DEFAULT_CONFIG: &str = "tingting.toml";

/// Turns webhooks of Vietnamese banks and payment senders into Slack, Telegram and Lark
/// notifications and signed webhooks.
#[derive(Debug, Parser)]
#[command(name = "tingting", version, max_term_width = 100)]
pub struct Arguments {
    /// Which deployment, for the commands that ask one.
    #[command(flatten)]
    pub deployment: Deployment,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Receive webhooks and deliver notifications, in one process, on SQLite.
    ///
    /// Without a configuration file a commented one is written first, with fresh secrets for five
    /// sources. SIGINT or SIGTERM lets what is in flight end, for at most 20 seconds; a second one
    /// ends the program at once. Logs go to stderr, as JSON where that is no terminal; the variable
    /// TINGTING_LOG sets their level (error, warn, info, debug).
    Serve(ConfigPath),
    /// Judge the configuration and print it, secrets masked. Exit code 1 when something is wrong.
    Check(ConfigPath),
    /// Call a source as its provider would: signed, realistic, as often as you like.
    ///
    /// Exit code 1 when an answer was no success.
    Simulate(Simulate),
    /// Write the configuration's sources and destinations into the directory of a stack on AWS.
    ///
    /// Shows what changes, secrets left out. What a person made elsewhere is never changed, and what
    /// the file no longer says is removed only with --prune. Exit code 1 when something could not be
    /// written. Credentials and region are those of the AWS command line: environment or profile.
    Apply(Apply),
    /// List, show, make, change and remove a deployment's sources, or list those of a stack on AWS; secrets
    /// masked.
    Sources(Sources),
    /// List, show, make, change, delete and test a deployment's destinations, or list those of a stack on AWS;
    /// secrets masked.
    Destinations(Destinations),
    /// Pause a destination: its deliveries are held, and none is lost.
    ///
    /// Neither a probe nor time ends a pause by hand, only `tingting resume`. Works beside a running
    /// `tingting serve`, which heeds it within a minute.
    Pause(Pause),
    /// Resume a paused or disabled destination: what is held for it is sent, oldest first.
    ///
    /// No faster than the destination takes it, and beside what comes in meanwhile. Works beside a
    /// running `tingting serve`, which heeds it within a minute.
    Resume(Resume),
    /// List the destinations that are paused, disabled or holding deliveries: how many, since when.
    Held(Anywhere),
    /// Make, list and revoke the clients of the API: programs that may ask for tokens.
    #[command(subcommand)]
    Clients(Clients),
    /// Make, list, change and remove the operators of the console: people who sign in to its pages.
    #[command(subcommand)]
    Operators(Operators),
    /// Copy this machine's database into one file, while `tingting serve` goes on.
    ///
    /// The copy is as the database was at one moment, and is verified. It holds secrets and payers'
    /// data: keep it where only you can read it.
    Backup(Backup),
    /// Put a copy back as this machine's database, after it was verified. Stop `tingting serve` first.
    ///
    /// The database that was there stays beside it, as tingting.db.before-restore. What was delivered
    /// after the copy was made is delivered again.
    Restore(Restore),
    /// Write everything that is kept into a file of JSON lines, for moving between this machine and AWS.
    ///
    /// Idempotency keys, deliveries, attempts, pauses and the directory are in it, so that after an
    /// import nothing is announced twice. First stop `tingting serve` for good, or deploy the stack with
    /// Delivering=false and wait two minutes: a place that goes on delivering beside the new one
    /// announces twice. What comes in meanwhile is not in it: export and import once more when the
    /// providers call the new place. It holds secrets and payers' data: keep it where only you can read it.
    Export(Moving),
    /// Put what `tingting export` wrote where it is not yet.
    ///
    /// What is there already is left as it is, so that importing again is harmless. The whole file is
    /// checked first: a damaged one changes nothing. What is open goes on afterwards.
    Import(Moving),
    /// Erase one payer's data, by account or by name; with --dry-run only count what names them.
    ///
    /// Names, accounts, banks, memos, addresses, the provider's object, what destinations answered, parked
    /// bodies and dead letters go. Keys, kinds, times, amounts and states stay, so that a repeat is still
    /// known and totals stay true; a key may itself hold an account number (ThueAPI's do). What is not
    /// delivered yet is delivered without what was erased.
    ///
    /// Stop `tingting serve` first: what it has in hand would be written again, and the file is written
    /// anew, so that nothing stays in its free space. A stack may go on. Exit code 1 when something was
    /// not erased.
    Erase(Erase),
    /// Register our webhook at SePay's own API, and look after those that are there.
    #[command(subcommand)]
    Sepay(Sepay),
    /// Register our webhook at Casso's own API, and look after it.
    #[command(subcommand)]
    Casso(Casso),
    /// Find the ids of the chats that a Telegram bot was added to.
    #[command(subcommand)]
    Telegram(Telegram),
    /// Log in at a deployment with a client's id and secret; kept in this system's keyring.
    ///
    /// A client is made where the deployment runs: `tingting clients create NAME`; a stack on AWS has a first
    /// one. The secret comes from the variable TINGTING_CLIENT_SECRET or from standard input, where a terminal
    /// does not show it. With TINGTING_CLIENT_ID and TINGTING_CLIENT_SECRET set, or a token in TINGTING_TOKEN, no
    /// login is needed: the environment goes first.
    Login(RemoteLogin),
    /// Forget the login at a deployment.
    Logout(Deployment),
    /// List and show what a deployment has received, and what became of it.
    #[command(subcommand)]
    Events(Events),
    /// Send one event to one destination of a deployment: again, or for the first time.
    Resend(OneDelivery),
    /// End one open delivery of a deployment: nobody wants it any more.
    Cancel(OneDelivery),
    /// Send many events of a deployment to one destination again, oldest first: failed ones, unless --state.
    ///
    /// `tingting replay sales --from 2026-11-20 --dry-run` counts them; without --dry-run it asks, and sends them
    /// one by one. It stops at the first refusal and says what is left; with the --run that it names the same
    /// command goes on, and sends nothing twice. What is held goes out by `tingting resume`.
    Replay(Box<Replay>),
    /// List who changed what at a deployment, newest first.
    Changes(Changes),
    /// Print the API's document: OpenAPI 3.1, as JSON. A deployment's where one is named, else this program's.
    Openapi(Deployment),
    /// Write what has a shell complete our commands and options when Tab is pressed.
    ///
    /// bash: `tingting completion bash > ~/.local/share/bash-completion/completions/tingting`. zsh: a folder
    /// of $fpath, such as `--folder ~/.zfunc`. fish: `--folder ~/.config/fish/completions`. PowerShell: append
    /// it to $PROFILE.
    Completion(Completion),
    /// Write the manual's pages: one to standard output, or all into a folder.
    Man(Man),
}

impl Command {
    /// Whether it asks a deployment over its API.
    pub(crate) fn asks_a_deployment(&self) -> bool {
        match self {
            Self::Login(_)
            | Self::Logout(_)
            | Self::Events(_)
            | Self::Sources(_)
            | Self::Destinations(_)
            | Self::Pause(_)
            | Self::Resume(_)
            | Self::Held(_)
            | Self::Resend(_)
            | Self::Cancel(_)
            | Self::Replay(_)
            | Self::Changes(_)
            | Self::Openapi(_) => true,
            Self::Serve(_)
            | Self::Check(_)
            | Self::Simulate(_)
            | Self::Apply(_)
            | Self::Clients(_)
            | Self::Operators(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Export(_)
            | Self::Import(_)
            | Self::Erase(_)
            | Self::Sepay(_)
            | Self::Casso(_)
            | Self::Telegram(_)
            | Self::Completion(_)
            | Self::Man(_) => false,
        }
    }
}

/// Where the configuration is.
#[derive(Debug, Args)]
pub struct ConfigPath {
    /// The configuration file.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}
