//! The senders' signatures: HMAC in lower-case hex.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha512};

/// HMAC-SHA256.
pub(super) fn sha256(secret: &str, message: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(message.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// HMAC-SHA512.
pub(super) fn sha512(secret: &str, message: &str) -> String {
    let mut mac =
        Hmac::<Sha512>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(message.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
