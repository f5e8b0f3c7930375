//! The events that a summary names: read when it is sent, so that what was erased or forgotten meanwhile
//! is not told. Its figures are its own.

use futures_util::future::join_all;

use super::Dispatch;
use crate::{Event, PortError, Summary};

impl Dispatch {
    /// The events that a summary names, as far as they are still known; none for anything else.
    pub(super) async fn named(&self, event: &Event) -> Result<Vec<Event>, PortError> {
        let Some(summary) = Summary::of(event) else { return Ok(Vec::new()) };
        let reading: Vec<_> = summary.named().map(|key| self.ledger.stored(key)).collect();
        let mut named = Vec::new();
        for stored in join_all(reading).await {
            named.extend(stored?.map(|stored| stored.event));
        }
        Ok(named)
    }
}
