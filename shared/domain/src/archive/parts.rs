//! The shapes of lines: plain structs of texts and numbers, and the way from and to what is kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Card, Kept};
use crate::{
    AccountTotal, Cause, Currency, DestinationName, Drawer, Entry, EntryId, Event, HourTotals,
    Mode, MoneyTotal, Name, Origin, Parked, Probed, SourceId, Standing, Stored, Streak,
};

mod delivery;

use delivery::{DeliveryShape, of_delivery, to_delivery};

/// One thing.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Shape {
    Event {
        taken: bool,
        event: Box<Event>,
    },
    Conflict {
        told: bool,
        event: Box<Event>,
    },
    Parked {
        source: String,
        at: Timestamp,
        reason: String,
        context: String,
        bytes: String,
    },
    Snapshot {
        object: String,
        modified: Timestamp,
    },
    Delivery(DeliveryShape),
    Standing(StandingShape),
    Moved {
        destination: String,
        from: String,
        to: String,
    },
    Note {
        name: String,
        text: String,
    },
    Totals {
        source: String,
        hour: Timestamp,
        logged: Option<u64>,
        events: u64,
        hooks: u64,
        money: Vec<MoneyShape>,
        #[serde(default)]
        accounts: Vec<AccountShape>,
    },
    Card {
        drawer: String,
        name: String,
        text: String,
        until: Option<Timestamp>,
    },
    Source {
        name: String,
        from_file: bool,
        record: Box<RawValue>,
    },
    Destination {
        name: String,
        from_file: bool,
        record: Box<RawValue>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StandingShape {
    destination: String,
    mode: ModeShape,
    streak: Option<(Timestamp, u32)>,
    probed: Option<(Timestamp, String)>,
    resumed: Option<Timestamp>,
    told: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ModeShape {
    Active,
    Failing { since: Timestamp },
    Dead { since: Timestamp, why: String },
    Operator { since: Timestamp },
    Disabled { since: Timestamp },
}

/// What an hour brought to one account. An older version wrote the first two as a list.
#[derive(Serialize, Deserialize)]
pub(super) struct AccountShape {
    account: String,
    money: Vec<MoneyShape>,
    #[serde(default)]
    bank: Option<String>,
    #[serde(default)]
    virtual_accounts: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoneyShape {
    currency: String,
    count_in: u64,
    sum_in: String,
    count_out: u64,
    sum_out: String,
}

/// The shape of something.
pub(super) fn shape(kept: &Kept) -> Result<Shape, String> {
    Ok(match kept {
        Kept::Event(Stored { event, taken }) => {
            Shape::Event { taken: *taken, event: Box::new(event.clone()) }
        }
        Kept::Conflict { event, told } => {
            Shape::Conflict { told: *told, event: Box::new(event.clone()) }
        }
        Kept::Parked { source, parked, context, at } => Shape::Parked {
            source: source.to_string(),
            at: *at,
            reason: parked.reason.clone(),
            context: context.clone(),
            bytes: hex::encode(&parked.bytes),
        },
        Kept::Snapshot { object, modified } => {
            Shape::Snapshot { object: object.clone(), modified: *modified }
        }
        Kept::Delivery(delivery, attempts) => Shape::Delivery(of_delivery(delivery, attempts)),
        Kept::Standing(destination, standing) => {
            Shape::Standing(of_standing(destination, standing))
        }
        Kept::Moved { destination, from, to } => Shape::Moved {
            destination: destination.to_string(),
            from: from.clone(),
            to: to.clone(),
        },
        Kept::Note { name, text } => Shape::Note { name: name.clone(), text: text.clone() },
        Kept::Totals(totals) => Shape::Totals {
            source: totals.source.to_string(),
            hour: totals.hour,
            logged: Some(totals.logged),
            events: totals.events,
            hooks: totals.hooks,
            money: totals.money.iter().map(of_money).collect(),
            accounts: totals.accounts.iter().map(of_account).collect(),
        },
        Kept::Card(Card { drawer, name, text, until }) => Shape::Card {
            drawer: drawer.word().to_owned(),
            name: name.clone(),
            text: text.clone(),
            until: *until,
        },
        Kept::Entry(Entry { id, origin, record }) => {
            let record =
                RawValue::from_string(record.clone()).map_err(|error| error.to_string())?;
            let from_file = *origin == Origin::File;
            match id {
                EntryId::Source(id) => Shape::Source { name: id.to_string(), from_file, record },
                EntryId::Destination(name) => {
                    Shape::Destination { name: name.to_string(), from_file, record }
                }
            }
        }
    })
}

/// Something of this shape, or what is not understood.
pub(super) fn kept(shape: Shape) -> Result<Kept, String> {
    Ok(match shape {
        Shape::Event { taken, event } => Kept::Event(Stored { event: *event, taken }),
        Shape::Conflict { told, event } => Kept::Conflict { event: *event, told },
        Shape::Parked { source, at, reason, context, bytes } => {
            let bytes = hex::decode(bytes).map_err(|error| error.to_string())?.into();
            let source = read_source(&source)?;
            Kept::Parked { source, parked: Parked { bytes, reason }, context, at }
        }
        Shape::Snapshot { object, modified } => Kept::Snapshot { object, modified },
        Shape::Delivery(shape) => to_delivery(shape)?,
        Shape::Standing(shape) => to_standing(shape)?,
        Shape::Moved { destination, from, to } => {
            Kept::Moved { destination: read_name(&destination)?, from, to }
        }
        Shape::Note { name, text } => Kept::Note { name, text },
        Shape::Totals { source, hour, logged, events, hooks, money, accounts } => {
            let (source, logged) = (read_source(&source)?, logged.unwrap_or(events.max(1)));
            let money = money.into_iter().map(to_money).collect::<Result<_, _>>()?;
            let accounts = accounts.into_iter().map(to_account).collect::<Result<_, _>>()?;
            Kept::Totals(HourTotals { source, hour, logged, events, hooks, money, accounts })
        }
        Shape::Card { drawer, name, text, until } => {
            let drawer = Drawer::parse(&drawer).ok_or_else(|| format!("the drawer {drawer:?}"))?;
            Kept::Card(Card { drawer, name, text, until })
        }
        Shape::Source { name, from_file, record } => {
            entry(EntryId::Source(read_source(&name)?), from_file, &record)
        }
        Shape::Destination { name, from_file, record } => {
            entry(EntryId::Destination(read_name(&name)?), from_file, &record)
        }
    })
}

fn entry(id: EntryId, from_file: bool, record: &RawValue) -> Kept {
    let origin = if from_file { Origin::File } else { Origin::Operator };
    Kept::Entry(Entry { id, origin, record: record.get().to_owned() })
}

fn of_standing(destination: &DestinationName, standing: &Standing) -> StandingShape {
    let mode = match &standing.mode {
        Mode::Active => ModeShape::Active,
        Mode::Disabled { since } => ModeShape::Disabled { since: *since },
        Mode::Paused { since, cause } => match cause {
            Cause::Failing => ModeShape::Failing { since: *since },
            Cause::Operator => ModeShape::Operator { since: *since },
            Cause::Dead(why) => ModeShape::Dead { since: *since, why: why.clone() },
        },
    };
    StandingShape {
        destination: destination.to_string(),
        mode,
        streak: standing.streak.map(|streak| (streak.since, streak.failures)),
        probed: standing.probed.as_ref().map(|probed| (probed.at, probed.place.clone())),
        resumed: standing.resumed,
        told: standing.told,
    }
}

fn to_standing(shape: StandingShape) -> Result<Kept, String> {
    let paused = |since, cause| Mode::Paused { since, cause };
    let mode = match shape.mode {
        ModeShape::Active => Mode::Active,
        ModeShape::Disabled { since } => Mode::Disabled { since },
        ModeShape::Failing { since } => paused(since, Cause::Failing),
        ModeShape::Operator { since } => paused(since, Cause::Operator),
        ModeShape::Dead { since, why } => paused(since, Cause::Dead(why)),
    };
    let standing = Standing {
        mode,
        streak: shape.streak.map(|(since, failures)| Streak { since, failures }),
        probed: shape.probed.map(|(at, place)| Probed { at, place }),
        resumed: shape.resumed,
        told: shape.told,
    };
    Ok(Kept::Standing(read_name(&shape.destination)?, standing))
}

fn of_account(total: &AccountTotal) -> AccountShape {
    AccountShape {
        account: total.account.clone(),
        bank: total.bank.clone(),
        virtual_accounts: total.virtual_accounts.clone(),
        money: total.money.iter().map(of_money).collect(),
    }
}

fn to_account(shape: AccountShape) -> Result<AccountTotal, String> {
    let AccountShape { account, bank, virtual_accounts, money } = shape;
    let money = money.into_iter().map(to_money).collect::<Result<_, _>>()?;
    Ok(AccountTotal { account, bank, virtual_accounts, money })
}

fn of_money(money: &MoneyTotal) -> MoneyShape {
    MoneyShape {
        currency: money.currency.to_string(),
        count_in: money.count_in,
        sum_in: money.sum_in.to_string(),
        count_out: money.count_out,
        sum_out: money.sum_out.to_string(),
    }
}

fn to_money(shape: MoneyShape) -> Result<MoneyTotal, String> {
    let sum = |text: &str| text.parse().map_err(|_| format!("the sum {text:?}"));
    let currency = Currency::parse(&shape.currency);
    Ok(MoneyTotal {
        currency: currency.ok_or_else(|| format!("the currency {:?}", shape.currency))?,
        count_in: shape.count_in,
        sum_in: sum(&shape.sum_in)?,
        count_out: shape.count_out,
        sum_out: sum(&shape.sum_out)?,
    })
}

fn read_source(text: &str) -> Result<SourceId, String> {
    SourceId::parse(text).map_err(|error| error.to_string())
}

fn read_name(text: &str) -> Result<DestinationName, String> {
    Name::parse(text).map_err(|error| error.to_string())
}
