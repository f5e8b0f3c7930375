//! `retry = { … }`: the written form of a schedule.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Fault, duration, fault};
use crate::Schedule;

/// `retry = { … }`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are described in the README")]
pub struct RetryRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Vec<String>>,
}

const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * 3600);

impl RetryRecord {
    /// Parses one of the three ways to write a schedule.
    pub fn parse(&self) -> Result<Schedule, Fault> {
        match (&self.ladder, &self.every, self.times, &self.waits) {
            (Some(ladder), None, None, None) if ladder == "casso" => Ok(Schedule::Casso),
            (Some(other), None, None, None) => {
                Err(fault("retry", format!("{other:?} is no ladder; known is casso")))
            }
            (None, Some(every), Some(times @ 1..=100), None) => {
                Ok(Schedule::Every { every: wait(every)?, times })
            }
            (None, Some(_), Some(_), None) => Err(fault("retry", "times: use 1 to 100")),
            (None, None, None, Some(waits)) if waits.len() <= 100 => {
                Ok(Schedule::Waits(waits.iter().map(|w| wait(w)).collect::<Result<_, _>>()?))
            }
            (None, None, None, Some(_)) => Err(fault("retry", "waits: at most 100")),
            _ => Err(fault(
                "retry",
                "use { ladder = \"casso\" }, { every = \"5m\", times = 3 } or { waits = [\"10s\", \"1m\"] }",
            )),
        }
    }
}

fn wait(text: &str) -> Result<Duration, Fault> {
    let wait = duration("retry", text)?;
    let good = wait >= Duration::from_secs(1) && wait <= LONGEST_WAIT;
    if good { Ok(wait) } else { Err(fault("retry", format!("{text:?}: use 1s to 7d"))) }
}
