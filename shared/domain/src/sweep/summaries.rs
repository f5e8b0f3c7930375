//! At the end of a destination's day: one summary for each that wants one, made once however many
//! sweeps there are, late where nobody swept, and never after half a day. What it tells of money is
//! `day`'s, of what did not get through `missed`'s; words are the channels'.

mod day;
mod missed;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Sweep, Swept, bell};
use crate::hours::{minus, plus};
use crate::summary::Figures;
use crate::{
    Destination, Envelope, Filter, Listed, Missed, Mode, OtherMissed, PortError, Summary,
    SummaryAt, recording,
};
use day::{Day, LONGEST};

/// A day is added up when it has been over for so long: clocks differ, and answers take a while.
const OVER_FOR: SignedDuration = SignedDuration::from_mins(2);
/// A summary is made so long after its day at the latest.
const LATEST: SignedDuration = SignedDuration::from_hours(12);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A destination whose day is over and was not told of.
struct Due<'a> {
    to: &'a Destination,
    note: String,
    was: Option<String>,
    /// What the note says when it was told.
    says: String,
}

/// What did not get through to a destination, and to others where it is told of those.
struct Trouble {
    failed: Missed,
    held: Missed,
    others: Vec<OtherMissed>,
    more_others: u64,
}

impl Sweep {
    pub(super) async fn summaries(&self, swept: &mut Swept) -> Result<(), PortError> {
        let listed = self.directory.destinations().await?;
        let mut ends: BTreeMap<Timestamp, Vec<Due<'_>>> = BTreeMap::new();
        for listed in listed.iter() {
            let Listed::Ready(to) = listed else { continue };
            let Some(at) = to.summary else { continue };
            match self.due(to, at).await {
                Ok(Some((until, due))) => ends.entry(until).or_default().push(due),
                Ok(None) => {}
                Err(error) => swept.note(to.name.as_str(), Err(error)),
            }
        }
        let enough = plus(self.clock.now(), LONGEST);
        for (until, due) in ends {
            // After a standstill many days end at once: the next run goes on with them.
            if self.clock.now() >= enough {
                break;
            }
            let made = self.end_day(until, due, &listed, swept).await;
            swept.note("summaries", made);
        }
        Ok(())
    }

    /// Whether a destination's day is over and untold. A note says until when it was told: one look a
    /// sweep, and nothing else for the rest of the day. The first look at a setting tells nothing,
    /// for nobody was waiting then; nor is told later what ended while the destination was off.
    async fn due<'a>(
        &self,
        to: &'a Destination,
        at: SummaryAt,
    ) -> Result<Option<(Timestamp, Due<'a>)>, PortError> {
        let (note, now) = (format!("summary/{}", to.name), self.clock.now());
        let until = at.last_end(minus(now, OVER_FOR));
        let was = self.notes.note(&note).await?;
        let says = format!("{at} {until}");
        match was.as_deref().and_then(|was| told_until(was, at)) {
            Some(told) if told >= until || now.duration_since(until) > LATEST => return Ok(None),
            Some(_) if to.active && !self.is_disabled(to).await? => {
                return Ok(Some((until, Due { to, note, was, says })));
            }
            Some(_) | None => {}
        }
        self.notes.set_note(&note, was.as_deref(), &says).await?;
        Ok(None)
    }

    async fn is_disabled(&self, to: &Destination) -> Result<bool, PortError> {
        let standing = self.ledger.standing(&to.name).await?;
        Ok(matches!(standing.mode, Mode::Disabled { .. }))
    }

    /// Makes the summaries of all whose day ended then, of one reading of the log.
    async fn end_day(
        &self,
        until: Timestamp,
        due: Vec<Due<'_>>,
        listed: &[Listed],
        swept: &mut Swept,
    ) -> Result<(), PortError> {
        let mut left = Vec::new();
        for one in due {
            // Made by a run that was cut off before it was noted: what was made is not made anew.
            let key = Summary::key(&one.to.name, until);
            match self.ledger.stored(&key).await? {
                Some(stored) => {
                    if !stored.taken {
                        self.ring(&[bell(Envelope::for_key(&key))?]).await?;
                    }
                    self.noted(&one).await?;
                }
                None => left.push(one),
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let day = Day { from: minus(until, DAY), until };
        // The log comes last: it costs most, and whatever else fails is tried again in a minute.
        let mut ready = Vec::new();
        for one in left {
            match self.trouble(one.to, day, listed).await {
                Ok(trouble) => ready.push((one, trouble)),
                Err(error) => swept.note(one.to.name.as_str(), Err(error)),
            }
        }
        if ready.is_empty() {
            return Ok(());
        }
        let filters: Vec<&Filter> = ready.iter().map(|(one, _)| &one.to.filter).collect();
        let figures = self.add_up_day(day, &filters).await?;
        for ((one, trouble), figures) in ready.into_iter().zip(figures) {
            let made = self.make(&one, day, &figures, trouble).await;
            let made = made.map(|new| swept.summaries += u32::from(new));
            swept.note(one.to.name.as_str(), made);
        }
        Ok(())
    }

    async fn trouble(
        &self,
        to: &Destination,
        day: Day,
        listed: &[Listed],
    ) -> Result<Trouble, PortError> {
        let (others, more_others) =
            if to.alarms { self.others(&to.name, day, listed).await? } else { (Vec::new(), 0) };
        let (failed, held) = (self.failed(to, day).await?, self.held_for(to).await?);
        Ok(Trouble { failed, held, others, more_others })
    }

    /// Makes one, of what was added up; whether it is a new one. The note comes last: until it is
    /// written the next run looks again, and finds what was made.
    async fn make(
        &self,
        one: &Due<'_>,
        day: Day,
        figures: &Figures,
        trouble: Trouble,
    ) -> Result<bool, PortError> {
        let to = one.to;
        let (accounts, more_accounts) = figures.accounts();
        let Trouble { failed, held, others, more_others } = trouble;
        let summary = Summary {
            destination: to.name.clone(),
            from: day.from,
            until: day.until,
            partial: figures.partial,
            money: to.filter.wants_transfers().then(|| figures.money()),
            accounts,
            more_accounts,
            failed,
            held,
            others,
            more_others,
        };
        let event = summary.event(self.clock.now());
        let new = recording::announce(self.ledger.as_ref(), self.queue.as_ref(), &event).await?;
        self.noted(one).await?;
        Ok(new)
    }

    async fn noted(&self, one: &Due<'_>) -> Result<(), PortError> {
        self.notes.set_note(&one.note, one.was.as_deref(), &one.says).await?;
        Ok(())
    }
}

/// Until when a note says that it was told, if that was at this hour.
fn told_until(note: &str, at: SummaryAt) -> Option<Timestamp> {
    let (was, until) = note.split_once(' ')?;
    SummaryAt::parse(was).ok().filter(|was| *was == at)?;
    until.parse().ok()
}
