//! The one HTTP client of both SDKs: hyper over rustls on ring, HTTP/1.1, kept alive. It trusts the
//! roots that are compiled in, or those of `AWS_CA_BUNDLE` alone where that is set; it never reads the
//! system's certificate store, which would cost every cold start a millisecond.
//!
//! Deadlines and retries are the SDKs' (`services.rs`).

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// How long connecting may take, TLS aside.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long an idle connection is kept: less than AWS keeps its end.
const IDLE: Duration = Duration::from_secs(15);

/// The file of `AWS_CA_BUNDLE` cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("AWS_CA_BUNDLE: {path} holds no certificates in PEM form that can be read")]
pub struct CaBundleError {
    path: PathBuf,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// A client that trusts the certificates of `ca_bundle`, or the compiled-in ones.
pub fn http_client(ca_bundle: Option<&Path>) -> Result<SharedHttpClient, CaBundleError> {
    Hyper::new(ca_bundle).map(SharedHttpClient::new)
}

/// hyper, as the SDKs want it. Clones share their connections.
#[derive(Clone)]
pub(crate) struct Hyper(Client<HttpsConnector<connect::HttpConnector>, SdkBody>);

impl Hyper {
    /// One that trusts the certificates of `ca_bundle`, or the compiled-in ones.
    pub(crate) fn new(ca_bundle: Option<&Path>) -> Result<Self, CaBundleError> {
        Ok(Self(client(trusted(ca_bundle)?)))
    }

    /// Asks for a page and throws it away: what remains is an open connection.
    pub(crate) async fn visit(&self, page: Uri) {
        let mut request = http::Request::new(SdkBody::empty());
        *request.uri_mut() = page;
        if let Ok(response) = self.0.request(request).await {
            // Read to its end: a connection with an answer in it cannot be used again.
            _ = response.into_body().collect().await;
        }
    }
}

fn trusted(ca_bundle: Option<&Path>) -> Result<RootCertStore, CaBundleError> {
    match ca_bundle {
        Some(path) => {
            bundled(path).map_err(|source| CaBundleError { path: path.to_owned(), source })
        }
        None => Ok(RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned())),
    }
}

fn client(roots: RootCertStore) -> Client<HttpsConnector<connect::HttpConnector>, SdkBody> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = connect::HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE)
        .pool_timer(TokioTimer::new())
        .build(https)
}

fn bundled(path: &Path) -> Result<RootCertStore, Box<dyn std::error::Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path)? {
        roots.add(certificate?)?;
    }
    if roots.is_empty() {
        return Err("no certificate in it".into());
    }
    Ok(roots)
}

impl fmt::Debug for Hyper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hyper")
    }
}

impl HttpClient for Hyper {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Hyper {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new_boxed(Box::pin(async move {
            let request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let response = client.request(request).await.map_err(failed)?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        }))
    }
}

/// As the SDKs' retries see it: whatever broke between us and AWS is worth another try.
fn failed(error: hyper_util::client::legacy::Error) -> ConnectorError {
    ConnectorError::io(error.into())
}
