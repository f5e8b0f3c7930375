//! What was answered: how often, how, and how fast.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use domain::excerpt;
use tokio::task::JoinError;

use super::send::Ended;

/// Answers by what they were.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// How long everything took.
    pub(super) took: Duration,
    answers: BTreeMap<String, (u32, String)>,
    latencies: Vec<Duration>,
    failures: u32,
}

impl Report {
    /// Counts the calls of one event.
    pub(super) fn add(&mut self, landed: Result<Vec<Ended>, JoinError>) {
        let Ok(calls) = landed else {
            self.count("interrupted".to_owned(), String::new(), false);
            return;
        };
        for (answer, latency) in calls {
            match answer {
                Ok(answer) => {
                    let body = excerpt(&String::from_utf8_lossy(&answer.body), 200);
                    let success = answer.status.is_success();
                    self.count(answer.status.as_u16().to_string(), body, success);
                    self.latencies.push(latency);
                }
                Err(error) => self.count("-".to_owned(), error.to_string(), false),
            }
        }
    }

    /// Whether every answer was a success.
    pub(super) fn is_success(&self) -> bool {
        self.failures == 0
    }

    /// Whether no call was answered at all.
    pub(super) fn is_silence(&self) -> bool {
        self.latencies.is_empty()
    }

    /// The summary, with the first body of each kind of answer.
    pub(super) fn text(mut self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail; so are the other writes here.
        _ = writeln!(text, "answer   calls  first of them");
        for (status, (count, body)) in &self.answers {
            _ = writeln!(text, "{status:<8} {count:>5}  {body}");
        }
        self.latencies.sort_unstable();
        if let (Some(least), Some(most)) = (self.latencies.first(), self.latencies.last()) {
            let at = |per_cent: usize| {
                let index = (self.latencies.len() * per_cent).div_ceil(100).saturating_sub(1);
                self.latencies.get(index).copied().unwrap_or_default()
            };
            _ = writeln!(
                text,
                "latency  min {}  median {}  p99 {}  max {}",
                millis(*least),
                millis(at(50)),
                millis(at(99)),
                millis(*most)
            );
            let (calls, took) = (self.latencies.len() as u128, self.took.as_millis().max(1));
            _ = writeln!(
                text,
                "took     {}  ({} per second)",
                millis(self.took),
                calls * 1000 / took
            );
        }
        text
    }

    fn count(&mut self, status: String, body: String, success: bool) {
        self.answers.entry(status).or_insert((0, body)).0 += 1;
        self.failures += u32::from(!success);
    }
}

fn millis(duration: Duration) -> String {
    let micros = duration.as_micros();
    format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
}
