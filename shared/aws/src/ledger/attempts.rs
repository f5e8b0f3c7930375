//! Attempts: the first within its delivery's item, for most need no second; each later one an item
//! beside it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Attempt, Delivery, DeliveryRef, EventKey, Name};

use super::{DynamoLedger, deliveries};
use crate::failure::Failure;
use crate::items::{Item, Reader, item, number, text, time};
use crate::keys::Key;

/// In the item of a delivery: its first attempt.
pub(super) const FIRST: &str = "attempt";
const N: &str = "n";
const STARTED: &str = "started";
const FINISHED: &str = "finished";
const VERDICT: &str = "verdict";
const STATUS: &str = "status";
pub(super) const DETAIL: &str = "detail";
const COUNTED: &str = "counted";

/// The first attempt, as an attribute.
pub(super) fn first(attempt: &Attempt) -> AttributeValue {
    AttributeValue::M(attributes(attempt))
}

/// A later attempt, as an item that is kept as long as its event.
pub(super) fn later(of: &DeliveryRef, attempt: &Attempt, expires: AttributeValue) -> Item {
    let mut item = attributes(attempt);
    let [(pk_name, pk), (sk_name, sk)] = Key::attempt(of, attempt.n).attributes();
    item.insert(pk_name.to_owned(), pk);
    item.insert(sk_name.to_owned(), sk);
    item.insert("expires".to_owned(), expires);
    item
}

/// A delivery with its attempts, oldest first: one query.
pub(super) async fn with_delivery(
    ledger: &DynamoLedger,
    of: &DeliveryRef,
) -> Result<Option<(Delivery, Vec<Attempt>)>, Failure> {
    let key = Key::delivery(of);
    let items = ledger.table.query(&key.pk, &key.sk).await?;
    let (mut delivery, mut attempts) = (None, Vec::new());
    for item in &items {
        let reader = Reader::new("attempt", item);
        if reader.sk()? == key.sk {
            delivery = Some(deliveries::read(of, item)?.delivery);
            attempts.extend(reader.map_if(FIRST)?.map(read).transpose()?);
        } else {
            attempts.push(read(reader)?);
        }
    }
    attempts.sort_by_key(|attempt| attempt.n);
    Ok(delivery.map(|delivery| (delivery, attempts)))
}

/// The deliveries among all items of an event, by destination, each with its attempts.
pub(super) fn of_event(
    event: &EventKey,
    items: &[Item],
) -> Result<Vec<(Delivery, Vec<Attempt>)>, Failure> {
    let mut all: Vec<(Delivery, Vec<Attempt>)> = Vec::new();
    // By sort key: a delivery stands before its later attempts.
    for item in items {
        let reader = Reader::new("attempt", item);
        let Some(rest) = reader.sk()?.strip_prefix("delivery/") else { continue };
        let Some((name, n)) = rest.split_once('/') else { continue };
        if n.is_empty() {
            let destination = Name::parse(name).map_err(|error| reader.fault(error))?;
            let of = DeliveryRef { event: event.clone(), destination };
            let first = reader.map_if(FIRST)?.map(read).transpose()?;
            all.push((deliveries::read(&of, item)?.delivery, Vec::from_iter(first)));
        } else if let Some((_, attempts)) =
            all.last_mut().filter(|(delivery, _)| delivery.of.destination.as_str() == name)
        {
            attempts.push(read(reader)?);
        }
    }
    Ok(all)
}

fn attributes(attempt: &Attempt) -> HashMap<String, AttributeValue> {
    let mut attributes = item([
        (N, number(attempt.n)),
        (STARTED, time(attempt.started)),
        (FINISHED, time(attempt.finished)),
        (VERDICT, text(attempt.verdict)),
        (DETAIL, text(attempt.detail.as_str())),
        (COUNTED, AttributeValue::Bool(attempt.counted)),
    ]);
    if let Some(status) = attempt.status {
        attributes.insert(STATUS.to_owned(), number(status));
    }
    attributes
}

fn read(item: Reader<'_>) -> Result<Attempt, Failure> {
    let word = item.text(VERDICT)?;
    let known = Attempt::WORDS.into_iter().find(|known| *known == word);
    Ok(Attempt {
        n: item.number(N)?,
        started: item.time(STARTED)?,
        finished: item.time(FINISHED)?,
        verdict: known.ok_or_else(|| item.fault(format!("its verdict is {word:?}")))?,
        status: item.number_if(STATUS)?,
        detail: item.text(DETAIL)?.to_owned(),
        counted: item.flag(COUNTED)?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn attempt(status: Option<u16>) -> Attempt {
        Attempt {
            n: 1,
            started: Timestamp::from_second(1).unwrap(),
            finished: Timestamp::from_millisecond(2500).unwrap(),
            verdict: "retry",
            status,
            detail: "lỗi\0\u{FFFE}".to_owned(),
            counted: true,
        }
    }

    #[test]
    fn an_attempt_comes_back_the_same() {
        for status in [None, Some(500)] {
            let item = attributes(&attempt(status));
            assert_eq!(read(Reader::new("attempt", &item)).unwrap(), attempt(status));
        }
    }

    #[test]
    fn a_verdict_of_another_version_is_named() {
        let mut item = attributes(&attempt(None));
        item.insert(VERDICT.to_owned(), text("held"));
        let failure = read(Reader::new("attempt", &item)).unwrap_err().to_string();
        assert!(failure.ends_with("cannot be read: its verdict is \"held\""), "{failure}");
    }
}
