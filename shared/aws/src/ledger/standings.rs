//! How destinations stand: one item each, all in one partition. Which standing follows a mark is
//! `domain::Standing`'s business.

use domain::{Cause, DestinationName, Mark, Marked, Mode, Name, Probed, Standing, Streak};
use jiff::Timestamp;

use super::DynamoLedger;
use super::change::{Decision, change};
use crate::failure::Failure;
use crate::items::{Item, Reader, number, text, time};
use crate::keys::{Key, STANDINGS, state_of};
use crate::update::Update;

const MODE: &str = "mode";
const SINCE: &str = "mode_since";
const CAUSE: &str = "cause";
const DEAD: &str = "dead";
const STREAK: &str = "streak_since";
const FAILURES: &str = "failures";
const PROBED: &str = "probed";
const PLACE: &str = "probed_place";
const RESUMED: &str = "resumed";
const TOLD: &str = "told";

/// How a destination stands.
pub(super) async fn standing(
    ledger: &DynamoLedger,
    destination: &DestinationName,
) -> Result<Standing, Failure> {
    let item = ledger.table.get(Key::standing(destination)).await?;
    item.map_or_else(|| Ok(Standing::default()), |item| read(Reader::new("standing", &item)))
}

/// How every destination stands that something was marked of.
pub(super) async fn all(
    ledger: &DynamoLedger,
) -> Result<Vec<(DestinationName, Standing)>, Failure> {
    let items = ledger.table.query(STANDINGS, "").await?;
    let read = |item| {
        let item = Reader::new("standing", item);
        let name = Name::parse(item.sk()?).map_err(|error| item.fault(error))?;
        Ok((name, read(item)?))
    };
    items.iter().map(read).collect()
}

/// Marks what happened to a destination.
pub(super) async fn mark(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    mark: &Mark,
    now: Timestamp,
) -> Result<Marked, Failure> {
    change(ledger, "marking a destination", Key::standing(destination), |item, key| {
        let known = item.map(read).transpose()?.unwrap_or_default();
        Ok(match known.after(mark, now) {
            None => Decision::Leave(Marked { standing: known, changed: false }),
            Some(next) => {
                let update = written(key, &next);
                Decision::Write(Box::new(update), Marked { standing: next, changed: true })
            }
        })
    })
    .await
}

/// Forgets how a destination stands, its moments and its slots. Where it moved to is kept.
pub(super) async fn forget(
    ledger: &DynamoLedger,
    destination: &DestinationName,
) -> Result<(), Failure> {
    for item in ledger.table.query(&state_of(destination), "").await? {
        let reader = Reader::new("state", &item);
        if reader.sk()? != Key::moved(destination).sk {
            let key = Key { pk: reader.pk().to_owned(), sk: reader.sk()?.to_owned() };
            ledger.table.remove(key).await?;
        }
    }
    // Last: as long as it is there, whoever forgets comes back.
    ledger.table.remove(Key::standing(destination)).await
}

/// The item of how a destination stands.
pub(super) fn item_of(destination: &DestinationName, standing: &Standing) -> Item {
    let key = Key::standing(destination);
    let [pk, sk] = key.clone().attributes();
    let values = written(key, standing).values.unwrap_or_default().into_iter();
    let mut item: Item =
        values.map(|(name, value)| (name.trim_start_matches(':').to_owned(), value)).collect();
    item.extend([pk, sk].map(|(name, value)| (name.to_owned(), value)));
    item
}

