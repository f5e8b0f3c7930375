//! An event as the API answers it, and the two names it goes by: its key, which people know, and its id, the
//! key in base64url, which addresses can carry.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::clean;
use serde::Deserialize;

/// An event.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) source: String,
    pub(super) kind: String,
    pub(super) test: bool,
    pub(super) late: bool,
    pub(super) provenance: String,
    pub(super) occurred: Option<String>,
    pub(super) received: String,
    pub(super) direction: Option<String>,
    pub(super) amount: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) balance: Option<String>,
    pub(super) facts: BTreeMap<String, String>,
    pub(super) verified: bool,
    pub(super) in_conflict: bool,
    pub(super) deliveries: Vec<Delivery>,
}

/// What became of it at one destination.
#[derive(Debug, Deserialize)]
pub(super) struct Delivery {
    pub(super) webhook_id: u64,
    pub(super) destination: String,
    pub(super) name: String,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) due: Option<String>,
    pub(super) attempts: u32,
}

impl Event {
    /// The name to type: the key, or the id where the key is not safe to show or type.
    pub(super) fn handle(&self) -> &str {
        let plain = |c: char| c.is_alphanumeric() || "/-_.:@+=,".contains(c);
        let typed = self.key.contains('/') && self.key.chars().all(plain);
        if typed && clean(&self.key) == self.key { &self.key } else { &self.id }
    }
}

/// The id of what was typed: of a key, which has a slash in it, or an id, which has none.
pub(super) fn id(typed: &str) -> String {
    match typed.contains('/') {
        true => BASE64_URL_SAFE_NO_PAD.encode(typed),
        false => typed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_as_good_as_an_id() {
        assert_eq!(id("casso/shop/123"), "Y2Fzc28vc2hvcC8xMjM");
        assert_eq!(id("Y2Fzc28vc2hvcC8xMjM"), "Y2Fzc28vc2hvcC8xMjM");
        assert_eq!(id("casso/shop/ế"), "Y2Fzc28vc2hvcC_hur8");
    }
}
