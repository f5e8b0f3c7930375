//! What else operators are told of, each once per change: refused calls that rise, messages set aside,
//! destinations that cannot be read.

use jiff::{SignedDuration, Timestamp};

use super::{Sweep, Swept};
use crate::{Alarm, Listed, ListedSource, PortError};

/// Refused calls are counted over so long; one in 10 s is recorded at most.
const REFUSED_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// So many of them are an alarm.
const REFUSED_MANY: usize = 10;
/// How a note begins of what is true, and of what is not any more.
const TRUE_SINCE: &str = "true since ";
const FALSE_SINCE: &str = "false since ";

impl Sweep {
    pub(super) async fn watch(&self, swept: &mut Swept) -> Result<(), PortError> {
        self.dead(swept).await?;
        for listed in self.directory.destinations().await?.iter() {
            let unreadable = matches!(listed, Listed::Unreadable { .. });
            let destination = listed.name().to_string();
            let name = format!("unreadable/{destination}");
            self.told(&name, unreadable, &Alarm::Unreadable { destination }, swept).await?;
        }
        for provider in &self.providers {
            for listed in self.directory.sources(provider).await? {
                self.refused(&listed, swept).await?;
            }
        }
        Ok(())
    }

    async fn refused(&self, listed: &ListedSource, swept: &mut Swept) -> Result<(), PortError> {
        let from = self.clock.now().saturating_sub(REFUSED_WITHIN).unwrap_or(Timestamp::MIN);
        let mut refusals = self.survey.refusals(listed.id()).await?;
        refusals.retain(|refused| refused.at >= from);
        let alarm = Alarm::Refused {
            source: listed.id().to_string(),
            count: u32::try_from(refusals.len()).unwrap_or(u32::MAX),
            reason: refusals.last().map_or(String::new(), |refused| refused.reason.clone()),
        };
        let name = format!("refused/{}", listed.id());
        self.told(&name, refusals.len() >= REFUSED_MANY, &alarm, swept).await
    }

    /// Messages set aside: told whenever there are more than were told of.
    async fn dead(&self, swept: &mut Swept) -> Result<(), PortError> {
        let count = self.dead_letters.count().await?;
        let was = self.notes.note("dead_letters").await?;
        // How many, and since when there are so many.
        let known = was.as_deref().and_then(|text| text.split(' ').next()?.parse().ok());
        let known: u64 = known.unwrap_or(0);
        if count > known {
            let change = was.as_deref().unwrap_or("first");
            self.raise(&Alarm::DeadLetters { count }, change, swept).await?;
        }
        if count != known {
            let now = format!("{count} {}", self.clock.now());
            self.notes.set_note("dead_letters", was.as_deref(), &now).await?;
        }
        Ok(())
    }

    /// Raises an alarm when something becomes true; when it has become false again it may be raised
    /// anew. What the note said before tells this change from the last, and is the same for two sweeps
    /// at once.
    async fn told(
        &self,
        name: &str,
        now: bool,
        alarm: &Alarm,
        swept: &mut Swept,
    ) -> Result<(), PortError> {
        let was = self.notes.note(name).await?;
        let known = was.as_deref().is_some_and(|text| text.starts_with(TRUE_SINCE));
        let since = match (now, known) {
            (true, false) => {
                self.raise(alarm, was.as_deref().unwrap_or("first"), swept).await?;
                TRUE_SINCE
            }
            (false, true) => FALSE_SINCE,
            (true, true) | (false, false) => return Ok(()),
        };
        let text = format!("{since}{}", self.clock.now());
        self.notes.set_note(name, was.as_deref(), &text).await?;
        Ok(())
    }
}
