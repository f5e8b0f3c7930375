//! SePay's own API (my.sepay.vn), in the two generations whose rows have the numbers of the hooks:
//! the user API with a token (`list`), and API v1 with OAuth2 (`oauth2`). User API v2 counts by UUIDs
//! that no hook has, and is not asked.
//!
//! Rows of both are alike: the amount split into `amount_in` and `amount_out`, as texts with two
//! decimals in the one and as floats in the other. Sources: docs.sepay.vn, "User API";
//! developer.sepay.vn, sepay-oauth2. Not here: the webhooks that API v1 can also make;
//! they are in `webhooks`.

use std::time::Duration;

use bytes::Bytes;
use domain::{
    Answer, Api, Ask, Blame, Credentials, Event, Fact, Issued, Kind, Moment, Money, Page,
    Provenance, ProviderApi, Secret, Setback,
};
use http::Request;
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{list, oauth2};
use crate::json::{Object, Unreadable};
use crate::transaction::Number;

pub(super) const OWN: &str = "https://my.sepay.vn";

/// Facts and the members they come from.
const FACTS: &[(Fact, &str)] = &[
    (Fact::Account, "account_number"),
    (Fact::VirtualAccount, "sub_account"),
    (Fact::Bank, "bank_brand_name"),
    (Fact::Code, "code"),
    (Fact::Content, "transaction_content"),
    (Fact::Reference, "reference_number"),
];

/// The API, in the generation that the credentials are for.
#[derive(Debug)]
pub(super) struct SepayApi;

impl ProviderApi for SepayApi {
    fn check(&self, api: &Api) -> Result<(), String> {
        if !api.accounts.is_empty() {
            return Err("accounts: only for casso; remove it".to_owned());
        }
        match api.credentials {
            Credentials::Token(_) | Credentials::OAuth2 { .. } => Ok(()),
            Credentials::Key(_) => {
                Err("sepay takes an API token or OAuth2; write api = { token = \
                                        \"…\" }, or client_id, client_secret and refresh_token"
                    .to_owned())
            }
        }
    }

    fn every(&self, _: &Api) -> Duration {
        Duration::from_secs(15 * 60)
    }

    /// Three requests a second are allowed; a banner there says two.
    fn pause(&self) -> Duration {
        Duration::from_millis(500)
    }

    fn grant(&self, api: &Api, refresh: &Secret) -> Option<Request<Bytes>> {
        oauth2::grant(api, refresh)
    }

    fn issued(&self, answer: &Answer, now: Timestamp) -> Result<Issued, Setback> {
        oauth2::issued(answer, now)
    }

    fn request(&self, ask: &Ask<'_>) -> Result<Request<Bytes>, Setback> {
        match &ask.api.credentials {
            Credentials::Token(token) => list::request(ask, token),
            Credentials::OAuth2 { .. } => oauth2::request(ask),
            Credentials::Key(_) => Err(Setback::new(Blame::Operator, "sepay takes no API key")),
        }
    }

    fn read(&self, ask: &Ask<'_>, answer: &Answer) -> Result<Page, Setback> {
        match &ask.api.credentials {
            Credentials::Token(_) => list::read(ask, answer),
            Credentials::OAuth2 { .. } | Credentials::Key(_) => oauth2::read(ask, answer),
        }
    }
}

/// The event of one row, under the key of its hook.
pub(super) fn row(object: &Object<'_>, ask: &Ask<'_>) -> Result<Event, Unreadable> {
    let number = Number::read(object)?;
    let key = number.listed_key(ask)?;
    let (kind, money) = amount(object)?;
    let mut facts = object.facts(FACTS);
    if facts.get(Fact::Code).is_none() {
        let code = facts.get(Fact::Content).and_then(|memo| ask.source.find_code(memo));
        facts.set(Fact::Code, code);
    }
    let balance = object.money("accumulated").ok().flatten().map(|money| money.amount);
    Ok(Event {
        key,
        source: ask.source.id.clone(),
        kind,
        test: false,
        late: false,
        provenance: Provenance::Reconciled,
        occurred: object.detail("transaction_date").and_then(|text| Moment::parse(&text)),
        received: ask.now,
        money: Some(money),
        balance: balance.filter(|amount| !amount.is_zero()),
        facts: facts.with(Fact::Id, number.into_text()),
        object: object.as_str().to_owned(),
    })
}

/// Exactly one of the two amounts is more than nothing.
fn amount(object: &Object<'_>) -> Result<(Kind, Money), Unreadable> {
    let some = |money: &Money| money.amount > Decimal::ZERO;
    let came = object.unsigned("amount_in")?.filter(some);
    let went = object.unsigned("amount_out")?.filter(some);
    match (came, went) {
        (Some(money), None) => Ok((Kind::TransferIn, money)),
        (None, Some(money)) => Ok((Kind::TransferOut, money)),
        (None, None) => Err(Unreadable("neither amount_in nor amount_out is more than 0".into())),
        (Some(_), Some(_)) => Err(Unreadable("both amount_in and amount_out are given".into())),
    }
}
