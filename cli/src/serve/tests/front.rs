//! The front door alone, with deadlines, a clock and a directory in hand.

use std::sync::atomic::AtomicI64;

use async_trait::async_trait;
use console::access::{self, Scope};
use domain::{
    Directory, Dispatch, Ingest, LONGEST_TIMEOUT, Listed, ListedSource, Outbound, PortError,
    Queue as _, TokenCache,
};
use egress::{Guard, HttpEgress};
use embedded::Database;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

use super::counts::Counts;
use super::http::{Deadlines, Front};
use super::lanes::LocalLanes;
use super::metrics::Metrics;
use super::rounds::Sleeper;
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
    let guard = Guard::new(vec!["127.0.0.1/32".parse().unwrap()]);
    let (sender, _) = mpsc::unbounded_channel();
    let dispatch = Dispatch {
        ledger: port.clone(),
        queue: port.clone(),
        directory: Arc::new(Silent),
        egress: Arc::new(HttpEgress::new(guard.clone(), Arc::clone(&ticking)).unwrap()),
        lanes: Arc::new(LocalLanes::default()),
        screen: Arc::new(Shown(Mutex::new(sender))),
        clock: Arc::clone(&ticking),
        timer: Arc::new(Sleeper(Arc::clone(&ticking))),
        entropy: Arc::clone(&entropy),
        channels: channels::ALL,
        tokens: TokenCache::default(),
    };
    let front = Front {
        console: start::console(
            &database,
            Arc::new(dispatch),
            providers::ALL,
            String::new(),
            guard,
            false,
        ),
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

/// A token for test calls.
async fn token(door: &Door) -> String {
    let (entropy, scopes) = (Counting(AtomicU64::new(100)), [Scope::WebhookWrite].into());
    let made =
        access::create(&door.database, &entropy, "x", scopes, door.clock.now()).await.unwrap();
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let (id, secret) = (&made.client.id, made.secret.expose());
    let said = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    loop {
        let answer = talk(door.address, &call("POST", "/oauth2/token", form, &said)).await;
        // Where the deadline is short it may come too late at first.
        if let Some((_, rest)) = answer.split_once(r#""access_token":""#) {
            return rest.split('"').next().unwrap().to_owned();
        }
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    }
}

/// A test call of a webhook that is not saved.
fn test_call(token: &str, webhook: SocketAddr) -> Vec<u8> {
    let more = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let body = format!(
        r#"{{"bank_account_id":0,"name":"x","event_type":"All","is_verify_payment":0,"timeout":"60s",
        "authen_type":"No_Authen","request_content_type":"Json","webhook_url":"http://{webhook}/"}}"#
    );
    call("POST", "/api/v1/webhooks/test", &more, &body)
}

#[tokio::test]
async fn a_slow_test_call_is_told_while_hooks_keep_their_deadline() {
    let door = door(Deadlines { answer: SHORT, ..Deadlines::default() }).await;
    let token = token(&door).await;
    let webhook = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let asked = test_call(&token, webhook.local_addr().unwrap());
    let address = door.address;
    let told = tokio::spawn(async move { talk(address, &asked).await });
    let (mut stream, _) = webhook.accept().await.unwrap();
    assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
    // The deadline of hooks passes meanwhile.
    let hook = talk(door.address, &payment("T1", 1000)).await;
    assert!(hook.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{hook}");
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    let told = told.await.unwrap();
    assert!(told.starts_with("HTTP/1.1 200 OK\r\n"), "{told}");
    assert!(told.contains(r#""delivered":true,"verdict":"delivered","http_status":200"#), "{told}");
}

#[tokio::test]
async fn a_call_of_the_consoles_that_takes_too_long_is_told_to_come_back() {
    let door = door(Deadlines { console: SHORT, ..Deadlines::default() }).await;
    let token = token(&door).await;
    let webhook = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let asked = test_call(&token, webhook.local_addr().unwrap());
    let told = talk(door.address, &asked).await;
    assert!(told.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{told}");
    assert!(told.contains("retry-after: 5"), "{told}");
}

#[test]
fn the_console_waits_for_the_longest_test_call_and_hooks_do_not() {
    let Deadlines { answer, console, .. } = Deadlines::default();
    assert_eq!(answer, Duration::from_secs(3));
    assert!(console > LONGEST_TIMEOUT && console < Duration::from_secs(90), "{console:?}");
}