fn written(key: Key, standing: &Standing) -> Update {
    let mut update = Update::new(key);
    let (mode, since, cause) = match &standing.mode {
        Mode::Active => ("active", None, None),
        Mode::Paused { since, cause } => ("paused", Some(*since), Some(cause)),
        Mode::Disabled { since } => ("disabled", Some(*since), None),
    };
    let (cause, dead) = match cause {
        None => (None, None),
        Some(Cause::Failing) => (Some("failing"), None),
        Some(Cause::Dead(why)) => (Some("dead"), Some(why.as_str())),
        Some(Cause::Operator) => (Some("operator"), None),
    };
    update.set(MODE, text(mode));
    update.set_or_remove(SINCE, since.map(time));
    update.set_or_remove(CAUSE, cause.map(text));
    update.set_or_remove(DEAD, dead.map(text));
    update.set_or_remove(STREAK, standing.streak.map(|streak| time(streak.since)));
    update.set_or_remove(FAILURES, standing.streak.map(|streak| number(streak.failures)));
    update.set_or_remove(PROBED, standing.probed.as_ref().map(|probed| time(probed.at)));
    update.set_or_remove(PLACE, standing.probed.as_ref().map(|probed| text(probed.place.as_str())));
    update.set_or_remove(RESUMED, standing.resumed.map(time));
    update.set(TOLD, flag(standing.told));
    update
}

fn flag(flag: bool) -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::Bool(flag)
}

pub(super) fn read(item: Reader<'_>) -> Result<Standing, Failure> {
    let mode = match item.text(MODE)? {
        "active" => Mode::Active,
        "paused" => Mode::Paused { since: item.time(SINCE)?, cause: read_cause(item)? },
        "disabled" => Mode::Disabled { since: item.time(SINCE)? },
        other => return Err(item.fault(format!("its mode is {other:?}"))),
    };
    let streak = match item.time_if(STREAK)? {
        Some(since) => Some(Streak { since, failures: item.number(FAILURES)? }),
        None => None,
    };
    let probed = match item.time_if(PROBED)? {
        Some(at) => Some(Probed { at, place: item.text(PLACE)?.to_owned() }),
        None => None,
    };
    Ok(Standing { mode, streak, probed, resumed: item.time_if(RESUMED)?, told: item.flag(TOLD)? })
}

fn read_cause(item: Reader<'_>) -> Result<Cause, Failure> {
    Ok(match item.text(CAUSE)? {
        "failing" => Cause::Failing,
        "dead" => Cause::Dead(item.text(DEAD)?.to_owned()),
        "operator" => Cause::Operator,
        other => return Err(item.fault(format!("its cause is {other:?}"))),
    })
}

#[cfg(test)]
mod tests {
    use domain::Name;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_772_330_400 + second).unwrap()
    }

    /// What an update leaves of an item that was not there.
    fn item(standing: &Standing) -> Item {
        item_of(&Name::parse("sales").unwrap(), standing)
    }

    #[test]
    fn every_standing_comes_back_the_same() {
        let streak = Some(Streak { since: at(0), failures: 9 });
        let probed = Some(Probed { at: at(3), place: "2026 casso/shop/a b".to_owned() });
        let told = true;
        for standing in [
            Standing::default(),
            Standing { streak, resumed: Some(at(5)), ..Standing::default() },
            Standing {
                mode: Mode::Paused { since: at(1), cause: Cause::Failing },
                streak,
                probed,
                told,
                resumed: None,
            },
            Standing {
                mode: Mode::Paused { since: at(1), cause: Cause::Dead("không còn".into()) },
                ..Standing::default()
            },
            Standing {
                mode: Mode::Paused { since: at(1), cause: Cause::Operator },
                ..Standing::default()
            },
            Standing { mode: Mode::Disabled { since: at(2) }, ..Standing::default() },
        ] {
            let item = item(&standing);
            assert_eq!(read(Reader::new("standing", &item)).unwrap(), standing);
        }
    }

    #[test]
    fn what_a_newer_version_wrote_is_named() {
        for (name, said) in [(MODE, "its mode is \"dozing\""), (CAUSE, "its cause is \"dozing\"")] {
            let cause = Cause::Failing;
            let paused =
                Standing { mode: Mode::Paused { since: at(0), cause }, ..Standing::default() };
            let mut item = item(&paused);
            item.insert(name.to_owned(), text("dozing"));
            let failure = read(Reader::new("standing", &item)).unwrap_err().to_string();
            assert!(failure.ends_with(said), "{failure}");
        }
    }
}
