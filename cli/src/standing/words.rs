//! How destinations stand, in words for the operator.

use domain::{Cause, DestinationName, Holding, Marked, Mode, VIETNAM};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// When those who deliver heed a mark: at the latest after their next sweep.
const SOON: &str = "within a minute";

/// After a pause.
pub(crate) fn paused(name: &DestinationName, marked: &Marked) -> String {
    if !marked.changed {
        return format!("{name} is {} already; nothing was changed\n", mode(&marked.standing.mode));
    }
    format!(
        "{name} is paused {SOON}: its deliveries are held, and none is lost\n\
         no time ends this pause; `tingting resume {name}` does, and sends what was held\n"
    )
}

/// A disabled destination is not paused.
pub(super) fn disabled(name: &DestinationName, since: Timestamp) -> String {
    format!(
        "{name} is disabled since {}: new events for it fail at once, there is nothing to pause; \
         `tingting resume {name}` makes it active",
        moment(since)
    )
}

/// What resuming would do.
pub(crate) fn dry_run(holding: &Holding) -> String {
    let Holding { destination, standing, held, .. } = holding;
    let would = match (standing.is_active(), held) {
        (true, 0) => "there is nothing to resume".to_owned(),
        (true, _) => waits(holding),
        (false, 0) => "resuming makes it active; there is nothing to send".to_owned(),
        (false, held) => format!(
            "resuming makes it active and sends {}, oldest first, no faster than it takes them",
            deliveries(*held)
        ),
    };
    format!("{destination}: {}\n{would}\nnothing was changed (--dry-run)\n", describe(holding))
}

/// After a resume.
pub(crate) fn resumed(holding: &Holding, changed: bool) -> String {
    let Holding { destination, held, .. } = holding;
    match (changed, held) {
        (true, 0) => format!("{destination} is active again {SOON}; nothing is held\n"),
        (true, held) => format!(
            "{destination} is active again {SOON}; {} will be sent, oldest first, no faster than it \
             takes them\n",
            deliveries(*held)
        ),
        (false, 0) => {
            format!("{destination} is active, and nothing is held; nothing was changed\n")
        }
        (false, _) => format!(
            "{destination} is not paused; nothing was changed\n{}\n{}\n",
            describe(holding),
            waits(holding)
        ),
    }
}

/// The destinations there are, by name, with what they are called where that is something else.
pub(crate) fn there(names: &[(&str, &str)]) -> String {
    let shown = |(name, title): &(&str, &str)| match name == title {
        true => (*name).to_owned(),
        false => format!("{name} ({})", domain::clean(title)),
    };
    let names: Vec<String> = names.iter().map(shown).collect();
    if names.is_empty() { "there is none".to_owned() } else { names.join(", ") }
}

/// All that are paused, disabled or holding something.
pub(crate) fn list(holdings: &[Holding]) -> String {
    if holdings.is_empty() {
        return "every destination is active, and nothing is held\n".to_owned();
    }
    let width = holdings.iter().map(|one| one.destination.as_str().len()).max().unwrap_or(0);
    let line = |one: &Holding| format!("{:<width$}  {}\n", one.destination, describe(one));
    holdings.iter().map(line).collect()
}

/// How a destination stands, on one line.
fn describe(holding: &Holding) -> String {
    let standing = &holding.standing;
    let mut text = mode(&standing.mode);
    if standing.is_active()
        && let Some(streak) = standing.streak
    {
        text = format!("{text}, but it took nothing since {}", moment(streak.since));
    }
    let held = match (holding.held, holding.oldest) {
        (0, _) => "nothing is held".to_owned(),
        (held, None) => format!("{held} held"),
        (held, Some(oldest)) => format!("{held} held, the oldest since {}", moment(oldest)),
    };
    format!("{text}; {held}")
}

/// Why an active one holds something.
fn waits(holding: &Holding) -> String {
    let it = if holding.standing.streak.is_some() {
        "what is held goes out by itself as soon as it takes anything: one is tried now and then"
    } else {
        "what is held goes out by itself, oldest first, no faster than it takes them"
    };
    it.to_owned()
}

