//! The commands `resend` and `cancel`: what an operator has one delivery do. Whether it may is the API's to say.

use std::process::ExitCode;

use anyhow::bail;
use console::access::Scope;
use domain::clean;
use http::Method;
use serde::Deserialize;

use super::call::Call;
use super::destination::find;
use super::door::Door;
use super::event::{Event, id};
use super::shown::print_json;
use crate::args::{Deployment, OneDelivery};
use crate::run::{Process, print};

#[derive(Deserialize)]
struct One {
    data: Event,
}

#[derive(Deserialize)]
struct Done {
    message: String,
}

/// Has an event sent to a destination.
pub(crate) async fn resend(
    what: &OneDelivery,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::find(&what.remote, above, process)?;
    let event = event(&mut door, what).await?;
    let number = match went(&event, &what.destination) {
        Some(number) => number,
        // It never went there: for the first time.
        None => find(&mut door, &what.destination).await?.id,
    };
    does(&mut door, &of(&event.id, number, "resend"), what, process).await
}

/// Ends an open delivery.
pub(crate) async fn cancel(
    what: &OneDelivery,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::find(&what.remote, above, process)?;
    let event = event(&mut door, what).await?;
    let Some(number) = went(&event, &what.destination) else {
        let names: Vec<String> =
            event.deliveries.iter().map(|one| clean(&one.destination)).collect();
        if event.deliveries.iter().any(|one| one.name == what.destination) {
            bail!(
                "several destinations are called {:?}; say the name or the number: {}",
                what.destination,
                names.join(", ")
            );
        }
        let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        bail!("this event has no delivery to {:?}; it has: {there}", what.destination);
    };
    does(&mut door, &of(&event.id, number, "cancel"), what, process).await
}

/// The call for one delivery.
pub(super) fn of(event: &str, number: u64, deed: &str) -> Call {
    let number = number.to_string();
    let path = ["api", "v1", "events", event, "deliveries", &number, deed];
    Call::new(Method::POST, Some(Scope::EventWrite), &path)
}

async fn event(door: &mut Door, what: &OneDelivery) -> anyhow::Result<Event> {
    let call = Call::get(Scope::EventRead, &["api", "v1", "events", &id(&what.event)]);
    let (One { data }, _): (One, _) = door.read(&call).await?;
    Ok(data)
}

/// The number of the destination that an event went to: by its name, its number, or what people call it
/// where they call no other so.
fn went(event: &Event, typed: &str) -> Option<u64> {
    let deliveries = &event.deliveries;
    let by_name = deliveries.iter().find(|one| one.destination == typed);
    let by_number = || deliveries.iter().find(|one| one.webhook_id.to_string() == typed);
    let by_title = || {
        let mut called = deliveries.iter().filter(|one| one.name == typed);
        called.next().filter(|_| called.next().is_none())
    };
    by_name.or_else(by_number).or_else(by_title).map(|one| one.webhook_id)
}

async fn does(
    door: &mut Door,
    call: &Call,
    what: &OneDelivery,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let (done, answered): (Done, _) = door.read(call).await?;
    match what.remote.json {
        true => print_json(&answered, process)?,
        false => print(&format!("{}\n", clean(&done.message)))?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_delivery_is_found_by_name_number_and_what_only_one_is_called() {
        let delivery = |number: u64, destination: &str, name: &str| {
            json!({ "webhook_id": number, "destination": destination, "name": name,
                "state": "waiting", "reason": null, "due": null, "attempts": 0, "answered": 0,
                "last_attempt": null })
        };
        let event = json!({
            "id": "x", "key": "casso/shop/1", "source": "casso/shop", "kind": "transfer.in",
            "test": false, "late": false, "provenance": "hook", "occurred": null,
            "received": "2026-11-22T01:00:00Z", "direction": "in", "amount": "5",
            "currency": "VND", "balance": null, "facts": {}, "verified": false,
            "in_conflict": false,
            "deliveries": [
                delivery(1, "sink", "Website"), delivery(2, "webhook-1", "Website 2"),
                delivery(3, "webhook-2", "Kho"), delivery(4, "webhook-3", "Kho"),
            ],
        });
        let event: Event = serde_json::from_value(event).unwrap();
        for (typed, number) in [
            ("sink", Some(1)),
            ("Website", Some(1)),
            ("Website 2", Some(2)),
            ("2", Some(2)),
            ("Kho", None),
            ("nobody", None),
        ] {
            assert_eq!(went(&event, typed), number, "{typed}");
        }
    }
}
