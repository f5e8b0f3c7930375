//! HMAC-SHA256, the one primitive behind three different signatures. What is the key and what the
//! message is each channel's own business.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The code of a message given in parts.
pub(crate) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length, RFC 2104 §3");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
