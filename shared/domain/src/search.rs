//! Looking for events in the log: what an operator asks, and the walk that answers it. What a ledger
//! finds by itself is the [`Stretch`]; everything else is looked for here, event by event, the same for
//! every ledger, and never further than its breadth: who wants to go on says where.

use rust_decimal::Decimal;

use crate::{Event, Fact, Log, Placed, PortError, Selector, Stretch, Stretched, fold};

/// How many events are taken from the ledger at once where not all of them will be wanted.
const AT_ONCE: usize = 500;

/// What an operator looks for. Every part must hold; what is empty holds for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where to look. Our own events are looked at only where their source is named.
    pub stretch: Stretch,
    /// Of these kinds.
    pub kinds: Vec<Selector>,
    /// On this account or virtual account.
    pub account: Option<String>,
    /// Of at least this amount, in whichever currency.
    pub least: Option<Decimal>,
    /// Of at most this amount, in whichever currency.
    pub most: Option<Decimal>,
    /// With each of these words in what is known by name, case and accents aside.
    pub words: Vec<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Events with their places, newest first.
    pub events: Vec<Placed>,
    /// The place to go on after; nothing at the end of the log. Where there is one, there may be more,
    /// though fewer were found than asked for.
    pub next: Option<String>,
}

impl Wanted {
    /// All events of a stretch.
    pub fn all(stretch: Stretch) -> Self {
        Self {
            stretch,
            kinds: Vec::new(),
            account: None,
            least: None,
            most: None,
            words: Vec::new(),
        }
    }

    /// Wants what holds these words, too.
    #[must_use]
    pub fn with_words(self, text: &str) -> Self {
        Self { words: fold(text).split(' ').map(str::to_owned).collect(), ..self }
    }

    fn is_whole_stretch(&self) -> bool {
        *self == Self::all(self.stretch.clone())
    }

    fn wants(&self, event: &Event) -> bool {
        let own = event.kind.is_own() && self.stretch.sources.is_empty();
        let kind = self.kinds.is_empty() || self.kinds.iter().any(|one| one.selects(event.kind));
        let amount = event.money.map(|money| money.amount);
        let least = self.least.is_none_or(|least| amount.is_some_and(|amount| amount >= least));
        let most = self.most.is_none_or(|most| amount.is_some_and(|amount| amount <= most));
        !own && kind && least && most && self.is_on_account(event) && self.has_words(event)
    }

    fn is_on_account(&self, event: &Event) -> bool {
        let of = |fact| event.facts.get(fact);
        let accounts = [of(Fact::Account), of(Fact::VirtualAccount)];
        self.account.is_none() || accounts.contains(&self.account.as_deref())
    }

    fn has_words(&self, event: &Event) -> bool {
        let words = || self.words.iter().filter(|word| !word.is_empty());
        if words().next().is_none() {
            return true;
        }
        let facts: Vec<String> = event.facts.iter().map(|(_, text)| fold(text)).collect();
        words().all(|word| facts.iter().any(|fact| fact.contains(word)))
    }
}

/// The events that are wanted after the place `after`, newest first, at most `most`.
pub async fn search(
    log: &dyn Log,
    wanted: &Wanted,
    after: Option<&str>,
    most: usize,
) -> Result<Found, PortError> {
    let mut found = Found { events: Vec::new(), next: after.map(str::to_owned) };
    let mut left = log.breadth();
    loop {
        let asked = if wanted.is_whole_stretch() { most } else { AT_ONCE.min(left) };
        let Stretched { events, looked_at, next } =
            log.stretch(&wanted.stretch, found.next.as_deref(), asked).await?;
        left = left.saturating_sub(looked_at.max(1));
        for (place, stored) in events {
            if wanted.wants(&stored.event) {
                found.events.push((place.clone(), stored));
                if found.events.len() == most {
                    return Ok(Found { next: Some(place), ..found });
                }
            }
        }
        found.next = next;
        if found.next.is_none() || left == 0 {
            return Ok(found);
        }
    }
}
