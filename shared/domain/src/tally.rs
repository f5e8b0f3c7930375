//! Adding events up, by currency and by account: for the sweep's hours, and for whoever adds hours up.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::{
    AccountTotal, Direction, Event, Fact, HourTotals, Kind, MOST_ACCOUNTS, Money, MoneyTotal,
    Provenance, SourceId,
};

/// What was added up so far. Test calls and what is not known count for nothing but `logged`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Everything.
    pub logged: u64,
    /// Events of known kinds.
    pub events: u64,
    /// Of those, the ones that hooks brought.
    pub hooks: u64,
    money: Sums,
    by_account: BTreeMap<String, Account>,
    virtual_accounts: usize,
}

/// What is known of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Account {
    bank: Option<String>,
    virtual_accounts: BTreeSet<String>,
    money: Sums,
}

/// Transfers by currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sums(BTreeMap<String, MoneyTotal>);

impl Tally {
    /// Adds an event.
    pub fn add(&mut self, event: &Event) {
        self.logged += 1;
        if event.test || event.kind == Kind::Unknown {
            return;
        }
        self.events += 1;
        self.hooks += u64::from(event.provenance == Provenance::Hook);
        let (Some(direction), Some(money)) = (event.kind.direction(), event.money) else { return };
        let total = one(direction, money);
        self.money.add(&total);
        let fact = |fact| event.facts.get(fact).map(str::to_owned);
        if let Some(account) = fact(Fact::Account) {
            self.add_account(&AccountTotal {
                account,
                bank: fact(Fact::Bank),
                virtual_accounts: fact(Fact::VirtualAccount).into_iter().collect(),
                money: vec![total],
            });
        }
    }

    /// Adds what an hour brought.
    pub fn add_hour(&mut self, hour: &HourTotals) {
        self.logged += hour.logged;
        self.events += hour.events;
        self.hooks += hour.hooks;
        hour.money.iter().for_each(|total| self.money.add(total));
        hour.accounts.iter().for_each(|total| self.add_account(total));
    }

    /// Transfers, by currency, in the order of their codes.
    pub fn money(&self) -> Vec<MoneyTotal> {
        self.money.totals()
    }

    /// The same by account, by name.
    pub fn accounts(&self) -> Vec<AccountTotal> {
        let total = |(account, known): (&String, &Account)| AccountTotal {
            account: account.clone(),
            bank: known.bank.clone(),
            virtual_accounts: known.virtual_accounts.iter().cloned().collect(),
            money: known.money.totals(),
        };
        self.by_account.iter().map(total).collect()
    }

    /// What this hour brought a source.
    pub fn into_hour(self, source: &SourceId, hour: Timestamp) -> HourTotals {
        HourTotals {
            source: source.clone(),
            hour,
            logged: self.logged,
            events: self.events,
            hooks: self.hooks,
            money: self.money(),
            accounts: self.accounts(),
        }
    }

    fn add_account(&mut self, total: &AccountTotal) {
        if self.by_account.len() >= MOST_ACCOUNTS && !self.by_account.contains_key(&total.account) {
            return;
        }
        let known = self.by_account.entry(total.account.clone()).or_default();
        known.bank = known.bank.take().or_else(|| total.bank.clone());
        total.money.iter().for_each(|total| known.money.add(total));
        for of in &total.virtual_accounts {
            if self.virtual_accounts < MOST_ACCOUNTS && known.virtual_accounts.insert(of.clone()) {
                self.virtual_accounts += 1;
            }
        }
    }
}

impl Sums {
    fn totals(&self) -> Vec<MoneyTotal> {
        self.0.values().cloned().collect()
    }

    fn add(&mut self, more: &MoneyTotal) {
        let code = more.currency.to_string();
        let Some(known) = self.0.get_mut(&code) else {
            self.0.insert(code, more.clone());
            return;
        };
        known.count_in += more.count_in;
        known.count_out += more.count_out;
        known.sum_in = known.sum_in.saturating_add(more.sum_in);
        known.sum_out = known.sum_out.saturating_add(more.sum_out);
    }
}

/// One transfer.
fn one(direction: Direction, money: Money) -> MoneyTotal {
    let (zero, currency) = (Decimal::ZERO, money.currency);
    match direction {
        Direction::In => {
            let (count_in, sum_in) = (1, money.amount);
            MoneyTotal { currency, count_in, sum_in, count_out: 0, sum_out: zero }
        }
        Direction::Out => {
            let (count_out, sum_out) = (1, money.amount);
            MoneyTotal { currency, count_in: 0, sum_in: zero, count_out, sum_out }
        }
    }
}
