//! HTTP/1.1 servers on free ports of 127.0.0.1, as long as the runtime runs.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::Anything;

/// What a server answers.
pub type Answer = Response<Full<Bytes>>;

/// Who answers.
pub trait Answers: Send + Sync + 'static {
    /// One request.
    fn answer(&self, request: Request<Bytes>) -> impl Future<Output = Answer> + Send;
}

/// Listens on a free port.
pub async fn listen<A: Answers>(answers: Arc<A>) -> Result<SocketAddr, Anything> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream, Arc::clone(&answers)));
        }
    });
    Ok(address)
}

/// Answers on one connection until it ends.
pub async fn serve<A: Answers>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    answers: Arc<A>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let answers = Arc::clone(&answers);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(answers.answer(Request::from_parts(head, body)).await)
        }
    });
    // A caller is killed now and then, in the midst of a request.
    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// An answer with a JSON body.
pub fn json(status: u16, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    let json = http::HeaderValue::from_static("application/x-amz-json-1.0");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, json);
    answer
}
