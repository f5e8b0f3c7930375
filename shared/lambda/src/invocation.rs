//! What Lambda says about one invocation beside its event: its id, its trace, and until when.

use std::time::Duration;

use jiff::Timestamp;
use lambda_runtime::Context;

/// One invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Lambda's request id, unique.
    pub request_id: String,
    /// The X-Ray trace it belongs to: the id of its root. None where nobody keeps that trace.
    pub trace: Option<String>,
    /// When Lambda ends the process, whatever it does.
    pub deadline: Timestamp,
}

/// A deadline in January 1970 is a span of time: `cargo lambda watch` always says 600,000.
const SPANS_UNTIL: i64 = 31 * 24 * 3_600_000;

impl Invocation {
    /// Reads Lambda's context. A deadline that makes no sense is none.
    pub fn of(context: Context) -> Self {
        let millis = i64::try_from(context.deadline).ok().filter(|millis| *millis > SPANS_UNTIL);
        let deadline = millis.and_then(|millis| Timestamp::from_millisecond(millis).ok());
        Self {
            trace: context.xray_trace_id.as_deref().and_then(root),
            request_id: context.request_id,
            deadline: deadline.unwrap_or(Timestamp::MAX),
        }
    }

    /// How long from `now` to `margin` before the deadline; zero when that has passed.
    pub(crate) fn left(&self, now: Timestamp, margin: Duration) -> Duration {
        let left = Duration::try_from(self.deadline.duration_since(now)).unwrap_or_default();
        left.saturating_sub(margin)
    }
}

/// The root of `Root=1-…;Parent=…;Sampled=1`. X-Ray drops what was not sampled: its id leads nowhere,
/// and would be a tenth of every line.
fn root(header: &str) -> Option<String> {
    let mut parts = header.split(';').map(str::trim);
    if parts.clone().any(|part| part == "Sampled=0") {
        return None;
    }
    parts.find_map(|part| part.strip_prefix("Root=")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(deadline: u64, trace: Option<&str>) -> Context {
        let mut context = Context::default();
        context.request_id = "r-1".to_owned();
        context.deadline = deadline;
        context.xray_trace_id = trace.map(str::to_owned);
        context
    }

    #[test]
    fn a_context_is_read() {
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=";
        let kept = format!("{trace}1");
        let invocation = Invocation::of(context(1_700_000_000_500, Some(&kept)));
        assert_eq!(
            invocation,
            Invocation {
                request_id: "r-1".to_owned(),
                trace: Some("1-5759e988-bd862e3fe1be46a994272793".to_owned()),
                deadline: "2023-11-14T22:13:20.5Z".parse().unwrap(),
            }
        );
        let dropped = format!("{trace}0");
        assert_eq!(Invocation::of(context(0, Some(&dropped))).trace, None);
        for nonsense in [u64::MAX, 600_000] {
            let odd = Invocation::of(context(nonsense, Some("no trace")));
            assert_eq!((odd.trace, odd.deadline), (None, Timestamp::MAX), "{nonsense}");
        }
    }

    #[test]
    fn what_is_left_is_never_negative() {
        let invocation = Invocation::of(context(1_700_000_010_000, None));
        let at = |second: i64| Timestamp::from_second(1_700_000_000 + second).unwrap();
        for (now, margin, left) in [(4, 1, 5), (4, 6, 0), (4, 7, 0), (11, 0, 0)] {
            let margin = Duration::from_secs(margin);
            assert_eq!(invocation.left(at(now), margin), Duration::from_secs(left));
        }
    }
}
