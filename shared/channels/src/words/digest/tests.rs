//! What people read of many events at once.

use domain::{Facts, Kind, Moment, Money, SourceId};

use super::*;
use crate::fixtures::{destination, digest_of, event, hostile, members_saying, transfer};

fn lines(message: &Message) -> Vec<String> {
    message.said.lines.iter().map(|(label, value)| format!("{label}: {value}")).collect()
}

fn english() -> Destination {
    Destination { language: Language::En, ..destination("slack") }
}

/// A transfer of this much, at this time.
fn moved(kind: Kind, amount: &str, currency: &str, at: &str) -> Event {
    let amount = domain::amount_from_text(amount).unwrap();
    Event {
        money: Currency::parse(currency).map(|currency| Money { amount, currency }),
        occurred: Moment::parse(at),
        ..event(kind, "0", transfer().facts)
    }
}

#[test]
fn totals_are_told_for_each_way_and_currency_and_tests_are_left_out() {
    let mut test = moved(Kind::TransferIn, "9000000", "VND", "2026-11-21 09:00:00");
    test.test = true;
    let mut other = moved(Kind::TransferIn, "12.34", "USD", "2026-11-21 23:59:59");
    other.source = SourceId::parse("sepay/main").unwrap();
    let members = [
        test,
        moved(Kind::TransferIn, "1250000", "VND", "2026-11-21 09:30:15"),
        moved(Kind::TransferIn, "750000", "VND", "2026-11-21 09:31:15"),
        other,
        moved(Kind::TransferOut, "193000", "VND", "2026-11-20"),
    ];
    let message = digest_of(&members, &destination("slack"));
    assert_eq!(message.said.title, "5 giao dịch · tingting");
    assert_eq!(message.said.amount.as_deref(), Some("+12,34 USD · +2.000.000 ₫ · -193.000 ₫"));
    assert_eq!(
        lines(&message),
        [
            "Tổng vào: +12,34 USD (1) · +2.000.000 ₫ (2)",
            "Tổng ra: -193.000 ₫ (1)",
            "Tin thử: 1, không tính vào tổng",
            "Thời gian: 20/11/2026 00:00:00 – 21/11/2026 23:59:59",
            "Nguồn: casso/shop, sepay/main · tingting",
        ]
    );
    assert_eq!(
        message.list.unwrap().lines,
        [
            "21/11 09:00 [THỬ] +9.000.000 ₫ · …0001 · “DH1042 chuyen tien”",
            "21/11 09:30 +1.250.000 ₫ · …0001 · “DH1042 chuyen tien”",
            "21/11 09:31 +750.000 ₫ · …0001 · “DH1042 chuyen tien”",
            "21/11 23:59 +12,34 USD · …0001 · “DH1042 chuyen tien”",
            "20/11 -193.000 ₫ · …0001 · “DH1042 chuyen tien”",
        ]
    );
}

#[test]
fn what_is_no_transfer_is_told_by_its_title_and_number() {
    let order = Facts::default()
        .with(Fact::Number, "DH1042".to_owned())
        .with(Fact::Status, "confirmed".to_owned())
        .with(Fact::Phone, "0912345678".to_owned());
    let mut order = event(Kind::OrderChanged, "1790000", order);
    order.late = true;
    let mut unknown = event(Kind::Unknown, "0", Facts::default());
    (unknown.money, unknown.occurred) = (None, None);
    let account = Facts::default().with(Fact::Account, "1017588888".to_owned());
    let members = [order, unknown, event(Kind::AccountChanged, "0", account)];
    let message = digest_of(&members, &english());
    assert_eq!(message.said.title, "3 events · tingting");
    assert_eq!(message.said.amount, None);
    assert_eq!(
        message.list.unwrap().lines,
        [
            "09:30 Order · DH1042 · confirmed · 1,790,000 ₫ · late, older",
            "09:30 Unknown event",
            "09:30 Account changed · …8888 · 0 ₫",
        ]
    );
}

