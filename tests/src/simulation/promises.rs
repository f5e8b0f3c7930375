//! The promises of a run, judged by the books and by what was seen on the wire.

use std::collections::BTreeMap;

use domain::{Alarm, Cause, DeliveryState, DestinationName, Digest, EventKey, Kind, Mode};
use jiff::{SignedDuration, Timestamp};

use super::Outcome;
use super::journey::{Act, Journey};
use super::plan::Skew;
use super::record::Arrival;

/// How long a delivery may be overdue where nothing strikes: five minutes, the grace and the period of
/// the sweep, a lease, and the age of a message on the queue.
const OVERDUE: SignedDuration = SignedDuration::from_secs(300 + 60 + 60 + 20 + 100);
/// How much longer each blow makes it: the sweep's own bells are rung again after ten minutes, twenty …
const OVERDUE_PER_BLOW: SignedDuration = SignedDuration::from_mins(12);

/// The README's: more than five that wait for one chat become a digest.
const FEW: usize = 5;

/// What was told to whom.
type Told<'a> = BTreeMap<(&'a EventKey, &'a DestinationName), Vec<&'a Arrival>>;

/// Every promise that was broken, in words; none if all were kept.
pub fn broken(journey: &Journey, outcome: &Outcome) -> Vec<String> {
    let mut broken = Vec::new();
    if !outcome.quiet {
        let open: Vec<_> = outcome.deliveries.iter().filter(|(d, _)| d.is_open()).collect();
        broken.push(format!("it is not quiet at {}: {open:?}", outcome.end));
    }
    let told = told(outcome);
    acknowledged(outcome, &mut broken);
    rows(journey, outcome, &mut broken);
    states(journey, outcome, &told, &mut broken);
    repeats(outcome, &told, &mut broken);
    comes_back(outcome, &mut broken);
    announced(outcome, &mut broken);
    digests(outcome, &mut broken);
    if outcome.seen.blows.is_empty() && outcome.seen.given_up > 0 {
        broken.push(format!("{} calls were never acknowledged", outcome.seen.given_up));
    }
    if outcome.skew != Skew::Minutes {
        in_flight(&told, &mut broken);
        overdue(outcome, &mut broken);
    }
    broken
}

fn told(outcome: &Outcome) -> Told<'_> {
    let mut told: Told<'_> = BTreeMap::new();
    for arrival in &outcome.seen.arrivals {
        for key in &arrival.tells {
            told.entry((key, &arrival.of.destination)).or_default().push(arrival);
        }
    }
    told
}

/// What a provider was told is safe is on record, and its deliveries exist; nothing that was ever
/// claimed is left half done; nothing was set aside.
fn acknowledged(outcome: &Outcome, broken: &mut Vec<String>) {
    let amount = |event: &domain::Event| event.money.map(|money| money.amount.abs());
    for (key, sum) in &outcome.seen.acknowledged {
        let sum = Some((*sum).into());
        let known = outcome.events.iter().any(|s| s.event.key == *key && amount(&s.event) == sum);
        let beside = outcome.conflicts.iter().any(|e| e.key == *key && amount(e) == sum);
        if !known && !beside {
            broken.push(format!("lost: {key} was acknowledged and is not on record"));
        }
    }
    for stored in outcome.events.iter().filter(|stored| !stored.taken) {
        broken.push(format!("lost: {} is not taken", stored.event.key));
    }
    for (envelope, reason) in &outcome.buried {
        broken.push(format!("set aside: {envelope}: {reason}"));
    }
}

/// Every destination that wants an event has a delivery of it.
fn rows(journey: &Journey, outcome: &Outcome, broken: &mut Vec<String>) {
    for stored in outcome.events.iter().filter(|stored| !stored.event.key.is_own()) {
        for record in &journey.destinations {
            let Ok(destination) = record.parse_alone() else { continue };
            let removed = is_removed(journey, &destination.name);
            let of = stored.event.delivery_to(&destination.name);
            let known = outcome.deliveries.iter().any(|(d, _)| d.of == of);
            if !known && !removed && destination.filter.wants(&stored.event) {
                broken.push(format!("lost: {of:?} was never enlisted"));
            }
        }
    }
}

/// Every delivery is where a promise lets it be, with its attempts on record, and where the books say
/// that it arrived it did.
fn states(journey: &Journey, outcome: &Outcome, told: &Told<'_>, broken: &mut Vec<String>) {
    for (delivery, attempts) in &outcome.deliveries {
        let of = &delivery.of;
        // A digest may end as it likes: it is its members that are promised.
        let digest = is_digest(outcome, &of.event);
        let sure = journey.sure.contains(&of.destination.as_str()) && !digest;
        let arrived = told
            .get(&(&of.event, &of.destination))
            .is_some_and(|all| all.iter().any(|arrival| arrival.taken && arrival.written));
        let stands = outcome.standings.get(&of.destination).cloned().unwrap_or_default();
        let numbers: Vec<u32> = attempts.iter().map(|attempt| attempt.n).collect();
        if !numbers.is_sorted_by(|a, b| a < b) {
            broken.push(format!("attempts of {of:?} out of order: {numbers:?}"));
        }
        let fine = match &delivery.state {
            DeliveryState::Delivered => arrived,
            DeliveryState::Failed(why) => {
                !sure && !arrived && (why == "disabled" || !attempts.is_empty())
            }
            DeliveryState::Held(_) => {
                let moving = stands.mode == Mode::Active && !stands.is_probed();
                !arrived && !moving && !sure
            }
            DeliveryState::Cancelled(_) => !arrived && !sure,
            DeliveryState::Pending
            | DeliveryState::Sending { .. }
            | DeliveryState::Waiting { .. }
            | DeliveryState::Gathered { .. } => false,
        };
        if !fine {
            let what = format!("{:?}, written as arrived: {arrived}; {stands:?}", delivery.state);
            broken.push(format!("lost or lied: {of:?} is {what}"));
        }
    }
}

