//! A local HTTP server that stands for a destination: keeps what it received and answers as told.
//! Listens on a free port of 127.0.0.1 and stops when dropped.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Received {
    /// The body as JSON; a test fails where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

/// A status and a body.
pub type Reply = (u16, String);

type Script = dyn Fn(usize, &Received) -> Reply + Send + Sync;

/// The server.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    count: watch::Receiver<usize>,
    server: JoinHandle<()>,
}

impl Sink {
    /// Starts a server; `script` is given each request with its number from 0.
    pub async fn start(script: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let (told, count) = watch::channel(0);
        let state =
            Arc::new(State { received: Arc::clone(&received), told, script: Box::new(script) });
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    let service = service_fn(|request| {
                        let state = Arc::clone(&state);
                        async move { Ok::<_, Infallible>(state.answer(request).await) }
                    });
                    let mut server = hyper::server::conn::http1::Builder::new();
                    server.timer(TokioTimer::new());
                    // A client that goes away in the middle is no concern of the sink.
                    _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, received, count, server }
    }

    /// A server that answers every request alike.
    pub async fn answering(status: u16, body: &str) -> Self {
        let body = body.to_owned();
        Self::start(move |_, _| (status, body.clone())).await
    }

    /// The URL of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything received so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no test panicked while holding it").clone()
    }

    /// Waits until at least `n` requests have come. Gives up, failing the test, after two minutes.
    pub async fn wait_for(&self, n: usize) -> Vec<Received> {
        let mut count = self.count.clone();
        let arrived = tokio::time::timeout(Duration::from_secs(120), count.wait_for(|c| *c >= n));
        let in_time = matches!(arrived.await, Ok(Ok(_)));
        assert!(in_time, "{} of {n} requests came within two minutes", self.received().len());
        self.received()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct State {
    received: Arc<Mutex<Vec<Received>>>,
    told: watch::Sender<usize>,
    script: Box<Script>,
}

impl State {
    async fn answer(&self, request: http::Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
        let target = head.uri.path_and_query().map_or(String::new(), ToString::to_string);
        let request = Received { method: head.method, target, headers: head.headers, body };
        let n = {
            let mut all = self.received.lock().expect("no test panicked while holding it");
            all.push(request.clone());
            all.len()
        };
        let (status, body) = (self.script)(n - 1, &request);
        self.told.send_replace(n);
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        response
    }
}
