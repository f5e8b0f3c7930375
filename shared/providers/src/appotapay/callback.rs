//! Subscription callbacks: `{event, data, paymentLinkUrl}` about plans, cycles, payment methods and
//! refunds. From the vendor's pages "Plan callback", "Cycle callback", "Refund callback".
//!
//! States are kept in the vendor's words, misprints included (`REQUIRES_ACITON`): an inactive plan may
//! be closed, paused or never have been made, so nothing here says which. A payment method holds card
//! data, of which nothing becomes a fact.

use std::borrow::Cow;

use domain::{Fact, Facts, Kind};

use super::{Said, changed, identity, money};
use crate::json::{self, Object, Unreadable};

/// The events by their names, with or without `subscription.` before them: the pages differ.
const KINDS: [(&str, Kind); 11] = [
    ("plan.activated", Kind::PlanActivated),
    ("plan.inactivated", Kind::PlanInactivated),
    ("cycle.created", Kind::CycleCreated),
    ("cycle.succeeded", Kind::CycleSucceeded),
    ("cycle.retrying", Kind::CycleRetrying),
    ("cycle.failed", Kind::CycleFailed),
    ("cycle.force_attempt_failed", Kind::CycleForceAttemptFailed),
    ("payment_method.activated", Kind::PaymentMethodActivated),
    ("payment_method.failed", Kind::PaymentMethodFailed),
    ("refund.succeeded", Kind::RefundSucceeded),
    ("refund.failed", Kind::RefundFailed),
];

/// Reads a callback. A kind that is not known is passed on with nothing but its name.
pub(super) fn read(name: &str, object: &Object<'_>) -> Result<Said, Unreadable> {
    let word = name.strip_prefix("subscription.").unwrap_or(name);
    let kind = KINDS.iter().find(|(known, _)| *known == word).map_or(Kind::Unknown, |(_, k)| *k);
    let mut said = Said {
        kind,
        identity: None,
        occurred: None,
        money: None,
        facts: Facts::default(),
        object: object.as_str().to_owned(),
    };
    if kind == Kind::Unknown {
        said.occurred = object.object("data").ok().flatten().and_then(|data| changed(&data));
    } else if let Some(data) = object.object("data")? {
        let (names, facts) = match kind.family() {
            "plan" => (&["planId", "status", "updatedAt"][..], plan(&data)),
            "cycle" => {
                let names = &["cycleId", "status", "attemptCount", "updatedAt"][..];
                (names, cycle(&data, object))
            }
            "payment_method" => (&["paymentMethodId", "status", "updatedAt"][..], method(&data)),
            _ => (&["refundId", "status"][..], refund(&data)),
        };
        said.identity = identity(name, &data, names);
        said.occurred = changed(&data);
        if kind.family() != "payment_method" {
            said.money = money(&data)?;
        }
        said.facts = facts;
        for place in [object, &data] {
            if said.facts.get(Fact::PaymentLink).is_none() {
                said.facts
                    .set(Fact::PaymentLink, place.detail("paymentLinkUrl").map(Cow::into_owned));
            }
        }
    }
    said.facts.set(Fact::EventName, name.to_owned());
    Ok(said)
}

fn plan(data: &Object<'_>) -> Facts {
    let mut facts = data.facts(&[
        (Fact::Id, "planId"),
        (Fact::Number, "planRefId"),
        (Fact::Name, "serviceName"),
        (Fact::Status, "status"),
        (Fact::CustomerId, "customerId"),
    ]);
    if let Ok(Some(schedule)) = data.object("schedule")
        && let Some(count) = schedule.detail("intervalCount")
        && let Some(unit) = schedule.detail("interval")
    {
        facts.set(Fact::Interval, format!("{count} {unit}"));
    }
    facts
}

fn cycle(data: &Object<'_>, callback: &Object<'_>) -> Facts {
    data.facts(&[
        (Fact::Id, "cycleId"),
        (Fact::Status, "status"),
        (Fact::PlanId, "planId"),
        (Fact::CycleNumber, "cycleNumber"),
        (Fact::AttemptCount, "attemptCount"),
        (Fact::ScheduledAt, "scheduledAt"),
    ])
    .with(Fact::NextRetry, next_retry(data).or_else(|| next_retry(callback)))
}

/// When the latest attempt says that the next will be. The page's table puts the attempts beside
/// `data`, its example inside, and in no order.
fn next_retry(place: &Object<'_>) -> Option<String> {
    let attempts = json::elements(place.raw("attemptDetails")?.get())?;
    let number = |attempt: &Object<'_>| attempt.detail("attemptNumber")?.parse::<u64>().ok();
    let latest = attempts
        .iter()
        .filter_map(|attempt| Object::parse(attempt.get()).ok())
        .max_by_key(number)?;
    latest.detail("nextRetryTime").map(Cow::into_owned)
}

fn method(data: &Object<'_>) -> Facts {
    data.facts(&[
        (Fact::Id, "paymentMethodId"),
        (Fact::Number, "paymentMethodRefId"),
        (Fact::Status, "status"),
        (Fact::PaymentMethod, "paymentMethod"),
        (Fact::CustomerId, "customerId"),
    ])
}

fn refund(data: &Object<'_>) -> Facts {
    data.facts(&[
        (Fact::Id, "refundId"),
        (Fact::Number, "refundRefId"),
        (Fact::Status, "status"),
        (Fact::AttemptId, "attemptId"),
        (Fact::Reason, "reason"),
    ])
}
