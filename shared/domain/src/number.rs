//! The integers by which an API of integers calls things that have names: destinations, bank accounts,
//! virtual accounts. Made of the names alone, so that every backend and every version gives the same
//! one, for an account that nobody has seen yet too, and nothing has to be kept.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::{DestinationName, SourceId};

/// A thing's number: from 1 to 2⁵³ − 1, which every language's JSON can carry. That two of a million
/// things have the same is as likely as one in eighteen thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(u64);

/// The bits that a double carries exactly.
const BITS: u32 = 53;

impl Number {
    /// Takes a number that somebody says; nothing where none can have it.
    pub fn new(number: u64) -> Option<Self> {
        (number > 0 && number >> BITS == 0).then_some(Self(number))
    }

    /// A destination's.
    pub fn of_destination(name: &DestinationName) -> Self {
        Self::of(&["destination", name.as_str()])
    }

    /// A bank account's, as a source speaks of it.
    pub fn of_account(source: &SourceId, account: &str) -> Self {
        Self::of(&["account", source.as_str(), account])
    }

    /// A virtual account's, as a source speaks of it. Its bank account is not part of it: senders leave
    /// that out.
    pub fn of_virtual_account(source: &SourceId, virtual_account: &str) -> Self {
        Self::of(&["virtual_account", source.as_str(), virtual_account])
    }

    /// Each part ends where its length says.
    fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let [a, b, c, d, e, f, g, h, ..] = hash.finalize().0;
        Self((u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> (u64::BITS - BITS)).max(1))
    }

    /// The integer.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Name;

    #[test]
    fn a_number_is_the_same_for_ever() {
        let source = SourceId::parse("casso/shop").unwrap();
        // hashlib.sha256(b"".join(len(p).to_bytes(8, "big") + p for p in parts)).digest()[:8] >> 11
        for (number, expected) in [
            (Number::of_destination(&Name::parse("sales").unwrap()), 6_224_880_070_555_219),
            (Number::of_account(&source, "1017588888"), 365_092_812_988_468),
            (Number::of_virtual_account(&source, "1017588888"), 3_954_995_773_234_130),
        ] {
            assert_eq!(number.get(), expected);
            assert_eq!(Number::new(expected), Some(number));
        }
    }

    #[test]
    fn only_what_a_double_carries_is_a_number() {
        for (number, taken) in
            [(0, false), (1, true), ((1 << 53) - 1, true), (1 << 53, false), (u64::MAX, false)]
        {
            assert_eq!(Number::new(number).is_some(), taken, "{number}");
        }
    }

    #[test]
    fn where_one_part_ends_and_the_next_begins_is_part_of_it() {
        assert_ne!(Number::of(&["ab", "c"]), Number::of(&["a", "bc"]));
    }
}
