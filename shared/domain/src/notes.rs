//! Two small ports of flows that run by themselves: notes that outlive a run, and waiting.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::PortError;

/// Small texts by name, which outlive the process. What a note says is private to who writes it.
#[async_trait]
pub trait Notes: Send + Sync {
    /// What a note says.
    async fn note(&self, name: &str) -> Result<Option<String>, PortError>;

    /// Writes a note that still says `was`; `false`, and nothing written, when it says otherwise.
    async fn set_note(&self, name: &str, was: Option<&str>, now: &str) -> Result<bool, PortError>;
}

/// Waiting.
#[async_trait]
pub trait Timer: Send + Sync {
    /// Comes back at this time, at once where it has passed.
    async fn wait_until(&self, at: Timestamp);
}
