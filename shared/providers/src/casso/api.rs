//! Casso's own API, `https://oauth.casso.vn/v2` (developer.casso.vn, casso-api): the transactions of
//! the last days page by page, oldest first, and the request to look at a bank account anew.
//!
//! An API key in `Authorization: Apikey …`; every answer is `{error, message, data}`, an error also
//! with status 200. Casso documents no rate limit: once a second and once in half an hour is our own
//! restraint. Rows spell some members unlike the hooks (`bankSubAccId`, `when` with a `T`). Not
//! here: the webhooks that this API can also make; they are in `webhooks`.

use std::time::Duration;

use bytes::Bytes;
use domain::{
    Answer, Api, Ask, Blame, Credentials, NextPage, Page, Provenance, ProviderApi, Secret, Setback,
};
use http::{Method, Request};
use jiff::Timestamp;
use serde_json::value::RawValue;

use super::hook;
use crate::json::{self, Object, Unreadable};
use crate::listing::{self, Round};
use crate::transaction::Number;

pub(super) const OWN: &str = "https://oauth.casso.vn";
const PAGE_SIZE: &str = "100";

/// The API.
#[derive(Debug)]
pub(super) struct CassoApi;

impl ProviderApi for CassoApi {
    fn check(&self, api: &Api) -> Result<(), String> {
        match api.credentials {
            Credentials::Key(_) => Ok(()),
            Credentials::Token(_) | Credentials::OAuth2 { .. } => {
                Err("casso takes an API key; write api = { key = \"…\" }".to_owned())
            }
        }
    }

    fn every(&self, _: &Api) -> Duration {
        Duration::from_secs(30 * 60)
    }

    fn pause(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn errands(&self, api: &Api) -> Vec<Request<Bytes>> {
        let sync = |account: &String| {
            let body = serde_json::json!({ "bank_acc_id": account }).to_string();
            let url = listing::url(api, OWN, "/v2/sync", &[]);
            listing::request(Method::POST, &url, ("Apikey", key(api).ok()?), Some(body)).ok()
        };
        api.accounts.iter().filter_map(sync).collect()
    }

    fn ran(&self, answer: &Answer, now: Timestamp) -> Result<(), Setback> {
        outline(answer, now).map(|_| ())
    }

    fn request(&self, ask: &Ask<'_>) -> Result<Request<Bytes>, Setback> {
        let round = Round::of(ask);
        let (from, page) = (round.from.to_string(), round.page.to_string());
        let until = round.until().map(|day| day.to_string());
        let mut query =
            vec![("fromDate", &*from), ("page", &*page), ("pageSize", PAGE_SIZE), ("sort", "ASC")];
        query.extend(until.as_deref().map(|day| ("toDate", day)));
        let url = listing::url(ask.api, OWN, "/v2/transactions", &query);
        listing::request(Method::GET, &url, ("Apikey", key(ask.api)?), None)
    }

    fn read(&self, ask: &Ask<'_>, answer: &Answer) -> Result<Page, Setback> {
        let root = outline(answer, ask.now)?;
        let lacking = |what: &str| listing::nonsense(Unreadable(format!("there is no {what}")));
        let data = root.raw("data").map(RawValue::get).ok_or_else(|| lacking("data"))?;
        let data = Object::outline(data).map_err(listing::nonsense)?;
        let records = data.raw("records").and_then(|raw| json::elements(raw.get()));
        let records = records.ok_or_else(|| lacking("list of records"))?;
        let next = next(Round::of(ask), &data, records.is_empty());
        let page = listing::rows(records, ask, |row| {
            let number = Number::read(row)?;
            let key = number.listed_key(ask)?;
            hook::event(row, number, key, ask.source, (ask.now, Provenance::Reconciled))
        });
        Ok(Page { next, ..page })
    }
}

fn key(api: &Api) -> Result<&Secret, Setback> {
    match &api.credentials {
        Credentials::Key(key) => Ok(key),
        Credentials::Token(_) | Credentials::OAuth2 { .. } => {
            Err(Setback::new(Blame::Operator, "casso takes an API key"))
        }
    }
}

/// The answer's members, if it is a success: `error` says so, whatever the status was.
fn outline(answer: &Answer, now: Timestamp) -> Result<Object<'_>, Setback> {
    let text = listing::text(answer, now)?;
    let root = Object::outline(text).map_err(listing::nonsense)?;
    let code = root.text("error").map_err(listing::nonsense)?;
    match code.as_deref() {
        Some("0") | None => Ok(root),
        Some(code) => {
            let code: u16 = code.parse().unwrap_or(500);
            let status = http::StatusCode::from_u16(code).ok().filter(|s| !s.is_success());
            let status = status.unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
            let after = listing::retry_after(answer, now);
            let unnamed = || Setback::new(Blame::Provider, "Casso's API answered an error");
            Err(Setback::of_status(status, after).unwrap_or_else(unnamed))
        }
    }
}

/// How a page says that it goes on. It is believed only where it leads forward.
fn next(round: Round, data: &Object<'_>, empty: bool) -> NextPage {
    let said = |name| listing::count(data, name).filter(|n| *n > 0);
    if let Some(page) = said("page")
        && page != round.page
    {
        return NextPage::Lost(format!("page {} was asked for, and {page} came", round.page));
    }
    if empty || said("totalPages").is_some_and(|last| round.page >= last) {
        return round.done();
    }
    match said("nextPage") {
        None => round.done(),
        Some(next) if next == round.page + 1 => round.more(),
        Some(next) if next == round.page => round.done(),
        Some(next) => NextPage::Lost(format!("page {} is followed by page {next}", round.page)),
    }
}
