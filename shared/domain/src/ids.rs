//! The identities of sources, destinations, events and deliveries. Not how they are stored.

use std::fmt;

use sha2::{Digest, Sha256};

/// A name a person typed for a source or a destination: `[a-z0-9][a-z0-9-]{0,62}`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

/// A name that is not of the form `[a-z0-9][a-z0-9-]{0,62}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a name: use 1 to 63 of a-z, 0-9 and '-', starting with a letter or digit")]
pub struct NameError(pub String);

impl Name {
    /// Checks and takes a name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let good = !text.is_empty()
            && text.len() <= 63
            && !text.starts_with('-')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if good { Ok(Self(text.to_owned())) } else { Err(NameError(text.to_owned())) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// What stands where a provider's name would, for events of our own.
const OWN: &str = "tingting";

/// The name of a destination.
pub type DestinationName = Name;

/// A source: a provider and the name of one configured account there, written `casso/shop`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId {
    text: String,
    provider_len: usize,
}

impl SourceId {
    /// Joins a provider's name and a source's.
    pub fn new(provider: &Name, name: &Name) -> Self {
        let text = format!("{provider}/{name}");
        Self { text, provider_len: provider.as_str().len() }
    }

    /// A source of our own: no provider's, so that no hook can speak for it.
    pub(crate) fn own(name: &'static str) -> Self {
        Self { text: format!("{OWN}/{name}"), provider_len: OWN.len() }
    }

    /// Whether it is one of our own.
    pub fn is_own(&self) -> bool {
        self.provider() == OWN
    }

    /// Reads `provider/name`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let (provider, name) = text.split_once('/').ok_or_else(|| NameError(text.to_owned()))?;
        Ok(Self::new(&Name::parse(provider)?, &Name::parse(name)?))
    }

    /// The provider's name, `casso`.
    pub fn provider(&self) -> &str {
        &self.text[..self.provider_len]
    }

    /// The source's own name, `shop`.
    pub fn name(&self) -> &str {
        &self.text[self.provider_len + 1..]
    }

    /// `casso/shop`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// The identity by which two hooks are the same event: `{provider}/{source}/{identity}`, at most
/// 512 bytes. A longer one keeps its beginning and ends in the SHA-256 of the whole.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventKey(String);

impl EventKey {
    /// The most bytes a key may have.
    pub const MAX: usize = 512;

    /// Builds the key of an identity at a source.
    pub fn new(source: &SourceId, identity: &str) -> Self {
        Self::bounded(format!("{source}/{identity}"))
    }

    /// Takes a key that was written before (from a ledger or an envelope).
    pub fn from_stored(text: &str) -> Self {
        Self::bounded(text.to_owned())
    }

    fn bounded(mut text: String) -> Self {
        if text.len() > Self::MAX {
            let digest = hex::encode(Sha256::digest(text.as_bytes()));
            let mut keep = Self::MAX - digest.len() - 1;
            while !text.is_char_boundary(keep) {
                keep -= 1;
            }
            text.truncate(keep);
            text.push('~');
            text.push_str(&digest);
        }
        Self(text)
    }

    /// Whether it is the key of an event of our own: an alarm, a digest, a summary.
    pub fn is_own(&self) -> bool {
        self.0.split_once('/').is_some_and(|(provider, _)| provider == OWN)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Which delivery: an event and a destination.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryRef {
    /// The event that must reach the destination.
    pub event: EventKey,
    /// The destination it must reach.
    pub destination: DestinationName,
}

impl DeliveryRef {
    /// The id a receiver sees (`webhook-id`): `msg_` and 32 hex digits, the same for every attempt
    /// and resend of this delivery (channels.md §4.1), and free of anything the provider chose.
    pub fn id(&self) -> DeliveryId {
        let mut hash = Sha256::new();
        hash.update(self.event.as_str().as_bytes());
        hash.update([0]);
        hash.update(self.destination.as_str().as_bytes());
        DeliveryId(format!("msg_{}", hex::encode(&hash.finalize()[..16])))
    }
}

/// The id of a delivery as receivers see it; see [`DeliveryRef::id`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeliveryId(String);

impl DeliveryId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_outside_the_form_are_refused() {
        for bad in ["", "-a", "A", "a_b", "a/b", "ơ", &"a".repeat(64)] {
            assert_eq!(Name::parse(bad), Err(NameError(bad.to_owned())));
        }
        for good in ["a", "0-", &"a".repeat(63)] {
            assert_eq!(Name::parse(good).map(|n| n.as_str().to_owned()), Ok(good.to_owned()));
        }
    }

    #[test]
    fn a_long_key_is_bounded_and_stays_distinct() {
        let source = SourceId::parse("casso/shop").unwrap();
        let one = EventKey::new(&source, &"ế".repeat(400));
        let two = EventKey::new(&source, &format!("{}x", "ế".repeat(400)));
        assert!(one.as_str().len() <= EventKey::MAX && one.as_str().starts_with("casso/shop/ế"));
        assert_ne!(one, two);
        assert_eq!(EventKey::from_stored(one.as_str()), one);
    }

    #[test]
    fn a_delivery_has_one_id_for_life_and_shares_it_with_no_other() {
        let of = |event: &str, to: &str| {
            DeliveryRef {
                event: EventKey::from_stored(event),
                destination: Name::parse(to).unwrap(),
            }
            .id()
        };
        assert_eq!(of("casso/shop/1", "a"), of("casso/shop/1", "a"));
        assert_ne!(of("casso/shop/1", "a"), of("casso/shop/1", "b"));
        assert!(of("casso/shop/1.5", "a").as_str().bytes().skip(4).all(|b| b.is_ascii_hexdigit()));
    }
}
