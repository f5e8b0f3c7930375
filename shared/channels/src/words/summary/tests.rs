//! What people read of a day, in both languages.

use super::*;
use crate::fixtures::{
    destination, english, hostile, named_by, nothing_of_a_day, summary_saying, transfer,
};
use crate::text::units;

fn lines(message: &Message) -> Vec<String> {
    message.said.lines.iter().map(|(label, value)| format!("{label}: {value}")).collect()
}

fn list(message: Message) -> Vec<String> {
    message.list.map(|list| list.lines).unwrap_or_default()
}

#[test]
fn a_day_is_told_from_its_totals_to_what_did_not_get_through() {
    let (day, members) = (summary_saying(), named_by("DH1042 chuyen tien", "NGUYEN VAN A"));
    let told = summary(&day, &members, &destination("slack"));
    assert_eq!(told.said.title, "Tổng kết 24 giờ đến 21:00 ngày 21/11/2026 · tingting");
    assert_eq!(told.said.amount.as_deref(), Some("+12,34 USD · +2.000.000 ₫ · -193.000 ₫"));
    assert_eq!(
        lines(&told),
        [
            "Tổng vào: +12,34 USD (1) · +2.000.000 ₫ (3)",
            "Lớn nhất vào: 21/11 09:30 +12,34 USD · …8888 · “DH1042 chuyen tien” · “NGUYEN VAN A”",
            "Lớn nhất vào: 21/11 09:30 +1.250.000 ₫",
            "Tổng ra: -193.000 ₫ (1)",
            "Lớn nhất ra: 20/11 -193.000 ₫ · …8888 · “DH1042 chuyen tien” · “NGUYEN VAN A”",
            "Không gửi được: ít nhất 7",
            "Đang giữ lại: 2",
            "Thời gian: 20/11/2026 21:00:00 – 21/11/2026 21:00:00 · tingting",
        ]
    );
    assert_eq!(told.tone, Tone::Bad);
    assert_eq!(
        list(told),
        [
            "Theo tài khoản:",
            "+2.000.000 ₫ (3) · -193.000 ₫ (1) · 1017588888",
            "+12,34 USD (1) · VA0001",
            "và 3 tài khoản khác",
            "Không gửi được:",
            "21/11 09:30 +750.000 ₫ · …8888 · “DH1042 chuyen tien” · “NGUYEN VAN A”",
            "21/11 09:30 Đơn hàng",
            "và 5 tin khác",
            "Đang giữ lại:",
            "20/11 21:00 Cảnh báo",
            "và 1 tin khác",
            "Nơi nhận khác:",
            "erp: không gửi được ít nhất 2000, đang giữ lại 5",
            "kho: đang giữ lại 1",
            "và 4 nơi nhận khác",
        ]
    );
}

#[test]
fn the_same_is_told_in_english() {
    let (mut day, members) = (summary_saying(), named_by("DH1042 chuyen tien", "NGUYEN VAN A"));
    day.partial = true;
    let told = summary(&day, &members, &english());
    assert_eq!(told.said.title, "Summary of the 24 hours to 21:00 on 21/11/2026 · tingting");
    assert_eq!(
        told.said.amount.as_deref(),
        Some("at least +12.34 USD · +2,000,000 ₫ · -193,000 ₫")
    );
    assert_eq!(
        lines(&told),
        [
            "Note: not all could be counted: it may have been more",
            "Total in: at least +12.34 USD (1) · +2,000,000 ₫ (3)",
            "Largest in: 21/11 09:30 +12.34 USD · …8888 · “DH1042 chuyen tien” · “NGUYEN VAN A”",
            "Largest in: 21/11 09:30 +1,250,000 ₫",
            "Total out: at least -193,000 ₫ (1)",
            "Largest out: 20/11 -193,000 ₫ · …8888 · “DH1042 chuyen tien” · “NGUYEN VAN A”",
            "Failed: at least 7",
            "Held: 2",
            "Time: 20/11/2026 21:00:00 – 21/11/2026 21:00:00 · tingting",
        ]
    );
    let list = list(told);
    for (n, line) in [
        (0, "By account:"),
        (1, "+2,000,000 ₫ (3) · -193,000 ₫ (1) · 1017588888"),
        (3, "and 3 more accounts"),
        (4, "Failed:"),
        (6, "21/11 09:30 Order"),
        (7, "and 5 more messages"),
        (8, "Held:"),
        (11, "Other destinations:"),
        (12, "erp: at least 2000 failed, 5 held"),
        (13, "kho: 1 held"),
        (14, "and 4 more destinations"),
    ] {
        assert_eq!(list[n], line);
    }
}

