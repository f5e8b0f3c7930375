//! The command line of `tingting sources`, in the names of the API's fields. Secrets are not typed here: they
//! come from the environment or a file.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Listed, Remote};

/// What to do with sources; without a word, list them.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Sources {
    /// What to do.
    #[command(subcommand)]
    pub what: Option<OfSources>,
    /// Which to list.
    #[command(flatten)]
    pub listed: Listed,
}

/// What to do with sources.
#[derive(Debug, Subcommand)]
pub enum OfSources {
    /// List sources, all of them.
    List(Listed),
    /// Show one source, and what to type into which field of its provider's page.
    Show(SourcesOne),
    /// Make a source; a secret that is made for it is shown this once.
    ///
    /// `tingting sources create casso/shop` says where Casso is to call, and the key that it is to send. Abaha and
    /// SePay (api_key, oauth2) take a secret of ours too; ThueAPI, AppotaPay and SePay (hmac) make theirs, which
    /// --secret-env names.
    Create(SourcesNew),
    /// Change what is said of a source, and leave the rest; an empty text takes a value away.
    Update(SourcesChange),
    /// Put a new secret beside the one in use; one that is made is shown this once.
    ///
    /// Both are taken until `tingting sources retire`, so that no call is refused while the provider's page is
    /// changed.
    Rotate(SourcesRotation),
    /// End a rotation: only the newest secret is taken from then on, or all but the one that is said.
    Retire(SourcesRetirement),
    /// Disable a source: its calls are answered as a stranger's are.
    Disable(SourcesOne),
    /// Enable a source: its calls are taken again.
    Enable(SourcesOne),
    /// Remove a source; what it brought is kept.
    Remove(SourcesEnding),
}

/// Which one.
#[derive(Debug, Args)]
pub struct SourcesOne {
    /// The source, such as casso/shop.
    #[arg(value_name = "PROVIDER/NAME")]
    pub source: String,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// Which secrets to take no more.
#[derive(Debug, Args)]
pub struct SourcesRetirement {
    /// The secret to take no more, from the environment's variable of that name. Default: all but the newest.
    /// Of thueapi it must be said: each bank account has a token of its own.
    #[arg(long, value_name = "VARIABLE")]
    pub secret_env: Option<String>,
    /// Which source, and where.
    #[command(flatten)]
    pub ending: SourcesEnding,
}

/// What may be changed of a source.
#[derive(Debug, Args)]
pub struct SourceSettings {
    /// How old a signed stamp may be: 30d.
    #[arg(long, value_name = "DURATION")]
    pub max_age: Option<String>,
    /// A regular expression that finds the payment code in a memo.
    #[arg(long, value_name = "PATTERN")]
    pub code_pattern: Option<String>,
    /// When its silence is an alarm: off, or 6h.
    #[arg(long, value_name = "DURATION")]
    pub silence: Option<String>,
}

/// What to make.
#[derive(Debug, Args)]
pub struct SourcesNew {
    /// The source, such as casso/shop; the name is a part of its URL.
    #[arg(value_name = "PROVIDER/NAME")]
    pub source: String,
    /// How its calls are proven, of sepay: api_key, hmac, oauth2 or none.
    #[arg(long, value_name = "WAY")]
    pub auth: Option<String>,
    /// Of sepay with oauth2: the client id that SePay is given.
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// Of abaha: the header that carries the secret. Default: X-Abaha-Token.
    #[arg(long, value_name = "NAME")]
    pub header: Option<String>,
    /// Its secret, from the environment's variable of that name.
    #[arg(long, value_name = "VARIABLE")]
    pub secret_env: Option<String>,
    /// What is said of it.
    #[command(flatten)]
    pub settings: SourceSettings,
    /// All fields in a file, such as api: a JSON object; `-` is standard input. What is said beside it goes
    /// before it.
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// What to change.
#[derive(Debug, Args)]
pub struct SourcesChange {
    /// The source, such as casso/shop.
    #[arg(value_name = "PROVIDER/NAME")]
    pub source: String,
    /// What is said of it.
    #[command(flatten)]
    pub settings: SourceSettings,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// Which secret is to be put beside the one in use.
#[derive(Debug, Args)]
pub struct SourcesRotation {
    /// The source, such as casso/shop.
    #[arg(value_name = "PROVIDER/NAME")]
    pub source: String,
    /// The new secret, where the provider made it, from the environment's variable of that name.
    #[arg(long, value_name = "VARIABLE")]
    pub secret_env: Option<String>,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// What is to end.
#[derive(Debug, Args)]
pub struct SourcesEnding {
    /// The source, such as casso/shop.
    #[arg(value_name = "PROVIDER/NAME")]
    pub source: String,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}
