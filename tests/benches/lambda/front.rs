//! HTTP/1.1 servers on free ports of 127.0.0.1, bare or over TLS with a certificate that is made at
//! every run and that `ca_bundle` vouches for.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::Anything;

/// What a server answers.
pub(crate) type Answer = Response<Full<Bytes>>;

/// Who answers.
pub(crate) trait Answers: Send + Sync + 'static {
    /// One request.
    fn answer(&self, request: Request<Bytes>) -> impl Future<Output = Answer> + Send;
}

/// What servers over TLS need, and the PEM text by which callers trust them.
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    /// For `AWS_CA_BUNDLE`.
    pub(crate) ca_bundle: String,
}

impl Tls {
    /// An authority and its certificate for `localhost`, both new.
    pub(crate) fn new() -> Result<Self, Anything> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names)?.signed_by(&key, &authority)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), ca_bundle: authority.pem() })
    }
}

/// Listens on a free port, over TLS if asked, as long as the runtime runs.
pub(crate) async fn listen<A: Answers>(
    answers: Arc<A>,
    tls: Option<&Tls>,
) -> Result<SocketAddr, Anything> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let acceptor = tls.map(|tls| tls.acceptor.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            _ = stream.set_nodelay(true);
            let (acceptor, answers) = (acceptor.clone(), Arc::clone(&answers));
            tokio::spawn(async move {
                match acceptor {
                    None => serve(stream, answers).await,
                    Some(acceptor) => {
                        // A caller that does not trust us says so itself.
                        if let Ok(stream) = acceptor.accept(stream).await {
                            serve(stream, answers).await;
                        }
                    }
                }
            });
        }
    });
    Ok(address)
}

async fn serve<A: Answers>(stream: impl AsyncRead + AsyncWrite + Unpin + Send, answers: Arc<A>) {
    let service = service_fn(|request: Request<Incoming>| {
        let answers = Arc::clone(&answers);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(answers.answer(Request::from_parts(head, body)).await)
        }
    });
    // The function is killed at the end of its run, in the midst of a request for the next event.
    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    let json = http::HeaderValue::from_static("application/x-amz-json-1.0");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, json);
    answer
}

/// A destination that takes everything.
pub(crate) struct Sink;

impl Answers for Sink {
    async fn answer(&self, _: Request<Bytes>) -> Answer {
        json(200, Bytes::from_static(b"{}"))
    }
}