fn mode(mode: &Mode) -> String {
    match mode {
        Mode::Active => "active".to_owned(),
        Mode::Disabled { since } => format!("disabled since {}", moment(*since)),
        Mode::Paused { since, cause } => {
            let cause = match cause {
                Cause::Failing => "nothing but failures".to_owned(),
                Cause::Operator => "by hand".to_owned(),
                Cause::Dead(why) => format!("its channel says {:?}", domain::excerpt(why, 100)),
            };
            format!("paused since {} ({cause})", moment(*since))
        }
    }
}

fn deliveries(count: u64) -> String {
    if count == 1 { "1 held delivery".to_owned() } else { format!("{count} held deliveries") }
}

fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(VIETNAM)).strftime("%Y-%m-%d %H:%M %:z").to_string()
}

#[cfg(test)]
mod tests {
    use domain::{Name, Standing, Streak};

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_772_330_400 + minute * 60).unwrap()
    }

    fn holding(mode: Mode, streak: Option<Streak>, held: u64) -> Holding {
        let destination = Name::parse("sales").unwrap();
        let standing = Standing { mode, streak, ..Standing::default() };
        Holding { destination, standing, held, oldest: (held > 0).then(|| at(0)) }
    }

    #[test]
    fn every_standing_is_told() {
        let streak = Some(Streak { since: at(-60), failures: 3 });
        let paused = |cause| Mode::Paused { since: at(1), cause };
        let since = "since 2026-03-01 09:01 +07:00";
        let held = "2 held, the oldest since 2026-03-01 09:00 +07:00";
        for (mode, streak, count, expected) in [
            (
                paused(Cause::Operator),
                None,
                2,
                format!("sales  paused {since} (by hand); {held}\n"),
            ),
            (
                paused(Cause::Failing),
                streak,
                0,
                format!("sales  paused {since} (nothing but failures); nothing is held\n"),
            ),
            (
                paused(Cause::Dead("no\n_service".into())),
                None,
                2,
                format!("sales  paused {since} (its channel says \"no _service\"); {held}\n"),
            ),
            (
                Mode::Disabled { since: at(1) },
                None,
                2,
                format!("sales  disabled {since}; {held}\n"),
            ),
            (
                Mode::Active,
                streak,
                2,
                format!(
                    "sales  active, but it took nothing since 2026-03-01 08:00 +07:00; {held}\n"
                ),
            ),
            (Mode::Active, None, 2, format!("sales  active; {held}\n")),
        ] {
            assert_eq!(list(&[holding(mode, streak, count)]), expected);
        }
        assert_eq!(list(&[]), "every destination is active, and nothing is held\n");
    }

    #[test]
    fn a_dry_run_says_how_many_would_go() {
        let told = dry_run(&holding(Mode::Disabled { since: at(1) }, None, 1));
        let expected = "sales: disabled since 2026-03-01 09:01 +07:00; 1 held, the oldest since \
            2026-03-01 09:00 +07:00\nresuming makes it active and sends 1 held delivery, oldest first, \
            no faster than it takes them\nnothing was changed (--dry-run)\n";
        assert_eq!(told, expected);
        let idle = dry_run(&holding(Mode::Active, None, 0));
        assert!(idle.contains("there is nothing to resume"), "{idle}");
    }

    #[test]
    fn what_changed_nothing_says_so() {
        for (holding, said) in [
            (holding(Mode::Active, None, 0), "active, and nothing is held; nothing was changed"),
            (holding(Mode::Active, None, 2), "goes out by itself, oldest first"),
            (
                holding(Mode::Active, Some(Streak { since: at(0), failures: 1 }), 2),
                "as soon as it takes anything",
            ),
        ] {
            let told = resumed(&holding, false);
            assert!(told.contains("nothing was changed") && told.contains(said), "{told}");
        }
    }
}
