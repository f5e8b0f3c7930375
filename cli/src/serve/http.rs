//! The front door: HTTP/1.1 in, the ingest flow's acknowledgement out, and two pages for machines,
//! `/healthz` and `/metrics`. What to answer is decided by the flow.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use console::Door;
use console::people::Peer;
use domain::{
    Ack, BodyFault, Clock, Entropy, Ingest, LONGEST_TIMEOUT, Name, PortError, Provider, Refusal,
    Request, SourceId, chain, find_provider, route,
};
use embedded::Database;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

use super::counts::Counts;
use super::logs::log_ack;
use super::metrics::Metrics;

/// Connections at once; further ones wait to be accepted.
const CONNECTIONS: usize = 1024;
/// The most bytes a body may have.
const MOST: usize = domain::MAX_BODY;
/// How much of a body that is too large is read and dropped, so that its sender, who writes before
/// it reads, gets to read the answer.
const DRAINED: usize = 16 * MOST;
/// After a failed `accept`: out of file descriptors, most likely.
const BREATH: Duration = Duration::from_millis(100);

/// How long callers, and we, may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    /// For a request's head; also how long a kept connection may be idle.
    pub(super) head: Duration,
    /// For a body.
    pub(super) body: Duration,
    /// For a hook's flow, and for the two pages for machines.
    pub(super) answer: Duration,
    /// For the console: its test calls take as long as a destination may, token and all, and are to be told
    /// what came of them.
    pub(super) console: Duration,
    /// For a caller to take anything of what is written to it: one who only sends would keep its
    /// connection for ever.
    pub(super) write: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            answer: Duration::from_secs(3),
            console: LONGEST_TIMEOUT.saturating_add(Duration::from_secs(5)),
            write: Duration::from_secs(10),
        }
    }
}

/// The front door and what it hands requests to.
pub(super) struct Front {
    pub(super) ingest: Ingest,
    pub(super) console: Door,
    pub(super) providers: &'static [&'static dyn Provider],
    pub(super) database: Database,
    pub(super) counts: Counts,
    pub(super) deadlines: Deadlines,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) metrics: Arc<Metrics>,
}

