//! The providers' own APIs as far as `reconcile` asks them: real HTTP servers on a free port of
//! 127.0.0.1 that speak the documented shapes, with the clock in the test's hand. They stop when
//! dropped.

mod casso;
mod sepay;

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use domain::{Clock as _, VIETNAM};
use http::Response;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use casso::CassoApi;
pub use sepay::{Issuing, Order, SepayApi};

use crate::clock::HandClock;
use crate::sink::Received;

/// A transaction at the bank; negative amounts went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The provider's number.
    pub id: u64,
    /// How much.
    pub amount: i64,
    /// When it happened.
    pub at: Timestamp,
}

impl Row {
    fn day(&self) -> String {
        VIETNAM.to_datetime(self.at).date().to_string()
    }

    fn time(&self) -> String {
        VIETNAM.to_datetime(self.at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// An answer of a fake.
pub type Reply = Response<String>;

/// An answer with this status and body.
pub fn reply(status: u16, body: impl Into<String>) -> Reply {
    Response::builder().status(status).body(body.into()).expect("a status")
}

/// A server that answers by a function, and remembers what it was asked and when.
#[derive(Debug)]
pub struct ApiServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<(Timestamp, Received)>>>,
    server: JoinHandle<()>,
}

impl ApiServer {
    /// Starts a server; times are the clock's.
    pub async fn start(
        clock: Arc<HandClock>,
        answer: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&asked));
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, log, clock) =
                    (Arc::clone(&answer), Arc::clone(&log), Arc::clone(&clock));
                tokio::spawn(async move {
                    let service = service_fn(|request| {
                        let (answer, log, clock) = (&answer, &log, &clock);
                        async move {
                            let request = received(request).await;
                            locked(log).push((clock.now(), request.clone()));
                            Ok::<_, Infallible>(answer(&request).map(|b| Full::new(Bytes::from(b))))
                        }
                    });
                    let server = hyper::server::conn::http1::Builder::new();
                    // A client that goes away in the middle is no concern of the fake.
                    _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, asked, server }
    }

    /// What `base` is set to.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything asked so far, and when.
    pub fn asked(&self) -> Vec<(Timestamp, Received)> {
        locked(&self.asked).clone()
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn received(request: http::Request<Incoming>) -> Received {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
    let target = head.uri.path_and_query().map_or(String::new(), ToString::to_string);
    Received { method: head.method, target, headers: head.headers, body }
}

/// The path of a request, and its query.
fn target(request: &Received) -> (&str, HashMap<String, String>) {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    (path, form_urlencoded::parse(query.as_bytes()).into_owned().collect())
}

fn authorization(request: &Received) -> &str {
    let value = request.headers.get(http::header::AUTHORIZATION);
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
