//! Events for people: many in a table, one part by part. The provider's own object is in the JSON alone.

use std::collections::BTreeMap;

use domain::{clean, excerpt};
use serde::Deserialize;

use crate::remote::event::{Delivery, Event};
use crate::remote::shown::{ZONE, amount, moment};
use crate::table::{Column, aligned, table};

/// How much of a memo is listed, in bytes.
const MEMO: usize = 60;

/// An event with everything that is known of it.
#[derive(Deserialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    event: Event,
    attempts: Vec<Attempt>,
    conflicts: Vec<Conflict>,
}

#[derive(Deserialize)]
struct Attempt {
    webhook_id: u64,
    n: u32,
    started: String,
    took_ms: u64,
    verdict: String,
    http_status: Option<u16>,
    detail: String,
}

#[derive(Deserialize)]
struct Conflict {
    received: String,
    kind: String,
    amount: Option<String>,
    currency: Option<String>,
}

/// Events in a table, and how to go on.
pub(super) fn listed(events: &[Event], next: Option<&str>) -> String {
    let columns = [
        Column::Left(&format!("received {ZONE}")),
        Column::Left("kind"),
        Column::Right("amount"),
        Column::Left("content"),
        Column::Left("deliveries"),
        Column::Left("event"),
    ];
    let row = |event: &Event| {
        let Event { amount: sum, currency, direction, facts, .. } = event;
        let content = ["content", "name", "number"].iter().find_map(|fact| facts.get(*fact));
        [
            moment(&event.received),
            event.kind.clone(),
            amount(sum.as_deref(), currency.as_deref(), direction.as_deref()),
            content.map(|text| excerpt(text, MEMO)).unwrap_or_default(),
            states(&event.deliveries),
            event.handle().to_owned(),
        ]
    };
    let rows: Vec<_> = events.iter().map(row).collect();
    let mut text = match rows.is_empty() {
        true => "none\n".to_owned(),
        false => aligned(columns, &rows),
    };
    if let Some(cursor) = next {
        text.push_str(&format!("there may be more: --all, or --cursor {}\n", clean(cursor)));
    }
    text
}

/// What became of an event, in few words.
fn states(deliveries: &[Delivery]) -> String {
    let word = |one: &Delivery| format!("{} {}", one.destination, one.state);
    match deliveries {
        [] => "-".to_owned(),
        [_] | [_, _] => deliveries.iter().map(word).collect::<Vec<_>>().join(", "),
        more => {
            let mut counts = BTreeMap::new();
            for one in more {
                *counts.entry(one.state.as_str()).or_insert(0_u32) += 1;
            }
            let counts = counts.iter().map(|(state, count)| format!("{count} {state}"));
            counts.collect::<Vec<_>>().join(", ")
        }
    }
}

/// One event, part by part. The provider's own object is in the JSON alone.
pub(super) fn described(whole: &Whole) -> String {
    let Whole { event, attempts, conflicts } = whole;
    let mut text = table(["field", "value"], &fields(event));
    if !event.deliveries.is_empty() {
        text.push('\n');
        text.push_str(&deliveries(event));
    }
    if !attempts.is_empty() {
        text.push('\n');
        text.push_str(&tried(event, attempts));
    }
    if !conflicts.is_empty() {
        let row = |one: &Conflict| {
            let sum = amount(one.amount.as_deref(), one.currency.as_deref(), None);
            [moment(&one.received), one.kind.clone(), sum]
        };
        let rows: Vec<_> = conflicts.iter().map(row).collect();
        text.push('\n');
        text.push_str(&table([&format!("in conflict {ZONE}"), "kind", "amount"], &rows));
    }
    text
}

fn fields(event: &Event) -> Vec<[String; 2]> {
    let Event { amount: sum, currency, direction, .. } = event;
    let flags = [
        ("a test", event.test),
        ("late", event.late),
        ("in conflict", event.in_conflict),
        ("verified", event.verified),
    ];
    let flags = flags.iter();
    let flags: Vec<&str> = flags.filter(|(_, on)| *on).map(|(word, _)| *word).collect();
    let sum = amount(sum.as_deref(), currency.as_deref(), direction.as_deref());
    let balance = amount(event.balance.as_deref(), currency.as_deref(), None);
    let occurred = event.occurred.as_deref().map(moment).unwrap_or_default();
    let mut rows: Vec<[String; 2]> = [
        ("event", event.key.clone()),
        ("id", event.id.clone()),
        ("source", event.source.clone()),
        ("kind", event.kind.clone()),
        ("found by", event.provenance.clone()),
        ("received", format!("{} {ZONE}", moment(&event.received))),
        ("occurred", occurred),
        ("amount", sum),
        ("balance", balance),
        ("it is", flags.join(", ")),
    ]
    .map(|(name, value)| [name.to_owned(), value])
    .into();
    rows.extend(event.facts.iter().map(|(name, value)| [name.clone(), value.clone()]));
    rows.retain(|[_, value]| !value.is_empty());
    rows
}

fn deliveries(event: &Event) -> String {
    let row = |one: &Delivery| {
        let why = one.reason.clone();
        let due = one.due.as_deref().map(|due| format!("again at {} {ZONE}", moment(due)));
        let name = if one.name == one.destination { String::new() } else { one.name.clone() };
        let attempts = one.attempts.to_string();
        let because = why.or(due).unwrap_or_default();
        [one.destination.clone(), one.state.clone(), attempts, because, name]
    };
    let rows: Vec<_> = event.deliveries.iter().map(row).collect();
    table(["destination", "state", "attempts", "because", "name"], &rows)
}

fn tried(event: &Event, attempts: &[Attempt]) -> String {
    let named = |id: u64| {
        let of = event.deliveries.iter().find(|one| one.webhook_id == id);
        of.map_or_else(|| id.to_string(), |one| one.destination.clone())
    };
    let row = |one: &Attempt| {
        [
            moment(&one.started),
            named(one.webhook_id),
            one.n.to_string(),
            one.verdict.clone(),
            one.http_status.map(|status| status.to_string()).unwrap_or_default(),
            format!("{} ms", one.took_ms),
            excerpt(&one.detail, 200),
        ]
    };
    let rows: Vec<_> = attempts.iter().map(row).collect();
    let began = format!("attempt {ZONE}");
    table([&began, "destination", "n", "verdict", "status", "took", "detail"], &rows)
}
