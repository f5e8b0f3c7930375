//! The names of headers: those that are ours, and those that an operator cannot set because they
//! belong to the connection or to the body.

use domain::{DestinationAuth, Fault, Settings};
use http::{HeaderName, header};

pub(super) const ID: HeaderName = HeaderName::from_static("webhook-id");
pub(super) const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
pub(super) const SEPAY_TIMESTAMP: HeaderName = HeaderName::from_static("x-sepay-timestamp");
pub(super) const SEPAY_SIGNATURE: HeaderName = HeaderName::from_static("x-sepay-signature");

/// The most headers, and the most bytes of their names and values together.
const COUNT: usize = 20;
const BYTES: usize = 4096;

/// Hop by hop (RFC 9110 §7.6.1), or decided by what is sent to where.
const CONNECTIONS: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether the headers a person typed can be sent, and clash with none of ours.
pub(super) fn check(settings: &Settings) -> Result<(), Fault> {
    let bytes: usize = settings.headers.iter().map(|(n, v)| n.as_str().len() + v.len()).sum();
    if settings.headers.len() > COUNT || bytes > BYTES {
        let why = format!("more than {COUNT} or {BYTES} bytes; remove some");
        return Err(Fault::new("headers", why));
    }
    for (name, _) in &settings.headers {
        settable("headers", name)?;
        if proves(&settings.auth) == Some(name) {
            let why = format!("{name} is set by auth; remove one of them");
            return Err(Fault::new("headers", why));
        }
    }
    match &settings.auth {
        DestinationAuth::Header { name, .. } => settable("auth", name),
        DestinationAuth::None
        | DestinationAuth::ApiKey(_)
        | DestinationAuth::OAuth2 { .. }
        | DestinationAuth::SepayHmac(_) => Ok(()),
    }
}

fn settable(key: &'static str, name: &HeaderName) -> Result<(), Fault> {
    if *name == header::CONTENT_TYPE {
        Err(Fault::new(key, format!("{name} has a key of its own; set content_type")))
    } else if CONNECTIONS.contains(&name.as_str()) {
        Err(Fault::new(key, format!("{name} belongs to the connection; remove it")))
    } else if [ID, TIMESTAMP, SIGNATURE, SEPAY_TIMESTAMP, SEPAY_SIGNATURE].contains(name) {
        Err(Fault::new(key, format!("{name} is set by us; remove it")))
    } else {
        Ok(())
    }
}

/// The header in which a way to prove ourselves stands.
fn proves(auth: &DestinationAuth) -> Option<&HeaderName> {
    match auth {
        DestinationAuth::ApiKey(_) | DestinationAuth::OAuth2 { .. } => Some(&header::AUTHORIZATION),
        DestinationAuth::Header { name, .. } => Some(name),
        DestinationAuth::None | DestinationAuth::SepayHmac(_) => None,
    }
}
