//! Journeys in which a destination is paused, resumed, disabled or removed.

use jiff::SignedDuration;
use testkit::simulation::journey::{Act, Asked, Journey, Reply};

use super::super::shop::{
    alarms, casso, fine, hours, journey, pause, says, secs, takes, webhook, with_waits,
};

/// An operator pauses and resumes.
pub(super) fn by_hand() -> Journey {
    Journey {
        destinations: vec![webhook("sink"), alarms("ops")],
        calls: vec![
            casso(0, &[1], 50_000),
            casso(120, &[2, 3], 50_000),
            casso(3_600, &[4], 50_000),
            casso(7_210, &[5], 50_000),
        ],
        acts: vec![pause(secs(60), "sink"), (hours(2), Act::Resume("sink"))],
        script: fine,
        sure: vec!["sink", "ops"],
        ..journey("by-hand")
    }
}

/// The destination is removed while deliveries wait for it.
pub(super) fn removed() -> Journey {
    Journey {
        destinations: vec![with_waits(webhook("sink"), &["1m"; 30])],
        calls: vec![casso(0, &[1], 50_000), casso(90, &[2], 50_000)],
        acts: vec![(secs(100), Act::Remove("sink"))],
        script: |_| says(500, ""),
        ..journey("removed")
    }
}

/// The destination is removed while deliveries are held for it.
pub(super) fn removed_while_held() -> Journey {
    Journey {
        destinations: vec![webhook("sink")],
        calls: vec![casso(0, &[1], 50_000), casso(90, &[2], 50_000)],
        acts: vec![(secs(200), Act::Remove("sink"))],
        script: |_| says(410, ""),
        ..journey("removed-while-held")
    }
}

/// Down for thirty hours: paused after a day, back by a probe.
pub(super) fn failing_for_days() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        let down = asked.destination == "sink" && asked.after < hours(30);
        if down { says(503, "") } else { takes(asked) }
    }
    Journey {
        destinations: vec![with_waits(webhook("sink"), &["6h"; 9]), alarms("ops")],
        calls: vec![
            casso(0, &[1], 50_000),
            casso(12 * 3600, &[2], 50_000),
            casso(26 * 3600, &[3], 50_000),
            casso(31 * 3600, &[4], 50_000),
        ],
        script,
        sure: vec!["sink", "ops"],
        probe_every: SignedDuration::from_hours(3),
        ..journey("failing-for-days")
    }
}

/// Dead for good: disabled after seven days.
pub(super) fn never_back() -> Journey {
    fn script(asked: &Asked<'_>) -> Reply {
        if asked.destination == "sink" { says(410, "") } else { takes(asked) }
    }
    Journey {
        destinations: vec![webhook("sink"), alarms("ops")],
        calls: vec![
            casso(0, &[1], 50_000),
            casso(3600, &[2], 50_000),
            casso(8 * 86_400, &[3], 50_000),
        ],
        script,
        sure: vec!["ops"],
        days: 12,
        probe_every: SignedDuration::from_hours(60),
        hours: false,
        ..journey("never-back")
    }
}
