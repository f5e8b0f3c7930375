//! Two signatures over what leaves, both made anew for every attempt, and easily confused: Standard
//! Webhooks decodes its secret (`whsec_` and base64), SePay uses the whole text of its own, `whsec_`
//! included.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Fault, Secret};

use crate::mac::hmac_sha256;

const PREFIX: &str = "whsec_";
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The key of a Standard Webhooks secret, or why it is none.
pub(super) fn key(secret: &Secret) -> Result<Vec<u8>, Fault> {
    let fault = |why: String| Fault::new("signing_secrets", why);
    let wrong = || {
        fault(
            "not whsec_ and base64; make one of 32 random bytes: \
             echo whsec_$(openssl rand -base64 32)"
                .to_owned(),
        )
    };
    let encoded = secret.expose().strip_prefix(PREFIX).ok_or_else(wrong)?;
    let key = STANDARD.decode(encoded).map_err(|_| wrong())?;
    if !KEY_BYTES.contains(&key.len()) {
        return Err(fault(format!(
            "a key of {} bytes; use 24 to 64 random bytes, such as \
             whsec_$(openssl rand -base64 32)",
            key.len()
        )));
    }
    Ok(key)
}

/// `webhook-signature`: one signature for each secret, so that a receiver may know either.
pub(super) fn standard(
    secrets: &[Secret],
    id: &str,
    timestamp: &str,
    body: &[u8],
) -> Result<String, Fault> {
    let mut signatures = Vec::new();
    for secret in secrets {
        let parts = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
        let mac = hmac_sha256(&key(secret)?, &parts);
        signatures.push(format!("v1,{}", STANDARD.encode(mac)));
    }
    Ok(signatures.join(" "))
}

/// `X-SePay-Signature`.
pub(super) fn sepay(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    let mac = hmac_sha256(secret.expose().as_bytes(), &[timestamp.as_bytes(), b".", body]);
    format!("sha256={}", hex::encode(mac))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::secret;

    const FIRST: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SECOND: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &str = r#"{"test": 2432232314}"#;

    #[test]
    fn signatures_are_those_of_standard_webhooks_own_libraries() {
        for (secrets, id, timestamp, body, expected) in [
            (
                &[FIRST][..],
                ID,
                "1614265330",
                BODY,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                &[SECOND],
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                "1649367553",
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
            (
                &[FIRST, SECOND],
                ID,
                "1614265330",
                BODY,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= \
                 v1,78nXHjpFP0tVJQW5D0SBwmVyyW87BV/rL6MgfM/Bw44=",
            ),
            (&[FIRST], ID, "1614265330", "", "v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A="),
        ] {
            let secrets: Vec<Secret> = secrets.iter().map(|text| secret(text)).collect();
            let signature = standard(&secrets, id, timestamp, body.as_bytes());
            assert_eq!(signature.as_deref(), Ok(expected));
        }
    }

    #[test]
    fn sepays_signature_uses_the_whole_secret() {
        for (text, timestamp, body, expected) in [
            (
                "whsec_test_0123456789abcdef0123456789abcdef",
                "1795141000",
                "",
                "sha256=ac2c3c52ac61f6bcdc903920ebb46bcd228fd14a949a6d7a2cff22be9ef0ca87",
            ),
            (
                FIRST,
                "1614265330",
                BODY,
                "sha256=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964",
            ),
        ] {
            assert_eq!(sepay(&secret(text), timestamp, body.as_bytes()), expected);
        }
    }

    #[test]
    fn a_key_has_24_to_64_bytes() {
        for (bytes, good) in [(1, false), (23, false), (24, true), (64, true), (65, false)] {
            let text = format!("{PREFIX}{}", STANDARD.encode(vec![7; bytes]));
            assert_eq!(key(&secret(&text)).is_ok(), good, "{bytes} bytes");
        }
        for text in
            ["whsec_", "whsec_AA==", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_ế", "whsk_AA"]
        {
            assert!(key(&secret(text)).is_err_and(|e| e.key == "signing_secrets"), "{text}");
        }
    }
}
