//! What a summary tells to whom: of what the chat's own filter wants, and of what did not get through.

use domain::{DeliveryState, DestinationRecord, Event, Fact, Facts, Kind, Text};
use testkit::faults::Faults;

use super::{HOUR, MINUTE, at, chat, ended, lines, pass, put, summaries, transfer, world};

#[tokio::test]
async fn a_chat_of_one_account_learns_nothing_of_another() {
    let of = |name: &str, account: &str| DestinationRecord {
        accounts: vec![Text::Text(account.into())],
        ..chat(name, "21:00")
    };
    let mut world = world(Faults::none(), &[of("one", "9"), of("two", "8")]);
    put(&world, &transfer(&world, "1", Kind::TransferIn, "50000")).await;
    let facts = Facts::default()
        .with(Fact::Account, "8".to_owned())
        .with(Fact::Content, "secret <a>".to_owned());
    let two = Event { facts, ..transfer(&world, "2", Kind::TransferOut, "77777") };
    put(&world, &two).await;
    put(&world, &Event { test: true, ..transfer(&world, "3", Kind::TransferIn, "5") }).await;
    // Sent there before its filter was narrowed.
    ended(&world, &two, "one", DeliveryState::Failed("refused".to_owned())).await;
    pass(&mut world, HOUR * 13).await;
    let one = lines(&summaries(&world, "one")[0]);
    assert_eq!(one[1], "Tổng vào: +50.000 ₫ (1)");
    let all = one.join("\n");
    let told = ["77.777", "secret", "Không gửi"].iter().any(|word| all.contains(word));
    assert!(!told, "{all}");
    let two = lines(&summaries(&world, "two")[0]);
    assert_eq!(two[2], "Lớn nhất ra: 01/03 09:00 -77.777 ₫ · 8 · “secret <a>”");
    assert_eq!(two[4..], ["Theo tài khoản:", "-77.777 ₫ (1) · 8"]);
}

#[tokio::test]
async fn failed_and_held_ones_are_named_and_of_others_counted_where_alarms_are_told() {
    let boss = DestinationRecord { alarms: Some(true), ..chat("boss", "21:00") };
    let mut world = world(Faults::none(), &[chat("team", "21:00"), boss]);
    let failed = || DeliveryState::Failed("refused".to_owned());
    for (id, state) in [("1", failed()), ("2", failed()), ("3", DeliveryState::Held("x".into()))] {
        let event = transfer(&world, id, Kind::TransferIn, &format!("{id}000"));
        let facts = event.facts.clone().with(Fact::Content, format!("DH{id}"));
        let event = Event { facts, ..event };
        put(&world, &event).await;
        ended(&world, &event, "team", state).await;
        world.clock.advance(MINUTE);
    }
    assert_eq!(world.sweep.run().await.summaries, 0);
    world.clock.set(at("2026-03-01T14:02:00Z"));
    assert_eq!(world.sweep.run().await.summaries, 2);
    world.drain().await;
    let team = lines(&summaries(&world, "team")[0]);
    assert_eq!(team[3..5], ["Không gửi được: 2", "Đang giữ lại: 1"]);
    assert_eq!(
        team[6..],
        [
            "Theo tài khoản:",
            "+6.000 ₫ (3) · 9",
            "Không gửi được:",
            "01/03 09:00 +1.000 ₫ · 96VA · “DH1”",
            "01/03 09:01 +2.000 ₫ · 96VA · “DH2”",
            "Đang giữ lại:",
            "01/03 09:02 +3.000 ₫ · 96VA · “DH3”",
        ]
    );
    let boss = lines(&summaries(&world, "boss")[0]);
    assert_eq!(boss[6..], ["Nơi nhận khác:", "team: không gửi được 2, đang giữ lại 1"]);
}
