//! How a destination stands after what happened to it.

use super::*;

const MINUTES: SignedDuration = SignedDuration::from_mins(15);

fn hour(n: i64) -> Timestamp {
    Timestamp::from_second(1_772_330_400 + n * 3600).unwrap()
}

fn paused(cause: Cause) -> Standing {
    Standing {
        mode: Mode::Paused { since: hour(0), cause },
        streak: Some(Streak { since: hour(-24), failures: 9 }),
        ..Standing::default()
    }
}

/// The standing after all these, each at its hour.
fn through(from: Standing, marks: &[(i64, Mark)]) -> Standing {
    marks
        .iter()
        .fold(from, |standing, (at, mark)| standing.after(mark, hour(*at)).unwrap_or(standing))
}

fn failed(hours: &[i64]) -> Vec<(i64, Mark)> {
    hours.iter().map(|at| (*at, Mark::Failed)).collect()
}

#[test]
fn a_day_and_five_attempts_of_nothing_but_failures_pause_it() {
    let active = Standing::default;
    let by_failure = Mode::Paused { since: hour(24), cause: Cause::Failing };
    for (hours, expected) in [
        (vec![0, 1, 2, 3, 24], by_failure.clone()),
        (vec![0, 1, 2, 3, 23], Mode::Active),
        (vec![0, 1, 2, 24], Mode::Active),
    ] {
        assert_eq!(through(active(), &failed(&hours)).mode, expected, "{hours:?}");
    }
    let mut marks = failed(&[0, 1, 2, 3, 4]);
    marks.push((24, Mark::Look));
    assert_eq!(through(active(), &marks).mode, by_failure, "time alone tells too");
    marks.insert(5, (5, Mark::Taken));
    assert_eq!(through(active(), &marks), Standing::default(), "one success clears it all");
}

#[test]
fn a_dead_one_is_paused_at_once_and_its_cause_is_kept() {
    let dead = through(Standing::default(), &[(1, Mark::Dead("no_service".into()))]);
    let cause = Cause::Dead("no_service".into());
    assert_eq!(dead.mode, Mode::Paused { since: hour(1), cause });
    assert!(!dead.told && dead.is_probed() && !dead.is_active());
    assert_eq!(through(dead.clone(), &[(2, Mark::Dead("gone".into()))]).mode, dead.mode);
}

#[test]
fn a_success_ends_a_pause_but_not_an_operators() {
    let resumed = Standing { resumed: Some(hour(1)), ..Standing::default() };
    let since_then = Some(Streak { since: hour(-24), failures: 0 });
    for (cause, mark, expected) in [
        (Cause::Failing, Mark::Taken, resumed.clone()),
        (Cause::Dead("x".into()), Mark::Taken, resumed.clone()),
        (Cause::Operator, Mark::Resume, Standing { streak: since_then, ..resumed.clone() }),
        (Cause::Failing, Mark::Resume, Standing { streak: since_then, ..resumed.clone() }),
        (Cause::Operator, Mark::Taken, Standing { streak: None, ..paused(Cause::Operator) }),
    ] {
        let what = format!("{cause:?} {mark:?}");
        assert_eq!(through(paused(cause), &[(1, mark)]), expected, "{what}");
    }
    assert!(resumed.releases());
}

/// An operator who resumes too early fails no delivery: the destination has still taken nothing.
#[test]
fn resuming_by_hand_does_not_make_it_one_that_takes() {
    let resumed = through(paused(Cause::Failing), &[(30, Mark::Resume)]);
    assert!(resumed.releases() && !resumed.is_probed() && resumed.awaits_success());
    assert!(resumed.took_nothing_since(hour(-20)));
    let failed = through(resumed.clone(), &[(31, Mark::Failed)]);
    assert!(!failed.releases() && failed.is_probed() && failed.is_active());
    assert!(failed.took_nothing_since(hour(-20)));
    let again = through(resumed.clone(), &[31; 5].map(|at| (at, Mark::Failed)));
    assert_eq!(again.mode, Mode::Paused { since: hour(31), cause: Cause::Failing });
    assert_eq!(through(resumed, &[(31, Mark::Taken)]).streak, None);
}

#[test]
fn what_was_announced_is_the_change_that_was_announced() {
    let dead = through(Standing::default(), &[(1, Mark::Dead("gone".into()))]);
    assert_eq!(dead.after(&Mark::Told(Mode::Active), hour(2)), None, "of the change before");
    assert!(through(dead.clone(), &[(2, Mark::Told(dead.mode))]).told);
}

#[test]
fn seven_days_disable_it_unless_an_operator_paused_it() {
    let disabled = Mode::Disabled { since: hour(168) };
    for (cause, at, expected) in [
        (Cause::Failing, 168, disabled.clone()),
        (Cause::Dead("x".into()), 168, disabled.clone()),
        (Cause::Failing, 167, paused(Cause::Failing).mode),
        (Cause::Operator, 999, paused(Cause::Operator).mode),
    ] {
        assert_eq!(through(paused(cause.clone()), &[(at, Mark::Look)]).mode, expected);
    }
    let disabled = Standing { mode: disabled, ..paused(Cause::Failing) };
    assert_eq!(disabled.after(&Mark::Pause, hour(200)), None);
    assert_eq!(through(disabled.clone(), &[(200, Mark::Taken)]).mode, disabled.mode);
    assert_eq!(through(disabled, &[(200, Mark::Resume)]).mode, Mode::Active);
}

#[test]
fn one_probe_goes_out_at_a_time() {
    let probe = |place: &str| Mark::Probe { place: place.into(), every: MINUTES };
    let standing = paused(Cause::Failing);
    assert_eq!(standing.after(&probe("a"), hour(0)), None, "it has just failed");
    let first = standing.after(&probe("a"), hour(1)).unwrap();
    assert_eq!(first.probed, Some(Probed { at: hour(1), place: "a".into() }));
    assert_eq!(first.after(&probe("b"), hour(1)), None);
    let later = hour(1) + MINUTES;
    assert_eq!(first.after(&probe("b"), later).unwrap().probed.unwrap().place, "b");
    assert_eq!(paused(Cause::Operator).after(&probe("a"), hour(1)), None);
}

#[test]
fn whose_fault_is_told_by_the_streak() {
    let streak = |since| Some(Streak { since: hour(since), failures: 2 });
    let standing = |since| Standing { streak: streak(since), ..Standing::default() };
    assert!(standing(1).took_nothing_since(hour(1)));
    assert!(!standing(2).took_nothing_since(hour(1)));
    assert!(!Standing::default().took_nothing_since(hour(1)));
}
