//! The audit: what the senders were acknowledged, what the ledger says, and what the destinations' own
//! books say, held against one another. A message that came twice is explained where an attempt of its
//! delivery was begun and never written down: its process was killed between "sent" and "written".

use std::collections::{BTreeSet, HashMap};

use domain::{
    Attempt, Delivery, DeliveryRef, DeliveryState, DestinationName, Digest, Event, Ledger, Name,
    SourceId, Survey,
};
use jiff::{SignedDuration, Timestamp};

use super::account::{Account, Line};
use super::books::{Books, Page};
use super::{Anything, casso};

const PAGE: usize = 500;
/// How far back from now the log is read. On AWS each hour is read by itself.
const SINCE: SignedDuration = SignedDuration::from_hours(4);
/// And how far ahead: clocks are set.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// A destination, as it was configured.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name, and its path in the books.
    pub name: &'static str,
    /// A webhook has ids; a chat is read.
    pub chat: bool,
    /// Whether it wants only the transfers of the account that few are on.
    pub rare: bool,
}

/// What there is to look into.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Audit<'a> {
    /// Deliveries and attempts.
    pub ledger: &'a dyn Ledger,
    /// The log.
    pub survey: &'a dyn Survey,
    /// What arrived.
    pub books: &'a Books,
    /// The destinations.
    pub places: &'a [Place],
    /// When this is.
    pub now: Timestamp,
}

struct Known {
    delivery: Delivery,
    attempts: Vec<Attempt>,
}

impl Known {
    fn unwritten(&self) -> u32 {
        let written = u32::try_from(self.attempts.len()).unwrap_or(u32::MAX);
        self.delivery.attempts.saturating_sub(written)
    }
}

impl Audit<'_> {
    /// Looks into everything.
    pub async fn account(&self, acknowledged: &BTreeSet<u64>) -> Result<Account, Anything> {
        let mut wanted: HashMap<String, u64> = HashMap::new();
        for number in acknowledged {
            for event in casso::events(*number, 1, self.now)? {
                wanted.insert(event.key.to_string(), *number);
            }
        }
        let recorded = self.log(&SourceId::parse("casso/shop")?).await?;
        let digests = self.log(&SourceId::parse("tingting/digest")?).await?;
        let keys: BTreeSet<String> = recorded.iter().map(|event| event.key.to_string()).collect();
        let unrecorded = wanted.keys().filter(|key| !keys.contains(*key)).count();
        let mut account = Account {
            acknowledged: count(acknowledged.len()),
            unrecorded: count(unrecorded),
            recorded: count(recorded.len()),
            lines: Vec::new(),
        };
        for place in self.places {
            let line = self.place(place, &recorded, &digests, &wanted).await?;
            account.lines.push((place.name, line));
        }
        Ok(account)
    }

    async fn place(
        &self,
        place: &Place,
        recorded: &[Event],
        digests: &[Event],
        wanted: &HashMap<String, u64>,
    ) -> Result<Line, Anything> {
        let (name, page) = (Name::parse(place.name)?, self.books.page(place.name));
        let mut line = Line::default();
        let told = self.digests(&name, digests, &mut line).await?;
        for event in recorded.iter().filter(|event| !place.rare || casso::is_rare(event)) {
            let of = event.delivery_to(&name);
            let number = wanted.get(&event.key.to_string()).copied();
            line.wanted += u64::from(number.is_some());
            let known = self.known(&of, &mut line).await?;
            let unwritten = known.as_ref().map_or(0, Known::unwritten);
            if place.chat {
                let in_digests = told.get(&event.key.to_string());
                chat(&mut line, &page, number, unwritten, in_digests);
            } else {
                webhook(&mut line, &page, &of, number.is_some(), known.as_ref());
            }
        }
        Ok(line)
    }

    /// For each member, how many digests it was told in and how many attempts at those were not
    /// written down.
    async fn digests(
        &self,
        place: &DestinationName,
        digests: &[Event],
        line: &mut Line,
    ) -> Result<HashMap<String, (u32, u32)>, Anything> {
        let mut told: HashMap<String, (u32, u32)> = HashMap::new();
        for event in digests {
            let Some(digest) = Digest::of(event).filter(|digest| digest.destination == *place)
            else {
                continue;
            };
            line.digests += 1;
            let of = event.delivery_to(place);
            let Some(known) = self.known(&of, line).await? else { continue };
            let arrived = u32::from(known.delivery.state == DeliveryState::Delivered);
            for member in &digest.members {
                let told = told.entry(member.to_string()).or_default();
                told.0 += arrived;
                told.1 += known.unwritten();
            }
        }
        Ok(told)
    }

    async fn known(&self, of: &DeliveryRef, line: &mut Line) -> Result<Option<Known>, Anything> {
        let Some((delivery, attempts)) = self.ledger.delivery(of).await? else {
            *line.states.entry("missing").or_default() += 1;
            return Ok(None);
        };
        *line.states.entry(delivery.state.word()).or_default() += 1;
        line.begun += u64::from(delivery.attempts);
        line.written += count(attempts.len());
        Ok(Some(Known { delivery, attempts }))
    }

    async fn log(&self, source: &SourceId) -> Result<Vec<Event>, Anything> {
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let (from, until) = (self.now - SINCE, self.now + AHEAD);
            let page = self.survey.logged(source, from, until, after.as_deref(), PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(all) };
            after = Some(last.clone());
            all.extend(page.into_iter().map(|(_, event)| event));
        }
    }
}

fn webhook(line: &mut Line, page: &Page, of: &DeliveryRef, wanted: bool, known: Option<&Known>) {
    let tally = page.tallies.get(of.id().as_str()).copied().unwrap_or_default();
    line.lost += u64::from(wanted && tally.taken == 0);
    let repeats = tally.taken.saturating_sub(1);
    let (unwritten, answered) = known.map_or((0, 0), |known| {
        let answered = known.attempts.iter().filter(|attempt| attempt.status.is_some());
        (known.unwritten(), u32::try_from(answered.count()).unwrap_or(u32::MAX))
    });
    line.repeated += u64::from(repeats);
    line.explained += u64::from(repeats.min(unwritten));
    line.stray += u64::from(tally.arrived.saturating_sub(answered + unwritten));
}

fn chat(
    line: &mut Line,
    page: &Page,
    number: Option<u64>,
    unwritten: u32,
    in_digests: Option<&(u32, u32)>,
) {
    let Some(number) = number else { return };
    let told = page.told.get(&number).copied().unwrap_or_default();
    let (counted, uncertain) = in_digests.copied().unwrap_or_default();
    match (told, counted) {
        (0, 0) => line.lost += 1,
        (0, _) => line.counted_only += 1,
        (_, _) => {}
    }
    let repeats = told.saturating_sub(1);
    line.repeated += u64::from(repeats);
    line.explained += u64::from(repeats.min(unwritten + uncertain));
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
