//! Servers as `testkit::real` has them, and the same over TLS with a certificate that is made at every
//! run and that `ca_bundle` vouches for.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use testkit::real::front::serve;
pub(crate) use testkit::real::front::{Answer, Answers, json, listen};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::Anything;

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

/// Listens on a free port over TLS, as long as the runtime runs.
pub(crate) async fn listen_tls<A: Answers>(
    answers: Arc<A>,
    tls: &Tls,
) -> Result<SocketAddr, Anything> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let acceptor = tls.acceptor.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            _ = stream.set_nodelay(true);
            let (acceptor, answers) = (acceptor.clone(), Arc::clone(&answers));
            tokio::spawn(async move {
                // A caller that does not trust us says so itself.
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, answers).await;
                }
            });
        }
    });
    Ok(address)
}

/// A destination that takes everything.
pub(crate) struct Sink;

impl Answers for Sink {
    async fn answer(&self, _: Request<Bytes>) -> Answer {
        json(200, Bytes::from_static(b"{}"))
    }
}
