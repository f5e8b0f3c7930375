//! The metrics. Each costs money every month, whatever it counts, so there are few, and none of them
//! has a dimension per source.

/// Something that is counted, or measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// How long a taken or answered call took us.
    AcknowledgeMs,
    /// What a person should look at, each counted once: bodies and rows that could not be read, and
    /// alarms: silence, gaps, conflicts, destinations paused, disabled or not readable, dead letters,
    /// refused calls that rise, providers that cannot be asked. The line says which.
    Attention,
    /// Notifications that arrived.
    DeliveriesDelivered,
    /// Notifications that will not arrive.
    DeliveriesFailed,
    /// Destinations that are paused or disabled. Written by every run of the sweep: where it is
    /// missing, nobody sweeps.
    DestinationsPaused,
    /// Work that our own tables or time fell short for: messages sent anew, steps of a schedule that
    /// are left to its next run.
    Faults,
    /// Calls taken or answered.
    HooksAccepted,
    /// Calls that did not prove who they are.
    HooksRefused,
    /// Calls answered 503: our fault.
    HooksUnavailable,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::AcknowledgeMs,
        Self::Attention,
        Self::DeliveriesDelivered,
        Self::DeliveriesFailed,
        Self::DestinationsPaused,
        Self::Faults,
        Self::HooksAccepted,
        Self::HooksRefused,
        Self::HooksUnavailable,
    ];

    /// The namespace they are in.
    pub const NAMESPACE: &str = "tingting";

    /// The one dimension they have: which stack.
    pub const DIMENSION: &str = "Stack";

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AcknowledgeMs => "acknowledge_ms",
            Self::Attention => "attention",
            Self::DeliveriesDelivered => "deliveries_delivered",
            Self::DeliveriesFailed => "deliveries_failed",
            Self::DestinationsPaused => "destinations_paused",
            Self::Faults => "faults",
            Self::HooksAccepted => "hooks_accepted",
            Self::HooksRefused => "hooks_refused",
            Self::HooksUnavailable => "hooks_unavailable",
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
