//! Sends the calls: at a rate or as fast as they are answered, each with its repeats.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{Answer, Clock, Egress, SendError};
use http::{Request, header};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior};

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
    let pace = Pace::new(plan.rate);
    let mut flying = JoinSet::new();
    for _ in 0..plan.count {
        while flying.len() >= AT_ONCE
            && let Some(landed) = flying.join_next().await
        {
            bar.inc(1);
            report.add(landed);
        }
        // Before the call is made, so that the time it is stamped with is that of its sending.
        pace.wait().await;
        let (url, call) = next();
        let (pace, egress, clock) = (pace.clone(), Arc::clone(&egress), Arc::clone(&clock));
        flying.spawn(event(plan.repeats, pace, egress, clock, url, call));
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

/// What all calls wait for in turn, repeats too; nothing where no rate was asked for.
#[derive(Clone)]
struct Pace(Option<Arc<Mutex<Interval>>>);

impl Pace {
    fn new(rate: Option<u32>) -> Self {
        Self(rate.map(|rate| {
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            Arc::new(Mutex::new(ticks))
        }))
    }

    async fn wait(&self) {
        if let Some(ticks) = &self.0 {
            ticks.lock().await.tick().await;
        }
    }
}

/// One event: its call, which was waited for, and its repeats, one after the other as retries are.
async fn event(
    repeats: u32,
    pace: Pace,
    egress: Arc<dyn Egress>,
    clock: Arc<dyn Clock>,
    url: String,
    call: Call,
) -> Vec<Ended> {
    let mut ended = Vec::new();
    for repeat in 0..=repeats {
        if repeat > 0 {
            pace.wait().await;
        }
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

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use http::{HeaderMap, StatusCode};
    use tokio::time::Instant;

    use super::*;

    /// Remembers when it was called.
    #[derive(Default)]
    struct Watch(std::sync::Mutex<Vec<Instant>>);

    #[async_trait]
    impl Egress for Watch {
        async fn send(
            &self,
            _: Request<Bytes>,
            _: Duration,
            _: Timestamp,
        ) -> Result<Answer, SendError> {
            self.0.lock().unwrap().push(Instant::now());
            let (status, headers, body) = (StatusCode::OK, HeaderMap::new(), Bytes::new());
            Ok(Answer { status, headers, body })
        }
    }

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_is_that_of_calls_repeats_and_all() {
        let watch = Arc::new(Watch::default());
        let plan = Plan { count: 4, rate: Some(10), repeats: 2, progress: false };
        let next = || {
            let (headers, body) = (Vec::new(), String::new());
            let call = Call { tail: "", content_type: "application/json", headers, body };
            ("http://127.0.0.1/".to_owned(), call)
        };
        let egress = Arc::clone(&watch) as Arc<dyn Egress>;
        let report = send(plan, egress, Arc::new(Still), next).await;
        assert!(report.is_success());
        let at = watch.0.lock().unwrap();
        let gaps: Vec<u128> = at.windows(2).map(|two| (two[1] - two[0]).as_millis()).collect();
        assert_eq!(gaps, [100; 11]);
    }
}
