//! The webhooks of SePay's API v1: `/api/v1/webhooks`, opened by an access token (see `login`). Source: the
//! page "API Webhooks", whose names are kept; developer.sepay.vn, sepay-oauth2.
//!
//! Not documented, or told in two ways, and so: numbers and switches are read in any spelling;
//! `retry_conditions` is sent as a list and read as a map; a created id is read from `data.id` or `id`; a
//! change is judged by its status. `HMAC_SHA256` with `secret_key` is not on that page, but in newer accounts
//! of the API: SePay may refuse it.

mod read;

use bytes::Bytes;
use domain::{Secret, Setback};
use http::{Method, Request};
use serde_json::{Map, Value, json};
use url::Url;

use super::api::OWN;
use crate::listing::{address, request};
use crate::webhooks::Door;

pub use read::{Page, Webhook, created, done, listed, shown};

const PATH: &str = "/api/v1/webhooks";
/// Webhooks on a page.
const LIMIT: usize = 100;
/// The one condition that is known.
const NON_2XX: &str = "non_2xx_status_code";

/// How SePay proves itself to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// `Api_Key`.
    ApiKey(Secret),
    /// `HMAC_SHA256`.
    Hmac(Secret),
    /// `OAuth2.0`: SePay fetches a token from us first.
    OAuth2 {
        /// Where from.
        access_token_url: Url,
        /// As whom.
        client_id: String,
        /// With what.
        client_secret: Secret,
    },
    /// `No_Authen`.
    None,
}

/// What a webhook is to say; what is not given is left as it is, or to SePay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are SePay's")]
pub struct Draft {
    pub bank_account_id: Option<u64>,
    pub name: Option<String>,
    /// `All`, `In_only`, `Out_only`.
    pub event_type: Option<&'static str>,
    pub webhook_url: Option<Url>,
    /// `authen_type` and what belongs to it.
    pub proof: Option<Proof>,
    pub is_verify_payment: Option<bool>,
    pub skip_if_no_code: Option<bool>,
    pub active: Option<bool>,
    /// Whether any status but 2xx is retried too.
    pub retry_non_2xx: Option<bool>,
    pub only_va: Option<bool>,
    pub bank_sub_account_ids: Option<Vec<u64>>,
}

/// Which webhooks are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those whose URL has this in it.
    pub webhook_url: Option<String>,
    /// Those that are active, or are not.
    pub active: Option<bool>,
}

/// The request for a page of webhooks, from 1.
pub fn list(door: &Door, wanted: &Wanted, page: u32) -> Result<Request<Bytes>, Setback> {
    let (page, limit) = (page.to_string(), LIMIT.to_string());
    let mut query = vec![("page", &*page), ("limit", &*limit)];
    query.extend(wanted.webhook_url.as_deref().map(|part| ("webhook_url", part)));
    query.extend(wanted.active.map(|active| ("active", if active { "1" } else { "0" })));
    ask(door, Method::GET, PATH, &query, None)
}

/// The request for one webhook.
pub fn show(door: &Door, id: u64) -> Result<Request<Bytes>, Setback> {
    ask(door, Method::GET, &format!("{PATH}/{id}"), &[], None)
}

/// The request that makes one.
pub fn create(door: &Door, draft: &Draft) -> Result<Request<Bytes>, Setback> {
    ask(door, Method::POST, PATH, &[], Some(draft))
}

/// The request that changes one.
pub fn update(door: &Door, id: u64, draft: &Draft) -> Result<Request<Bytes>, Setback> {
    ask(door, Method::PATCH, &format!("{PATH}/{id}"), &[], Some(draft))
}

/// The request that removes one.
pub fn delete(door: &Door, id: u64) -> Result<Request<Bytes>, Setback> {
    ask(door, Method::DELETE, &format!("{PATH}/{id}"), &[], None)
}

fn ask(
    door: &Door,
    method: Method,
    path: &str,
    query: &[(&str, &str)],
    draft: Option<&Draft>,
) -> Result<Request<Bytes>, Setback> {
    let url = address(door.base.as_ref(), OWN, path, query);
    let body = draft.map(|draft| Value::Object(draft.write()).to_string());
    request(method, &url, ("Bearer", &door.credential), body)
}

impl Draft {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.write().is_empty()
    }

    fn write(&self) -> Map<String, Value> {
        let number = |flag: &bool| json!(u8::from(*flag));
        let retry = |on: &bool| if *on { json!([NON_2XX]) } else { json!([]) };
        let said = [
            ("bank_account_id", self.bank_account_id.map(|id| json!(id))),
            ("name", self.name.as_ref().map(|name| json!(name))),
            ("event_type", self.event_type.map(|word| json!(word))),
            ("webhook_url", self.webhook_url.as_ref().map(|url| json!(url.as_str()))),
            ("is_verify_payment", self.is_verify_payment.as_ref().map(number)),
            ("skip_if_no_code", self.skip_if_no_code.as_ref().map(number)),
            ("active", self.active.as_ref().map(number)),
            ("retry_conditions", self.retry_non_2xx.as_ref().map(retry)),
            ("only_va", self.only_va.as_ref().map(number)),
            ("bank_sub_account_ids", self.bank_sub_account_ids.as_ref().map(|ids| json!(ids))),
        ];
        let said = said.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let proof = self.proof.iter().flat_map(Proof::write);
        said.chain(proof).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Proof {
    /// A content type goes with all but OAuth2, which has no choice of it.
    fn write(&self) -> Vec<(&'static str, Value)> {
        let json = ("request_content_type", json!("Json"));
        match self {
            Self::ApiKey(key) => {
                vec![("authen_type", json!("Api_Key")), ("api_key", json!(key.expose())), json]
            }
            Self::Hmac(secret) => {
                let secret = ("secret_key", json!(secret.expose()));
                vec![("authen_type", json!("HMAC_SHA256")), secret, json]
            }
            Self::OAuth2 { access_token_url, client_id, client_secret } => vec![
                ("authen_type", json!("OAuth2.0")),
                ("oauth2_access_token_url", json!(access_token_url.as_str())),
                ("oauth2_client_id", json!(client_id)),
                ("oauth2_client_secret", json!(client_secret.expose())),
            ],
            Self::None => vec![("authen_type", json!("No_Authen")), json],
        }
    }
}

#[cfg(test)]
mod tests;
