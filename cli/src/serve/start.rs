//! Start and stop: opens the database, follows the configuration, wires the ports, listens; and ends
//! it all in the order that loses nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use console::access::Throttle;
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

use super::consume::Consumer;
use super::counts::Counts;
use super::http::{Deadlines, Front};
use super::lanes::LocalLanes;
use super::metrics::Metrics;
use super::rounds::{Rounds, Sleeper};
use crate::config::{Config, Surroundings, reach};

/// The console on this machine's database.
pub(super) fn console(
    database: &Database,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    (providers, channels): (&'static [&'static dyn Provider], &'static [&'static dyn Channel]),
    guard: Guard,
) -> Door {
    Door::new(Arc::new(Console {
        entries: Arc::new(database.clone()),
        cabinet: Arc::new(database.clone()),
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        throttle: Throttle::default(),
        channels,
        judge: Arc::new(move |destination: &Destination| {
            // Names are judged where they lead when they are called: nobody waits for them here.
            let nowhere = |_: &str| Ok(Vec::new());
            let surroundings =
                Surroundings { env: &|_| None, resolve: &nowhere, providers, channels };
            reach::judge(destination, surroundings, &guard)
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
}

/// A program that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts; on return it listens.
pub async fn serve(options: Options) -> anyhow::Result<Running> {
    let Options { config, clock, entropy, screen, providers, channels } = options;
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
    let dispatch = Dispatch {
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
    };

    let (stop, stopped) = watch::channel(false);
    let front = Front {
        ingest,
        console: console(&database, &clock, &entropy, (providers, channels), judging),
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
    Ok(Running { address, stop, tasks })
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
