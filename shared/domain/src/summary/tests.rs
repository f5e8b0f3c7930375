//! What a summary keeps, how it is written, and what is added up.

use super::*;
use crate::{Fact, Name};

fn transfer(id: &str, kind: Kind, amount: &str, currency: &str, account: &str) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    let amount = crate::amount_from_text(amount).unwrap();
    Event {
        key: EventKey::new(&source, id),
        source,
        kind,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: Moment::parse("2026-11-21 09:30:15"),
        received: "2026-11-21T02:30:17Z".parse().unwrap(),
        money: Currency::parse(currency).map(|currency| Money { amount, currency }),
        balance: None,
        facts: Facts::default().with(Fact::Account, account.to_owned()),
        object: "{}".to_owned(),
    }
}

fn summed(events: &[Event]) -> Figures {
    let mut figures = Figures::default();
    events.iter().for_each(|event| figures.add(event));
    figures
}

fn flow(count: u64, sum: &str, largest: Option<&Event>) -> Flow {
    Flow { count, sum: sum.parse().ok(), largest: largest.map(Named::of) }
}

#[test]
fn sums_are_exact_by_currency_and_account_and_the_largest_is_the_first_of_its_size() {
    let all = [
        transfer("1", Kind::TransferIn, "50000", "VND", "9"),
        transfer("2", Kind::TransferIn, "70000", "VND", "8"),
        transfer("3", Kind::TransferIn, "70000", "VND", "8"),
        transfer("4", Kind::TransferOut, "7", "VND", "9"),
        transfer("5", Kind::TransferIn, "12.34", "USD", "8"),
        Event { test: true, ..transfer("6", Kind::TransferIn, "1000000", "VND", "9") },
        transfer("7", Kind::OrderChanged, "1000000", "VND", "9"),
        Event { money: None, ..transfer("8", Kind::TransferIn, "1", "VND", "9") },
    ];
    let figures = summed(&all);
    let (usd, vnd) = (Currency::parse("USD").unwrap(), Currency::VND);
    let none = Flow::default();
    let dollars =
        |largest| Turnover { currency: usd, into: flow(1, "12.34", largest), out: none.clone() };
    let dong = |into, out| Turnover { currency: vnd, into, out };
    assert_eq!(
        figures.money(),
        [
            dollars(Some(&all[4])),
            dong(flow(3, "190000", Some(&all[1])), flow(1, "7", Some(&all[3]))),
        ]
    );
    let account = |account: &str, money| AccountTurnover { account: account.to_owned(), money };
    let eight = account("8", vec![dollars(None), dong(flow(2, "140000", None), none)]);
    let nine = account("9", vec![dong(flow(1, "50000", None), flow(1, "7", None))]);
    assert_eq!(figures.accounts(), (vec![eight, nine], 0));
    assert!(!figures.partial);
}

#[test]
fn what_cannot_be_held_is_said_not_to_be() {
    let most = "79228162514264337593543950335";
    for (second, sum) in [("0", most.parse().ok()), ("1", None), ("0.1", None)] {
        let figures = summed(&[
            transfer("1", Kind::TransferIn, most, "VND", "9"),
            transfer("2", Kind::TransferIn, second, "VND", "9"),
        ]);
        assert_eq!((figures.money()[0].into.count, figures.money()[0].into.sum), (2, sum));
    }
    let of = |n: usize| {
        let currency = |n: usize| format!("A{}A", char::from(b'A' + u8::try_from(n).unwrap()));
        let each = |n| transfer("1", Kind::TransferIn, "1", &currency(n), "9");
        summed(&(0..n).map(each).collect::<Vec<_>>())
    };
    assert_eq!((of(8).money().len(), of(8).partial), (8, false));
    assert_eq!((of(9).money().len(), of(9).partial), (8, true));
}

