//! A whole pipeline in memory with the clock in hand: the flows over memory ports that may fail as
//! planned, a wire that answers as told, and a consumer driven by hand. Nothing waits, nothing sleeps.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    Ack, Answer, Channel, Clock as _, DeliveryState, DestinationName, DestinationRecord, Dispatch,
    Display, Egress, Handled, Inbox as _, Ingest, Kind, Lane, Lanes, Listed, ListedSource,
    PortError, Provider, Request, Retention, Screen, SendError, SourceRecord, Sweep, Swept,
    TokenCache,
};
use http::{HeaderMap, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};

use crate::clock::{HandClock, HandTimer, SeededEntropy};
use crate::faults::{
    Faults, FaultyDirectory, FaultyInbox, FaultyLedger, FaultyLog, FaultyNotes, FaultyQueue,
    FaultySurvey,
};
use crate::memory::{MemoryDirectory, MemoryLedger, MemoryNotes, MemoryQueue};

/// Longer than any lease of these tests.
const VISIBILITY: Duration = Duration::from_secs(120);
/// Longer than any journey.
const KEPT: Retention =
    Retention { keys: SignedDuration::from_hours(4320), bodies: SignedDuration::from_hours(4320) };
/// More rounds than any journey takes: one that does not end fails its test.
const ROUNDS: usize = 10_000;

/// One request that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The path it went to.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// When.
    pub at: Timestamp,
}

type Script = dyn Fn(usize, &Sent) -> Result<Answer, SendError> + Send + Sync;

/// The network: remembers what left and answers as told.
#[expect(missing_debug_implementations, reason = "a script has nothing to show")]
pub struct Wire {
    clock: Arc<HandClock>,
    sent: Mutex<Vec<Sent>>,
    script: Box<Script>,
}

/// An answer without headers.
pub fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        headers: HeaderMap::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

#[async_trait]
impl Egress for Wire {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        _timeout: Duration,
        not_after: Timestamp,
    ) -> Result<Answer, SendError> {
        let at = self.clock.now();
        if at > not_after {
            return Err(SendError::Late);
        }
        // As a real network does, so that others run meanwhile.
        tokio::task::yield_now().await;
        let (head, body) = request.into_parts();
        let sent = Sent { path: head.uri.path().to_owned(), headers: head.headers, body, at };
        let mut all = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(sent.clone());
        (self.script)(all.len() - 1, &sent)
    }
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// How long whoever finds a gate closed stays away.
const AWAY: Duration = Duration::from_secs(10);

/// Lanes that are free, but for those of one destination at a time.
#[derive(Debug, Default)]
pub struct Gate(Mutex<Option<DestinationName>>);

impl Gate {
    /// Closes the lanes of a destination, or opens all.
    pub fn close(&self, destination: Option<DestinationName>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = destination;
    }
}

#[async_trait]
impl Lanes for Gate {
    fn try_enter(&self, destination: &DestinationName, _: u32) -> Option<Lane> {
        let closed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (closed.as_ref() != Some(destination)).then(|| Box::new(()) as Lane)
    }

    async fn enter(&self, destination: &DestinationName, lanes: u32) -> Result<Lane, Duration> {
        self.try_enter(destination, lanes).ok_or(AWAY)
    }
}

impl Screen for Wire {
    fn show(&self, _: &Display, _: &DestinationName) {}
}

/// The pipeline. Its ports outlive the flows: [`World::restart`] is a new process on the same disk.
#[expect(missing_debug_implementations, reason = "flows have nothing to show")]
pub struct World {
    /// The time.
    pub clock: Arc<HandClock>,
    /// The books.
    pub ledger: Arc<MemoryLedger>,
    /// The bell.
    pub queue: Arc<MemoryQueue>,
    /// Sources and destinations.
    pub directory: Arc<MemoryDirectory>,
    /// The plan of failure.
    pub faults: Arc<Faults>,
    /// The network.
    pub wire: Arc<Wire>,
    /// The way to each destination.
    pub gate: Arc<Gate>,
    /// The acknowledging flow.
    pub ingest: Ingest,
    /// The delivering flow.
    pub dispatch: Dispatch,
    /// The repairing flow.
    pub sweep: Sweep,
    inbox: FaultyInbox,
    providers: &'static [&'static dyn Provider],
    channels: &'static [&'static dyn Channel],
}

