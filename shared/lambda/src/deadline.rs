//! Egress under Lambda's deadline: no request goes out that cannot be answered and written down
//! before the process is stopped. With the timeout that `dispatch` has in the template this never
//! cuts a destination's own; it is for a stack where somebody set a shorter one.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{Answer, Clock, Egress, SendError};
use jiff::Timestamp;

/// What writing down an attempt and ringing again may take, the tries of their calls included.
const WRITING_DOWN: Duration = Duration::from_secs(10);
/// An attempt that has less than this is not begun, unless its destination asks for no more.
const LEAST: Duration = Duration::from_secs(10);

/// An egress that knows when the current invocation ends.
pub(crate) struct UntilDeadline {
    inner: Arc<dyn Egress>,
    clock: Arc<dyn Clock>,
    /// In milliseconds since 1970.
    deadline: AtomicI64,
}

impl UntilDeadline {
    pub(crate) fn new(inner: Arc<dyn Egress>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock, deadline: AtomicI64::new(i64::MAX) }
    }

    /// From here on nothing goes out that needs longer. A process has one invocation at a time.
    pub(crate) fn set(&self, deadline: Timestamp) {
        self.deadline.store(deadline.as_millisecond(), Ordering::Relaxed);
    }

    fn left(&self) -> Duration {
        let left = self.deadline.load(Ordering::Relaxed) - self.clock.now().as_millisecond();
        Duration::from_millis(u64::try_from(left).unwrap_or(0)).saturating_sub(WRITING_DOWN)
    }
}

#[async_trait]
impl Egress for UntilDeadline {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
        not_after: Timestamp,
    ) -> Result<Answer, SendError> {
        match allowed(timeout, self.left()) {
            Some(timeout) => self.inner.send(request, timeout, not_after).await,
            None => Err(SendError::Late),
        }
    }
}

/// How long an exchange may take that would like `timeout`, when so much is left; `None` when it had
/// better not begin.
fn allowed(timeout: Duration, left: Duration) -> Option<Duration> {
    (left >= timeout.min(LEAST)).then(|| timeout.min(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_gets_what_it_wants_or_what_is_left_or_does_not_begin() {
        for (timeout, left, expected) in [
            (10, 80, Some(10)),
            (60, 80, Some(60)),
            (60, 30, Some(30)),
            (60, 9, None),
            (10, 10, Some(10)),
            (10, 9, None),
            (3, 3, Some(3)),
            (3, 2, None),
            (3, 0, None),
        ] {
            let got = allowed(Duration::from_secs(timeout), Duration::from_secs(left));
            assert_eq!(got, expected.map(Duration::from_secs), "{timeout} of {left}");
        }
    }
}