impl Front {
    /// Accepts connections until told to stop, then lets the requests in flight end.
    pub(super) async fn run(
        self: Arc<Self>,
        listener: TcpListener,
        mut stopped: watch::Receiver<bool>,
        patience: Duration,
    ) {
        let connections = GracefulShutdown::new();
        let mut protocol = http1::Builder::new();
        protocol.timer(TokioTimer::new()).header_read_timeout(self.deadlines.head).keep_alive(true);
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let accept = async {
                let permit = Arc::clone(&room).acquire_owned().await;
                (listener.accept().await, permit)
            };
            let (accepted, permit) = tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => break,
                accepted = accept => accepted,
            };
            match accepted {
                Ok((stream, from)) => {
                    let front = Arc::clone(&self);
                    let service = service_fn(move |request: http::Request<Incoming>| {
                        Arc::clone(&front).respond(request, from.ip())
                    });
                    // Acknowledgements are small and awaited: none is held back to fill a packet.
                    _ = stream.set_nodelay(true);
                    let mut stream = TimeoutStream::new(stream);
                    stream.set_write_timeout(Some(self.deadlines.write));
                    let stream = TokioIo::new(Box::pin(stream));
                    let connection = connections.watch(protocol.serve_connection(stream, service));
                    tokio::spawn(async move {
                        if let Err(error) = connection.await {
                            tracing::debug!(error = chain(&error), "a connection ended early");
                        }
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!(error = chain(&error), "cannot accept a connection");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
        drop(listener);
        if tokio::time::timeout(patience, connections.shutdown()).await.is_err() {
            tracing::warn!("requests in flight were cut off; their senders will call again");
        }
    }
}

impl Front {
    async fn respond(
        self: Arc<Self>,
        request: http::Request<Incoming>,
        from: IpAddr,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        Ok(match request.uri().path() {
            "/healthz" => self.health().await,
            "/metrics" => self.metrics().await,
            path if Door::has(path) => self.console(request, from).await,
            _ => self.hook(request).await,
        })
    }

    async fn hook(&self, request: http::Request<Incoming>) -> Response<Full<Bytes>> {
        let received = self.clock.now();
        let receipt = format!("{:016x}{:016x}", self.entropy.next(), self.entropy.next());
        let (head, mut body) = request.into_parts();
        let Deadlines { body: patience, answer, .. } = self.deadlines;
        let body = match tokio::time::timeout(patience, collect(&head.headers, &mut body)).await {
            Ok(collected) => collected,
            Err(_) => Err(BodyFault::TimedOut),
        };
        let unread = body.is_err();
        let request = Request {
            method: &head.method,
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            body,
            receipt: &receipt,
            received,
        };
        let ack = match tokio::time::timeout(answer, self.ingest.answer(request)).await {
            Ok(ack) => ack,
            Err(_) => {
                let source = named(self.providers, head.uri.path());
                Ack { source, ..Ack::refuse(Refusal::Overdue) }
            }
        };
        let took = self.clock.now().duration_since(received);
        let took = Duration::try_from(took).unwrap_or_default();
        self.metrics.answered(&ack, took);
        log_ack(&ack, took);
        response(ack, unread)
    }

    async fn console(
        &self,
        request: http::Request<Incoming>,
        from: IpAddr,
    ) -> Response<Full<Bytes>> {
        let (mut head, mut body) = request.into_parts();
        let Deadlines { body: patience, console: answer, .. } = self.deadlines;
        let body = tokio::time::timeout(patience, collect(&head.headers, &mut body)).await;
        let body = match body.unwrap_or(Err(BodyFault::TimedOut)) {
            Ok(body) => body,
            Err(BodyFault::TooLarge) => return response(Ack::refuse(Refusal::TooLarge), true),
            Err(BodyFault::TimedOut) => return response(Ack::refuse(Refusal::TimedOut), true),
        };
        // Plain HTTP from here: what its cookies may do depends on it.
        head.extensions.insert(Peer(from));
        let answering = self.console.answer(http::Request::from_parts(head, body));
        match tokio::time::timeout(answer, answering).await {
            Ok(answered) => {
                if let Some(error) = answered.extensions().get::<Arc<PortError>>() {
                    tracing::error!(error = chain(error.as_ref()), "a call could not be answered");
                }
                answered.map(Full::new)
            }
            Err(_) => response(Ack::refuse(Refusal::Overdue), false),
        }
    }

    async fn health(&self) -> Response<Full<Bytes>> {
        let check = tokio::time::timeout(self.deadlines.answer, self.database.check()).await;
        let (status, body) = match check {
            Ok(Ok(())) => (StatusCode::OK, r#"{"status":"ok"}"#),
            Ok(Err(error)) => {
                tracing::error!(error = chain(&error), "the database does not take writes");
                (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"database unavailable"}"#)
            }
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"database too slow"}"#),
        };
        page(status, "application/json", body.to_owned())
    }

    async fn metrics(&self) -> Response<Full<Bytes>> {
        self.counts.refresh(self.deadlines.answer).await;
        page(StatusCode::OK, Metrics::CONTENT_TYPE, self.metrics.text())
    }
}

/// The source that a path names, where it names a provider of ours.
fn named(providers: &[&dyn Provider], path: &str) -> Option<SourceId> {
    let route = route(path)?;
    let provider = Name::parse(find_provider(providers, route.provider)?.name()).ok()?;
    Some(SourceId::new(&provider, &Name::parse(route.source).ok()?))
}

/// Reads a body, up to what is allowed.
async fn collect(headers: &http::HeaderMap, body: &mut Incoming) -> Result<Bytes, BodyFault> {
    let declared = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let asks_first = headers.contains_key(header::EXPECT);
    if asks_first && declared.is_some_and(|length| length > MOST) {
        return Err(BodyFault::TooLarge);
    }
    let mut bytes = BytesMut::with_capacity(declared.unwrap_or(0).min(MOST));
    let mut dropped = 0;
    while let Some(frame) = body.frame().await {
        // The sender has gone: nobody will read the answer.
        let Ok(frame) = frame else { return Err(BodyFault::TimedOut) };
        let Ok(data) = frame.into_data() else { continue };
        if dropped == 0 && bytes.len() + data.len() <= MOST {
            bytes.extend_from_slice(&data);
        } else {
            dropped += data.len();
        }
        if dropped > DRAINED {
            break;
        }
    }
    if dropped == 0 { Ok(bytes.freeze()) } else { Err(BodyFault::TooLarge) }
}

/// The response of an acknowledgement. Where a part of the body was not read the connection ends
/// with it, because what follows on it is no request.
fn response(ack: Ack, unread: bool) -> Response<Full<Bytes>> {
    let mut response = page(ack.status, "application/json", ack.body.into_owned());
    let headers = response.headers_mut();
    if let Some(allow) = ack.allow.and_then(|methods| HeaderValue::try_from(methods).ok()) {
        headers.insert(header::ALLOW, allow);
    }
    if let Some(seconds) = ack.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if unread {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn page(status: StatusCode, kind: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
