//! What a proven call says: one bank transaction, its direction in `transferType`.

use domain::{Event, Fact, Hook, Kind, Moment, Money, Provenance, Source};
use rust_decimal::Decimal;

use super::body;
use crate::json::{Object, Unreadable};
use crate::transaction::Number;

/// Facts and the members they come from; where a fact has two, the first that says something.
const FACTS: &[(Fact, &str)] = &[
    (Fact::Account, "accountNumber"),
    (Fact::VirtualAccount, "subAccount"),
    (Fact::Bank, "gateway"),
    (Fact::Code, "code"),
    (Fact::Content, "content"),
    (Fact::Content, "description"),
    (Fact::Reference, "referenceCode"),
];

/// Reads a proven body.
pub(super) fn read(hook: &Hook<'_>, source: &Source) -> Result<Event, Unreadable> {
    let json = body::json(hook)?;
    let object = Object::parse(&json)?;
    let number = Number::read(&object)?;
    let kind = kind(&object)?;
    let money = amount(&object)?;
    let mut facts = object.facts(FACTS);
    if facts.get(Fact::Code).is_none() {
        facts.set(Fact::Code, facts.get(Fact::Content).and_then(|memo| source.find_code(memo)));
    }
    Ok(Event {
        key: number.key(source, hook, 0),
        source: source.id.clone(),
        kind,
        test: number.is_test(),
        late: false,
        provenance: Provenance::Hook,
        occurred: occurred(&object),
        received: hook.received,
        money: Some(money),
        balance: balance(&object),
        facts: facts.with(Fact::Id, number.into_text()),
        object: object.as_str().to_owned(),
    })
}

fn kind(object: &Object<'_>) -> Result<Kind, Unreadable> {
    let word = object.text("transferType")?.unwrap_or_default();
    if word.eq_ignore_ascii_case("in") {
        Ok(Kind::TransferIn)
    } else if word.eq_ignore_ascii_case("out") {
        Ok(Kind::TransferOut)
    } else {
        Err(Unreadable("transferType is neither in nor out".into()))
    }
}

/// The amount has no sign: the direction is said elsewhere, so a negative one says two things.
fn amount(object: &Object<'_>) -> Result<Money, Unreadable> {
    let money = object.money("transferAmount")?;
    let money = money.ok_or_else(|| Unreadable("transferAmount is missing".into()))?;
    if money.amount > Decimal::ZERO {
        Ok(money)
    } else {
        Err(Unreadable("transferAmount is not more than 0".into()))
    }
}

/// The balance after. Zero is what SePay writes when the bank does not tell it; an unreadable one is
/// no reason to hold back a payment.
fn balance(object: &Object<'_>) -> Option<Decimal> {
    let money = object.money("accumulated").ok().flatten()?;
    (!money.amount.is_zero()).then_some(money.amount)
}

fn occurred(object: &Object<'_>) -> Option<Moment> {
    Moment::parse(&object.text("transactionDate").ok().flatten()?)
}
