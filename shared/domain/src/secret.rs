//! A secret: shown to nobody, compared in constant time, exposed by one greppable word.

use std::fmt;

use subtle::ConstantTimeEq as _;

/// A key, token or password. `Debug` redacts it; it has no `Display` and no serde.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// How a secret begins where it is shown.
    pub const MASK: &str = "********";

    /// Takes a non-empty text as a secret.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() { None } else { Some(Self(text.to_owned())) }
    }

    /// The secret itself, for a signature, a header or a record.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether these bytes are the secret, in time that depends on their length alone.
    pub fn matches(&self, candidate: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(candidate).into()
    }

    /// What pages and logs may show: the last four characters of a long secret, nothing of a short one.
    pub fn masked(&self) -> String {
        let count = self.0.chars().count();
        if count < 16 {
            return Self::MASK.to_owned();
        }
        let tail: String = self.0.chars().skip(count - 4).collect();
        format!("{}{tail}", Self::MASK)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.0.as_bytes())
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_prints_a_secret() {
        let secret = Secret::parse("whsec_abcdefghijkl").unwrap();
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(secret.masked(), "********ijkl");
        assert_eq!(Secret::parse("short").unwrap().masked(), "********");
        assert_eq!(Secret::parse(""), None);
    }
}
