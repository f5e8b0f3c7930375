//! Where a connection may lead: the resolver that has the guard judge every address of a name, and
//! the two HTTP clients built on it, one per reach. What was judged is what is connected to: a name is
//! looked up once for both.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::{Guard, Reach};

/// Shorter than the idle time of common servers, so that a kept connection is seldom a dead one.
const IDLE: Duration = Duration::from_secs(20);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("cannot build the HTTP client")]
pub struct BuildError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Says where a name leads.
pub type Lookup = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// Who says where names lead.
#[derive(Clone)]
pub(crate) enum Names {
    /// The system's resolver.
    System,
    /// Whoever built the door.
    Told(Arc<Lookup>),
}

impl Names {
    async fn lead(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((name, 0)).await?.collect()),
            Self::Told(lookup) => {
                Ok(lookup(name)?.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
            }
        }
    }
}

/// A client whose connections go as far as `reach` says.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub(crate) fn client(
    guard: &Guard,
    reach: Reach,
    names: &Names,
) -> Result<reqwest::Client, BuildError> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls()?)
        .dns_resolver(Judged { guard: guard.clone(), reach, names: names.clone() })
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .http1_only()
        .pool_idle_timeout(IDLE)
        .user_agent(concat!("tingting/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| BuildError(error.into()))
}

/// TLS by rustls on *ring*, which needs no C toolchain beyond `cc`, with Mozilla's roots built in:
/// the same trust on every machine, no certificate store to read at a Lambda's cold start.
fn tls() -> Result<rustls::ClientConfig, BuildError> {
    let roots: rustls::RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| BuildError(error.into()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// A resolver, judged: one forbidden address among a name's addresses forbids the name.
struct Judged {
    guard: Guard,
    reach: Reach,
    names: Names,
}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, reach, names) = (self.guard.clone(), self.reach, self.names.clone());
        Box::pin(async move {
            let found = names.lead(name.as_str()).await?;
            for address in &found {
                guard.judge(address.ip(), reach)?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
