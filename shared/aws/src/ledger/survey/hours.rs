//! What hours brought: one item each, the sums as texts, by currency.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Currency, HourTotals, MoneyTotal, SourceId};
use jiff::Timestamp;

use super::super::DynamoLedger;
use crate::failure::Failure;
use crate::items::{Item, Reader, item, number, text};
use crate::keys::{Key, sortable, totals_of, unsorted};

const EVENTS: &str = "events";
const HOOKS: &str = "hooks";
const MONEY: &str = "money";
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
    let money = totals.money.iter().map(|money| {
        let sums = item([
            (COUNT_IN, number(money.count_in)),
            (SUM_IN, text(money.sum_in.to_string())),
            (COUNT_OUT, number(money.count_out)),
            (SUM_OUT, text(money.sum_out.to_string())),
        ]);
        (money.currency.to_string(), AttributeValue::M(sums))
    });
    let money: HashMap<_, _> = money.collect();
    let [pk, sk] = Key::totals(&totals.source, totals.hour).attributes();
    let (events, hooks) = ((EVENTS, number(totals.events)), (HOOKS, number(totals.hooks)));
    item([pk, sk, events, hooks, (MONEY, AttributeValue::M(money))])
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
    let mut money = BTreeMap::new();
    for (code, sums) in item.maps(MONEY)? {
        let currency = Currency::parse(code);
        let currency = currency.ok_or_else(|| item.fault(format!("{code:?} is no currency")))?;
        let total = MoneyTotal {
            currency,
            count_in: sums.number(COUNT_IN)?,
            sum_in: sums.parsed(SUM_IN)?,
            count_out: sums.number(COUNT_OUT)?,
            sum_out: sums.parsed(SUM_OUT)?,
        };
        money.insert(code, total);
    }
    let (source, money) = (source.clone(), money.into_values().collect());
    let (events, hooks) = (item.number(EVENTS)?, item.number(HOOKS)?);
    Ok(HourTotals { source, hour, events, hooks, money })
}
