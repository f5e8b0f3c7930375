//! What the suite claims and delivers.

use domain::{Currency, Event, EventKey, Fact, Facts, Kind, Moment, Money, Provenance, SourceId};
use jiff::{SignedDuration, Timestamp};

/// Seconds after the clock's first morning.
pub fn at(seconds: i64) -> Timestamp {
    let morning = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_772_330_400);
    morning + SignedDuration::from_secs(seconds)
}

/// A transfer of 250.000 đồng with this identity.
pub fn event(identity: &str) -> Event {
    transfer(identity, "250000")
}

/// A transfer of an amount.
pub fn transfer(identity: &str, amount: &str) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    Event {
        key: EventKey::new(&source, identity),
        source,
        kind: Kind::TransferIn,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: Moment::parse("2026-03-01 09:00:00"),
        received: at(1),
        money: Money::parse(amount, Currency::VND).ok(),
        balance: None,
        facts: Facts::default()
            .with(Fact::Account, "88888888".to_owned())
            .with(Fact::Content, "NGUYEN VAN AN chuyển tiền \"đơn\" DH1\u{FFFE}\u{0}".to_owned()),
        object: r#"{"id":1,"nội dung":"\u0000"}"#.to_owned(),
    }
}
