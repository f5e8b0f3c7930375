//! The command line of what asks a deployment over its API, wherever that is. Secrets are never typed here:
//! they come from the environment, the keyring or standard input.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use url::Url;

/// Which deployment. Before the command it says the same as behind it.
#[derive(Debug, Clone, Default, Args)]
pub struct Deployment {
    /// A deployment, by the address of its API, such as https://hooks.example.com. Default: the variable
    /// TINGTING_URL.
    #[arg(long, value_name = "URL")]
    pub url: Option<Url>,
    /// Let secrets go over plain http to another machine than this one.
    #[arg(long)]
    pub allow_http: bool,
}

impl Deployment {
    /// Whether anything was said.
    pub(crate) fn is_said(&self) -> bool {
        self.url.is_some() || self.allow_http
    }
}

/// Which deployment is asked, and how its answer is shown.
#[derive(Debug, Args)]
pub struct Remote {
    /// Which.
    #[command(flatten)]
    pub deployment: Deployment,
    /// Write the API's own JSON, for programs.
    #[arg(long)]
    pub json: bool,
    /// How long to wait for each answer. A test call is answered once its destination has answered.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "70s",
        value_parser = humantime::parse_duration
    )]
    pub timeout: Duration,
}

/// Where to log in.
#[derive(Debug, Args)]
pub struct RemoteLogin {
    /// The client's id. Default: the variable TINGTING_CLIENT_ID, or what is typed when asked for.
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// What to do with the log.
#[derive(Debug, Subcommand)]
pub enum Events {
    /// List events, newest first.
    List(Box<EventsList>),
    /// Show one event: what is known of it, its deliveries, and every attempt.
    Show(EventsShow),
}

/// Which events. Every part must hold; what is left out holds for all.
#[derive(Debug, Clone, Args)]
pub struct Filters {
    /// Received no earlier: 2026-11-22, 2026-11-22T08:00:00+07:00, or a time of Vietnam's.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Received before; a day is meant whole.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Of this source, such as casso/shop; again for more.
    #[arg(long, value_name = "PROVIDER/NAME")]
    pub source: Vec<String>,
    /// Of this kind, such as transfer.in, payment.*, order; again for more.
    #[arg(long, value_name = "KIND")]
    pub kind: Vec<String>,
    /// On this account or virtual account.
    #[arg(long, value_name = "NUMBER")]
    pub account: Option<String>,
    /// Of at least this amount.
    #[arg(long, value_name = "AMOUNT")]
    pub min_amount: Option<String>,
    /// Of at most this amount.
    #[arg(long, value_name = "AMOUNT")]
    pub max_amount: Option<String>,
    /// With each of these words in memo, names, codes and references; case and accents aside.
    #[arg(long, value_name = "WORDS")]
    pub text: Option<String>,
    /// With exactly this reference.
    #[arg(long)]
    pub reference: Option<String>,
}

/// Which events to list.
#[derive(Debug, Args)]
pub struct EventsList {
    /// Which.
    #[command(flatten)]
    pub filters: Filters,
    /// With a delivery that stands so: pending, sending, waiting, gathered, held, delivered, failed or
    /// cancelled.
    #[arg(long, value_name = "STATE")]
    pub state: Option<String>,
    /// With a delivery to the destination of this name.
    #[arg(long, value_name = "NAME")]
    pub destination: Option<String>,
    /// How many in one answer: 1 to 200. Default: 50.
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<u32>,
    /// Follow the log to its end; with --json one answer on each line.
    #[arg(long)]
    pub all: bool,
    /// Where to go on: what the list before ended with.
    #[arg(long)]
    pub cursor: Option<String>,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// Which event.
#[derive(Debug, Args)]
pub struct EventsShow {
    /// Its key, such as casso/shop/123, or its id.
    pub event: String,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// One delivery: which event, and where to.
#[derive(Debug, Args)]
pub struct OneDelivery {
    /// The event's key, such as casso/shop/123, or its id.
    pub event: String,
    /// The destination's name, its number, or what people call it.
    pub destination: String,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// How a delivery stands that is to be sent again, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Again {
    Failed,
    Held,
    Delivered,
    Cancelled,
}

/// What to send again.
#[derive(Debug, Args)]
pub struct Replay {
    /// The destination's name, its number, or what people call it.
    pub destination: String,
    /// How their deliveries there stand.
    #[arg(long, value_enum, default_value = "failed")]
    pub state: Again,
    /// Which events.
    #[command(flatten)]
    pub filters: Filters,
    /// Only count them.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Go on with a replay that stopped: under its name nothing is sent twice, for a day.
    #[arg(long, value_name = "NAME")]
    pub run: Option<String>,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}

/// Which changes.
#[derive(Debug, Args)]
pub struct Changes {
    /// Follow them to their end; with --json one answer on each line.
    #[arg(long)]
    pub all: bool,
    /// Where to go on: what the list before ended with.
    #[arg(long)]
    pub cursor: Option<String>,
    /// Where.
    #[command(flatten)]
    pub remote: Remote,
}
