//! The command line, and nothing behind it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

/// Where the configuration is unless one is named.
pub(crate) const DEFAULT_CONFIG: &str = "tingting.toml";

/// Turns webhooks of Vietnamese banks and payment senders into Slack, Telegram and Lark
/// notifications and signed webhooks.
#[derive(Debug, Parser)]
#[command(name = "tingting", version, max_term_width = 100)]
pub struct Arguments {
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
    /// List the sources of a stack on AWS, secrets masked.
    Sources(Stack),
    /// List the destinations of a stack on AWS, secrets masked.
    Destinations(Stack),
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
    Held(Where),
    /// Make, list and revoke the clients of the API: programs that may ask for tokens.
    #[command(subcommand)]
    Clients(Clients),
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
}

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
    /// Whoever has this account, however it is spaced; in memos as a whole word.
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

/// Which ledger: this machine's, or a stack's where one is named.
#[derive(Debug, Args)]
pub struct Where {
    /// The configuration file that says where this machine's database is.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
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
    /// Whether a stack is meant.
    pub(crate) fn is_stack(&self) -> bool {
        self.stack.is_some() || self.table.is_some()
    }
}

/// What to pause.
#[derive(Debug, Args)]
pub struct Pause {
    /// The destination's name.
    pub name: String,
    /// Where it is.
    #[command(flatten)]
    pub place: Where,
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
    pub place: Where,
}

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

/// Where the configuration is.
#[derive(Debug, Args)]
pub struct ConfigPath {
    /// The configuration file.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}

/// What to call, how often and with what.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Who calls.
    pub provider: Sender,
    /// The source's URL. Default: the configuration's address and its first source of this provider.
    #[arg(long, value_name = "URL")]
    pub to: Option<Url>,
    /// The secret to prove ourselves with. Default: the first one of that source in the
    /// configuration.
    #[arg(long)]
    pub secret: Option<String>,
    /// What happened. casso, sepay: in, out, test. thueapi: in, out, change. abaha: order, product,
    /// customer. appotapay: payment, plan.activated, plan.inactivated, cycle.created,
    /// cycle.succeeded, cycle.retrying, cycle.failed, cycle.force_attempt_failed,
    /// payment_method.activated, payment_method.failed, refund.succeeded, refund.failed. Default:
    /// the first of these.
    #[arg(long)]
    pub kind: Option<String>,
    /// How much money, in đồng.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub amount: Option<u32>,
    /// The memo of a transfer.
    #[arg(long)]
    pub content: Option<String>,
    /// How many events.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub count: u32,
    /// How many calls per second, repeats among them. Default: as many as are answered, 64 at once.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: Option<u32>,
    /// How many times to repeat every call, as a provider's retries would.
    #[arg(long, default_value_t = 0)]
    pub duplicates: u32,
    /// How to prove ourselves. casso: v2 or v1. sepay: hmac, api_key, oauth2 or none. Default: what
    /// the configuration says; v2 for casso.
    #[arg(long)]
    pub auth: Option<AuthMode>,
    /// The configuration file.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
}

/// A provider, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sender {
    Abaha,
    Appotapay,
    Casso,
    Sepay,
    Thueapi,
}

/// A way of proving oneself, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum AuthMode {
    V1,
    V2,
    ApiKey,
    Hmac,
    #[value(name = "oauth2")]
    OAuth2,
    None,
}