fn is_removed(journey: &Journey, destination: &DestinationName) -> bool {
    let removes = |act: &Act| matches!(act, Act::Remove(name) if *name == destination.as_str());
    journey.acts.iter().any(|(_, act)| removes(act))
}

fn is_digest(outcome: &Outcome, key: &EventKey) -> bool {
    outcome.events.iter().any(|s| s.event.key == *key && s.event.kind == Kind::Digest)
}

/// A digest is of more than a few.
fn digests(outcome: &Outcome, broken: &mut Vec<String>) {
    for stored in &outcome.events {
        let members = Digest::of(&stored.event).map(|digest| digest.members.len());
        if members.is_some_and(|members| members <= FEW) {
            broken.push(format!("{} has {members:?} members", stored.event.key));
        }
    }
}

/// Nothing is told twice, but where a blow fell between its arrival and its being written down; and a
/// repeat carries the same id.
fn repeats(outcome: &Outcome, told: &Told<'_>, broken: &mut Vec<String>) {
    for ((key, to), arrivals) in told {
        let taken: Vec<_> = arrivals.iter().filter(|arrival| arrival.taken).collect();
        let written = taken.iter().filter(|arrival| arrival.written).count();
        // Far clocks may cost a repeat: they are promised only that nothing is lost.
        let unexcused = taken.iter().filter(|a| !a.written && !a.struck).count();
        let far = outcome.skew == Skew::Minutes;
        if (written > 1 || unexcused > 0 && taken.len() > 1) && !far {
            let when: Vec<_> =
                taken.iter().map(|a| (a.at, &a.of.event, a.written, a.struck)).collect();
            broken.push(format!("twice: {key} at {to}: {when:?}"));
        }
        let by_itself = arrivals.iter().filter(|a| a.of.event == **key);
        let mut ids: Vec<_> = by_itself.map(|a| &a.webhook_id).collect();
        ids.dedup();
        if ids.len() > 1 {
            broken.push(format!("{key} at {to} under several ids: {ids:?}"));
        }
    }
}

/// Where nothing struck, a destination that took the last that it was sent is not paused and has no
/// open streak of failures: nobody waits for a probe's turn. An operator's pause is no failure's.
fn comes_back(outcome: &Outcome, broken: &mut Vec<String>) {
    for (name, stands) in &outcome.standings {
        let mut sent = outcome.seen.arrivals.iter().filter(|one| one.of.destination == *name);
        let took = sent.next_back().is_some_and(|last| last.taken && last.written);
        let by_hand = matches!(stands.mode, Mode::Paused { cause: Cause::Operator, .. });
        if took && stands.is_probed() && !by_hand && outcome.seen.blows.is_empty() {
            broken.push(format!("{name} took something and has not come back: {stands:?}"));
        }
    }
}

/// Where a destination is paused or disabled, an alarm about it is on record.
fn announced(outcome: &Outcome, broken: &mut Vec<String>) {
    for (name, stands) in outcome.standings.iter().filter(|(_, stands)| !stands.is_active()) {
        let about = |s: &domain::Stored| {
            Alarm::of(&s.event).is_some_and(|alarm| alarm.about() == Some(name.as_str()))
        };
        if !outcome.events.iter().any(about) {
            broken.push(format!("nobody was told of {name}: {stands:?}"));
        }
    }
}

/// Of two requests that tell the same, one is over before the other begins.
fn in_flight(told: &Told<'_>, broken: &mut Vec<String>) {
    for ((key, to), arrivals) in told {
        for pair in arrivals.windows(2) {
            let [one, two] = pair else { continue };
            let over = one.until.unwrap_or(Timestamp::MAX).min(one.at_most);
            let same_attempt = one.of == two.of && one.attempt == two.attempt;
            if two.at < over && !same_attempt {
                let (a, b) = (&one.of.event, &two.of.event);
                broken.push(format!("two at once: {key} at {to}: {a} {}, {b} {}", one.at, two.at));
            }
        }
    }
}

fn overdue(outcome: &Outcome, broken: &mut Vec<String>) {
    let blows = i32::try_from(outcome.seen.blows.len()).unwrap_or(i32::MAX).min(60);
    let skew = SignedDuration::from_secs(5);
    let most = OVERDUE + skew + OVERDUE_PER_BLOW * blows;
    if outcome.seen.overdue > most {
        broken.push(format!("overdue for {:?} with {blows} blows", outcome.seen.overdue));
    }
}
