//! How many events a second the database takes from 64 callers, and with how many commits: claim and
//! send by the callers, receive, take and delete by one consumer. Measured on a fresh file, then
//! again with many events on record.
//!
//! `cargo run --release -p embedded --example throughput [RECORDED] [MEASURED] [FOLDER]`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::{
    Clock, Currency, Envelope, Event, EventKey, Fact, Facts, Inbox as _, Kind, Ledger as _, Moment,
    Money, Outbound, Provenance, Queue as _, SourceId,
};
use embedded::Database;
use futures_util::future::try_join_all;
use jiff::Timestamp;

const CALLERS: u64 = 64;
type Anything = Box<dyn std::error::Error + Send + Sync>;

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "a measurement owns its clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "a measurement prints")]
async fn main() -> Result<(), Anything> {
    let mut arguments = std::env::args().skip(1);
    let recorded = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let measured = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let dir = arguments.next().map_or(folder.path().to_owned(), PathBuf::from);
    let db = Database::open(&dir, Arc::new(SystemClock))?;
    let mut next = 0;
    let mut first = 0.0;
    for wanted in [1_000_u64, recorded] {
        record(&db, next, wanted).await?;
        next = next.max(wanted);
        let seconds = measure(&db, next, measured).await?;
        next += measured;
        let rate = per_second(measured, seconds);
        if first == 0.0 {
            first = rate;
        }
        println!(
            "{wanted:>9} recorded: {rate:>8.0} events/s, {:>5.1} % of the first",
            share(rate, first)
        );
    }
    println!("{:?}", db.stats().await?);
    Ok(())
}

/// Records events without measuring.
async fn record(db: &Database, from: u64, to: u64) -> Result<(), Anything> {
    for chunk in (from..to).step_by(1_000) {
        let events = (chunk..to.min(chunk + 1_000)).map(event).collect::<Result<Vec<_>, _>>()?;
        try_join_all(events.iter().map(|event| db.claim(event))).await?;
        try_join_all(events.iter().map(|event| db.take(&event.key, false))).await?;
    }
    Ok(())
}

/// Takes events from hook to done, as `serve` would.
async fn measure(db: &Database, from: u64, count: u64) -> Result<Duration, Anything> {
    let started = now();
    let next = Arc::new(AtomicU64::new(from));
    let callers = (0..CALLERS).map(|_| {
        let (db, next) = (db.clone(), Arc::clone(&next));
        tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= from + count {
                    return Ok::<_, Anything>(());
                }
                let event = event(n)?;
                _ = db.claim(&event).await?;
                let envelope = Envelope::for_event(&event)?;
                db.send(&[Outbound { envelope, delay: Duration::ZERO }]).await?;
            }
        })
    });
    let consumer = tokio::spawn(consume(db.clone(), count));
    for caller in try_join_all(callers).await? {
        caller?;
    }
    consumer.await??;
    Ok(now() - started)
}

async fn consume(db: Database, count: u64) -> Result<(), Anything> {
    let mut left = count;
    while left > 0 {
        let messages = db.receive(128, SystemClock.now(), Duration::from_secs(30)).await?;
        if messages.is_empty() {
            db.rung().await;
            continue;
        }
        let mut keys = Vec::with_capacity(messages.len());
        for message in &messages {
            if let Envelope::Event(event) = Envelope::parse(&message.envelope)? {
                keys.push(event.key);
            }
        }
        try_join_all(keys.iter().map(|key| db.take(key, false))).await?;
        let receipts: Vec<String> = messages.into_iter().map(|m| m.receipt).collect();
        db.delete(&receipts).await?;
        left -= u64::try_from(receipts.len())?;
    }
    Ok(())
}

/// A transfer such as banks send them; its identity is scattered, as references are.
fn event(n: u64) -> Result<Event, Anything> {
    let source = SourceId::parse("casso/shop")?;
    let scattered = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let object = serde_json::json!({
        "id": n, "reference": format!("FT{scattered:016X}"), "amount": 250_000, "runningBalance": 25_000_000,
        "description": "NGUYEN VAN AN chuyen tien don hang DH102345", "accountNumber": "88888888",
        "bankName": "VPBank", "bankAbbreviation": "VPB", "transactionDateTime": "2026-03-01 09:30:00",
    });
    Ok(Event {
        key: EventKey::new(&source, &format!("{scattered:016x}")),
        source,
        kind: Kind::TransferIn,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: Moment::parse("2026-03-01 09:30:00"),
        received: "2026-03-01T02:30:01Z".parse()?,
        money: Some(Money::parse("250000", Currency::VND)?),
        balance: None,
        facts: Facts::default()
            .with(Fact::Account, "88888888".to_owned())
            .with(Fact::Bank, "VPBank".to_owned())
            .with(Fact::Content, "NGUYEN VAN AN chuyen tien don hang DH102345".to_owned())
            .with(Fact::Reference, format!("FT{scattered:016X}")),
        object: object.to_string(),
    })
}

#[expect(clippy::disallowed_methods, reason = "a measurement owns its clock")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::float_arithmetic, reason = "a measurement, not money")]
fn per_second(count: u64, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

#[expect(clippy::float_arithmetic, reason = "a measurement, not money")]
fn share(part: f64, whole: f64) -> f64 {
    100.0 * part / whole
}
