//! The functions, over a local server that speaks DynamoDB and SQS. That server is what is slow: first
//! it is asked how much it can, and the load stays below that.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use testkit::aws::{Place, Server};
use testkit::real::Anything;
use testkit::real::books::{Books, Says};
use testkit::real::caller::Rhythm;
use testkit::real::lambdas::{Crew, Lambdas, furnish};
use testkit::real::table::Table;

use crate::Given;
use crate::course::{Course, PLACE};

/// What is wanted.
const WANTED: u64 = 300;
/// For so long the server is asked how much it can.
const ASKED: Duration = Duration::from_secs(30);
/// Beyond every hook by which it is asked.
const LATER: u64 = 10_000_000;

/// Three hundred a second, or as many as the server behind can do.
#[expect(clippy::print_stdout, reason = "a measurement prints")]
pub(crate) async fn steady(given: &Given) -> Result<bool, Anything> {
    let place = Place::make(Server::quick()).await;
    let books = Books::open(|_| Says::now(200)).await?;
    let destination = json!({
        "name": PLACE, "channel": "webhook", "endpoint": books.url(PLACE),
        "signing_secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    });
    furnish(&place, vec![destination]).await?;
    let crew = Crew {
        programs: given.programs.clone(),
        tables: Server::quick().url().to_owned(),
        queues: Server::quick().queues_url().to_owned(),
        ingest: 4,
        dispatch: 4,
        sweep_every: Duration::from_secs(60),
    };
    let lambdas = Arc::new(Lambdas::start(&crew, &place));
    let resident = || {
        let most = |of: &std::sync::atomic::AtomicU64| of.load(Ordering::Relaxed);
        Ok(most(&lambdas.resident.ingest).max(most(&lambdas.resident.dispatch)))
    };
    let mut table = Table::default();
    let asking = Rhythm { from: 0, at_once: 8, per_second: None, repeats: false };
    let asked = Course::run(Arc::clone(&lambdas), asking, ASKED, &books, resident).await?;
    asked.tell(&mut table, "functions, how much the server can");
    let rate = sustained(&asked).min(WANTED);
    let from_then_on =
        Rhythm { from: LATER, at_once: 64, per_second: Some(u32::try_from(rate)?), repeats: false };
    let course =
        Course::run(Arc::clone(&lambdas), from_then_on, given.lasting, &books, resident).await?;
    course.tell(&mut table, &format!("functions, {rate}/s"));
    println!("{table}");
    course.write(&given.figures.join("aws.csv"))?;
    Ok(asked.passed() && course.passed())
}

/// Four fifths of what it took in and delivered a second, while it did both.
fn sustained(asked: &Course) -> u64 {
    let taken = asked.lasted + asked.drained_in.unwrap_or(asked.lasted);
    let all = u128::try_from(asked.seen.acknowledged.len()).unwrap_or_default();
    u64::try_from(all * 800 / taken.as_millis().max(1)).unwrap_or(u64::MAX).max(1)
}
