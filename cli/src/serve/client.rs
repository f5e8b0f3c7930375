//! The API's first client, as a start finds or makes it. Not what is said of it: that is `welcome`'s.

use console::access::{self, Created};
use domain::{Cabinet, Entropy, PortError};
use jiff::Timestamp;

/// What a start has found of the API's clients.
#[derive(Debug)]
pub enum FirstClient {
    /// There is one on record, be it revoked: nothing was made.
    OnRecord,
    /// It was made just now. Its secret is to be shown to a person, and nowhere else.
    Made(Created),
    /// There is none, and none was made, because nobody would have seen its secret.
    Unseen,
}

impl FirstClient {
    /// Makes the first client where there never was one and somebody sees what is printed. A pipe, a file
    /// and a service's journal keep what they are given: a secret that opens everything is not theirs.
    pub(super) async fn find(
        cabinet: &dyn Cabinet,
        entropy: &dyn Entropy,
        now: Timestamp,
        seen: bool,
    ) -> Result<Self, PortError> {
        if !seen {
            let ever = access::ever(cabinet).await?;
            return Ok(if ever { Self::OnRecord } else { Self::Unseen });
        }
        let made = access::first_of_ours(cabinet, entropy, now).await?;
        Ok(made.map_or(Self::OnRecord, Self::Made))
    }
}
