//! What goes wrong in one run: a seed that decides everything, or single blows that are named. Both
//! can be written down and read again, so that a failure is replayed from what it prints.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What one port call meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// It fails, nothing was done.
    ErrorBefore,
    /// It fails, and was done all the same.
    ErrorAfter,
    /// Its process dies, nothing was done.
    CrashBefore,
    /// Its process dies, and it was done.
    CrashAfter,
    /// It stalls for longer than a lease, and then is done.
    StallBefore,
    /// It is done, and its answer stalls for longer than a lease.
    StallAfter,
    /// It stalls for longer than anything waits, and then is done.
    FreezeBefore,
    /// What it sends is sent twice; what sends nothing is left alone.
    Twice,
    /// What it sends comes ten minutes late; what sends nothing is left alone.
    Late,
}

impl Blow {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::CrashBefore,
        Self::CrashAfter,
        Self::StallBefore,
        Self::StallAfter,
        Self::FreezeBefore,
        Self::Twice,
        Self::Late,
    ];

    fn letters(self) -> &'static str {
        match self {
            Self::ErrorBefore => "eb",
            Self::ErrorAfter => "ea",
            Self::CrashBefore => "cb",
            Self::CrashAfter => "ca",
            Self::StallBefore => "sb",
            Self::StallAfter => "sa",
            Self::FreezeBefore => "fb",
            Self::Twice => "tw",
            Self::Late => "la",
        }
    }

    /// For how long it stalls.
    pub(super) fn stall(self) -> Duration {
        match self {
            Self::StallBefore | Self::StallAfter => Duration::from_secs(27),
            Self::FreezeBefore => Duration::from_secs(400),
            Self::ErrorBefore
            | Self::ErrorAfter
            | Self::CrashBefore
            | Self::CrashAfter
            | Self::Twice
            | Self::Late => Duration::ZERO,
        }
    }
}

/// How the program is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One process that does everything; when it starts, it ends every lease.
    One,
    /// A process for the hooks, two workers and two sweeps, as with a cloud's functions.
    Many,
}

/// How far the processes' clocks are from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skew {
    /// They agree.
    None,
    /// By up to five seconds.
    Seconds,
    /// By up to five minutes.
    Minutes,
}

/// A run's plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// A seed decides everything, the journey too.
    Seed(u64),
    /// These blows at these port calls, counted from 1, in this journey; nothing else is left to
    /// chance.
    Blows {
        /// The journey's name.
        journey: String,
        /// How it is deployed.
        shape: Shape,
        /// How far the clocks are apart.
        skew: Skew,
        /// What happens at which call.
        at: BTreeMap<usize, Blow>,
    },
}

impl Plan {
    /// A plan of named blows.
    pub fn blows(journey: &str, shape: Shape, skew: Skew, at: &[(usize, Blow)]) -> Self {
        let at = at.iter().copied().collect();
        Self::Blows { journey: journey.to_owned(), shape, skew, at }
    }

    /// Reads what a plan prints.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(seed) = text.parse() {
            return Some(Self::Seed(seed));
        }
        let mut parts = text.split('/');
        let journey = parts.next()?;
        let shape = match parts.next()? {
            "one" => Shape::One,
            "many" => Shape::Many,
            _ => return None,
        };
        let skew = match parts.next()? {
            "0" => Skew::None,
            "5s" => Skew::Seconds,
            "5m" => Skew::Minutes,
            _ => return None,
        };
        let mut at = Vec::new();
        for blow in parts.next()?.split('+').filter(|blow| !blow.is_empty()) {
            let (n, letters) = blow.split_at_checked(blow.len().checked_sub(2)?)?;
            let known = Blow::ALL.into_iter().find(|one| one.letters() == letters)?;
            at.push((n.parse().ok()?, known));
        }
        Some(Self::blows(journey, shape, skew, &at))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed(seed) => write!(f, "{seed}"),
            Self::Blows { journey, shape, skew, at } => {
                let shape = match shape {
                    Shape::One => "one",
                    Shape::Many => "many",
                };
                let skew = match skew {
                    Skew::None => "0",
                    Skew::Seconds => "5s",
                    Skew::Minutes => "5m",
                };
                let blows: Vec<String> =
                    at.iter().map(|(n, blow)| format!("{n}{}", blow.letters())).collect();
                write!(f, "{journey}/{shape}/{skew}/{}", blows.join("+"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_is_printed() {
        let blows = [(17, Blow::CrashAfter), (230, Blow::ErrorBefore)];
        for (plan, text) in [
            (Plan::Seed(71), "71"),
            (
                Plan::blows("one-event", Shape::Many, Skew::Seconds, &blows),
                "one-event/many/5s/17ca+230eb",
            ),
            (Plan::blows("array", Shape::One, Skew::None, &[]), "array/one/0/"),
        ] {
            assert_eq!(plan.to_string(), text);
            assert_eq!(Plan::parse(text), Some(plan));
        }
        for text in ["", "x", "x/one", "x/two/0/", "x/one/0/5zz", "x/one/0/ca", "x/one/0/é"] {
            assert_eq!(Plan::parse(text), None, "{text}");
        }
    }
}
