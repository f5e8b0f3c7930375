//! Times and states as columns, and back. What cannot be read is named, never guessed.

use domain::{Attempt, DeliveryState, EventKey};
use jiff::Timestamp;

use crate::Failure;

/// A time as a column. Finer than a microsecond is cut off.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A time from a column.
pub(crate) fn time(table: &'static str, micros: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_microsecond(micros).map_err(|error| Failure::unreadable(table, error))
}

/// A delivery's state as columns.
pub(crate) struct State {
    pub(crate) word: String,
    pub(crate) owner: Option<i64>,
    pub(crate) at: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) digest: Option<String>,
}

impl State {
    /// The columns of a state.
    pub(crate) fn of(state: &DeliveryState) -> Self {
        let plain = |word: &str| Self {
            word: word.to_owned(),
            owner: None,
            at: None,
            reason: None,
            digest: None,
        };
        match state {
            DeliveryState::Pending => plain("pending"),
            DeliveryState::Sending { owner, until } => Self {
                owner: Some(owner.cast_signed()),
                at: Some(micros(*until)),
                ..plain("sending")
            },
            DeliveryState::Waiting { due } => Self { at: Some(micros(*due)), ..plain("waiting") },
            DeliveryState::Gathered { into, since } => Self {
                digest: Some(into.to_string()),
                at: Some(micros(*since)),
                ..plain("gathered")
            },
            DeliveryState::Held(why) => Self { reason: Some(why.clone()), ..plain("held") },
            DeliveryState::Delivered => plain("delivered"),
            DeliveryState::Failed(why) => Self { reason: Some(why.clone()), ..plain("failed") },
            DeliveryState::Cancelled(why) => {
                Self { reason: Some(why.clone()), ..plain("cancelled") }
            }
        }
    }

    /// The state of these columns.
    pub(crate) fn read(self) -> Result<DeliveryState, Failure> {
        let lacks = |column: &str| {
            Failure::unreadable("deliveries", format!("a {} one without {column}", self.word))
        };
        let at = || self.at.ok_or_else(|| lacks("a time"));
        let reason = || self.reason.clone().ok_or_else(|| lacks("a reason"));
        Ok(match self.word.as_str() {
            "pending" => DeliveryState::Pending,
            "sending" => DeliveryState::Sending {
                owner: self.owner.ok_or_else(|| lacks("an owner"))?.cast_unsigned(),
                until: time("deliveries", at()?)?,
            },
            "waiting" => DeliveryState::Waiting { due: time("deliveries", at()?)? },
            "gathered" => DeliveryState::Gathered {
                into: EventKey::from_stored(
                    self.digest.as_deref().ok_or_else(|| lacks("a digest"))?,
                ),
                since: time("deliveries", at()?)?,
            },
            "held" => DeliveryState::Held(reason()?),
            "delivered" => DeliveryState::Delivered,
            "failed" => DeliveryState::Failed(reason()?),
            "cancelled" => DeliveryState::Cancelled(reason()?),
            other => return Err(Failure::unreadable("deliveries", format!("state {other:?}"))),
        })
    }
}

/// A verdict's word from a column.
pub(crate) fn verdict(word: &str) -> Result<&'static str, Failure> {
    let known = Attempt::WORDS.into_iter().find(|known| *known == word);
    known.ok_or_else(|| Failure::unreadable("attempts", format!("verdict {word:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_comes_back_the_same() {
        let at: Timestamp = "2026-03-01T00:00:00.123456Z".parse().unwrap();
        for state in [
            DeliveryState::Pending,
            DeliveryState::Sending { owner: u64::MAX, until: at },
            DeliveryState::Sending { owner: 0, until: Timestamp::from_microsecond(0).unwrap() },
            DeliveryState::Waiting { due: at },
            DeliveryState::Gathered { into: EventKey::from_stored("tingting/digest/1"), since: at },
            DeliveryState::Held("tạm dừng\0".to_owned()),
            DeliveryState::Delivered,
            DeliveryState::Failed(String::new()),
            DeliveryState::Cancelled("vì\0lý do \u{FFFE}".to_owned()),
        ] {
            assert_eq!(State::of(&state).read().unwrap(), state);
        }
    }

    #[test]
    fn a_broken_row_is_named() {
        let row = |word: &str| State {
            word: word.into(),
            owner: None,
            at: None,
            reason: None,
            digest: None,
        };
        for (word, expected) in [
            ("sending", "a row of deliveries cannot be read: a sending one without an owner"),
            ("waiting", "a row of deliveries cannot be read: a waiting one without a time"),
            ("failed", "a row of deliveries cannot be read: a failed one without a reason"),
            ("gathered", "a row of deliveries cannot be read: a gathered one without a digest"),
            ("held", "a row of deliveries cannot be read: a held one without a reason"),
            ("lost", "a row of deliveries cannot be read: state \"lost\""),
        ] {
            assert_eq!(row(word).read().unwrap_err().to_string(), expected);
        }
    }
}
