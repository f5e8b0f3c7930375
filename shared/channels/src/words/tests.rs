//! What people read, for every kind of event.

use domain::{Currency, Facts, Kind, Money, amount_from_text};

use super::*;
use crate::fixtures::{destination, event, hostile, transfer, transfer_saying};
use crate::text::units;

fn lines(notification: &Notification) -> Vec<String> {
    notification.lines.iter().map(|(label, value)| format!("{label}: {value}")).collect()
}

#[test]
fn a_transfer_in_vietnamese() {
    let mut to = destination("slack");
    to.include_balance = true;
    let said = notification(&transfer(), &to);
    assert_eq!(said.title, "Tiền vào · tingting");
    assert_eq!(said.amount.as_deref(), Some("+1.250.000 ₫"));
    assert_eq!(
        lines(&said),
        [
            "Tài khoản: 1017588888 · Vietcombank",
            "Tài khoản ảo: VA0001",
            "Nội dung: DH1042 chuyen tien",
            "Mã thanh toán: DH1042",
            "Mã tham chiếu: FT26325000001",
            "Đối tác: NGUYEN VAN A · 0071000888888 · ACB",
            "Số dư: 18.067.000 ₫",
            "Thời gian: 21/11/2026 09:30:15",
            "Nguồn: casso/shop · tingting",
        ]
    );
}

#[test]
fn a_late_test_transfer_in_english_without_the_balance() {
    let mut to = destination("slack");
    to.language = Language::En;
    let mut out = event(Kind::TransferOut, "193000", Facts::default());
    out.test = true;
    out.late = true;
    out.occurred = Moment::parse("2026-11-20");
    let said = notification(&out, &to);
    assert_eq!(said.title, "[TEST] Money out · tingting");
    assert_eq!(said.amount.as_deref(), Some("-193,000 ₫"));
    assert_eq!(
        lines(&said),
        ["Note: late, older snapshot", "Time: 20/11/2026", "Source: casso/shop · tingting"]
    );
}

#[test]
fn a_destinations_own_titles_are_for_transfers_alone() {
    let mut to = destination("slack");
    to.title_in = Some("Ting ting!\nTiền về".to_owned());
    to.title_out = Some("\u{200B}".to_owned());
    for (kind, title) in [
        (Kind::TransferIn, "Ting ting! Tiền về · tingting"),
        (Kind::TransferOut, "Tiền ra · tingting"),
        (Kind::OrderChanged, "Đơn hàng · tingting"),
        (Kind::PlanInactivated, "Gói định kỳ ngừng hoạt động · tingting"),
    ] {
        assert_eq!(notification(&event(kind, "1", Facts::default()), &to).title, title);
    }
    to.title_in = Some("Ồ".repeat(500));
    let mut test = transfer();
    test.test = true;
    assert!(units(&notification(&test, &to).title) <= 75);
}

#[test]
fn every_kind_has_words_of_its_own_in_both_languages() {
    let mut seen = std::collections::BTreeSet::new();
    for language in [Language::Vi, Language::En] {
        for kind in Kind::ALL {
            let mut to = destination("slack");
            to.language = language;
            let said = notification(&event(*kind, "5", Facts::default()), &to);
            assert!(seen.insert(said.title.clone()), "{} is said twice", said.title);
            assert!(said.lines.iter().any(|(_, value)| value.contains(BRAND)));
        }
    }
    assert!(
        seen.iter().all(|title| !title.to_lowercase().contains("cancel")
            && !title.to_lowercase().contains("huỷ"))
    );
}

#[test]
fn an_order_is_shown_without_personal_data_and_its_total_without_a_sign() {
    let facts = Facts::default()
        .with(Fact::Number, "DH1042".to_owned())
        .with(Fact::Status, "confirmed".to_owned())
        .with(Fact::PaymentStatus, "paid".to_owned())
        .with(Fact::Customer, "Trần Thị B".to_owned())
        .with(Fact::Phone, "0912345678".to_owned())
        .with(Fact::Email, "b@shop.example".to_owned())
        .with(Fact::Address, "1 Lê Lợi".to_owned());
    let said = notification(&event(Kind::OrderChanged, "1790000", facts), &destination("slack"));
    assert_eq!(said.amount.as_deref(), Some("1.790.000 ₫"));
    assert_eq!(
        lines(&said),
        [
            "Mã đơn: DH1042",
            "Trạng thái: confirmed",
            "Thanh toán: paid",
            "Khách hàng: Trần Thị B",
            "Thời gian: 21/11/2026 09:30:15",
            "Nguồn: casso/shop · tingting",
        ]
    );
}

#[test]
fn a_failing_cycle_says_when_it_is_tried_again_but_not_where_to_pay() {
    let facts = Facts::default()
        .with(Fact::PlanId, "PLAN1".to_owned())
        .with(Fact::AttemptCount, "2".to_owned())
        .with(Fact::NextRetry, "2026-11-22T10:00:00+07:00".to_owned())
        .with(Fact::ScheduledAt, "soon".to_owned())
        .with(Fact::PaymentLink, "https://pay.example/secret".to_owned());
    let mut cycle = event(Kind::CycleRetrying, "50000", facts);
    cycle.occurred = None;
    assert_eq!(
        lines(&notification(&cycle, &destination("slack"))),
        [
            "Gói: PLAN1",
            "Đến hạn: soon",
            "Số lần thử: 2",
            "Thử lại lúc: 22/11/2026 10:00:00",
            "Nhận lúc: 21/11/2026 09:30:17",
            "Nguồn: casso/shop · tingting",
        ]
    );
}

#[test]
fn no_time_is_too_early_or_too_late_to_be_told() {
    for at in [jiff::Timestamp::MIN, jiff::Timestamp::MAX] {
        for offset in [jiff::tz::Offset::MIN, domain::VIETNAM, jiff::tz::Offset::MAX] {
            let mut event = transfer();
            event.received = at;
            event.occurred = Some(Moment { at, offset, date_only: false });
            let said = notification(&event, &destination("slack"));
            assert!(lines(&said).iter().any(|line| line.starts_with("Thời gian: ")));
        }
    }
}

#[test]
fn other_currencies_keep_their_code() {
    let mut paid = event(Kind::PaymentSucceeded, "1", Facts::default());
    let amount = amount_from_text("12.34").unwrap();
    paid.money = Currency::parse("USD").map(|currency| Money { amount, currency });
    let said = notification(&paid, &destination("slack"));
    assert_eq!(said.amount.as_deref(), Some("12,34 USD"));
}

#[test]
fn no_stranger_can_forge_a_line_or_fill_the_screen() {
    for memo in hostile() {
        let said = notification(&transfer_saying(&memo), &destination("slack"));
        for (label, value) in &said.lines {
            assert!(!value.contains(['\n', '\r', '\u{2028}', '\u{202E}', '\u{200B}', '\u{0}']));
            assert!(units(value) <= LONG_UNITS, "{label}");
            assert!(!value.is_empty(), "{label}");
        }
        assert_eq!(said.title, "Tiền vào · tingting");
    }
}