#[test]
fn a_calendar_day_is_named_by_its_date_and_its_hours_stand_alone() {
    let mut day = nothing_of_a_day();
    (day.from, day.until) =
        ("2026-11-20T17:00:00Z".parse().unwrap(), "2026-11-21T17:00:00Z".parse().unwrap());
    let named = |at: &str| Named { at: at.parse().unwrap(), ..Named::of(&transfer()) };
    day.failed.named = vec![named("2026-11-21T16:59:59Z"), named("2026-11-20T16:59:59Z")];
    day.failed.count = 2;
    for (to, title, failed) in [
        (destination("slack"), "Tổng kết ngày 21/11/2026 · tingting", "+1.250.000 ₫"),
        (english(), "Summary of 21/11/2026 · tingting", "+1,250,000 ₫"),
    ] {
        let told = summary(&day, &[], &to);
        assert_eq!(told.said.title, title);
        let [_, first, second] = <[String; 3]>::try_from(list(told)).unwrap();
        assert_eq!(first, format!("23:59 {failed}"));
        assert_eq!(second, format!("20/11 23:59 {failed}"));
    }
}

#[test]
fn a_day_with_nothing_says_so() {
    let mut day = nothing_of_a_day();
    for (money, vi, en) in [
        (Some(Vec::new()), "Giao dịch: không có giao dịch nào", "Transfers: there were none"),
        (None, "Gửi tin: không có tin nào hỏng hay bị giữ", "Messages: none failed, none is held"),
    ] {
        day.money = money;
        for (to, line) in [(destination("slack"), vi), (english(), en)] {
            let told = summary(&day, &[], &to);
            assert_eq!((lines(&told)[0].as_str(), lines(&told).len()), (line, 2));
            assert_eq!((told.said.amount.clone(), told.tone), (None, Tone::Plain));
            assert_eq!(told.list, None);
        }
    }
}

#[test]
fn a_sum_that_cannot_be_exact_is_not_told() {
    let mut day = summary_saying();
    day.money.as_mut().unwrap()[1].into.sum = None;
    let told = summary(&day, &[], &destination("slack"));
    assert_eq!(told.said.amount.as_deref(), Some("+12,34 USD · … VND · -193.000 ₫"));
    assert_eq!(lines(&told)[0], "Tổng vào: +12,34 USD (1) · … VND (3)");
}

/// The figures are the summary's, whatever its members say now: every attempt tells the same.
#[test]
fn members_lend_their_memos_and_no_figures() {
    let (day, mut members) = (summary_saying(), named_by("x", "NGUYEN VAN A"));
    let before = summary(&day, &members, &destination("slack"));
    for member in &mut members {
        member.money = transfer().money;
    }
    assert_eq!(summary(&day, &members, &destination("slack")), before);
    let without = summary(&day, &[], &destination("slack"));
    assert_eq!(without.said.amount, before.said.amount);
    assert!(!format!("{without:?}").contains("NGUYEN"));
}

#[test]
fn no_stranger_can_forge_a_line() {
    for text in hostile() {
        let mut day = summary_saying();
        let account = AccountTurnover { account: text.clone(), ..day.accounts[0].clone() };
        day.accounts = vec![account; 10];
        let told = summary(&day, &named_by(&text, &text), &destination("slack"));
        let lines: Vec<String> = told.said.lines.iter().map(|(_, value)| value.clone()).collect();
        let list = list(told);
        assert_eq!((lines.len(), list.len()), (8, 23));
        for line in lines.iter().chain(&list) {
            assert!(units(line) <= LINE_UNITS + PAYER_UNITS, "{line}");
            assert!(!line.contains(['\n', '\r', '\u{2028}', '\u{202E}', '\u{200B}', '\u{0}']));
        }
    }
}

#[test]
fn a_summary_of_a_newer_version_is_still_told() {
    let mut event = summary_saying().event("2026-11-21T14:02:00Z".parse().unwrap());
    event.object = event.object.replace(r#""version":1"#, r#""version":2"#);
    let message = crate::fixtures::message(&event, &destination("slack"));
    assert_eq!(message.said.title, "Tổng kết · tingting");
    assert_eq!(lines(&message)[0], "Nhận lúc: 21/11/2026 21:02:00");
}
