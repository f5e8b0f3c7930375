//! Everything that a stack may have under way, written by this version.

use std::sync::Arc;
use std::time::Duration;

use aws::DynamoSurvey;
use domain::{
    AccountTotal, Attempt, Cause, Claim, Currency, Delivery, DeliveryState, DestinationRecord,
    Enlisted, Envelope, Event, EventKey, Finish, HourTotals, Ledger as _, Limit, Mark, Mode,
    MoneyTotal, Move, Name, Notes as _, Overdue, Parked, Refused, RetryRecord, Slot, Snapshot,
    SourceId, SourceRecord, Start, Survey as _, Text, Turn,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::aws::Place;
use testkit::contract::{at, event, transfer};
use testkit::memory::MemoryDirectory;

/// Events by what became of them before the upgrade.
pub(crate) const UNTAKEN: &str = "untaken";
pub(crate) const TAKEN: &str = "taken";
pub(crate) const CUT_OFF: &str = "cut off while sending";
pub(crate) const WAITING: &str = "waiting for a third attempt";
pub(crate) const LONG: &str = "long enough to be deflated";
const HELD: &str = "held";
const GATHERED: &str = "in a digest";
const ALONE: &str = "let go by a digest";
const RUNG: &str = "rung for by the sweep";

pub(crate) fn sink() -> DestinationRecord {
    DestinationRecord {
        name: "sink".to_owned(),
        channel: "webhook".to_owned(),
        endpoint: Some(Text::Text("https://example.com/sink".to_owned())),
        retry: Some(RetryRecord {
            waits: Some(["10s", "1m", "10m"].map(str::to_owned).to_vec()),
            ..RetryRecord::default()
        }),
        ..DestinationRecord::default()
    }
}

pub(crate) fn shop() -> SourceRecord {
    SourceRecord {
        provider: "casso".to_owned(),
        name: "shop".to_owned(),
        secrets: vec!["a secret of the shop".to_owned()],
        auth: None,
        client_id: None,
        header: None,
        max_age: Some("7d".to_owned()),
        code_pattern: Some("DH[0-9]+".to_owned()),
        api: None,
        silence: None,
        active: None,
        created: None,
    }
}

pub(crate) fn long() -> Event {
    Event { object: format!("{:?}", "dài ".repeat(200)), ..event(LONG) }
}

fn attempt(n: u32, second: i64) -> Attempt {
    let (started, finished) = (at(second), at(second + 1));
    let (verdict, detail) = ("retry", "lỗi tạm thời".to_owned());
    Attempt { n, started, finished, verdict, status: Some(500), detail, counted: true }
}

/// Everything that a stack has under way, written by this version.
pub(crate) async fn leave_in_flight(place: &Place) {
    leave_events(place).await;
    leave_held(place).await;
    let ledger = place.ledger();
    let (sink, chat) = (Name::parse("sink").unwrap(), Name::parse("chat").unwrap());
    let dead = Mark::Dead("410 Gone".to_owned());
    let probe = Mark::Probe {
        place: "2026-03-01T02:00:02.000000Z casso/shop/held".to_owned(),
        every: SignedDuration::from_mins(15),
    };
    let told = Mark::Told(Mode::Paused { since: at(6), cause: Cause::Dead("410 Gone".to_owned()) });
    for (mark, second) in [(dead, 6), (told, 7), (probe, 1_000)] {
        assert!(ledger.mark(&sink, &mark, at(second)).await.unwrap().changed);
    }
    for mark in [Mark::Pause, Mark::Resume] {
        assert!(ledger.mark(&chat, &mark, at(6)).await.unwrap().changed);
    }
    let limits = [Limit { count: 5, per: Duration::from_secs(1) }];
    for _ in 0..2 {
        let turn = ledger.reserve(&chat, &limits, at(6), SignedDuration::ZERO).await.unwrap();
        assert_eq!(turn, Turn::At(at(6)));
    }
    for owner in [7, 23] {
        let slot = ledger.occupy(&sink, 20, owner, at(6), at(26)).await.unwrap();
        assert!(matches!(slot, Slot::Yours(_)), "{slot:?}");
    }
    assert!(ledger.set_note("hours/casso/shop", None, "2026-03-01T02:00:00Z").await.unwrap());
    let money = MoneyTotal {
        currency: Currency::VND,
        count_in: 2,
        sum_in: "500000".parse().unwrap(),
        count_out: 1,
        sum_out: "0.5".parse().unwrap(),
    };
    let (source, hour) = (event(TAKEN).source, at(0));
    let accounts = vec![AccountTotal {
        account: "88888888".to_owned(),
        bank: None,
        virtual_accounts: Vec::new(),
        money: vec![money.clone()],
    }];
    let money = vec![money];
    let totals = HourTotals { source, hour, logged: 5, events: 4, hooks: 3, money, accounts };
    survey(place).set_totals(&totals).await.unwrap();
}

pub(crate) fn survey(place: &Place) -> DynamoSurvey {
    place.survey(Arc::new(MemoryDirectory::default()))
}

/// Deliveries that stand still: held, in a digest, let go by one, and one that the sweep rang for.
async fn leave_held(place: &Place) {
    let (ledger, sink) = (place.ledger(), Name::parse("sink").unwrap());
    let digest = EventKey::from_stored("tingting/digest/0000000000000001");
    let gather = Move::Gather { into: digest.clone(), attempts: 0 };
    let scatter = Move::Scatter { from: digest, alone: true };
    let hold = Move::Hold { reason: "the destination is paused".to_owned() };
    for (identity, steps) in [
        (HELD, vec![&hold]),
        (GATHERED, vec![&gather]),
        (ALONE, vec![&gather, &scatter]),
        (RUNG, vec![]),
    ] {
        assert_eq!(ledger.claim(&event(identity)).await.unwrap(), Claim::Fresh);
        let of = event(identity).delivery_to(&sink);
        let pending = Delivery::new(of.clone(), DeliveryState::Pending, at(2));
        assert_eq!(ledger.enlist(&[pending]).await.unwrap(), [Enlisted::New]);
        ledger.take(&event(identity).key, false).await.unwrap();
        for step in steps {
            assert_eq!(ledger.shift(&of, step, at(5)).await.unwrap(), Finish::Written);
        }
    }
    let rung = Overdue::Delivery(event(RUNG).delivery_to(&sink));
    assert!(survey(place).put_off(&rung, at(400)).await.unwrap());
}

/// Events, and what became of them at the first attempts.
async fn leave_events(place: &Place) {
    let ledger = place.ledger();
    let sink = Name::parse("sink").unwrap();
    for identity in [UNTAKEN, TAKEN, CUT_OFF, WAITING] {
        assert_eq!(ledger.claim(&event(identity)).await.unwrap(), Claim::Fresh);
        if identity == UNTAKEN {
            continue;
        }
        let of = event(identity).delivery_to(&sink);
        let pending = Delivery::new(of.clone(), DeliveryState::Pending, at(2));
        let Start::Go(leased) = pending.start(7, at(2), at(22), false) else {
            panic!("it is free")
        };
        assert_eq!(ledger.enlist(&[leased]).await.unwrap(), [Enlisted::New]);
        ledger.take(&event(identity).key, false).await.unwrap();
        if identity == TAKEN {
            let good = Attempt { verdict: "delivered", counted: false, ..attempt(1, 2) };
            let finished = ledger.finish(&of, 7, &good, &DeliveryState::Delivered).await.unwrap();
            assert_eq!(finished, Finish::Written);
        }
        if identity == WAITING {
            let wait = |second| DeliveryState::Waiting { due: at(second) };
            let first = ledger.finish(&of, 7, &attempt(1, 2), &wait(13)).await.unwrap();
            assert_eq!(first, Finish::Written);
            let Start::Go(_) = ledger.start(&of, 8, at(13), at(33), false).await.unwrap() else {
                panic!("it is due")
            };
            let second = ledger.finish(&of, 8, &attempt(2, 13), &wait(74)).await.unwrap();
            assert_eq!(second, Finish::Written);
        }
    }
    assert_eq!(ledger.claim(&long()).await.unwrap(), Claim::Fresh);
    let conflict = ledger.claim(&transfer(TAKEN, "1")).await.unwrap();
    assert_eq!(conflict, Claim::Conflict { first: true });
    let source = SourceId::parse("casso/shop").unwrap();
    let (bytes, reason) = (b"\xFF".as_slice().into(), "not JSON".to_owned());
    ledger.park(&source, &Parked { bytes, reason }, "{}", at(3)).await.unwrap();
    let (reason, summary) = ("no secure-token".to_owned(), "POST with 2 bytes".to_owned());
    ledger.refuse(&Refused { source, at: at(4), reason, summary }).await.unwrap();
    let snapshot =
        Snapshot { object: "abaha/shop/order/1".to_owned(), modified: at(5), received: at(5) };
    assert!(!ledger.observe(&snapshot).await.unwrap());
    ledger.set_moved(&sink, "-1", "-1001").await.unwrap();
}

pub(crate) fn envelopes() -> Value {
    let of = |identity| event(identity).delivery_to(&Name::parse("sink").unwrap());
    let large = Event { object: format!("{:?}", "x".repeat(250 * 1024)), ..event(UNTAKEN) };
    json!({
        "event": Envelope::for_event(&event(UNTAKEN)).unwrap(),
        "event by key": Envelope::for_event(&large).unwrap(),
        "delivery cut off": Envelope::for_delivery(&of(CUT_OFF)).unwrap(),
        "delivery waiting": Envelope::for_delivery(&of(WAITING)).unwrap(),
    })
}
