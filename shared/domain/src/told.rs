//! Identities and errors as a log may show them. Some providers' keys are made of several parts, an
//! account number among them: of those only a digest is shown, by which two lines can still be told
//! to belong together.

use std::error::Error;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::{EventKey, excerpt};

/// The most bytes of an error that are told.
const ERROR_BYTES: usize = 1000;
/// The longest identity that is shown as it is.
const SIMPLE: usize = 40;

/// An event's key as a log may show it.
pub fn shown(key: &EventKey) -> String {
    let key = key.as_str();
    let Some((index, _)) = key.match_indices('/').nth(1) else { return digest(key) };
    let (source, identity) = key.split_at(index + 1);
    let simple = identity.len() <= SIMPLE && identity.bytes().all(|b| b.is_ascii_alphanumeric());
    if simple { key.to_owned() } else { format!("{source}{}", digest(key)) }
}

/// An error with its causes, on one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(one) = cause {
        // Writing to a String cannot fail.
        _ = write!(text, ": {one}");
        cause = one.source();
    }
    excerpt(&text, ERROR_BYTES)
}

pub(crate) fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    format!("~{}", hex::encode(&digest[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_number_in_a_key_is_not_shown() {
        let shown = |text: &str| shown(&EventKey::from_stored(text));
        assert_eq!(shown("casso/shop/218897"), "casso/shop/218897");
        let (one, two) = (
            shown("thueapi/shop/acb:336883868386:in:TXN1"),
            shown("thueapi/shop/acb:336883868386:in:TXN2"),
        );
        assert!(one.starts_with("thueapi/shop/~") && !one.contains("336883868386"), "{one}");
        assert_ne!(one, two);
        assert!(!shown("336883868386").contains("336883868386"));
    }

    #[test]
    fn an_error_is_told_with_its_causes_on_one_line() {
        let cause = std::io::Error::other("throttled\nagain");
        let error = crate::PortError::new(crate::Port::Ledger, cause);
        assert_eq!(chain(&error), "the ledger could not be reached: throttled again");
    }
}
