//! Start and stop: opens the database, follows the configuration, wires the ports, listens; and ends
//! it all in the order that loses nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use console::access::Throttle;
use console::people::Passwords;
use console::{Console, Door};
use domain::{
    Channel, Clock, Destination, Directory, Dispatch, Entropy, Ingest, Ledger, MAX_PAGE, Provider,
    Queue, Reconcile, Screen, Sweep, TokenCache, chain,
};
use egress::{Guard, HttpEgress};
use embedded::Database;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::client::FirstClient;
use super::consume::Consumer;
use super::counts::Counts;
use super::http::{Deadlines, Front};
use super::lanes::LocalLanes;
use super::metrics::Metrics;
use super::rounds::{Rounds, Sleeper};
use crate::config::Config;

/// The console on this machine's database.
pub(super) fn console(
    database: &Database,
    dispatch: Arc<Dispatch>,
    providers: &'static [&'static dyn Provider],
    public_url: String,
    guard: Guard,
    plain: bool,
) -> Door {
    let database = Arc::new(database.clone());
    let channels = dispatch.channels;
    Door::new(Arc::new(Console {
        entries: Arc::clone(&database) as _,
        directory: Arc::clone(&database) as _,
        cabinet: Arc::clone(&database) as _,
        ledger: Arc::clone(&database) as _,
        survey: Arc::clone(&database) as _,
        log: Arc::clone(&database) as _,
        queue: database,
        clock: Arc::clone(&dispatch.clock),
        entropy: Arc::clone(&dispatch.entropy),
        dispatch,
        throttle: Throttle::default(),
        passwords: Passwords::default(),
        plain,
        channels,
        providers,
        public_url: Some(public_url),
        judge: Arc::new(move |destination: &Destination| {
            guard.judge_destination(destination, channels, &egress::unresolved)
        }),
    }))
}

/// How long requests and attempts in flight may take to end after a stop was asked for.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the program needs from its process.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Options {
    /// What was configured.
    pub config: Config,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where the channel `preview` shows.
    pub screen: Arc<dyn Screen>,
    /// The providers listened to.
    pub providers: &'static [&'static dyn Provider],
    /// The channels spoken.
    pub channels: &'static [&'static dyn Channel],
    /// Whether a person sees what is printed: only then is a first client made, for its secret is shown once.
    pub seen: bool,
}

/// A program that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether anybody could sign in to the console when it started.
    pub has_operators: bool,
    /// What it found of the API's clients.
    pub first_client: FirstClient,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts; on return it listens.
pub async fn serve(options: Options) -> anyhow::Result<Running> {
    let Options { config, clock, entropy, screen, providers, channels, seen } = options;
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("cannot listen on {}; is another tingting running there? change [server] listen, or stop the other", config.listen)
    })?;
    let address = listener.local_addr().context("the listening socket has no address")?;
    let database = Database::open(&config.data, Arc::clone(&clock))?;
    let sources: Vec<_> = config.sources.iter().map(|(record, _)| record.clone()).collect();
    let destinations: Vec<_> =
        config.destinations.iter().map(|(record, _)| record.clone()).collect();
    for destination in database.follow_file(&sources, &destinations).await?.removed {
        tracing::warn!(
            destination,
            "no longer in the configuration file, and removed: what is held for it is cancelled \
             within a minute, what waits when it falls due. To keep it, put it back at once; to stop \
             sending and hold instead, keep it in the file and use tingting pause"
        );
    }

    let ledger: Arc<dyn Ledger> = Arc::new(database.clone());
    let queue: Arc<dyn Queue> = Arc::new(database.clone());
    let directory: Arc<dyn Directory> = Arc::new(database.clone());
    let metrics = Arc::new(Metrics::new());
    let ingest =
        Ingest::new(Arc::clone(&ledger), Arc::clone(&queue), Arc::clone(&directory), providers);
    let guard = Guard::new(config.allow.clone());
    let judging = guard.clone();
    let timer = Arc::new(Sleeper(Arc::clone(&clock)));
    let rounds = Rounds {
        sweep: Sweep {
            ledger: Arc::clone(&ledger),
            survey: Arc::new(database.clone()),
            log: Arc::new(database.clone()),
            notes: Arc::new(database.clone()),
            queue: Arc::clone(&queue),
            dead_letters: Arc::new(database.clone()),
            directory: Arc::clone(&directory),
            clock: Arc::clone(&clock),
            channels,
            providers: providers.iter().map(|provider| provider.name()).collect(),
            probe_every: config.probe_every,
            kept: config.retention,
        },
        reconcile: Reconcile {
            ledger: Arc::clone(&ledger),
            queue: Arc::clone(&queue),
            directory: Arc::clone(&directory),
            egress: Arc::new(HttpEgress::new(guard.clone(), Arc::clone(&clock))?.reading(MAX_PAGE)),
            notes: Arc::new(database.clone()),
            clock: Arc::clone(&clock),
            timer: timer.clone(),
            providers,
        },
        ledger: Arc::clone(&ledger),
        queue: Arc::clone(&queue),
        clock: Arc::clone(&clock),
        metrics: Arc::clone(&metrics),
    };
    let rounds = Arc::new(rounds);
    let egress = HttpEgress::new(guard, Arc::clone(&clock))?;
    let dispatch = Arc::new(Dispatch {
        ledger,
        queue,
        directory,
        egress: Arc::new(egress),
        lanes: Arc::new(LocalLanes::default()),
        screen,
        clock: Arc::clone(&clock),
        timer,
        entropy: Arc::clone(&entropy),
        channels,
        tokens: TokenCache::default(),
    });

    let public_url = config.base_url(address);
    let has_operators = console::people::any(&database).await?;
    let now = clock.now();
    let first_client = FirstClient::find(&database, entropy.as_ref(), now, seen).await?;
    let (stop, stopped) = watch::channel(false);
    let front = Front {
        ingest,
        console: console(
            &database,
            Arc::clone(&dispatch),
            providers,
            public_url,
            judging,
            config.plain_http,
        ),
        providers,
        database: database.clone(),
        counts: Counts::new(database.clone(), Arc::clone(&clock), Arc::clone(&metrics)),
        deadlines: Deadlines::default(),
        clock: Arc::clone(&clock),
        entropy,
        metrics: Arc::clone(&metrics),
    };
    let consumer = Consumer { dispatch, database, clock, metrics };
    let tasks = vec![
        tokio::spawn(Arc::new(front).run(listener, stopped.clone(), PATIENCE)),
        tokio::spawn(Arc::new(consumer).run(stopped.clone(), PATIENCE)),
        tokio::spawn(Arc::clone(&rounds).sweep(stopped.clone())),
        tokio::spawn(rounds.reconcile(stopped)),
    ];
    tracing::info!(%address, sources = sources.len(), destinations = destinations.len(), "listening");
    Ok(Running { address, has_operators, first_client, stop, tasks })
}

impl Running {
    /// Takes no more calls, lets what is in flight end, and returns when all is done. What does not
    /// end in time stays on the queue or with its sender, and is done after the next start.
    pub async fn stop(self) {
        // Nobody listening means that both loops have ended already.
        _ = self.stop.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(error = chain(&error), "a loop ended badly");
            }
        }
    }
}