#[test]
fn a_title_is_the_destinations_own_where_all_are_alike() {
    let mut to = destination("slack");
    to.title_in = Some("Ting ting!".to_owned());
    let (into, out) = (transfer(), moved(Kind::TransferOut, "1", "VND", "2026-11-21"));
    let mut test = transfer();
    test.test = true;
    let order = event(Kind::OrderChanged, "1", Facts::default());
    for (members, title, tone) in [
        (vec![into.clone()], "Ting ting! (1) · tingting", Tone::Good),
        (vec![into.clone(), into.clone()], "Ting ting! (2) · tingting", Tone::Good),
        (vec![out.clone(), out.clone()], "Tiền ra (2) · tingting", Tone::Out),
        (vec![into.clone(), out], "2 giao dịch · tingting", Tone::Plain),
        (vec![order.clone(), order.clone()], "Đơn hàng (2) · tingting", Tone::Plain),
        (vec![into, order], "2 sự kiện · tingting", Tone::Plain),
        (vec![test.clone(), test], "[THỬ] Ting ting! (2) · tingting", Tone::Good),
        (vec![], "0 giao dịch · tingting", Tone::Plain),
    ] {
        let message = digest_of(&members, &to);
        assert_eq!((message.said.title.as_str(), message.tone), (title, tone));
    }
    to.title_in = Some("Ồ".repeat(500));
    let tests: Vec<Event> =
        members_saying(1, "x").into_iter().map(|one| Event { test: true, ..one }).collect();
    assert!(units(&digest_of(&vec![tests[0].clone(); 200], &to).said.title) <= 75);
}

#[test]
fn a_total_that_cannot_be_exact_is_not_told() {
    let most = "79228162514264337593543950335";
    for (amounts, total) in [
        ([most, "0"], "+79.228.162.514.264.337.593.543.950.335 ₫ (2)"),
        ([most, "1"], "… VND (2)"),
        (["7922816251426433759354395033", "0.25"], "… VND (2)"),
    ] {
        let members =
            amounts.map(|amount| moved(Kind::TransferIn, amount, "VND", "2026-11-21 09:30:15"));
        let message = digest_of(&members, &destination("slack"));
        assert_eq!(lines(&message)[0], format!("Tổng vào: {total}"));
    }
}

#[test]
fn a_balance_is_in_no_digest() {
    let mut to = destination("slack");
    to.include_balance = true;
    assert!(!format!("{:?}", digest_of(&[transfer(), transfer()], &to)).contains("067.000"));
}

#[test]
fn a_code_that_the_memo_does_not_hold_stands_beside_it() {
    let mut one = transfer();
    one.facts.set(Fact::Content, "chuyen tien".to_owned());
    let line = &digest_of(&[one], &english()).list.unwrap().lines[0];
    assert_eq!(line, "09:30 +1,250,000 ₫ · …0001 · DH1042 · “chuyen tien”");
}

#[test]
fn whole_parts_are_joined_as_far_as_they_fit() {
    let joined =
        |limit| joined(["+1 ₫", "+22 ₫", "+333 ₫"].map(str::to_owned).into_iter(), " · ", limit);
    assert_eq!(joined(99), "+1 ₫ · +22 ₫ · +333 ₫");
    assert_eq!(joined(20), "+1 ₫ · +22 ₫ …");
    assert_eq!(joined(0), " …");
}

#[test]
fn no_stranger_can_forge_a_line() {
    for memo in hostile() {
        for n in [1, 2, 6, 200] {
            let message = digest_of(&members_saying(n, &memo), &destination("slack"));
            let list = message.list.unwrap();
            assert_eq!(list.lines.len(), n);
            for line in &list.lines {
                assert!(line.starts_with("09:3") && units(line) <= LINE_UNITS, "{line}");
                assert!(!line.contains(['\n', '\r', '\u{2028}', '\u{202E}', '\u{200B}', '\u{0}']));
            }
        }
    }
}
