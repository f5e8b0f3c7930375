//! Who called: the signature of V2, or the key itself of v1. A signature decides alone where there
//! is one, even a bad one beside a good key.

use domain::{Hook, Reject, Source};
use http::HeaderName;
use jiff::Timestamp;

use super::canon::{Canon, Form};
use crate::{check, json};

static SIGNATURE: HeaderName = HeaderName::from_static("x-casso-signature");
static TOKEN: HeaderName = HeaderName::from_static("secure-token");

/// Stamps above this are milliseconds, the rest seconds.
const MOST_SECONDS: i64 = 1_000_000_000_000;

/// Proves the caller; tells the age of an old stamp.
pub(super) fn prove(hook: &Hook<'_>, source: &Source) -> Result<Option<i64>, Reject> {
    if hook.headers.contains_key(&SIGNATURE) {
        return signed(hook, source);
    }
    if !hook.headers.contains_key(&TOKEN) {
        return Err(Reject::NoProof("X-Casso-Signature or secure-token"));
    }
    check::token(hook.headers, &TOKEN, &source.secrets).map(|()| None)
}

fn signed(hook: &Hook<'_>, source: &Source) -> Result<Option<i64>, Reject> {
    let header =
        check::header(hook.headers, &SIGNATURE)?.ok_or(Reject::NoProof("X-Casso-Signature"))?;
    let (t, at, mac) = stamped_mac(header).ok_or(Reject::MalformedProof("X-Casso-Signature"))?;
    let stale_s = check::stamp(at, hook.received, source.max_age)?;
    let body = json::utf8(hook.body).map_err(|_| Reject::Unprovable("it is not UTF-8"))?;
    let canon = Canon::parse(body)?;
    let proves = |text: &str| check::hmac_sha512(&[t, b".", text.as_bytes()], mac, &source.secrets);
    let received = canon.write(Form::Received);
    if proves(&received) {
        return Ok(stale_s);
    }
    let javascript = canon.write(Form::JavaScript);
    if javascript != received && proves(&javascript) {
        return Ok(stale_s);
    }
    Err(Reject::WrongProof("X-Casso-Signature".to_owned()))
}

/// Reads `t=<digits>,v1=<128 lower-case hex digits>`: the stamp as received, its moment, the MAC.
fn stamped_mac(header: &[u8]) -> Option<(&[u8], Timestamp, &[u8])> {
    let rest = header.strip_prefix(b"t=")?;
    let (t, mac) = rest.split_at_checked(rest.iter().position(|b| *b == b',')?)?;
    let mac = mac.strip_prefix(b",v1=")?;
    let hex = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if t.is_empty() || !t.iter().all(u8::is_ascii_digit) || mac.len() != 128 || !mac.iter().all(hex)
    {
        return None;
    }
    let number: i64 = std::str::from_utf8(t).ok()?.parse().ok()?;
    let at = if number > MOST_SECONDS {
        Timestamp::from_millisecond(number)
    } else {
        Timestamp::from_second(number)
    };
    Some((t, at.ok()?, mac))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_header_is_read_to_the_letter() {
        let mac = "0a".repeat(64);
        let at =
            |header: &str| stamped_mac(header.as_bytes()).map(|(_, at, _)| at.as_millisecond());
        assert_eq!(at(&format!("t=1727948258788,v1={mac}")), Some(1_727_948_258_788));
        assert_eq!(at(&format!("t=1727948258,v1={mac}")), Some(1_727_948_258_000));
        for bad in [
            format!("t=,v1={mac}"),
            format!("t=-1,v1={mac}"),
            format!("t=99999999999999999999,v1={mac}"),
            format!("t=999999999999999999,v1={mac}"),
            format!("t=1727948258788, v1={mac}"),
            format!("v1={mac},t=1727948258788"),
            format!("t=1727948258788,v1={}", mac.to_uppercase()),
            format!("t=1727948258788,v1={mac}00"),
            format!("t=1727948258788,v1={mac},v1={mac}"),
            "t=1727948258788".to_owned(),
        ] {
            assert_eq!(at(&bad), None, "{bad}");
        }
    }
}
