//! Summaries at the end of a chat's day: when there is one, and that it is one, whatever happens. What it
//! tells of whom is `told`'s.

mod told;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{
    Clock, Delivery, DeliveryState, DestinationRecord, Event, Kind, Ledger as _, Mark, Name,
    Summary, Survey as _, Text,
};
use jiff::{SignedDuration, Timestamp};
use testkit::clock::HandClock;
use testkit::faults::{Faults, Lasting, Mode};
use testkit::world::{Sent, World, answer};

use super::{HOUR, MINUTE, pass, put, transfer};

/// A chat that wants a summary at this hour.
fn chat(name: &str, at: &str) -> DestinationRecord {
    DestinationRecord {
        name: name.into(),
        channel: "slack".into(),
        endpoint: Some(Text::Text(format!("https://hooks.slack.com/services/T0/B0/{name}"))),
        summary: Some(at.into()),
        ..DestinationRecord::default()
    }
}

/// A shop at Casso with these chats. It is 09:00 in Vietnam.
fn world(faults: Arc<Faults>, chats: &[DestinationRecord]) -> World {
    world_of((200, "ok"), faults, chats)
}

/// The same, where every chat answers so.
fn world_of(
    (status, body): (u16, &'static str),
    faults: Arc<Faults>,
    chats: &[DestinationRecord],
) -> World {
    let shop = r#"{"provider":"casso","name":"shop","secrets":["key"],"silence":"off"}"#;
    let shop = serde_json::from_str(shop).unwrap();
    let script = move |_: usize, _: &Sent| Ok(answer(status, body));
    let world = World::new(providers::ALL, channels::ALL, faults, script);
    chats.iter().fold(world.with_source(&shop), |world, chat| world.with_destination(chat))
}

fn title(sent: &Sent) -> String {
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    body["blocks"][0]["text"]["text"].as_str().unwrap().to_owned()
}

/// The texts of a message, its title apart.
fn lines(sent: &Sent) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    let mut lines = Vec::new();
    for block in body["blocks"].as_array().unwrap().iter().skip(1) {
        let fields = block["fields"].as_array().into_iter().flatten();
        lines.extend(fields.map(|field| field["text"].as_str().unwrap().to_owned()));
        let list = block["text"]["text"].as_str().unwrap_or_default();
        lines.extend(list.lines().map(str::to_owned));
    }
    lines
}

/// The summaries that a chat was sent.
fn summaries(world: &World, name: &str) -> Vec<Sent> {
    let mut sent = world.sent();
    sent.retain(|sent| sent.path.ends_with(name) && title(sent).starts_with("Tổng kết"));
    sent
}

