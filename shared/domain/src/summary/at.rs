//! When a destination's day ends: a whole hour of Vietnam's day. Not whether its summary was made.

use std::fmt;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::VIETNAM;

/// A whole hour of Vietnam's day at which a summary is made, of the 24 hours before it.
///
/// ```
/// use domain::SummaryAt;
///
/// let at: SummaryAt = SummaryAt::parse("21:00").unwrap();
/// let morning = "2026-11-21T02:00:00Z".parse().unwrap();
/// assert_eq!(at.last_end(morning).to_string(), "2026-11-20T14:00:00Z");
/// assert!(SummaryAt::parse("21:30").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SummaryAt(u8);

/// Why a text is no time of a summary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no whole hour of the day; write one of Vietnam's such as \"21:00\", or \"00:00\" for \
     the calendar day"
)]
pub struct SummaryAtError(String);

impl SummaryAt {
    /// Reads `HH:00`.
    pub fn parse(text: &str) -> Result<Self, SummaryAtError> {
        let two = |hour: &str| hour.len() == 2 && hour.bytes().all(|b| b.is_ascii_digit());
        let hour = text.strip_suffix(":00").filter(|hour| two(hour));
        let hour: Option<u8> = hour.and_then(|hour| hour.parse().ok()).filter(|hour| *hour < 24);
        hour.map(Self).ok_or_else(|| SummaryAtError(text.chars().take(40).collect()))
    }

    /// The last such hour that was not after `now`.
    pub fn last_end(self, now: Timestamp) -> Timestamp {
        let zone = TimeZone::fixed(VIETNAM);
        let hour = i64::from(self.0) * 3600;
        let since = zone.to_datetime(now).time().duration_since(jiff::civil::Time::midnight());
        let ago = (since.as_secs() - hour).rem_euclid(86_400);
        let ago = SignedDuration::new(ago, since.subsec_nanos());
        now.saturating_sub(ago).unwrap_or(Timestamp::MIN)
    }
}

impl fmt::Display for SummaryAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:00", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_hour_comes_back_as_it_was_written_and_nothing_else_is_one() {
        for text in ["00:00", "09:00", "23:00"] {
            assert_eq!(SummaryAt::parse(text).map(|at| at.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "24:00", "9:00", "21:30", "21", "2１:00", "+1:00", "021:00", "21:00:00"] {
            assert_eq!(SummaryAt::parse(text), Err(SummaryAtError(text.to_owned())), "{text}");
        }
        assert_eq!(
            SummaryAt::parse("21h").unwrap_err().to_string(),
            "\"21h\" is no whole hour of the day; write one of Vietnam's such as \"21:00\", or \
             \"00:00\" for the calendar day"
        );
    }

    #[test]
    fn a_day_ends_at_its_hour_in_vietnam() {
        for (at, now, end) in [
            ("00:00", "2026-11-21T17:00:00Z", "2026-11-21T17:00:00Z"),
            ("00:00", "2026-11-21T16:59:59.999999Z", "2026-11-20T17:00:00Z"),
            ("21:00", "2026-11-21T14:00:00.5Z", "2026-11-21T14:00:00Z"),
            ("21:00", "2026-11-21T13:59:59Z", "2026-11-20T14:00:00Z"),
            ("06:00", "2026-03-01T00:00:00Z", "2026-02-28T23:00:00Z"),
        ] {
            let end: Timestamp = end.parse().unwrap();
            let at = SummaryAt::parse(at).unwrap();
            assert_eq!(at.last_end(now.parse().unwrap()), end, "{at} at {now}");
        }
    }
}
