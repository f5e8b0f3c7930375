//! The metrics. Each costs money every month, whatever it counts, so there are few, and none of them
//! has a dimension per source.

/// Something that is counted, or measured in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// How long a taken or answered call took us.
    AcknowledgeMs,
    /// Events that came again with other facts.
    Conflicts,
    /// Notifications that arrived.
    DeliveriesDelivered,
    /// Notifications that will not arrive.
    DeliveriesFailed,
    /// Calls taken or answered.
    HooksAccepted,
    /// Calls that did not prove who they are.
    HooksRefused,
    /// Calls answered 503: our fault.
    HooksUnavailable,
    /// Authentic bodies, and elements of them, that could not be read.
    Parked,
    /// Messages that were sent anew: our own tables or time fell short.
    PutBack,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::AcknowledgeMs,
        Self::Conflicts,
        Self::DeliveriesDelivered,
        Self::DeliveriesFailed,
        Self::HooksAccepted,
        Self::HooksRefused,
        Self::HooksUnavailable,
        Self::Parked,
        Self::PutBack,
    ];

    /// The namespace they are in.
    pub const NAMESPACE: &str = "tingting";

    /// The one dimension they have: which stack.
    pub const DIMENSION: &str = "Stack";

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AcknowledgeMs => "acknowledge_ms",
            Self::Conflicts => "conflicts",
            Self::DeliveriesDelivered => "deliveries_delivered",
            Self::DeliveriesFailed => "deliveries_failed",
            Self::HooksAccepted => "hooks_accepted",
            Self::HooksRefused => "hooks_refused",
            Self::HooksUnavailable => "hooks_unavailable",
            Self::Parked => "parked",
            Self::PutBack => "messages_put_back",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Metric;

    #[test]
    fn there_are_at_most_ten_and_each_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        assert_eq!(names.len(), Metric::ALL.len());
        assert!(names.len() <= 10);
    }
}