#[test]
fn accounts_beyond_ten_are_counted_and_those_with_most_transfers_named() {
    let mut all: Vec<Event> =
        (0..13).map(|n| transfer("1", Kind::TransferIn, "1", "VND", &format!("{n:02}"))).collect();
    all.push(transfer("1", Kind::TransferOut, "1", "VND", "12"));
    let (named, more) = summed(&all).accounts();
    let names: Vec<_> = named.iter().map(|named| named.account.as_str()).collect();
    assert_eq!(names, ["12", "00", "01", "02", "03", "04", "05", "06", "07", "08"]);
    assert_eq!(more, 3);
}

fn summary() -> Summary {
    let event = transfer("1", Kind::TransferIn, "50000", "VND", "9");
    let mut order = transfer("2", Kind::OrderChanged, "1", "VND", "9");
    (order.money, order.occurred) = (None, Moment::parse("2026-11-20"));
    let figures = summed(std::slice::from_ref(&event));
    let (accounts, more_accounts) = figures.accounts();
    Summary {
        destination: Name::parse("sales").unwrap(),
        from: "2026-11-20T14:00:00Z".parse().unwrap(),
        until: "2026-11-21T14:00:00Z".parse().unwrap(),
        partial: false,
        money: Some(figures.money()),
        accounts,
        more_accounts,
        failed: Missed { count: 7, at_least: true, named: vec![Named::of(&order)] },
        held: Missed::default(),
        others: vec![OtherMissed {
            destination: Name::parse("erp").unwrap(),
            failed: 1,
            at_least: false,
            held: 2,
        }],
        more_others: 3,
    }
}

/// A test of the wire form itself: what is in the ledgers of those who upgrade.
#[test]
fn the_written_form_is_this_one_and_comes_back() {
    let now = "2026-11-21T14:02:00Z".parse().unwrap();
    let event = summary().event(now);
    assert_eq!(event.key.as_str(), "tingting/summary/sales/2026-11-21T14:00:00Z");
    assert!(event.key.is_own());
    let nothing = r#"{"count":0,"sum":"0"}"#;
    let expected = [
        r#"{"version":1,"destination":"sales","from":"2026-11-20T14:00:00Z","#,
        r#""until":"2026-11-21T14:00:00Z","partial":false,"money":[{"currency":"VND","into":"#,
        r#"{"count":1,"sum":"50000","largest":{"event":"casso/shop/1","kind":"transfer.in","#,
        r#""at":"2026-11-21T02:30:15Z","money":"50000 VND"}},"out":"#,
        nothing,
        r#"}],"accounts":[{"account":"9","money":[{"currency":"VND","into":"#,
        r#"{"count":1,"sum":"50000"},"out":"#,
        nothing,
        r#"}]}],"more_accounts":0,"failed":{"count":7,"at_least":true,"named":["#,
        r#"{"event":"casso/shop/2","kind":"order.changed","at":"2026-11-19T17:00:00Z","#,
        r#""date_only":true}]},"held":{"count":0,"at_least":false,"named":[]},"others":["#,
        r#"{"destination":"erp","failed":1,"at_least":false,"held":2}],"more_others":3}"#,
    ];
    assert_eq!(event.object, expected.concat());
    assert_eq!(Summary::of(&event), Some(summary()));
    let named: Vec<_> = Summary::of(&event).unwrap().named().cloned().collect();
    assert_eq!(
        named.iter().map(EventKey::as_str).collect::<Vec<_>>(),
        ["casso/shop/1", "casso/shop/2"]
    );
    let inexact = Flow { count: 2, sum: None, largest: None };
    assert_eq!(serde_json::to_string(&inexact).unwrap(), r#"{"count":2,"sum":""}"#);
    assert_eq!(serde_json::from_str::<Flow>(r#"{"count":2,"sum":""}"#).unwrap(), inexact);
}

#[test]
fn what_is_another_kind_or_a_newer_form_is_none() {
    let mut event = summary().event(Timestamp::UNIX_EPOCH);
    event.object = event.object.replace(r#""version":1"#, r#""version":2"#);
    assert_eq!(Summary::of(&event), None);
    let digest = Event { kind: Kind::Digest, ..summary().event(Timestamp::UNIX_EPOCH) };
    assert_eq!(Summary::of(&digest), None);
}
