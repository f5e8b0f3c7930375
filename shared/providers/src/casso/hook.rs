//! What a proven call says: one transaction (V2) or an array of them (v1). Field names of both
//! generations, and of Casso's own API, are read wherever they stand; a bad element of an array is
//! parked alone.

use bytes::Bytes;
use domain::{
    Direction, Event, EventKey, Fact, Hook, Kind, Moment, Money, Parked, Provenance, Source,
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use crate::json::{self, Object, Unreadable};
use crate::transaction::Number;

/// Facts and the members they come from; where a fact has two, the first that says something.
const FACTS: &[(Fact, &str)] = &[
    (Fact::Account, "bank_sub_acc_id"),
    (Fact::Account, "subAccId"),
    (Fact::Account, "accountNumber"),
    (Fact::Account, "bankSubAccId"),
    (Fact::VirtualAccount, "virtualAccount"),
    (Fact::VirtualAccount, "virtualAccountNumber"),
    (Fact::Bank, "bankName"),
    (Fact::Bank, "bankAbbreviation"),
    (Fact::Bank, "bankCodeName"),
    (Fact::Counterparty, "corresponsiveName"),
    (Fact::Counterparty, "counterAccountName"),
    (Fact::CounterpartyAccount, "corresponsiveAccount"),
    (Fact::CounterpartyAccount, "counterAccountNumber"),
    (Fact::CounterpartyBank, "corresponsiveBankName"),
    (Fact::CounterpartyBank, "counterAccountBankName"),
    (Fact::CounterpartyBank, "corresponsiveBankId"),
    (Fact::CounterpartyBank, "counterAccountBankId"),
    (Fact::Content, "description"),
    (Fact::Reference, "tid"),
    (Fact::Reference, "reference"),
];

/// Reads a proven body.
pub(super) fn read(hook: &Hook<'_>, source: &Source) -> (Vec<Event>, Vec<Parked>) {
    let park = |bytes: &[u8], why: Unreadable| Parked {
        bytes: Bytes::copy_from_slice(bytes),
        reason: why.0,
    };
    let elements = match elements(hook.body) {
        Ok(elements) => elements,
        Err(why) => return (Vec::new(), vec![park(hook.body, why)]),
    };
    let (mut events, mut parked) = (Vec::with_capacity(elements.len()), Vec::new());
    for (index, element) in elements.into_iter().enumerate() {
        match transaction(element.json, index, hook, source) {
            Ok(event) => events.push(event),
            Err(why) => parked.push(park(element.bytes, why)),
        }
    }
    (events, parked)
}

/// Reads again what was kept of a body: all of it, or one element of its array.
pub(super) fn reread(hook: &Hook<'_>, source: &Source) -> (Vec<Event>, Vec<Parked>) {
    let root = json::utf8(hook.body).and_then(Object::outline);
    let is_element =
        root.is_ok_and(|root| root.raw("data").is_none() && root.raw("error").is_none());
    if !is_element {
        return read(hook, source);
    }
    match json::utf8(hook.body).and_then(|text| transaction(text, 0, hook, source)) {
        Ok(event) => (vec![event], Vec::new()),
        Err(why) => {
            let bytes = Bytes::copy_from_slice(hook.body);
            (Vec::new(), vec![Parked { bytes, reason: why.0 }])
        }
    }
}

/// One transaction, unread, and the bytes to keep if it cannot be read.
struct Element<'a> {
    json: &'a str,
    bytes: &'a [u8],
}

/// The transactions of a body; none for the ping with empty data.
fn elements<'a>(body: &'a [u8]) -> Result<Vec<Element<'a>>, Unreadable> {
    let root = Object::outline(json::utf8(body)?)?;
    if root.text("error")?.is_some_and(|code| code != "0") {
        return Err(Unreadable("error is not 0".into()));
    }
    let Some(data) = root.raw("data").map(RawValue::get) else { return Ok(Vec::new()) };
    if let Some(inside) = data.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let ping = inside.trim_ascii().is_empty();
        return Ok(if ping { Vec::new() } else { vec![Element { json: data, bytes: body }] });
    }
    let array = json::elements(data)
        .ok_or_else(|| Unreadable("data is neither an array nor an object".into()))?;
    let alone = |raw: &'a RawValue| Element { json: raw.get(), bytes: raw.get().as_bytes() };
    Ok(array.into_iter().map(alone).collect())
}

fn transaction(
    element: &str,
    index: usize,
    hook: &Hook<'_>,
    source: &Source,
) -> Result<Event, Unreadable> {
    let object = Object::parse(element)?;
    let number = Number::read(&object)?;
    let key = number.key(source, hook, index);
    event(&object, number, key, source, (hook.received, Provenance::Hook))
}

/// The event of one transaction, under this key; told when and how.
pub(super) fn event(
    object: &Object<'_>,
    number: Number,
    key: EventKey,
    source: &Source,
    (received, provenance): (Timestamp, Provenance),
) -> Result<Event, Unreadable> {
    let (direction, money) = amount(object)?;
    let mut facts = object.facts(FACTS);
    facts.set(Fact::Code, facts.get(Fact::Content).and_then(|memo| source.find_code(memo)));
    let event = Event {
        key,
        source: source.id.clone(),
        kind: match direction {
            Direction::In => Kind::TransferIn,
            Direction::Out => Kind::TransferOut,
        },
        test: number.is_test(),
        late: false,
        provenance,
        occurred: occurred(object),
        received,
        money: Some(money),
        balance: balance(object),
        facts: facts.with(Fact::Id, number.into_text()),
        object: object.as_str().to_owned(),
    };
    Ok(event)
}

/// The sign says the direction.
fn amount(object: &Object<'_>) -> Result<(Direction, Money), Unreadable> {
    let money = object.money("amount")?.ok_or_else(|| Unreadable("amount is missing".into()))?;
    if money.amount.is_zero() {
        return Err(Unreadable("amount is zero".into()));
    }
    let negative = money.amount.is_sign_negative();
    let direction = if negative { Direction::Out } else { Direction::In };
    Ok((direction, Money { amount: money.amount.abs(), ..money }))
}

/// The balance after. Zero is what Casso writes when the bank does not tell it; an unreadable one is
/// no reason to hold back a payment.
fn balance(object: &Object<'_>) -> Option<Decimal> {
    let known = |name| object.money(name).ok().flatten();
    let names = ["cusum_balance", "runningBalance", "cusumBalance"];
    let money = names.into_iter().find_map(known)?;
    (!money.amount.is_zero()).then_some(money.amount)
}

fn occurred(object: &Object<'_>) -> Option<Moment> {
    let text = |name| object.text(name).ok().flatten();
    let names = ["when", "transactionDateTime", "bookingDate"];
    Moment::parse(&names.into_iter().find_map(text)?)
}
