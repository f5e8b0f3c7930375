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
    /// Reading the log, and what is counted of it.
    EventRead,
    /// Sending again, cancelling, releasing, reading again.
    EventWrite,
    /// Listing sources and the calls of theirs that were refused.
    SourceRead,
    /// Making and changing sources.
    SourceWrite,
    /// Reading who changed what.
    AuditRead,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 8] = [
        Self::WebhookRead,
        Self::WebhookWrite,
        Self::WebhookDelete,
        Self::EventRead,
        Self::EventWrite,
        Self::SourceRead,
        Self::SourceWrite,
        Self::AuditRead,
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::WebhookRead => "webhook:read",
            Self::WebhookWrite => "webhook:write",
            Self::WebhookDelete => "webhook:delete",
            Self::EventRead => "event:read",
            Self::EventWrite => "event:write",
            Self::SourceRead => "source:read",
            Self::SourceWrite => "source:write",
            Self::AuditRead => "audit:read",
        }
    }

    /// What it allows, in words.
    pub fn says(self) -> &'static str {
        match self {
            Self::WebhookRead => "list webhooks",
            Self::WebhookWrite => "make, change, pause, resume and test webhooks",
            Self::WebhookDelete => "delete webhooks",
            Self::EventRead => "read events and statistics",
            Self::EventWrite => "resend, cancel, replay, release and read again",
            Self::SourceRead => "list sources and refused calls",
            Self::SourceWrite => "make and change sources",
            Self::AuditRead => "read who changed what",
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
