//! Closed hours are added up from the log, each twice, never incremented. Who is called silent for the
//! want of them is `silence`'s.

use jiff::Timestamp;

use super::{Sweep, Swept};
use crate::hours::{ADDED_UP_BACK, CLOSED_AFTER, HOUR, add_up, hour_of, minus, plus};
use crate::{ListedSource, PortError, SourceId};

/// Hours of one source added up in one run.
const HOURS_AT_ONCE: usize = 24;

impl Sweep {
    pub(super) async fn hours(&self, swept: &mut Swept) -> Result<(), PortError> {
        for provider in &self.providers {
            for listed in self.directory.sources(provider).await? {
                let ListedSource::Ready(source) = listed else { continue };
                let done = self.add_up_closed(&source.id).await;
                swept.note(source.id.as_str(), done);
                if source.active {
                    let heard = self.listen(&source, swept).await;
                    swept.note(source.id.as_str(), heard);
                }
            }
        }
        Ok(())
    }

    /// Adds up the hours that have closed since the last run, and the last of them once more an hour
    /// later: what was written late is then in it too.
    async fn add_up_closed(&self, source: &SourceId) -> Result<(), PortError> {
        let name = format!("hours/{source}");
        let closed = hour_of(minus(self.clock.now(), CLOSED_AFTER));
        let mut was = self.notes.note(&name).await?;
        let first = minus(closed, ADDED_UP_BACK);
        let known = was.as_deref().and_then(|text| text.parse().ok());
        let mut next = known.map_or(first, |until: Timestamp| minus(until, HOUR));
        if known == Some(closed) {
            return Ok(());
        }
        for _ in 0..HOURS_AT_ONCE {
            if next >= closed {
                break;
            }
            add_up(self.survey.as_ref(), source, next).await?;
            next = plus(next, HOUR);
            // Noted hour by hour: a run that is cut off has not read for nothing.
            let now = next.to_string();
            if known.is_none_or(|known| next > known) {
                if !self.notes.set_note(&name, was.as_deref(), &now).await? {
                    break;
                }
                was = Some(now);
            }
        }
        Ok(())
    }
}
