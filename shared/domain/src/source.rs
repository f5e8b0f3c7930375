//! One configured account at a provider: its secrets and how it proves itself.

use jiff::SignedDuration;
use regex_lite::Regex;

use crate::{Api, Secret, SourceId};

/// How a source's calls are proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// The provider's one own way: nothing was typed.
    Own,
    /// A static header whose name the operator chose (Abaha).
    Header(http::HeaderName),
    /// `Authorization: Apikey …` (SePay).
    ApiKey,
    /// A signature over time stamp and body (SePay).
    Hmac,
    /// Bearer tokens that we issue (SePay).
    OAuth2 {
        /// The client id that the provider was given.
        client_id: String,
    },
    /// Nothing proves the caller; only when typed in so many words (SePay).
    None,
}

/// When a source that does not call is called silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Silence {
    /// Where its own rhythm leads one to expect calls.
    #[default]
    Learnt,
    /// After this long.
    After(SignedDuration),
    /// Never.
    Off,
}

/// One configured account at a provider.
#[derive(Debug, Clone)]
pub struct Source {
    /// Which provider, and the account's name.
    pub id: SourceId,
    /// How calls are proven.
    pub auth: Auth,
    /// The live secrets: one, or two during a rotation; up to twenty at ThueAPI.
    pub secrets: Vec<Secret>,
    /// How old a signed stamp may be.
    pub max_age: SignedDuration,
    /// Finds the payment code in a memo: its first group, else the whole match.
    pub code_pattern: Option<Regex>,
    /// How its provider is asked what we should have; off until credentials are there.
    pub api: Option<Api>,
    /// When its silence is an alarm.
    pub silence: Silence,
    /// Whether its calls are taken; those of one that is not are answered as a stranger's are.
    pub active: bool,
}

impl Source {
    /// The payment code in a memo, by this source's pattern.
    pub fn find_code(&self, memo: &str) -> Option<String> {
        let found = self.code_pattern.as_ref()?.captures(memo)?;
        let code = found.get(1).or_else(|| found.get(0))?.as_str();
        (!code.is_empty()).then(|| code.to_owned())
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        let pattern = |s: &Self| s.code_pattern.as_ref().map(|r| r.as_str().to_owned());
        self.id == other.id
            && self.auth == other.auth
            && self.secrets == other.secrets
            && self.max_age == other.max_age
            && pattern(self) == pattern(other)
            && self.api == other.api
            && self.silence == other.silence
            && self.active == other.active
    }
}
