//! The front door alone, with deadlines, a clock and a directory in hand.

use std::sync::atomic::AtomicI64;

use async_trait::async_trait;
use domain::{Directory, Ingest, Listed, ListedSource, Outbound, PortError, Queue as _};
use egress::Guard;
use embedded::Database;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

use super::counts::Counts;
use super::http::{Deadlines, Front};
use super::metrics::Metrics;
use super::*;

const SHORT: Duration = Duration::from_millis(50);

/// A clock set by hand, in seconds.
struct ByHand(AtomicI64);

impl Clock for ByHand {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A directory that never answers.
struct Silent;

#[async_trait]
impl Directory for Silent {
    async fn sources(&self, _: &str) -> Result<Vec<ListedSource>, PortError> {
        std::future::pending().await
    }

    async fn destinations(&self) -> Result<Arc<Vec<Listed>>, PortError> {
        std::future::pending().await
    }
}

struct Door {
    address: SocketAddr,
    clock: Arc<ByHand>,
    database: Database,
    _stop: watch::Sender<bool>,
    _folder: TempDir,
}

async fn door(deadlines: Deadlines) -> Door {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ByHand(AtomicI64::new(1_795_141_000)));
    let ticking: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
    let database = Database::open(folder.path(), Arc::clone(&ticking)).unwrap();
    let port = Arc::new(database.clone());
    let metrics = Arc::new(Metrics::new());
    let entropy: Arc<dyn Entropy> = Arc::new(Counting(AtomicU64::new(0)));
    let tables = (providers::ALL, channels::ALL);
    let front = Front {
        console: start::console(&database, &ticking, &entropy, tables, Guard::new(Vec::new())),
        ingest: Ingest::new(port.clone(), port, Arc::new(Silent), providers::ALL),
        providers: providers::ALL,
        database: database.clone(),
        counts: Counts::new(database.clone(), Arc::clone(&ticking), Arc::clone(&metrics)),
        deadlines,
        clock: ticking,
        entropy,
        metrics,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(Arc::new(front).run(listener, stopped, Duration::ZERO));
    Door { address, clock, database, _stop: stop, _folder: folder }
}

#[tokio::test]
async fn a_caller_who_never_reads_its_answers_loses_its_connection() {
    let door = door(Deadlines { write: SHORT, ..Deadlines::default() }).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(door.address).await.unwrap();
    let flood = "GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100);
    let refused = async { while stream.write_all(flood.as_bytes()).await.is_ok() {} };
    let ended = tokio::time::timeout(Duration::from_secs(30), refused).await;
    assert!(ended.is_ok(), "it still holds its connection");
}

#[tokio::test]
async fn a_call_answered_too_late_names_its_source() {
    let door = door(Deadlines { answer: SHORT, ..Deadlines::default() }).await;
    let answer = talk(door.address, &payment("T1", 1000)).await;
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    assert!(answer.contains("retry-after: 5"), "{answer}");
    let page = talk(door.address, &call("GET", "/metrics", "", "")).await;
    let counted = r#"tingting_hooks_total{provider="thueapi",outcome="overdue"} 1"#;
    assert!(page.contains(counted), "{page}");
}

#[tokio::test]
async fn the_database_is_counted_at_most_every_ten_seconds() {
    let door = door(Deadlines::default()).await;
    let page = async || talk(door.address, &call("GET", "/metrics", "", "")).await;
    let queued = async |count: u32| {
        let page = page().await;
        assert!(page.contains(&format!("tingting_queue_length {count}\n")), "{page}");
    };
    queued(0).await;
    let message = Outbound { envelope: "{}".to_owned(), delay: Duration::ZERO };
    door.database.send(&[message]).await.unwrap();
    door.clock.0.fetch_add(9, Ordering::SeqCst);
    queued(0).await;
    door.clock.0.fetch_add(1, Ordering::SeqCst);
    queued(1).await;
}
