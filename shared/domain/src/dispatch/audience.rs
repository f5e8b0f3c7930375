//! Whom an event is for: the destinations whose filter wants it; an alarm is for those that are chosen
//! for alarms, a digest or a summary for the one it was made for.

use super::Dispatch;
use crate::{Alarm, Destination, Digest, Event, Listed, Pace, Summary, find_channel};

impl Dispatch {
    /// Whether a destination of these wants the event. One that cannot be read may want it: its
    /// delivery waits until it can be asked.
    pub(super) fn wants(&self, all: &[Listed], listed: &Listed, event: &Event) -> bool {
        match listed {
            Listed::Ready(destination) => {
                destination.active && self.is_for(all, destination, event)
            }
            Listed::Unreadable { .. } => !event.kind.is_own(),
        }
    }

    /// Whether an event is for a destination, active or not.
    pub fn is_for(&self, all: &[Listed], destination: &Destination, event: &Event) -> bool {
        if let Some(alarm) = Alarm::of(event) {
            self.is_told(all, destination, &alarm)
        } else if let Some(digest) = Digest::of(event) {
            digest.destination == destination.name
        } else if let Some(summary) = Summary::of(event) {
            // Nobody wants it any more who has turned summaries off meanwhile.
            summary.destination == destination.name && destination.summary.is_some()
        } else {
            !event.kind.is_own() && destination.filter.wants(event)
        }
    }

    /// An alarm is told where alarms are told, and not to the destination that it is about. Where that
    /// leaves nobody, a destination's change is told to the people of another.
    fn is_told(&self, all: &[Listed], destination: &Destination, alarm: &Alarm) -> bool {
        let others = || {
            let ready = all.iter().filter_map(|listed| match listed {
                Listed::Ready(other) => Some(other.as_ref()),
                Listed::Unreadable { .. } => None,
            });
            ready.filter(|other| other.active && alarm.concerns(&other.name))
        };
        if destination.alarms || alarm.about().is_none() || others().any(|other| other.alarms) {
            return destination.alarms && alarm.concerns(&destination.name);
        }
        let read = others().filter_map(|other| self.distance(other).map(|far| (far, &other.name)));
        read.min_by_key(|(far, _)| *far).is_some_and(|(_, name)| *name == destination.name)
    }

    /// How far the people are who read what a destination is sent; nothing for one whose reader is a
    /// program that waits for payments.
    fn distance(&self, destination: &Destination) -> Option<u8> {
        match find_channel(self.channels, &destination.channel)?.pace(destination) {
            Pace::Limits(_) => Some(0),
            // A terminal that is perhaps looked at.
            Pace::Free => Some(1),
            Pace::Slots(_) => None,
        }
    }
}
