//! Folders with a history, made through the database's own ports, before a server is started on them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock as _, Envelope, Ledger as _, Outbound, Queue as _};
use embedded::Database;
use futures_util::future::try_join_all;
use testkit::real::Wall;

use crate::{Anything, casso};

/// Events written side by side.
const AT_ONCE: u64 = 1_000;

/// Records `count` events that are done with: claimed and taken.
pub(crate) async fn recorded(folder: &Path, count: u64) -> Result<(), Anything> {
    let db = Database::open(&folder.join("data"), Arc::new(Wall))?;
    for from in (0..count).step_by(usize::try_from(AT_ONCE)?) {
        let events = casso::events(from, AT_ONCE.min(count - from), Wall.now())?;
        try_join_all(events.iter().map(|event| db.claim(event))).await?;
        try_join_all(events.iter().map(|event| db.take(&event.key, false))).await?;
    }
    Ok(())
}

/// Records `count` events and leaves them on the queue.
pub(crate) async fn queued(folder: &Path, count: u64) -> Result<(), Anything> {
    let db = Database::open(&folder.join("data"), Arc::new(Wall))?;
    for from in (0..count).step_by(usize::try_from(AT_ONCE)?) {
        let events = casso::events(from, AT_ONCE.min(count - from), Wall.now())?;
        try_join_all(events.iter().map(|event| db.claim(event))).await?;
        let messages = events
            .iter()
            .map(|event| {
                Ok(Outbound { envelope: Envelope::for_event(event)?, delay: Duration::ZERO })
            })
            .collect::<Result<Vec<_>, Anything>>()?;
        db.send(&messages).await?;
    }
    Ok(())
}
