//! Sends the calls: at a rate or as fast as they are answered, each with its repeats.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{Answer, Clock, Egress, SendError};
use http::{Request, header};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::report::Report;
use super::story::Call;

/// How long an answer may take. Longer than any provider waits, to see how late a late one is.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Calls in flight at once.
const AT_ONCE: usize = 64;

/// How often and how fast.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Events.
    pub(super) count: u32,
    /// Calls per second.
    pub(super) rate: Option<u32>,
    /// Further calls per event.
    pub(super) repeats: u32,
    /// Whether to show how far we are.
    pub(super) progress: bool,
}

/// Sends what `next` gives until the plan is fulfilled, and reports the answers.
pub(super) async fn send(
    plan: Plan,
    egress: Arc<dyn Egress>,
    clock: Arc<dyn Clock>,
    mut next: impl FnMut() -> (String, Call),
) -> Report {
    let mut report = Report::default();
    let started = clock.now();
    let bar = if plan.progress { bar(plan.count) } else { ProgressBar::hidden() };
    let mut pace = plan.rate.map(|rate| {
        let mut pace = tokio::time::interval(Duration::from_secs(1) / rate);
        pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
        pace
    });
    let mut flying = JoinSet::new();
    for _ in 0..plan.count {
        if let Some(pace) = &mut pace {
            pace.tick().await;
        }
        while flying.len() >= AT_ONCE
            && let Some(landed) = flying.join_next().await
        {
            bar.inc(1);
            report.add(landed);
        }
        let (url, call) = next();
        flying.spawn(event(plan.repeats, Arc::clone(&egress), Arc::clone(&clock), url, call));
    }
    while let Some(landed) = flying.join_next().await {
        bar.inc(1);
        report.add(landed);
    }
    bar.finish_and_clear();
    report.took = since(started, clock.as_ref());
    report
}

/// One call's end: what was answered, and when.
pub(super) type Ended = (Result<Answer, SendError>, Duration);

/// One event: its call and its repeats, one after the other as retries are.
async fn event(
    repeats: u32,
    egress: Arc<dyn Egress>,
    clock: Arc<dyn Clock>,
    url: String,
    call: Call,
) -> Vec<Ended> {
    let mut ended = Vec::new();
    for _ in 0..=repeats {
        let started = clock.now();
        let answer = match request(&url, &call) {
            Ok(request) => egress.send(request, PATIENCE, Timestamp::MAX).await,
            Err(error) => Err(SendError::Connection(error.to_string())),
        };
        ended.push((answer, since(started, clock.as_ref())));
    }
    ended
}

fn request(url: &str, call: &Call) -> http::Result<Request<Bytes>> {
    let mut request = Request::post(url).header(header::CONTENT_TYPE, call.content_type);
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    request.body(Bytes::from(call.body.clone()))
}

fn since(started: Timestamp, clock: &dyn Clock) -> Duration {
    Duration::try_from(clock.now().duration_since(started)).unwrap_or_default()
}

fn bar(count: u32) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(count));
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {per_sec}  {eta}") {
        bar.set_style(style);
    }
    bar
}
