//! Payment notifications (the vendor's IPN): `{transaction, partnerReference, tokenResult}`. From the
//! vendor's page "Payment result". Sent for payments that succeeded, says the page; other states are
//! read all the same. `tokenResult` holds card data: it stays in the object, no fact comes from it.

use std::borrow::Cow;

use domain::{Fact, Kind, Source};

use super::{Said, changed, identity, money};
use crate::json::{Object, Unreadable};

/// Reads a notification.
pub(super) fn read(
    transaction: &Object<'_>,
    object: &Object<'_>,
    source: &Source,
) -> Result<Said, Unreadable> {
    let kind = match transaction.text("status")?.as_deref() {
        Some("success") => Kind::PaymentSucceeded,
        Some("error") => Kind::PaymentFailed,
        Some(_) | None => Kind::Unknown,
    };
    let mut facts = transaction.facts(&[
        (Fact::CounterpartyBank, "bankCode"),
        (Fact::Reference, "reconciliationId"),
        (Fact::Id, "transactionId"),
        (Fact::Status, "status"),
        (Fact::PaymentMethod, "paymentMethod"),
    ]);
    if kind != Kind::PaymentSucceeded {
        facts.set(Fact::Reason, transaction.detail("errorMessage").map(Cow::into_owned));
    }
    let reference = object.object("partnerReference").ok().flatten();
    if let Some(order) = reference.and_then(|r| r.object("order").ok().flatten()) {
        let order = order.facts(&[(Fact::Number, "id"), (Fact::Content, "info")]);
        order.iter().for_each(|(fact, text)| facts.set(fact, text.to_owned()));
    }
    let code = source.find_code(facts.get(Fact::Content).unwrap_or_default());
    facts.set(Fact::Code, code);
    Ok(Said {
        kind,
        identity: identity("", transaction, &["transactionId", "status"]),
        occurred: changed(transaction),
        money: money(transaction)?,
        facts,
        object: object.as_str().to_owned(),
    })
}