impl World {
    /// A world with these tables, in which ports fail by `faults` and the wire answers by `script`.
    pub fn new(
        providers: &'static [&'static dyn Provider],
        channels: &'static [&'static dyn Channel],
        faults: Arc<Faults>,
        script: impl Fn(usize, &Sent) -> Result<Answer, SendError> + Send + Sync + 'static,
    ) -> Self {
        let clock = Arc::new(HandClock::default());
        let ledger = Arc::new(MemoryLedger::default());
        let queue = Arc::new(MemoryQueue::new(Arc::clone(&clock)));
        let directory = Arc::new(MemoryDirectory::default());
        let sent = Mutex::default();
        let wire = Arc::new(Wire { clock: Arc::clone(&clock), sent, script: Box::new(script) });
        let gate = Arc::new(Gate::default());
        let faulty_ledger = || Arc::new(FaultyLedger(ledger.clone(), Arc::clone(&faults)));
        let faulty_queue = || Arc::new(FaultyQueue(queue.clone(), Arc::clone(&faults)));
        let faulty_directory = || Arc::new(FaultyDirectory(directory.clone(), Arc::clone(&faults)));
        let ingest = Ingest::new(faulty_ledger(), faulty_queue(), faulty_directory(), providers);
        let dispatch = Dispatch {
            ledger: faulty_ledger(),
            queue: faulty_queue(),
            directory: faulty_directory(),
            egress: Arc::clone(&wire) as Arc<dyn Egress>,
            lanes: Arc::clone(&gate) as Arc<dyn Lanes>,
            screen: Arc::clone(&wire) as Arc<dyn Screen>,
            clock: clock.clone(),
            timer: Arc::new(HandTimer(Arc::clone(&clock))),
            entropy: Arc::new(SeededEntropy::new(1)),
            channels,
            tokens: TokenCache::default(),
        };
        let notes = Arc::new(MemoryNotes::default());
        let sweep = Sweep {
            ledger: faulty_ledger(),
            survey: Arc::new(FaultySurvey(ledger.clone(), Arc::clone(&faults))),
            log: Arc::new(FaultyLog(ledger.clone(), Arc::clone(&faults))),
            notes: Arc::new(FaultyNotes(notes, Arc::clone(&faults))),
            queue: faulty_queue(),
            dead_letters: queue.clone(),
            directory: faulty_directory(),
            clock: clock.clone(),
            channels,
            providers: providers.iter().map(|provider| provider.name()).collect(),
            probe_every: SignedDuration::from_mins(15),
            kept: KEPT,
        };
        let inbox = FaultyInbox(queue.clone(), Arc::clone(&faults));
        Self {
            clock,
            ledger,
            queue,
            directory,
            faults,
            wire,
            gate,
            ingest,
            dispatch,
            sweep,
            inbox,
            providers,
            channels,
        }
    }

    /// Puts a source into the directory; a faulty record fails the test.
    #[must_use]
    pub fn with_source(self, record: &SourceRecord) -> Self {
        let source = record.parse(self.providers).expect("a good source");
        self.directory.put_source(ListedSource::Ready(Arc::new(source)));
        self
    }

    /// Puts a destination into the directory; a faulty record fails the test.
    #[must_use]
    pub fn with_destination(self, record: &DestinationRecord) -> Self {
        let destination = record.parse(self.channels).expect("a good destination");
        self.directory.put_destination(Listed::Ready(Box::new(destination)));
        self
    }

    /// A hook arrives.
    pub async fn hook(&self, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Ack {
        let request = Request {
            method,
            path,
            query: "",
            headers,
            body: Ok(Bytes::copy_from_slice(body)),
            receipt: "receipt-1",
            received: self.clock.now(),
        };
        self.ingest.answer(request).await
    }

    /// The process dies and starts again: every lease ends, every message is visible, and the ports
    /// work again.
    pub fn restart(&mut self) {
        self.faults.heal();
        self.ledger.end_leases();
        self.queue.show_all();
        let ledger = Arc::new(FaultyLedger(self.ledger.clone(), Arc::clone(&self.faults)));
        let queue = Arc::new(FaultyQueue(self.queue.clone(), Arc::clone(&self.faults)));
        let directory = Arc::new(FaultyDirectory(self.directory.clone(), Arc::clone(&self.faults)));
        self.ingest = Ingest::new(ledger, queue, directory, self.providers);
        self.dispatch.tokens = TokenCache::default();
    }

    /// Restarts if ports fail from a blow on: the process that met it is dead. A hiccup it survives.
    pub fn restart_if_dead(&mut self) {
        if self.faults.is_fatal() {
            self.restart();
        }
    }

    /// Handles what is visible, once. `Err` is what would have stopped the consumer.
    pub async fn handle_visible(&self) -> Result<usize, PortError> {
        let messages = self.inbox.receive(10, self.clock.now(), VISIBILITY).await?;
        let received = messages.len();
        for message in messages {
            match self.dispatch.handle(&message.envelope).await? {
                Handled::Done(_) => self.inbox.delete(&[message.receipt]).await?,
                Handled::Unfinished { error, .. } => return Err(error),
                Handled::Poison { reason, .. } => {
                    self.inbox.bury(&message.receipt, &reason, self.clock.now()).await?;
                }
            }
        }
        Ok(received)
    }

    /// Lets time pass until the queue is empty, restarting after every failure.
    pub async fn drain(&mut self) {
        for _ in 0..ROUNDS {
            match self.handle_visible().await {
                Ok(0) => match self.queue.next_visible() {
                    Some(next) if next > self.clock.now() => self.clock.set(next),
                    Some(_) => {}
                    None => return,
                },
                Ok(_) => {}
                Err(_) => self.restart(),
            }
        }
        panic!("the queue does not empty: {:?}", self.queue.envelopes());
    }

    /// Lets time pass until `until`: messages are handled when they become visible, and the sweep
    /// runs every minute, as in a process. What the last run did.
    pub async fn live(&mut self, until: Timestamp) -> Swept {
        let mut swept = Swept::default();
        let mut next_sweep = self.clock.now();
        while self.clock.now() < until {
            if self.clock.now() >= next_sweep {
                swept = self.sweep.run().await;
                next_sweep = self.clock.now() + MINUTE;
            }
            match self.handle_visible().await {
                Ok(0) => {
                    let next = self.queue.next_visible().unwrap_or(until).min(next_sweep);
                    self.clock.set(next.min(until).max(self.clock.now()));
                }
                Ok(_) => {}
                Err(_) => self.restart(),
            }
        }
        swept
    }

    /// What has left so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.wire.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The books are in order: every event is taken, and no delivery is on its way.
    pub fn check_the_books(&self) {
        for stored in self.ledger.events() {
            assert!(stored.taken, "{} was acknowledged and is not taken", stored.event.key);
        }
        let events = self.ledger.events();
        let digests = events.iter().any(|stored| stored.event.kind == Kind::Digest);
        for (delivery, attempts) in self.ledger.deliveries() {
            let held = matches!(delivery.state, DeliveryState::Held(_));
            assert!(held || !delivery.is_open(), "{delivery:?}");
            let numbers: Vec<u32> = attempts.iter().map(|attempt| attempt.n).collect();
            assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
            // A digest's members are delivered by its attempt.
            if delivery.state == DeliveryState::Delivered && !digests {
                assert_eq!(attempts.last().map(|a| a.verdict), Some("delivered"));
            }
        }
    }
}
