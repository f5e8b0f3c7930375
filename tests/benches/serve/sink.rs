//! A destination that takes every webhook at once and counts.

use std::collections::HashSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::Anything;

/// The destination.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    taken: Arc<Taken>,
}

#[derive(Default)]
struct Taken {
    counts: Mutex<Counts>,
    bell: Notify,
}

#[derive(Default)]
struct Counts {
    ids: HashSet<Bytes>,
    repeats: usize,
    wanted: usize,
}

impl Sink {
    /// Listens on a free port and rings once `wanted` deliveries have arrived.
    pub(crate) async fn start(wanted: usize) -> Result<Self, Anything> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let taken = Arc::new(Taken::default());
        taken.counts().wanted = wanted;
        tokio::spawn(accept(listener, Arc::clone(&taken)));
        Ok(Self { address, taken })
    }

    /// Waits for all deliveries; how many came twice.
    pub(crate) async fn all(&self) -> usize {
        self.taken.bell.notified().await;
        self.taken.counts().repeats
    }
}

impl Taken {
    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, headers: &HeaderMap) {
        let signed = headers.contains_key("webhook-signature");
        let Some(id) = headers.get("webhook-id").filter(|_| signed) else { return };
        let mut counts = self.counts();
        if !counts.ids.insert(Bytes::copy_from_slice(id.as_bytes())) {
            counts.repeats += 1;
        }
        if counts.ids.len() == counts.wanted {
            self.bell.notify_one();
        }
    }
}

async fn accept(listener: TcpListener, taken: Arc<Taken>) {
    while let Ok((stream, _)) = listener.accept().await {
        _ = stream.set_nodelay(true);
        let taken = Arc::clone(&taken);
        let service = service_fn(move |request: Request<Incoming>| {
            let taken = Arc::clone(&taken);
            async move {
                let (head, body) = request.into_parts();
                // What ends early is not counted and sent again.
                if body.collect().await.is_ok() {
                    taken.count(&head.headers);
                }
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"ok"))))
            }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
