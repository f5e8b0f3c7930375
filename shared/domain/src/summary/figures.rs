//! Adding up what a summary tells of money: to the last digit, by currency and by account, with the
//! largest each way. Not which events are added: that is the destination's filter.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rust_decimal::Decimal;

use super::{AccountTurnover, Flow, Named, Turnover};
use crate::{Currency, Direction, Event, Fact, Money, add_exactly};

/// So many currencies are told apart. One more, and the summary says that it does not tell all.
const MOST_CURRENCIES: usize = 8;
/// So many accounts are told apart while adding up.
const MOST_ACCOUNTS: usize = 2_000;
/// So many accounts are named.
const NAMED_ACCOUNTS: usize = 10;
/// The longest account that is kept, in characters.
const ACCOUNT_CHARS: usize = 100;

/// What was added up so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Whether something was left out.
    pub(crate) partial: bool,
    money: Sums,
    accounts: BTreeMap<String, Sums>,
}

/// Transfers by currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sums(BTreeMap<Currency, Turnover>);

impl Figures {
    /// Adds a transfer. What is none, a test call, or of an unknown amount counts for nothing.
    pub(crate) fn add(&mut self, event: &Event) {
        let (Some(way), Some(money)) = (event.kind.direction(), event.money) else { return };
        if event.test {
            return;
        }
        self.partial |= !self.money.add(way, money, Some(event));
        let Some(account) = event.facts.get(Fact::Account) else { return };
        let account: String = account.chars().take(ACCOUNT_CHARS).collect();
        let room = self.accounts.len() < MOST_ACCOUNTS;
        self.partial |= match self.accounts.entry(account) {
            Entry::Occupied(mut sums) => !sums.get_mut().add(way, money, None),
            Entry::Vacant(sums) if room => !sums.insert(Sums::default()).add(way, money, None),
            Entry::Vacant(_) => true,
        };
    }

    /// Transfers by currency, in the order of their codes.
    pub(crate) fn money(&self) -> Vec<Turnover> {
        self.money.turnovers()
    }

    /// The accounts with the most transfers, and how many others there are.
    pub(crate) fn accounts(&self) -> (Vec<AccountTurnover>, u64) {
        let mut all: Vec<_> = self.accounts.iter().collect();
        all.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.count()));
        let named = all.iter().take(NAMED_ACCOUNTS).map(|(account, sums)| AccountTurnover {
            account: (*account).clone(),
            money: sums.turnovers(),
        });
        let more = all.len().saturating_sub(NAMED_ACCOUNTS);
        (named.collect(), u64::try_from(more).unwrap_or(u64::MAX))
    }
}

impl Sums {
    /// Adds a transfer; whether there was room for its currency.
    fn add(&mut self, way: Direction, money: Money, named: Option<&Event>) -> bool {
        let room = self.0.len() < MOST_CURRENCIES;
        let turnover = match self.0.entry(money.currency) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) if room => new.insert(Turnover {
                currency: money.currency,
                into: Flow::default(),
                out: Flow::default(),
            }),
            Entry::Vacant(_) => return false,
        };
        match way {
            Direction::In => turnover.into.add(money.amount, named),
            Direction::Out => turnover.out.add(money.amount, named),
        }
        true
    }

    fn turnovers(&self) -> Vec<Turnover> {
        self.0.values().cloned().collect()
    }

    fn count(&self) -> u64 {
        self.0.values().map(|money| money.into.count + money.out.count).sum()
    }
}

impl Default for Flow {
    fn default() -> Self {
        Self { count: 0, sum: Some(Decimal::ZERO), largest: None }
    }
}

impl Flow {
    fn add(&mut self, amount: Decimal, named: Option<&Event>) {
        self.count += 1;
        self.sum = self.sum.and_then(|sum| add_exactly(sum, amount));
        let largest = self.largest.as_ref().and_then(|named| named.money);
        // Of several the first: which that is, the log says, and every sweep reads the same log.
        if let Some(event) = named
            && largest.is_none_or(|largest| amount > largest.amount)
        {
            self.largest = Some(Named::of(event));
        }
    }
}
