//! A month of a busy shop, made through the database's own ports before the server is started on it:
//! events of four sources, each delivered to one chat; a few failed, a few held for another; and the
//! totals of its hours, as the sweep writes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use domain::{
    Attempt, Delivery, DeliveryRef, DeliveryState, Event, EventKey, Ledger as _, Name, SourceId,
    Survey as _, Tally,
};
use embedded::Database;
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use testkit::real::{Anything, Wall, casso, timestamp};

/// The reference of an early event.
pub(crate) const REFERENCE: &str = "FT26067000123";

const DAYS: i64 = 31;
/// Events written side by side.
const AT_ONCE: u64 = 1_000;
const SOURCES: [&str; 4] = ["shop", "kho", "online", "quay2"];
const FAILED_EVERY: u64 = 2_000;
const HELD_EVERY: u64 = 1_000;
const OWNER: u64 = 1;

/// What the configuration has beside the first source.
pub(crate) fn tables() -> String {
    let source = |name: &&str| {
        let secret = casso::SECRET;
        format!("[[source]]\nprovider = \"casso\"\nname = \"{name}\"\nsecrets = [\"{secret}\"]\n")
    };
    let mut tables: String = SOURCES.iter().skip(1).map(source).collect();
    for name in ["sales", "ops"] {
        tables.push_str(&format!(
            "[[destination]]\nname = \"{name}\"\nchannel = \"webhook\"\n\
             endpoint = \"http://127.0.0.1:9/\"\n\
             signing_secrets = [\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"]\n"
        ));
    }
    tables
}

/// Records `count` events of the last month.
pub(crate) async fn month(folder: &Path, count: u64) -> Result<(), Anything> {
    let db = Database::open(&folder.join("data"), Arc::new(Wall))?;
    let now = timestamp();
    let began = now.saturating_sub(SignedDuration::from_hours(24 * DAYS))?;
    let step = SignedDuration::from_hours(24 * DAYS).as_millis() / i128::from(count);
    let step = SignedDuration::from_millis(i64::try_from(step)?);
    let mut hours: BTreeMap<(SourceId, Timestamp), Tally> = BTreeMap::new();
    for from in (0..count).step_by(usize::try_from(AT_ONCE)?) {
        let read = casso::events(from, AT_ONCE.min(count - from), now)?;
        let events = (from..).zip(read).map(|(n, event)| {
            let received = began.saturating_add(step * i32::try_from(n)?)?;
            Ok((n, at(event, n, received)?))
        });
        let events: Vec<(u64, Event)> = events.collect::<Result<_, Anything>>()?;
        for (_, event) in &events {
            let hour = hour(event.received)?;
            hours.entry((event.source.clone(), hour)).or_default().add(event);
        }
        record(&db, &events).await?;
    }
    let closed = hour(now)?;
    for ((source, hour), tally) in hours {
        if hour < closed {
            db.set_totals(&tally.into_hour(&source, hour)).await?;
        }
    }
    Ok(())
}

fn at(event: Event, n: u64, received: Timestamp) -> Result<Event, Anything> {
    let name = SOURCES[usize::try_from(n % 4)?];
    let source = SourceId::parse(&format!("casso/{name}"))?;
    let key = EventKey::new(&source, &n.to_string());
    Ok(Event { key, source, received, ..event })
}

/// When the hour began.
fn hour(at: Timestamp) -> Result<Timestamp, Anything> {
    Ok(Timestamp::from_second(at.as_second().div_euclid(3_600) * 3_600)?)
}

async fn record(db: &Database, events: &[(u64, Event)]) -> Result<(), Anything> {
    try_join_all(events.iter().map(|(_, event)| db.claim(event))).await?;
    let mut all = Vec::new();
    for (n, event) in events {
        all.push(delivery(event, "sales", leased(event)?)?);
        if n.is_multiple_of(HELD_EVERY) {
            all.push(delivery(event, "ops", DeliveryState::Held("paused".to_owned()))?);
        }
    }
    db.enlist(&all).await?;
    try_join_all(events.iter().map(|(_, event)| db.take(&event.key, false))).await?;
    let ended = try_join_all(events.iter().map(async |(n, event)| end(db, *n, event).await));
    ended.await?;
    Ok(())
}

fn leased(event: &Event) -> Result<DeliveryState, Anything> {
    let until = event.received.saturating_add(SignedDuration::from_secs(60))?;
    Ok(DeliveryState::Sending { owner: OWNER, until })
}

fn delivery(event: &Event, to: &str, state: DeliveryState) -> Result<Delivery, Anything> {
    let of = DeliveryRef { event: event.key.clone(), destination: Name::parse(to)? };
    Ok(Delivery::new(of, state, event.received))
}

async fn end(db: &Database, n: u64, event: &Event) -> Result<(), Anything> {
    let of = DeliveryRef { event: event.key.clone(), destination: Name::parse("sales")? };
    let failed = n.is_multiple_of(FAILED_EVERY);
    let (verdict, status) = if failed { ("refused", 410) } else { ("delivered", 200) };
    let attempt = Attempt {
        n: 1,
        started: event.received,
        finished: event.received.saturating_add(SignedDuration::from_millis(200))?,
        verdict,
        status: Some(status),
        detail: "ok".to_owned(),
        counted: true,
    };
    let next =
        if failed { DeliveryState::Failed("gone".to_owned()) } else { DeliveryState::Delivered };
    _ = db.finish(&of, OWNER, &attempt, &next).await?;
    Ok(())
}
