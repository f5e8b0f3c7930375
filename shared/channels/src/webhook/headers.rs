//! The names of headers: those that are ours, and those that an operator cannot set because they
//! belong to the connection or to the body.

use domain::{DestinationAuth, Settings};
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
pub(super) fn check(settings: &Settings) -> Result<(), String> {
    let bytes: usize = settings.headers.iter().map(|(n, v)| n.as_str().len() + v.len()).sum();
    if settings.headers.len() > COUNT || bytes > BYTES {
        return Err(format!("headers: more than {COUNT} or {BYTES} bytes; remove some"));
    }
    for (name, _) in &settings.headers {
        settable("headers", name)?;
        if proves(&settings.auth) == Some(name) {
            return Err(format!("headers: {name} is set by auth; remove one of them"));
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

fn settable(key: &str, name: &HeaderName) -> Result<(), String> {
    if *name == header::CONTENT_TYPE {
        Err(format!("{key}: {name} has a key of its own; set content_type"))
    } else if CONNECTIONS.contains(&name.as_str()) {
        Err(format!("{key}: {name} belongs to the connection; remove it"))
    } else if [ID, TIMESTAMP, SIGNATURE, SEPAY_TIMESTAMP, SEPAY_SIGNATURE].contains(name) {
        Err(format!("{key}: {name} is set by us; remove it"))
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
