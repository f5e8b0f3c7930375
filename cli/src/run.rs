//! From a command line to an exit code.

use std::future::Future;
use std::io::{self, Write as _};
use std::path::Path;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use domain::{Clock, Entropy, Screen};

use crate::args::{Arguments, Command};
use crate::config::{Config, Env, Faults, Surroundings, system_resolver};
use crate::serve::{self, FirstClient, Logs, Options, Terminal};
use crate::{
    archive, casso, check, clients, copies, erase, manual, operators, remote, sepay, simulate,
    stack, standing, starter, telegram, welcome,
};

/// How long the last lines may take to be read.
const MOMENT: Duration = Duration::from_secs(1);

/// What to do where no first configuration can be written.
const UNWRITTEN: &str =
    "create its folder and let us write there, or name another file with --config";

/// What only a process has.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Process<'a> {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The environment.
    pub env: Env<'a>,
    /// The program, as it was called.
    pub program: String,
    /// Whether stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether stderr is a terminal.
    pub stderr_is_terminal: bool,
    /// Has the signals that would end the process end what this gives instead: for `serve` alone, which
    /// finishes what is in flight.
    pub stop: &'a dyn Fn() -> io::Result<Stop>,
}

/// Ends when the process is told to stop.
pub type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs a command. An error is for people, and means exit code 1.
pub async fn run(arguments: Arguments, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let above = arguments.deployment;
    if above.is_said() && !arguments.command.asks_a_deployment() {
        bail!(
            "--url is for the commands that ask a deployment, and this one works where it is started: leave \
             it out"
        );
    }
    match arguments.command {
        Command::Serve(path) => serve(&path.config, process).await,
        Command::Check(path) => {
            let config = read(&path.config, process.env)?;
            print(&check::describe(&config))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Simulate(what) => simulate::simulate(what, process).await,
        Command::Apply(what) => stack::apply(what, process).await,
        Command::Sources(what) => remote::sources(what, &above, process).await,
        Command::Destinations(what) => remote::destinations(what, &above, process).await,
        Command::Pause(what) => standing::pause(what, &above, process).await,
        Command::Resume(what) => standing::resume(what, &above, process).await,
        Command::Held(place) => standing::held(place, &above, process).await,
        Command::Clients(what) => clients::clients(what, process).await,
        Command::Operators(what) => operators::operators(what, process).await,
        Command::Backup(what) => copies::backup(what, process).await,
        Command::Restore(what) => copies::restore(what, process).await,
        Command::Export(what) => archive::export(what, process).await,
        Command::Import(what) => archive::import(what, process).await,
        Command::Erase(what) => erase::erase(what, process).await,
        Command::Sepay(what) => sepay::sepay(what, process).await,
        Command::Casso(what) => casso::casso(what, process).await,
        Command::Telegram(what) => telegram::telegram(what, process).await,
        Command::Login(what) => remote::login(what, &above, &process).await,
        Command::Logout(what) => remote::logout(&what, &above, &process),
        Command::Events(what) => remote::events(what, &above, &process).await,
        Command::Resend(what) => remote::resend(&what, &above, &process).await,
        Command::Cancel(what) => remote::cancel(&what, &above, &process).await,
        Command::Replay(what) => remote::replay(&what, &above, &process).await,
        Command::Changes(what) => remote::changes(&what, &above, &process).await,
        Command::Openapi(what) => remote::openapi(&what, &above, &process).await,
        Command::Completion(what) => manual::completion(&what),
        Command::Man(what) => manual::man(&what),
    }
}

async fn serve(path: &Path, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let stop = (process.stop)()?;
    let logs = if process.stderr_is_terminal { Logs::Terminal } else { Logs::Json };
    let logs = serve::follow(logs, (process.env)("TINGTING_LOG").as_deref())?;
    let screen = Arc::new(Terminal::start(process.stdout_is_terminal)?);
    let ended = listen(path, process, Arc::clone(&screen), stop).await;
    let drained = tokio::task::spawn_blocking(move || {
        screen.drain(MOMENT);
        logs.drain(MOMENT);
    });
    drained.await.context("the last lines were not written")?;
    ended
}

/// Serves until told to stop.
async fn listen(
    path: &Path,
    process: Process<'_>,
    screen: Arc<Terminal>,
    stop: Stop,
) -> anyhow::Result<ExitCode> {
    let first = !path.exists();
    if first {
        starter::write(path, process.entropy.as_ref())
            .with_context(|| format!("cannot write a first {}; {UNWRITTEN}", path.display()))?;
    }
    let config = read(path, process.env)?;
    for stranger in config.strangers() {
        tracing::warn!("{stranger}");
    }
    if !process.stdout_is_terminal {
        for exposed in config.exposed() {
            tracing::warn!("{exposed}");
        }
    }
    let running = serve::serve(Options {
        config: config.clone(),
        clock: process.clock,
        entropy: process.entropy,
        screen: Arc::clone(&screen) as Arc<dyn Screen>,
        providers: providers::ALL,
        channels: channels::ALL,
        seen: process.stdout_is_terminal,
    })
    .await?;
    let base = config.base_url(running.address);
    let text = if first {
        welcome::first(&process.program, path, &config, &base)
    } else {
        welcome::again(&config, &base)
    };
    screen.print(&text);
    let (program, local) = (&process.program, Config::local_url(running.address));
    if !running.has_operators {
        screen.print(&welcome::nobody(program, path, &local));
    }
    screen.print(&match &running.first_client {
        FirstClient::OnRecord => String::new(),
        FirstClient::Made(made) => welcome::client(program, path, &local, made),
        FirstClient::Unseen => welcome::no_client(program, path),
    });
    stop.await;
    tracing::info!("stopping: finishing what is in flight");
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Reads the configuration of this program's providers and channels.
pub(crate) fn read(path: &Path, env: Env<'_>) -> Result<Config, Faults> {
    let (providers, channels) = (providers::ALL, channels::ALL);
    Config::read(path, Surroundings { env, resolve: &system_resolver, providers, channels })
}

/// Writes to stdout. A reader that has gone is no failure of ours.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to the terminal")
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
