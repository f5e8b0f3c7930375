//! One attempt: its record, and what follows from its verdict. Pure.

use jiff::Timestamp;

use crate::{Delivery, DeliveryState, Destination, Mark, Next, SendError, Standing, Verdict};

/// How many exchanges one attempt may make: the request, and one more when the channel asks for it
/// (a moved chat, a fresh signature, a fresh token).
pub(crate) const EXCHANGES_PER_ATTEMPT: u32 = 2;

/// Why a delivery to a paused destination is held.
pub(crate) const PAUSED: &str = "the destination is paused";

/// One try at a delivery, for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its number, from 1.
    pub n: u32,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// The verdict's word: delivered, retry, limited, refused, dead.
    pub verdict: &'static str,
    /// The HTTP status, if an answer came.
    pub status: Option<u16>,
    /// Why, and the beginning of the answer; cleaned, at most 1 KiB.
    pub detail: String,
    /// Whether it used up a retry.
    pub counted: bool,
}

impl Attempt {
    /// The words of all verdicts.
    pub const WORDS: [&str; 5] = ["delivered", "retry", "limited", "refused", "dead"];
}

/// How an attempt ended: an answer judged, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The channel judged an answer.
    Judged(Verdict),
    /// No answer came.
    NoAnswer(SendError),
}

impl Ending {
    /// The verdict's word.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Judged(Verdict::Delivered) => "delivered",
            Self::Judged(Verdict::Limited { .. }) | Self::NoAnswer(SendError::Late) => "limited",
            Self::Judged(Verdict::Refused(_)) => "refused",
            Self::Judged(Verdict::Dead(_)) => "dead",
            Self::Judged(Verdict::Retry { .. } | Verdict::Moved(_) | Verdict::Afresh(_))
            | Self::NoAnswer(
                SendError::Connection(_) | SendError::Timeout | SendError::Blocked(_),
            ) => "retry",
        }
    }

    /// Why, in words.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Judged(Verdict::Delivered) => String::new(),
            Self::Judged(
                Verdict::Retry { reason, .. }
                | Verdict::Limited { reason, .. }
                | Verdict::Refused(reason)
                | Verdict::Dead(reason)
                | Verdict::Afresh(reason),
            ) => reason.clone(),
            Self::Judged(Verdict::Moved(to)) => format!("moved to {to}"),
            Self::NoAnswer(error) => error.to_string(),
        }
    }

    /// Whether it uses up a retry.
    pub(crate) fn counts(&self) -> bool {
        self.word() == "retry"
    }

    /// What happened to the destination. A refusal says nothing about it.
    pub(crate) fn mark(&self) -> Option<Mark> {
        match self {
            Self::Judged(Verdict::Dead(why)) => Some(Mark::Dead(why.clone())),
            Self::Judged(Verdict::Retry { .. } | Verdict::Moved(_) | Verdict::Afresh(_))
            | Self::NoAnswer(
                SendError::Connection(_) | SendError::Timeout | SendError::Blocked(_),
            ) => Some(Mark::Failed),
            Self::Judged(Verdict::Limited { .. }) => Some(Mark::Limited),
            Self::Judged(Verdict::Delivered | Verdict::Refused(_))
            | Self::NoAnswer(SendError::Late) => None,
        }
    }

    /// The state that follows: by the destination's schedule, and where that is used up, by whose
    /// fault it is. `standing` is how the destination stands after this attempt, `before` when the
    /// attempt before this one ended.
    pub(crate) fn next(
        &self,
        delivery: &Delivery,
        destination: &Destination,
        standing: &Standing,
        before: Option<Timestamp>,
        now: Timestamp,
        jitter: u16,
    ) -> DeliveryState {
        let Destination { retry: schedule, retry_on, .. } = destination;
        let first = delivery.first_attempt.unwrap_or(now);
        let failures = delivery.failures.saturating_add(1);
        let wanted = match self {
            Self::NoAnswer(SendError::Timeout) => retry_on.timeout,
            Self::NoAnswer(SendError::Connection(_) | SendError::Blocked(_)) => retry_on.connection,
            Self::NoAnswer(SendError::Late) => true,
            Self::Judged(_) => retry_on.non_2xx,
        };
        let next = match self {
            Self::Judged(Verdict::Delivered) => return DeliveryState::Delivered,
            Self::Judged(Verdict::Refused(why)) => {
                return DeliveryState::Failed(format!("refused: {why}"));
            }
            Self::Judged(Verdict::Dead(why)) => {
                return DeliveryState::Held(format!("destination dead: {why}"));
            }
            // A probe: it was to find out how the destination is, and no more.
            _ if !wanted && !standing.is_active() => return DeliveryState::Held(PAUSED.to_owned()),
            _ if !wanted => {
                let why = self.reason();
                return DeliveryState::Failed(format!("not retried, by retry_on: {why}"));
            }
            Self::Judged(Verdict::Limited { after, .. }) => {
                schedule.after_limit(first, now, *after, jitter)
            }
            Self::NoAnswer(SendError::Late) => {
                schedule.after_limit(first, now, std::time::Duration::ZERO, jitter)
            }
            Self::Judged(Verdict::Retry { after, .. }) => {
                schedule.after_failure(failures, first, now, *after, jitter)
            }
            Self::Judged(Verdict::Moved(_) | Verdict::Afresh(_)) | Self::NoAnswer(_) => {
                schedule.after_failure(failures, first, now, None, jitter)
            }
        };
        match next {
            Next::At(_) if !standing.is_active() => DeliveryState::Held(PAUSED.to_owned()),
            Next::At(due) => DeliveryState::Waiting { due },
            Next::Exhausted => {
                let why = format!("retries used up: {}", self.reason());
                // The destination took nothing since: it is at fault. It took another: the message is.
                if standing.took_nothing_since(before.unwrap_or(now)) {
                    DeliveryState::Held(why)
                } else {
                    DeliveryState::Failed(why)
                }
            }
        }
    }
}
