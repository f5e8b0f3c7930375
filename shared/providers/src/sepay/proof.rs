//! Who called, in the way that the source's `auth` names; no other way counts.

use domain::{Auth, Hook, Reject, Source};
use http::HeaderName;
use http::header::AUTHORIZATION;
use jiff::Timestamp;

use super::token;
use crate::check;

static TIMESTAMP: HeaderName = HeaderName::from_static("x-sepay-timestamp");
static SIGNATURE: HeaderName = HeaderName::from_static("x-sepay-signature");

/// Proves the caller; tells the age of an old stamp.
pub(super) fn prove(hook: &Hook<'_>, source: &Source) -> Result<Option<i64>, Reject> {
    match &source.auth {
        Auth::ApiKey => api_key(hook, source).map(|()| None),
        Auth::Hmac => signature(hook, source),
        Auth::OAuth2 { .. } => bearer(hook, source).map(|()| None),
        Auth::None => Ok(None),
        // Refused when the source is configured; a row written otherwise proves nobody.
        Auth::Own | Auth::Header(_) => Err(Reject::NoProof("auth in the source's settings")),
    }
}

/// The credentials of an `Authorization` header, if it is of this scheme (in any case).
pub(super) fn credentials<'a>(header: &'a [u8], scheme: &str) -> Option<&'a [u8]> {
    let (name, rest) = header.split_at_checked(scheme.len())?;
    let rest = rest.strip_prefix(b" ")?;
    (name.eq_ignore_ascii_case(scheme.as_bytes()) && !rest.is_empty()).then_some(rest)
}

/// `Apikey KEY`, or `Bearer Apikey KEY` as SePay's own package takes it.
fn api_key(hook: &Hook<'_>, source: &Source) -> Result<(), Reject> {
    let header = authorization(hook)?;
    let inner = credentials(header, "Bearer").unwrap_or(header);
    let key = credentials(inner, "Apikey").ok_or(Reject::MalformedProof("Authorization"))?;
    let known = check::one_of(key, &source.secrets);
    if known { Ok(()) } else { Err(Reject::WrongProof("Authorization".to_owned())) }
}

/// HMAC-SHA256 over the stamp as received, a dot, and the body's bytes whatever they encode.
fn signature(hook: &Hook<'_>, source: &Source) -> Result<Option<i64>, Reject> {
    let stamp =
        check::header(hook.headers, &TIMESTAMP)?.ok_or(Reject::NoProof("X-SePay-Timestamp"))?;
    let signature =
        check::header(hook.headers, &SIGNATURE)?.ok_or(Reject::NoProof("X-SePay-Signature"))?;
    let at = seconds(stamp).ok_or(Reject::MalformedProof("X-SePay-Timestamp"))?;
    let hex = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let mac = signature
        .strip_prefix(b"sha256=")
        .filter(|mac| mac.len() == 64 && mac.iter().all(hex))
        .ok_or(Reject::MalformedProof("X-SePay-Signature"))?;
    let stale_s = check::stamp(at, hook.received, source.max_age)?;
    let proven = check::hmac_sha256(&[stamp, b".", hook.body], mac, &source.secrets);
    if proven { Ok(stale_s) } else { Err(Reject::WrongProof("X-SePay-Signature".to_owned())) }
}

fn bearer(hook: &Hook<'_>, source: &Source) -> Result<(), Reject> {
    let header = authorization(hook)?;
    let token = credentials(header, "Bearer").ok_or(Reject::MalformedProof("Authorization"))?;
    token::verify(token, source, hook.received)
}

fn authorization<'a>(hook: &Hook<'a>) -> Result<&'a [u8], Reject> {
    check::header(hook.headers, &AUTHORIZATION)?.ok_or(Reject::NoProof("Authorization"))
}

/// Unix seconds in plain digits.
fn seconds(text: &[u8]) -> Option<Timestamp> {
    if !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Timestamp::from_second(std::str::from_utf8(text).ok()?.parse().ok()?).ok()
}