/// The ends of the days of which there is a summary for a chat.
fn made(world: &World, name: &str) -> Vec<String> {
    let events = world.ledger.events();
    let summaries = events.iter().filter_map(|stored| Summary::of(&stored.event));
    let of_chat = summaries.filter(|summary| summary.destination.as_str() == name);
    let mut ends: Vec<String> = of_chat.map(|summary| summary.until.to_string()).collect();
    ends.sort();
    ends
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_day_is_told_of_once_two_minutes_after_its_end() {
    let mut world = world(Faults::none(), &[chat("day", "21:00"), chat("calendar", "00:00")]);
    put(&world, &transfer(&world, "1", Kind::TransferIn, "50000")).await;
    pass(&mut world, HOUR * 48).await;
    let sent: Vec<_> = summaries(&world, "day").iter().map(|s| (title(s), s.at)).collect();
    let of = |day| format!("Tổng kết 24 giờ đến 21:00 ngày {day}/03/2026 · tingting");
    let [first, second] = [at("2026-03-01T14:02:00Z"), at("2026-03-02T14:02:00Z")];
    assert_eq!(sent, [(of("01"), first), (of("02"), second)]);
    let sent: Vec<_> = summaries(&world, "calendar").iter().map(title).collect();
    let of = |day| format!("Tổng kết ngày {day}/03/2026 · tingting");
    assert_eq!(sent, [of("01"), of("02")]);
    let [first, second] = <[Sent; 2]>::try_from(summaries(&world, "day")).unwrap();
    assert_eq!(
        lines(&first),
        [
            "*+50.000 ₫*",
            "Tổng vào: +50.000 ₫ (1)",
            "Lớn nhất vào: 01/03 09:00 +50.000 ₫ · 96VA",
            "Thời gian: 28/02/2026 21:00:00 – 01/03/2026 21:00:00 · tingting",
            "Theo tài khoản:",
            "+50.000 ₫ (1) · 9",
        ]
    );
    assert_eq!(lines(&second)[0], "Giao dịch: không có giao dịch nào");
    world.check_the_books();
}

#[tokio::test]
async fn many_sweeps_at_once_make_one() {
    let mut world = world(Faults::none(), &[chat("team", "21:00")]);
    pass(&mut world, MINUTE).await;
    world.clock.set(at("2026-03-01T14:02:00Z"));
    let sweep = &world.sweep;
    let (a, b, c) = tokio::join!(sweep.run(), sweep.run(), sweep.run());
    let again = sweep.run().await;
    assert_eq!(a.summaries + b.summaries + c.summaries + again.summaries, 1);
    pass(&mut world, HOUR * 3).await;
    assert_eq!(summaries(&world, "team").len(), 1);
}

/// Whoever wants one pays a look at a note for it, and nothing else, whether it is due or not.
#[tokio::test]
async fn a_sweep_that_has_nothing_to_tell_looks_once() {
    let calls = async |chat: DestinationRecord| {
        let faults = Faults::none();
        let mut world = world(Arc::clone(&faults), &[chat]);
        let mut counted = Vec::new();
        for time in ["2026-03-01T10:00:00Z", "2026-03-01T14:03:00Z"] {
            world.clock.set(at(time));
            pass(&mut world, MINUTE * 5).await;
            let before = faults.calls();
            assert_eq!(world.sweep.run().await.summaries, 0);
            counted.push(faults.calls() - before);
        }
        counted
    };
    let without = calls(DestinationRecord { summary: None, ..chat("team", "") }).await;
    let with = calls(chat("team", "21:00")).await;
    assert_eq!(with, without.iter().map(|calls| calls + 1).collect::<Vec<_>>());
}

#[tokio::test]
async fn where_nobody_swept_it_is_late_and_after_half_a_day_there_is_none() {
    for (back, expected) in [
        ("2026-03-02T02:00:00Z", vec!["2026-03-01T14:00:00Z"]),
        ("2026-03-02T02:00:01Z", vec![]),
        // Of two days only the last.
        ("2026-03-03T02:00:00Z", vec!["2026-03-02T14:00:00Z"]),
    ] {
        let mut world = world(Faults::none(), &[chat("team", "21:00")]);
        pass(&mut world, HOUR).await;
        world.clock.set(at(back));
        pass(&mut world, HOUR).await;
        assert_eq!(made(&world, "team"), expected, "{back}");
        world.clock.set(at("2026-03-03T14:02:00Z"));
        pass(&mut world, HOUR).await;
        let last = made(&world, "team").pop();
        assert_eq!(last.as_deref(), Some("2026-03-03T14:00:00Z"), "{back}");
    }
}

#[tokio::test]
async fn the_first_is_that_of_the_first_end_after_it_was_wanted() {
    // That of 08:00 is an hour old, and nobody was waiting for it.
    let mut world = world(Faults::none(), &[chat("team", "08:00")]);
    pass(&mut world, HOUR).await;
    assert_eq!(made(&world, "team"), [""; 0]);
    let mut world = world.with_destination(&chat("team", "09:00"));
    pass(&mut world, HOUR).await;
    assert_eq!(made(&world, "team"), [""; 0], "another hour is another wish");
    pass(&mut world, HOUR * 24).await;
    assert_eq!(made(&world, "team"), ["2026-03-02T02:00:00Z"]);
}

#[tokio::test]
async fn who_is_off_at_the_end_is_told_nothing_then_or_later() {
    let off = DestinationRecord { active: Some(false), ..chat("team", "21:00") };
    let mut world = world(Faults::none(), &[chat("team", "21:00"), chat("other", "21:00")]);
    pass(&mut world, HOUR).await;
    let other = Name::parse("other").unwrap();
    let now = world.clock.now();
    _ = world.ledger.mark(&other, &Mark::Pause, now).await.unwrap();
    let mut world = world.with_destination(&off);
    pass(&mut world, HOUR * 12).await;
    assert_eq!(made(&world, "team"), [""; 0]);
    assert_eq!(made(&world, "other"), ["2026-03-01T14:00:00Z"]);
    assert_eq!(world.ledger.count_held(&other).await.unwrap(), 1, "held like anything else");
    let mut world = world.with_destination(&chat("team", "21:00"));
    let now = world.clock.now();
    _ = world.ledger.mark(&other, &Mark::Resume, now).await.unwrap();
    pass(&mut world, HOUR).await;
    assert_eq!(made(&world, "team"), [""; 0]);
    assert_eq!((summaries(&world, "other").len(), summaries(&world, "team").len()), (1, 0));
}

#[tokio::test]
async fn who_is_disabled_is_told_nothing() {
    let mut world = world_of((404, "no_service"), Faults::none(), &[chat("team", "21:00")]);
    let name = Name::parse("team").unwrap();
    let dead = Mark::Dead("no_service".to_owned());
    let now = world.clock.now();
    _ = world.ledger.mark(&name, &dead, now).await.unwrap();
    pass(&mut world, HOUR * 24 * 9).await;
    assert_eq!(made(&world, "team").len(), 7, "held while it is paused; then it is disabled");
    assert_eq!(world.ledger.count_held(&name).await.unwrap(), 7);
}

/// A delivery of a transfer that ended so.
async fn ended(world: &World, event: &Event, name: &str, state: DeliveryState) {
    let of = event.delivery_to(&Name::parse(name).unwrap());
    let delivery = Delivery::new(of, state, world.clock.now());
    _ = world.ledger.enlist(&[delivery]).await.unwrap();
}

/// A clock that goes on half a minute at every look: a log that takes long to read.
#[derive(Debug)]
struct Hasty(Arc<HandClock>);

impl Clock for Hasty {
    fn now(&self) -> Timestamp {
        self.0.advance(SignedDuration::from_secs(30));
        self.0.now()
    }
}

#[tokio::test]
async fn a_log_that_is_too_long_is_told_of_as_at_least() {
    let mut world = world(Faults::none(), &[chat("team", "21:00")]);
    for id in 0..700 {
        put(&world, &transfer(&world, &id.to_string(), Kind::TransferIn, "1000")).await;
    }
    pass(&mut world, MINUTE).await;
    world.clock.set(at("2026-03-01T14:02:00Z"));
    let usual = std::mem::replace(&mut world.sweep.clock, Arc::new(Hasty(world.clock.clone())));
    assert_eq!(world.sweep.run().await.summaries, 1);
    world.sweep.clock = usual;
    world.drain().await;
    let told = lines(&summaries(&world, "team")[0]);
    assert_eq!(
        told[..3],
        [
            "*ít nhất +500.000 ₫*",
            "Lưu ý: không đếm hết được: số thật có thể lớn hơn",
            "Tổng vào: ít nhất +500.000 ₫ (500)",
        ]
    );
}

#[tokio::test]
async fn where_reading_takes_long_the_next_run_goes_on_with_what_is_left() {
    let mut world = world(Faults::none(), &[chat("early", "20:00"), chat("team", "21:00")]);
    pass(&mut world, MINUTE).await;
    world.clock.set(at("2026-03-01T14:02:00Z"));
    world.sweep.clock = Arc::new(Hasty(world.clock.clone()));
    assert_eq!(world.sweep.run().await.summaries, 1);
    assert_eq!((made(&world, "early").len(), made(&world, "team").len()), (1, 0));
    assert_eq!(world.sweep.run().await.summaries, 1);
    assert_eq!((made(&world, "early").len(), made(&world, "team").len()), (1, 1));
}

/// One evening of a shop: from ten minutes before its day ends to half an hour after.
async fn evening(faults: Arc<Faults>) -> World {
    let mut world = world(faults, &[chat("team", "21:00")]);
    let event = transfer(&world, "1", Kind::TransferIn, "50000");
    put(&world, &event).await;
    ended(&world, &event, "team", DeliveryState::Failed("refused".to_owned())).await;
    world.clock.set(at("2026-03-01T13:55:00Z"));
    pass(&mut world, MINUTE * 30).await;
    world
}

#[tokio::test]
async fn a_blow_at_any_port_call_ends_in_exactly_one() {
    let clean = Faults::none();
    let calm = evening(Arc::clone(&clean)).await;
    let expected = lines(&summaries(&calm, "team")[0]);
    assert_eq!(expected[1], "Tổng vào: +50.000 ₫ (1)");
    for lasting in [Lasting::Once, Lasting::FromThenOn] {
        for mode in [Mode::Before, Mode::After] {
            let mut repeated = 0;
            for n in 1..=clean.calls() {
                let blow = format!("call {n} of {}, {mode:?}, {lasting:?}", clean.calls());
                let faults = Faults::at(n, mode, lasting);
                let world = evening(Arc::clone(&faults)).await;
                assert!(faults.struck(), "{blow} never fell");
                world.check_the_books();
                assert_eq!(made(&world, "team"), ["2026-03-01T14:00:00Z"], "{blow}");
                let sent = summaries(&world, "team");
                let said: BTreeSet<_> = sent.iter().map(lines).collect();
                assert_eq!(said, BTreeSet::from([expected.clone()]), "{blow}");
                // Sent, and not written down: the one blow after which a message comes twice.
                repeated += sent.len() - 1;
            }
            assert!(repeated <= 1, "{mode:?}, {lasting:?}: {repeated}");
        }
    }
}
