//! What a token allows, in SePay's words (its document *API Webhooks*) and more of their kind.

use std::fmt;

/// One thing that a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Listing destinations.
    WebhookRead,
    /// Making and changing destinations.
    WebhookWrite,
    /// Removing destinations.
    WebhookDelete,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 3] = [Self::WebhookRead, Self::WebhookWrite, Self::WebhookDelete];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::WebhookRead => "webhook:read",
            Self::WebhookWrite => "webhook:write",
            Self::WebhookDelete => "webhook:delete",
        }
    }

    /// Reads its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
