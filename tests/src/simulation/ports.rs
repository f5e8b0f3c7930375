//! The ports as one process has them: every call passes here, takes its time, may meet a blow, and is
//! written in the trace. The wrappers decide nothing.

mod ledger;
mod others;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{Clock, DestinationName, Entropy, Lane, Lanes, Port, PortError, Timer};
use jiff::{SignedDuration, Timestamp};

use super::plan::Blow;
use super::record::Fallen;
use super::scene::Scene;

/// One life of one process.
pub(super) struct Desk {
    pub(super) scene: Arc<Scene>,
    pub(super) process: usize,
    pub(super) life: u32,
    pub(super) name: &'static str,
    /// How much its clock is ahead.
    pub(super) skew: SignedDuration,
    pub(super) lanes: Arc<std::sync::Mutex<std::collections::HashMap<String, u32>>>,
}

impl Desk {
    /// A call goes out: counted, delayed, and struck if that is planned. What is returned has still
    /// to be done by the caller.
    pub(super) async fn begin(
        &self,
        to: Option<&DestinationName>,
        what: &(dyn Fn() -> String + Sync),
    ) -> Option<Blow> {
        let Scene { hall, .. } = &*self.scene;
        let (n, blow) = self.scene.count();
        hall.sleep(hall.leg()).await;
        let blow = blow?;
        let line = format!("{} {}", self.name, what());
        self.scene.record.trace(hall.now(), self.name, &|| format!("!! {blow:?} at {n}: {line}"));
        let at = hall.now();
        self.scene.record.seen().blows.push(Fallen { call: n, blow, at, what: line });
        match blow {
            Blow::ErrorBefore => self.scene.record.struck(Some(self.process), self.life, to),
            Blow::CrashBefore => hall.crash(self.process).await,
            Blow::StallBefore | Blow::FreezeBefore => {
                self.scene.record.struck(Some(self.process), self.life, to);
                hall.sleep(blow.stall()).await;
            }
            Blow::ErrorAfter | Blow::CrashAfter | Blow::StallAfter | Blow::Twice | Blow::Late => {}
        }
        Some(blow)
    }

    /// The answer comes back; `true` if it is lost.
    pub(super) async fn end(&self, blow: Option<Blow>, to: Option<&DestinationName>) -> bool {
        let Scene { hall, record, .. } = &*self.scene;
        match blow {
            Some(Blow::CrashAfter) => hall.crash(self.process).await,
            Some(Blow::ErrorAfter | Blow::StallAfter) => {
                record.struck(Some(self.process), self.life, to);
            }
            Some(
                Blow::ErrorBefore
                | Blow::CrashBefore
                | Blow::StallBefore
                | Blow::FreezeBefore
                | Blow::Twice
                | Blow::Late,
            )
            | None => {}
        }
        let stall = match blow {
            Some(blow @ Blow::StallAfter) => blow.stall(),
            Some(_) | None => Duration::ZERO,
        };
        hall.sleep(hall.leg() + stall).await;
        blow == Some(Blow::ErrorAfter)
    }

    /// Makes a call.
    pub(super) async fn pass<T: std::fmt::Debug>(
        &self,
        port: Port,
        to: Option<&DestinationName>,
        what: &(dyn Fn() -> String + Sync),
        call: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let failed = |side: &str| Err(PortError::new(port, format!("planned, {side} its effect")));
        let blow = self.begin(to, what).await;
        if blow == Some(Blow::ErrorBefore) {
            return failed("before");
        }
        let done = call.await;
        self.tell(&|| {
            let mut answer = format!("{:?}", done.as_ref().ok());
            if let Some((cut, _)) = answer.char_indices().nth(160) {
                answer.truncate(cut);
            }
            format!("{} = {answer}", what())
        });
        if self.end(blow, to).await { failed("after") } else { done }
    }

    pub(super) fn tell(&self, line: &dyn Fn() -> String) {
        self.scene.record.trace(self.scene.hall.now(), self.name, line);
    }
}

impl Clock for Desk {
    fn now(&self) -> Timestamp {
        self.scene.hall.now().saturating_add(self.skew).unwrap_or(Timestamp::MAX)
    }
}

#[async_trait]
impl Timer for Desk {
    async fn wait_until(&self, at: Timestamp) {
        let at = at.saturating_sub(self.skew).unwrap_or(Timestamp::MIN);
        if at > self.scene.hall.now() {
            self.scene.hall.until(at).await;
        }
    }
}

impl Entropy for Desk {
    fn next(&self) -> u64 {
        self.scene.hall.chance(u64::MAX)
    }
}

/// A lane that is taken.
struct Taken(Arc<std::sync::Mutex<std::collections::HashMap<String, u32>>>, String);

impl Drop for Taken {
    fn drop(&mut self) {
        let mut lanes = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(count) = lanes.get_mut(&self.1) {
            *count -= 1;
        }
    }
}

#[async_trait]
impl Lanes for Desk {
    fn try_enter(&self, destination: &DestinationName, most: u32) -> Option<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let count = lanes.entry(destination.to_string()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Box::new(Taken(Arc::clone(&self.lanes), destination.to_string())))
    }

    async fn enter(&self, destination: &DestinationName, most: u32) -> Result<Lane, Duration> {
        if let Some(lane) = self.try_enter(destination, most) {
            return Ok(lane);
        }
        self.scene.hall.sleep(Duration::from_secs(1)).await;
        self.try_enter(destination, most).ok_or(Duration::from_secs(10))
    }
}
