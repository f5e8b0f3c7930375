//! What operators ask: stretches of the log, an event's history, what is parked and in conflict.

use bytes::Bytes;
use domain::{
    Attempt, Claim, Delivery, DeliveryState, Event, EventKey, Fact, HourTotals, Name, Parked,
    SourceId, Start, Stretch, Tally, Wanted, hour_of, search,
};

use super::{Case, Fixture, at, event, transfer};

pub(super) const CASES: &[Case] = &[
    ("a stretch is newest first, page by page, of one source, some or all", |f| {
        Box::pin(stretches(f))
    }),
    (
        "a stretch of months and many sources is walked to its end, and nothing is found twice",
        |f| Box::pin(far(f)),
    ),
    ("events are found by how their deliveries stand", |f| Box::pin(states(f))),
    ("an event whose deliveries stand alike is found once", |f| Box::pin(alike(f))),
    ("an event is found by its reference", |f| Box::pin(references(f))),
    ("what no index says is looked for event by event", |f| Box::pin(searched(f))),
    ("a history has every delivery with every attempt", |f| Box::pin(history(f))),
    ("what is in conflict is listed and settled", |f| Box::pin(conflicts(f))),
    ("what is parked is listed and taken out", |f| Box::pin(parked(f))),
];

/// From one second until before another, of these sources.
fn between(from: i64, until: i64, sources: &[&str]) -> Stretch {
    let sources = sources.iter().map(|name| SourceId::parse(name).unwrap()).collect();
    Stretch { sources, ..Stretch::between(at(5 * HOUR), at(from), at(until)) }
}

/// The identities of what a stretch has, read so many at once.
async fn all(f: &Fixture, stretch: &Stretch, most: usize) -> Vec<String> {
    let (mut all, mut after): (Vec<String>, Option<String>) = (Vec::new(), None);
    loop {
        let page = f.log.stretch(stretch, after.as_deref(), most).await.unwrap();
        assert!(page.events.len() <= most, "{} of {most}", page.events.len());
        for (_, stored) in &page.events {
            let kept = f.ledger.stored(&stored.event.key).await.unwrap();
            assert_eq!(kept.as_ref(), Some(stored));
            all.push(identity(&stored.event.key));
        }
        if page.next.is_none() {
            return all;
        }
        after = page.next;
    }
}

fn identity(key: &EventKey) -> String {
    key.as_str().rsplit('/').next().unwrap().to_owned()
}

