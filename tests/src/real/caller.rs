//! The senders: each calls until it is acknowledged, as the providers do, and now and then once more.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};

use super::casso::{self, Call};
use super::{Anything, now, timestamp};

/// A connection that is kept.
pub type Connection = SendRequest<Full<Bytes>>;

/// A call that takes longer is made again.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two calls of one hook.
const AGAIN: Duration = Duration::from_millis(100);
/// One hook in so many is sent again though it was acknowledged.
const REPEATED: u64 = 16;

/// Opens a connection.
pub async fn connect(to: SocketAddr) -> Result<Connection, Anything> {
    let stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the sender; a failure shows in the call that it breaks.
    tokio::spawn(connection);
    Ok(sender)
}

/// Makes a call on a connection.
pub async fn call(on: &mut Connection, call: &Call) -> Result<StatusCode, Anything> {
    let request = Request::post(casso::PATH)
        .header("host", "hooks.example.com")
        .header("content-type", "application/json")
        .header(casso::SIGNATURE, &call.signature)
        .body(Full::new(call.body.clone()))?;
    on.ready().await?;
    let answer = on.send_request(request).await?;
    let status = answer.status();
    answer.into_body().collect().await?;
    Ok(status)
}

/// Fetches a page, over a connection of its own.
pub async fn get(from: SocketAddr, path: &str) -> Result<(StatusCode, Bytes), Anything> {
    let mut connection = connect(from).await?;
    let request =
        Request::get(path).header("host", "hooks.example.com").body(Full::new(Bytes::new()))?;
    let answer = connection.send_request(request).await?;
    let status = answer.status();
    Ok((status, answer.into_body().collect().await?.to_bytes()))
}

/// Who takes the calls.
pub trait Door: Send + Sync + 'static {
    /// What a caller keeps from call to call.
    type Kept: Default + Send;

    /// Makes a call; whether it was acknowledged.
    fn knock(
        &self,
        kept: &mut Self::Kept,
        call: &Call,
    ) -> impl Future<Output = Result<bool, Anything>> + Send;
}

impl Door for SocketAddr {
    type Kept = Option<Connection>;

    async fn knock(&self, kept: &mut Self::Kept, sent: &Call) -> Result<bool, Anything> {
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => connect(*self).await?,
        };
        let status = call(&mut connection, sent).await?;
        *kept = Some(connection);
        Ok(status == StatusCode::OK)
    }
}

/// How the senders call.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// The first transfer's number.
    pub from: u64,
    /// So many at once.
    pub at_once: usize,
    /// Hooks a second, of all together; none: each calls as soon as its last was acknowledged.
    pub per_second: Option<u32>,
    /// Whether some are sent again though they were acknowledged.
    pub repeats: bool,
}

/// What the senders have seen so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// The transfers that were acknowledged.
    pub acknowledged: BTreeSet<u64>,
    /// How long each of them took, from the moment at which it was to be sent; whoever looks may take
    /// them away.
    pub waits: Vec<Duration>,
    /// Calls, those included that were not acknowledged.
    pub calls: u64,
    /// Calls made again after they were acknowledged.
    pub repeated: u64,
}

impl Seen {
    fn note(&mut self, number: u64, wait: Duration) {
        self.acknowledged.insert(number);
        self.waits.push(wait);
    }
}

/// Senders at work.
#[derive(Debug)]
pub struct Senders {
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Senders {
    /// Sets them to work.
    pub fn start<D: Door>(door: Arc<D>, rhythm: Rhythm) -> Self {
        let (seen, stop, next) = (Arc::default(), Arc::default(), Arc::new(AtomicU64::new(0)));
        let mut tasks = JoinSet::new();
        let began = now();
        for _ in 0..rhythm.at_once {
            let sender = Sender {
                door: Arc::clone(&door),
                rhythm,
                began,
                next: Arc::clone(&next),
                seen: Arc::clone(&seen),
                stop: Arc::clone(&stop),
            };
            tasks.spawn(sender.work());
        }
        Self { seen, stop, tasks }
    }

    /// What they have seen so far.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes no further hook, and waits until all that were begun are acknowledged.
    pub async fn end(mut self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        while self.tasks.join_next().await.is_some() {}
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Sender<D> {
    door: Arc<D>,
    rhythm: Rhythm,
    began: Instant,
    next: Arc<AtomicU64>,
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
}

impl<D: Door> Sender<D> {
    async fn work(self) {
        let mut kept = D::Kept::default();
        while !self.stop.load(Ordering::Relaxed) {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let to_be_sent = match self.rhythm.per_second {
                Some(rate) => self.began + Duration::from_secs(1) * nth(n) / rate,
                None => now(),
            };
            sleep_until(to_be_sent.into()).await;
            let number = self.rhythm.from + n;
            self.acknowledged(number, &mut kept).await;
            self.seen().note(number, now() - to_be_sent);
            if self.rhythm.repeats && number.is_multiple_of(REPEATED) {
                self.seen().repeated += 1;
                self.acknowledged(number, &mut kept).await;
            }
        }
    }

    async fn acknowledged(&self, number: u64, kept: &mut D::Kept) {
        loop {
            // Signed anew each time, as the providers do.
            let Ok(calls) = casso::calls(number, 1, timestamp()) else { return };
            let Some(call) = calls.first() else { return };
            self.seen().calls += 1;
            let answered = timeout(PATIENCE, self.door.knock(kept, call)).await;
            match answered {
                Ok(Ok(true)) => return,
                Ok(Ok(false) | Err(_)) | Err(_) => sleep(AGAIN).await,
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nth(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
