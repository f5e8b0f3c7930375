//! What hours brought: one item each, the sums as texts, by currency.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AccountTotal, Currency, HourTotals, MoneyTotal, SourceId};
use jiff::Timestamp;

use super::super::DynamoLedger;
use crate::failure::Failure;
use crate::items::{Item, Reader, item, number, text};
use crate::keys::{Key, sortable, totals_of, unsorted};

const LOGGED: &str = "counted";
const EVENTS: &str = "events";
const HOOKS: &str = "hooks";
const MONEY: &str = "money";
const ACCOUNTS: &str = "accounts";
const BANK: &str = "bank";
const VIRTUAL_ACCOUNTS: &str = "virtual_accounts";
const COUNT_IN: &str = "count_in";
const SUM_IN: &str = "sum_in";
const COUNT_OUT: &str = "count_out";
const SUM_OUT: &str = "sum_out";

/// Writes what an hour brought.
pub(super) async fn set(ledger: &DynamoLedger, totals: &HourTotals) -> Result<(), Failure> {
    ledger.table.put(item_of(totals)).await
}

/// The item of what an hour brought.
pub(in crate::ledger) fn item_of(totals: &HourTotals) -> Item {
    let accounts = totals.accounts.iter().map(|of| (of.account.clone(), of_account(of)));
    let [pk, sk] = Key::totals(&totals.source, totals.hour).attributes();
    item([
        pk,
        sk,
        (LOGGED, number(totals.logged)),
        (EVENTS, number(totals.events)),
        (HOOKS, number(totals.hooks)),
        (MONEY, of_money(&totals.money)),
        (ACCOUNTS, AttributeValue::M(accounts.collect())),
    ])
}

fn of_account(total: &AccountTotal) -> AttributeValue {
    let mut account = item([(MONEY, of_money(&total.money))]);
    if let Some(bank) = &total.bank {
        account.insert(BANK.to_owned(), text(bank));
    }
    if !total.virtual_accounts.is_empty() {
        let virtual_accounts = total.virtual_accounts.iter().map(text).collect();
        account.insert(VIRTUAL_ACCOUNTS.to_owned(), AttributeValue::L(virtual_accounts));
    }
    AttributeValue::M(account)
}

fn of_money(money: &[MoneyTotal]) -> AttributeValue {
    let money = money.iter().map(|money| {
        let sums = item([
            (COUNT_IN, number(money.count_in)),
            (SUM_IN, text(money.sum_in.to_string())),
            (COUNT_OUT, number(money.count_out)),
            (SUM_OUT, text(money.sum_out.to_string())),
        ]);
        (money.currency.to_string(), AttributeValue::M(sums))
    });
    AttributeValue::M(money.collect())
}

/// What the hours of a stretch brought a source, as far as written.
pub(super) async fn totals(
    ledger: &DynamoLedger,
    source: &SourceId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<HourTotals>, Failure> {
    let (pk, from, until) = (totals_of(source), sortable(from), sortable(until));
    let items = ledger.table.between(&pk, &from, &until).await?;
    items.iter().map(|item| read(source, Reader::new("totals", item))).collect()
}

/// Reads the item of what an hour brought.
pub(in crate::ledger) fn read(source: &SourceId, item: Reader<'_>) -> Result<HourTotals, Failure> {
    let hour = unsorted(item.sk()?).ok_or_else(|| item.fault("its sort key is no hour"))?;
    let mut accounts = Vec::new();
    for (account, of) in item.maps(ACCOUNTS)? {
        // An older version wrote the money alone.
        let money = match of.map_if(MONEY)? {
            Some(money) => money.all_maps()?,
            None => of.all_maps()?,
        };
        accounts.push(AccountTotal {
            account: account.to_owned(),
            bank: of.text_if(BANK)?.map(str::to_owned),
            virtual_accounts: of.texts(VIRTUAL_ACCOUNTS)?,
            money: to_money(money)?,
        });
    }
    accounts.sort_by(|a, b| a.account.cmp(&b.account));
    let events = item.number(EVENTS)?;
    Ok(HourTotals {
        source: source.clone(),
        hour,
        // An older version did not count them all.
        logged: item.number_if(LOGGED)?.unwrap_or(u64::max(events, 1)),
        events,
        hooks: item.number(HOOKS)?,
        money: to_money(item.maps(MONEY)?)?,
        accounts,
    })
}

fn to_money(by_currency: Vec<(&str, Reader<'_>)>) -> Result<Vec<MoneyTotal>, Failure> {
    let mut money = BTreeMap::new();
    for (code, sums) in by_currency {
        let currency = Currency::parse(code);
        let currency = currency.ok_or_else(|| sums.fault(format!("{code:?} is no currency")))?;
        let total = MoneyTotal {
            currency,
            count_in: sums.number(COUNT_IN)?,
            sum_in: sums.parsed(SUM_IN)?,
            count_out: sums.number(COUNT_OUT)?,
            sum_out: sums.parsed(SUM_OUT)?,
        };
        money.insert(code, total);
    }
    Ok(money.into_values().collect())
}
