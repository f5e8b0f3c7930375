//! Proofs that several providers share: a secret in a header, a MAC in hex, the age of a signed
//! stamp. Everything is compared in constant time; what a provider does with them is in its file.

use domain::{Auth, Fault, Reject, Secret, Source};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName};
use jiff::{SignedDuration, Timestamp};
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;

/// How far in the future a signed stamp may be, and how old one may be without being told of.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The one value of a header: the same value twice is one, differing values are refused.
pub(crate) fn header<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a [u8]>, Reject> {
    let mut values = headers.get_all(name).iter().map(http::HeaderValue::as_bytes);
    let Some(first) = values.next() else { return Ok(None) };
    if values.any(|value| value != first) {
        return Err(Reject::TwoProofs(name.to_string()));
    }
    Ok((!first.is_empty()).then_some(first))
}

/// A static token in a header is one of the live secrets. Every secret is compared, so that the time
/// does not tell which one matched.
pub(crate) fn token(
    headers: &HeaderMap,
    name: &HeaderName,
    secrets: &[Secret],
) -> Result<(), Reject> {
    let value = header(headers, name)?.ok_or_else(|| Reject::NoHeader(name.to_string()))?;
    if one_of(value, secrets) { Ok(()) } else { Err(Reject::WrongProof(name.to_string())) }
}

/// Whether the bytes are one of the secrets.
pub(crate) fn one_of(value: &[u8], secrets: &[Secret]) -> bool {
    secrets.iter().fold(false, |found, secret| found | secret.matches(value))
}

/// Whether `hex` is the HMAC-SHA256 of the parts, in lower-case hex, under one of the secrets.
pub(crate) fn hmac_sha256(parts: &[&[u8]], hex: &[u8], secrets: &[Secret]) -> bool {
    secrets.iter().fold(false, |found, secret| {
        found | equal(&hmac_sha256_bytes(secret.expose().as_bytes(), parts), hex)
    })
}

/// The HMAC-SHA256 of the parts.
pub(crate) fn hmac_sha256_bytes(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // A key of any length is accepted; the error type exists for other MACs.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// Whether `hex` is the HMAC-SHA512 of the parts, in lower-case hex, under one of the secrets.
pub(crate) fn hmac_sha512(parts: &[&[u8]], hex: &[u8], secrets: &[Secret]) -> bool {
    secrets.iter().fold(false, |found, secret| {
        let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(secret.expose().as_bytes()) else {
            return found;
        };
        parts.iter().for_each(|part| mac.update(part));
        found | equal(&mac.finalize().into_bytes(), hex)
    })
}

fn equal(mac: &[u8], hex: &[u8]) -> bool {
    !mac.is_empty() && bool::from(hex::encode(mac).as_bytes().ct_eq(hex))
}

/// Judges the age of a signed stamp. `Some` seconds when it is older than five minutes yet within
/// `max_age`: nobody documents that retries are signed afresh, so an old stamp is told, not refused.
pub(crate) fn stamp(
    signed: Timestamp,
    now: Timestamp,
    max_age: SignedDuration,
) -> Result<Option<i64>, Reject> {
    let age = now.duration_since(signed);
    if age < -SKEW {
        return Err(Reject::StampInFuture { ahead_s: -age.as_secs() });
    }
    if age > max_age {
        return Err(Reject::StampExpired { age_s: age.as_secs() });
    }
    Ok((age > SKEW).then(|| age.as_secs()))
}

/// How many live secrets a source may have: one, or two during a rotation; ThueAPI up to twenty.
pub(crate) fn live_secrets(secrets: &[Secret], most: usize) -> Result<(), Fault> {
    let fault = |why: String| Err(Fault::new("secrets", why));
    match secrets.len() {
        0 => fault("at least one is needed; type the one from the provider's page".to_owned()),
        n if n > most => fault(format!("{n} given, at most {most} may be live at once")),
        _ => Ok(()),
    }
}

/// The settings of a provider that proves itself in one way: secrets, at most so many, and no more.
pub(crate) fn own_way(source: &Source, most: usize) -> Result<(), Fault> {
    match &source.auth {
        Auth::Own => live_secrets(&source.secrets, most),
        Auth::Header(_) => Err(Fault::new("header", "only for abaha; remove it")),
        Auth::ApiKey | Auth::Hmac | Auth::OAuth2 { .. } | Auth::None => {
            Err(Fault::new("auth", "only for sepay; remove it"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_judged_by_its_age() {
        let at = |s: i64| Timestamp::from_second(s).unwrap();
        let day = SignedDuration::from_hours(24);
        assert_eq!(stamp(at(1000), at(1000), day), Ok(None));
        assert_eq!(stamp(at(1000), at(1300), day), Ok(None));
        assert_eq!(stamp(at(1000), at(1301), day), Ok(Some(301)));
        assert_eq!(stamp(at(0), at(86_401), day), Err(Reject::StampExpired { age_s: 86_401 }));
        assert_eq!(stamp(at(1000), at(700), day), Ok(None));
        assert_eq!(stamp(at(1000), at(699), day), Err(Reject::StampInFuture { ahead_s: 301 }));
    }

    #[test]
    fn one_header_one_value() {
        let name = HeaderName::from_static("x-thueapi");
        let mut headers = HeaderMap::new();
        assert_eq!(header(&headers, &name), Ok(None));
        headers.append(&name, "a".parse().unwrap());
        headers.append(&name, "a".parse().unwrap());
        assert_eq!(header(&headers, &name), Ok(Some(&b"a"[..])));
        headers.append(&name, "b".parse().unwrap());
        assert_eq!(header(&headers, &name), Err(Reject::TwoProofs("x-thueapi".into())));
    }
}