/// Sources that the directory knows: a ledger may ask it which there are.
pub(super) async fn know(f: &Fixture, names: &[&str]) {
    for name in names {
        let (provider, name) = name.split_once('/').unwrap();
        let text = format!(r#"{{"provider":"{provider}","name":"{name}","secrets":["x"]}}"#);
        let record = serde_json::from_str(&text).unwrap();
        let entry = domain::Entry::source(&record, domain::Origin::Operator).unwrap();
        _ = f.entries.put(&entry, domain::Over::Nothing).await.unwrap();
    }
    for name in ["sales", "other"] {
        let text = format!(r#"{{"name":"{name}","channel":"preview"}}"#);
        let record = serde_json::from_str(&text).unwrap();
        let entry = domain::Entry::destination(&record, domain::Origin::Operator).unwrap();
        _ = f.entries.put(&entry, domain::Over::Nothing).await.unwrap();
    }
}

/// Claims a transfer of a source at a second.
async fn claim(f: &Fixture, source: &str, id: &str, second: i64) -> Event {
    let source = SourceId::parse(source).unwrap();
    let key = EventKey::new(&source, id);
    let event = Event { key, source, received: at(second), ..event(id) };
    assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
    event
}

const HOUR: i64 = 3600;

async fn stretches(f: &Fixture) {
    know(f, &["casso/shop", "casso/shop-2", "sepay/shop"]).await;
    for (source, id, second) in [
        ("casso/shop", "a", 5),
        ("casso/shop", "b", 5 + HOUR),
        ("casso/shop-2", "c", 6 + HOUR),
        ("casso/shop", "d", 7 + HOUR),
        ("sepay/shop", "e", 5 + 3 * HOUR),
        ("casso/shop", "f", 5 + 3 * HOUR),
    ] {
        claim(f, source, id, second).await;
    }
    let day = |sources| between(0, 5 * HOUR, sources);
    for most in [1, 4, 50] {
        let shop = all(f, &day(&["casso/shop"]), most).await;
        assert_eq!(shop, ["f", "d", "b", "a"], "{most} at once");
        let both = all(f, &day(&["casso/shop", "casso/shop-2"]), most).await;
        assert_eq!(both, ["f", "d", "c", "b", "a"], "{most} at once");
        let every = all(f, &day(&[]), most).await;
        assert_eq!(every[2..], ["d", "c", "b", "a"], "{most} at once");
        assert!(every.contains(&"e".to_owned()), "{every:?}");
        assert_eq!(every.len(), 6);
    }
    assert_eq!(all(f, &between(5 + HOUR, 7 + HOUR, &[]), 9).await, ["c", "b"]);
    assert_eq!(all(f, &between(8 + HOUR, 5 + 3 * HOUR, &[]), 9).await, [""; 0]);
    assert_eq!(all(f, &day(&["casso/none"]), 9).await, [""; 0]);
}

async fn far(f: &Fixture) {
    const DAY: i64 = 24 * HOUR;
    let names: Vec<String> = (0..24).map(|n| format!("casso/shop-{n}")).collect();
    know(f, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let now = 80 * DAY + HOUR / 2;
    // Within the hour that 31 days before begin in, and long before.
    for (id, second) in
        [("new", now - 300), ("edge", now - 31 * DAY - 1200), ("old", now - 60 * DAY)]
    {
        let event = claim(f, "casso/shop-0", id, second).await;
        let hour = hour_of(event.received);
        let totals = HourTotals { logged: 1, ..Tally::default().into_hour(&event.source, hour) };
        f.survey.set_totals(&totals).await.unwrap();
    }
    // Asked when all hours have been added up.
    let stretch = |from, name: &str| Stretch {
        sources: vec![SourceId::parse(name).unwrap()],
        ..Stretch::between(at(now + 3 * DAY), at(from), at(now))
    };
    for most in [1, 50] {
        let found = all(f, &stretch(0, "casso/shop-0"), most).await;
        assert_eq!(found, ["new", "edge", "old"], "{most}");
    }
    // More sources than hours may be looked into for one answer: each has something in the hour before.
    for (n, name) in (0..).zip(&names) {
        claim(f, name, &format!("of-{n}"), now - HOUR - n).await;
    }
    let each = Stretch::between(at(now), at(now - HOUR - 1700), at(now));
    let found = all(f, &each, 50).await;
    assert_eq!((found.len(), found[0].as_str(), found[24].as_str()), (25, "new", "of-23"));
    // Our own, whose hours nobody adds up.
    claim(f, "tingting/summary", "told", now - 60 * HOUR).await;
    let own =
        Stretch { until: at(now - 59 * HOUR), ..stretch(now - 61 * HOUR, "tingting/summary") };
    assert_eq!(all(f, &own, 9).await, ["told"]);
}

async fn alike(f: &Fixture) {
    know(f, &["casso/shop"]).await;
    let failed = || DeliveryState::Failed("why".to_owned());
    for (id, second) in [("1", 10), ("2", 20), ("3", 30)] {
        let event = claim(f, "casso/shop", id, second).await;
        enlist(f, &event, "sales", failed()).await;
        // Sent there by an operator, later.
        let of = event.delivery_to(&Name::parse("other").unwrap());
        let late = Delivery::new(of, failed(), at(100 - second));
        _ = f.ledger.enlist(&[late]).await.unwrap();
    }
    for most in [1, 2, 50] {
        let asked = Stretch { state: Some("failed"), ..between(0, HOUR, &[]) };
        let mut found = all(f, &asked, most).await;
        found.sort();
        assert_eq!(found, ["1", "2", "3"], "{most}");
        let to = Some(Name::parse("sales").unwrap());
        let found = all(f, &Stretch { destination: to, ..asked }, most).await;
        assert_eq!(found, ["3", "2", "1"], "{most}");
    }
}

async fn enlist(f: &Fixture, event: &Event, name: &str, state: DeliveryState) -> Delivery {
    let of = event.delivery_to(&Name::parse(name).unwrap());
    let delivery = Delivery::new(of, state, event.received);
    _ = f.ledger.enlist(std::slice::from_ref(&delivery)).await.unwrap();
    delivery
}

async fn states(f: &Fixture) {
    know(f, &["casso/shop", "casso/shop-2"]).await;
    let why = || "why".to_owned();
    let lease = DeliveryState::Sending { owner: 7, until: at(500) };
    let digest = EventKey::from_stored("tingting/digest/1");
    for (n, (id, state)) in (10..).zip([
        ("pending", DeliveryState::Pending),
        ("sending", lease),
        ("waiting", DeliveryState::Waiting { due: at(900) }),
        ("gathered", DeliveryState::Gathered { into: digest, since: at(1) }),
        ("held", DeliveryState::Held(why())),
        ("delivered", DeliveryState::Delivered),
        ("failed", DeliveryState::Failed(why())),
        ("cancelled", DeliveryState::Cancelled(why())),
    ]) {
        let event = claim(f, "casso/shop", id, n).await;
        enlist(f, &event, "sales", state.clone()).await;
        enlist(f, &event, "other", state).await;
    }
    let mixed = claim(f, "casso/shop-2", "mixed", 30).await;
    enlist(f, &mixed, "sales", DeliveryState::Delivered).await;
    enlist(f, &mixed, "other", DeliveryState::Failed(why())).await;
    let none = claim(f, "casso/shop", "none", 40).await;
    f.ledger.take(&none.key, false).await.unwrap();

    let asked = |state, name: Option<&str>, sources| Stretch {
        state,
        destination: name.map(|name| Name::parse(name).unwrap()),
        ..between(0, HOUR, sources)
    };
    for most in [1, 3, 50] {
        for word in DeliveryState::WORDS {
            let mut expected = vec![word.to_owned()];
            if ["delivered", "failed"].contains(&word) {
                expected.insert(0, "mixed".to_owned());
            }
            assert_eq!(
                all(f, &asked(Some(word), None, &[]), most).await,
                expected,
                "{word} {most}"
            );
            let shop = asked(Some(word), None, &["casso/shop"]);
            assert_eq!(all(f, &shop, most).await, [word], "{word} {most}");
        }
        let failed = all(f, &asked(Some("failed"), Some("sales"), &[]), most).await;
        assert_eq!(failed, ["failed"], "{most}");
        let failed = all(f, &asked(Some("failed"), Some("other"), &[]), most).await;
        assert_eq!(failed, ["mixed", "failed"], "{most}");
        let to_sales = all(f, &asked(None, Some("sales"), &[]), most).await;
        assert_eq!(to_sales.len(), 9, "{to_sales:?}");
        assert_eq!(to_sales[0], "mixed");
        assert_eq!(all(f, &asked(Some("held"), Some("none"), &[]), most).await, [""; 0]);
    }
    let old = Stretch { until: at(16), ..asked(Some("failed"), None, &[]) };
    assert_eq!(all(f, &old, 9).await, [""; 0]);
}

async fn references(f: &Fixture) {
    know(f, &["casso/shop"]).await;
    for (id, reference) in [("a", "FT1"), ("b", "FT2"), ("c", "FT1")] {
        let event = event(id);
        let facts = event.facts.clone().with(Fact::Reference, reference.to_owned());
        assert_eq!(f.ledger.claim(&Event { facts, ..event }).await.unwrap(), Claim::Fresh);
    }
    let of = |reference: &str, from| Stretch {
        reference: Some(reference.to_owned()),
        ..between(from, HOUR, &[])
    };
    for most in [1, 9] {
        let mut found = all(f, &of("FT1", 0), most).await;
        found.sort();
        assert_eq!(found, ["a", "c"], "{most}");
        assert_eq!(all(f, &of("FT2", 0), most).await, ["b"], "{most}");
    }
    assert_eq!(all(f, &of("FT", 0), 9).await, [""; 0]);
    assert_eq!(all(f, &of("FT1", 2), 9).await, [""; 0]);
}

async fn searched(f: &Fixture) {
    know(f, &["casso/shop"]).await;
    for n in 0..6 {
        let id = n.to_string();
        let paid = Event { received: at(n), ..transfer(&id, &format!("{}000", n + 1)) };
        let memo = if n % 2 == 0 { "Đơn hàng NGUYỄN" } else { "khác" };
        let facts = paid.facts.clone().with(Fact::Content, memo.to_owned());
        assert_eq!(f.ledger.claim(&Event { facts, ..paid }).await.unwrap(), Claim::Fresh);
    }
    let whole = Wanted::all(between(0, HOUR, &[]));
    let found = async |wanted: &Wanted, most| {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let found = search(&*f.log, wanted, after.as_deref(), most).await.unwrap();
            assert!(found.events.len() <= most);
            all.extend(found.events.iter().map(|(_, stored)| identity(&stored.event.key)));
            if found.next.is_none() {
                return all;
            }
            after = found.next;
        }
    };
    for most in [1, 2, 9] {
        let named = whole.clone().with_words("nguyen  DON");
        assert_eq!(found(&named, most).await, ["4", "2", "0"], "{most}");
        let dear = Wanted { least: "3000".parse().ok(), ..named.clone() };
        assert_eq!(found(&dear, most).await, ["4", "2"], "{most}");
        let cheap = Wanted { most: "4000".parse().ok(), ..whole.clone() };
        assert_eq!(found(&cheap, most).await, ["3", "2", "1", "0"], "{most}");
        assert_eq!(found(&whole.clone().with_words("không có"), most).await, [""; 0]);
    }
    let elsewhere = Wanted { account: Some("1".to_owned()), ..whole.clone() };
    assert_eq!(found(&elsewhere, 9).await, [""; 0]);
    let here = Wanted { account: Some("88888888".to_owned()), ..whole };
    assert_eq!(found(&here, 9).await.len(), 6);
}

async fn history(f: &Fixture) {
    let event = event("1");
    assert_eq!(f.log.history(&event.key).await.unwrap(), None);
    assert_eq!(f.ledger.claim(&event).await.unwrap(), Claim::Fresh);
    let sales = enlist(f, &event, "sales", DeliveryState::Pending).await;
    let other = enlist(f, &event, "other", DeliveryState::Held("why".to_owned())).await;
    let mut attempts = Vec::new();
    for n in 1..=2 {
        let begin = at(i64::from(n) * 100);
        let start = f.ledger.start(&sales.of, 7, begin, at(1000), false).await.unwrap();
        assert!(matches!(start, Start::Go(_)), "{start:?}");
        let attempt = Attempt {
            n,
            started: begin,
            finished: begin,
            verdict: "retry",
            status: Some(503),
            detail: "bận".to_owned(),
            counted: true,
        };
        let next = DeliveryState::Waiting { due: begin };
        _ = f.ledger.finish(&sales.of, 7, &attempt, &next).await.unwrap();
        attempts.push(attempt);
    }
    let second = transfer("1", "7");
    assert_eq!(f.ledger.claim(&second).await.unwrap(), Claim::Conflict { first: true });
    let history = f.log.history(&event.key).await.unwrap().unwrap();
    assert_eq!(history.stored.event, event);
    assert!(!history.stored.taken);
    let sales = f.ledger.delivery(&sales.of).await.unwrap().unwrap();
    assert_eq!(sales.1, attempts);
    assert_eq!(history.deliveries, [(other, vec![]), sales]);
    assert_eq!(history.conflicts, [second]);
}

async fn conflicts(f: &Fixture) {
    let (shop, other) =
        (SourceId::parse("casso/shop").unwrap(), SourceId::parse("casso/2").unwrap());
    assert_eq!(f.log.conflicts(&shop, 9).await.unwrap(), []);
    assert_eq!(f.ledger.claim(&event("1")).await.unwrap(), Claim::Fresh);
    let mut kept = Vec::new();
    for (amount, second) in [("7", 20), ("8", 40), ("9", 30)] {
        let second = Event { received: at(second), ..transfer("1", amount) };
        assert_eq!(f.ledger.claim(&second).await.unwrap(), Claim::Conflict { first: true });
        kept.push(second);
    }
    let [seven, eight, nine] = <[Event; 3]>::try_from(kept).unwrap();
    let listed = async |source, most| f.log.conflicts(source, most).await.unwrap();
    assert_eq!(listed(&shop, 9).await, [eight.clone(), nine.clone(), seven.clone()]);
    assert_eq!(listed(&shop, 2).await, [eight.clone(), nine.clone()]);
    assert_eq!(listed(&other, 9).await, []);
    for there in [true, false] {
        assert_eq!(f.log.settle(&nine.key, &nine.fingerprint()).await.unwrap(), there);
    }
    assert_eq!(listed(&shop, 9).await, [eight, seven]);
    // It comes again, and is known for what it is.
    assert_eq!(f.ledger.claim(&nine).await.unwrap(), Claim::Conflict { first: true });
}

async fn parked(f: &Fixture) {
    let shop = SourceId::parse("casso/shop").unwrap();
    assert_eq!(f.log.parked(&shop, 9).await.unwrap(), []);
    let body = |text: &'static [u8]| Parked {
        bytes: Bytes::from_static(text),
        reason: "no JSON".to_owned(),
    };
    for (text, context, second) in
        [(&b"a\xFF"[..], "x", 10), (&b""[..], "y", 30), (&b"a\xFF"[..], "y", 20)]
    {
        assert!(f.ledger.park(&shop, &body(text), context, at(second)).await.unwrap());
    }
    let listed = f.log.parked(&shop, 9).await.unwrap();
    let told: Vec<_> = listed.iter().map(|c| (&c.parked.bytes[..], &*c.context, c.at)).collect();
    assert_eq!(told, [(&b""[..], "y", at(30)), (b"a\xFF", "y", at(20)), (b"a\xFF", "x", at(10))]);
    assert!(listed.iter().all(|call| call.parked.reason == "no JSON" && call.source == shop));
    assert_eq!(f.log.parked(&shop, 1).await.unwrap(), listed[..1]);
    let other = SourceId::parse("casso/other").unwrap();
    for call in &listed {
        assert_eq!(f.log.parked_call(&shop, &call.id).await.unwrap().as_ref(), Some(call));
        assert_eq!(f.log.parked_call(&other, &call.id).await.unwrap(), None);
    }
    assert!(!f.log.unpark(&other, &listed[1].id).await.unwrap());
    for there in [true, false] {
        assert_eq!(f.log.unpark(&shop, &listed[1].id).await.unwrap(), there);
    }
    assert_eq!(f.log.parked_call(&shop, &listed[1].id).await.unwrap(), None);
    let left = f.log.parked(&shop, 9).await.unwrap();
    assert_eq!(left, [listed[0].clone(), listed[2].clone()]);
}
