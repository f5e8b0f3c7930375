//! What the tests of this crate record.

use domain::{Clock, Currency, Event, EventKey, Fact, Facts, Kind, Money, Provenance, SourceId};
use jiff::{SignedDuration, Timestamp};

/// So many seconds after a morning in March 2026.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_772_330_400 + seconds)
}

/// A transfer with this identity and amount, received at the first second.
pub(crate) fn transfer(identity: &str, amount: &str) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    Event {
        key: EventKey::new(&source, identity),
        source,
        kind: Kind::TransferIn,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: None,
        received: at(1),
        money: Money::parse(amount, Currency::VND).ok(),
        balance: None,
        facts: Facts::default().with(Fact::Account, "88888888".to_owned()),
        object: r#"{"nội dung":"\u0000"}"#.to_owned(),
    }
}

/// A clock that stands still.
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        at(0)
    }
}
