//! What operators read of each alarm, in both languages.

use std::collections::BTreeSet;

use super::*;
use crate::fixtures::{alarms_saying, destination, hostile, told};
use crate::text::units;

#[test]
fn every_alarm_says_what_happened_to_what_and_what_to_do() {
    let (mut titles, mut advice) = (BTreeSet::new(), BTreeSet::new());
    for language in [Language::Vi, Language::En] {
        let mut to = destination("slack");
        to.language = language;
        for alarm in alarms_saying("HTTP 500") {
            let message = told(&alarm, &to);
            titles.insert(message.said.title.clone());
            assert!(units(&message.said.title) <= 75, "{}", message.said.title);
            assert_eq!(message.said.lines.last().unwrap().1, "21/11/2026 09:30:17 · tingting");
            let what = message.advice.unwrap();
            assert!(units(&what.words()) <= 300, "{}", what.words());
            assert_eq!(what.text.ends_with(':'), what.command.is_some(), "{}", what.text);
            advice.insert(what.text);
        }
    }
    // Two pauses that are no operator's differ by their reason alone.
    assert_eq!((titles.len(), advice.len()), (24, 24));
}

#[test]
fn facts_stand_under_their_labels() {
    let to = destination("slack");
    let mut english = to.clone();
    english.language = Language::En;
    let lines = |n: usize, to| {
        let said = told(&alarms_saying("HTTP 500")[n], to).said;
        let known = said.lines.len() - 1;
        let lines = said.lines.into_iter().take(known);
        lines.map(|(label, value)| format!("{label}: {value}")).collect::<Vec<_>>().join("; ")
    };
    for (n, expected) in [
        (
            0,
            "Nơi nhận: sales; Từ lúc: 20/11/2026 09:30:15; \
             Lý do: một ngày liền không gửi được tin nào",
        ),
        (1, "Nơi nhận: sales; Từ lúc: 20/11/2026 09:30:15"),
        (2, "Nơi nhận: sales; Từ lúc: 20/11/2026 09:30:15; Lý do: HTTP 500"),
        (3, "Nơi nhận: sales"),
        (4, "Nơi nhận: sales; Từ lúc: 20/11/2026 09:30:15"),
        (5, "Nơi nhận: HTTP 500"),
        (6, "Nguồn: casso/shop; Từ lúc: 20/11/2026 09:30:15"),
        (7, "Nguồn: casso/shop"),
        (8, "Nguồn: casso/shop; Số lượng: 3; Cũ nhất: 20/11/2026 09:30:15"),
        (9, "Nguồn: casso/shop; Lý do: HTTP 500"),
        (10, "Nguồn: casso/shop; Sự kiện: 5f2b90c1"),
        (11, "Số lượng: 2"),
        (12, "Nguồn: casso/shop; Số lượng: 14 trong 15 phút; Lý do: HTTP 500"),
    ] {
        assert_eq!(lines(n, &to), expected);
    }
    assert_eq!(
        lines(12, &english),
        "Source: casso/shop; How many: 14 in 15 minutes; Reason: HTTP 500"
    );
}

#[test]
fn what_is_missing_or_hostile_breaks_nothing() {
    let to = destination("slack");
    for text in hostile() {
        for alarm in alarms_saying(&text) {
            let message = told(&alarm, &to);
            assert!(message.said.lines.iter().all(|(_, value)| !value.is_empty()));
            assert!(
                message.said.lines.iter().all(|(_, value)| !value.contains(['\n', '\u{202E}']))
            );
        }
    }
    let gap = Alarm::Gap { source: "casso/shop".to_owned(), gaps: 1, oldest: None };
    assert_eq!(told(&gap, &to).said.lines.len(), 3);
    let odd = Alarm::Paused {
        destination: "@x\ny".to_owned(),
        since: jiff::Timestamp::MAX,
        cause: String::new(),
    };
    assert_eq!(told(&odd, &to).advice.unwrap().command.as_deref(), Some("tingting resume NAME"));
}

#[test]
fn an_alarm_of_a_newer_version_is_still_told() {
    let mut event = alarms_saying("x")[0].event("1", jiff::Timestamp::UNIX_EPOCH);
    event.object = r#"{"alarm":"something_new"}"#.to_owned();
    let message = crate::fixtures::message(&event, &destination("slack"));
    assert_eq!(message.said.title, "Cảnh báo · tingting");
    assert_eq!(message.advice, None);
}
