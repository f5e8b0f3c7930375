//! What SePay answers about its webhooks. Strangers may have written names and URLs: they are cleaned. Keys
//! are secrets, whole or masked. Members that are not known here are left out: one of them might be a key.

use domain::{Answer, Secret};
use jiff::Timestamp;
use serde_json::Value;

use super::LIMIT;
use crate::denied::{self, Denied};
use crate::webhooks::{flag, secret, text, whole};

/// A webhook as SePay tells it, under SePay's names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are SePay's")]
pub struct Webhook {
    pub id: u64,
    pub bank_account_id: Option<u64>,
    pub name: Option<String>,
    pub event_type: Option<String>,
    pub authen_type: Option<String>,
    pub webhook_url: Option<String>,
    pub is_verify_payment: Option<bool>,
    pub skip_if_no_code: Option<bool>,
    pub active: Option<bool>,
    /// `retry_conditions.non_2xx_status_code`.
    pub retry_non_2xx: Option<bool>,
    pub only_va: Option<bool>,
    pub bank_sub_account_ids: Vec<u64>,
    pub created_at: Option<String>,
    pub request_content_type: Option<String>,
    pub api_key: Option<Secret>,
    pub secret_key: Option<Secret>,
    pub oauth2_access_token_url: Option<String>,
    pub oauth2_client_id: Option<String>,
    pub oauth2_client_secret: Option<Secret>,
}

/// A page of webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What is on it.
    pub webhooks: Vec<Webhook>,
    /// Whether another follows.
    pub more: bool,
}

/// The webhooks of the page that was asked for.
pub fn listed(answer: &Answer, page: u32, now: Timestamp) -> Result<Page, Denied> {
    let root = success(answer, now)?;
    let odd = |why| Denied::Stranger(answer.status.as_u16(), why);
    let items = root["data"].as_array().ok_or_else(|| odd("a success without a list"))?;
    let webhooks: Option<Vec<Webhook>> = items.iter().map(webhook).collect();
    let webhooks = webhooks.ok_or_else(|| odd("a webhook without an id"))?;
    let pagination = &root["meta"]["pagination"];
    if whole(&pagination["current_page"]).is_some_and(|current| current != u64::from(page)) {
        return Err(odd("another page than was asked for"));
    }
    // Without a word of it a full page has a successor, as everywhere in this API.
    let more = match whole(&pagination["last_page"]) {
        Some(last) => u64::from(page) < last,
        None => webhooks.len() >= LIMIT,
    };
    Ok(Page { more: more && !webhooks.is_empty(), webhooks })
}

/// The webhook in an answer.
pub fn shown(answer: &Answer, now: Timestamp) -> Result<Webhook, Denied> {
    let root = success(answer, now)?;
    let lacking = Denied::Stranger(answer.status.as_u16(), "a success without a webhook");
    webhook(&root["data"]).ok_or(lacking)
}

/// The id of the webhook that was made.
pub fn created(answer: &Answer, now: Timestamp) -> Result<u64, Denied> {
    let root = success(answer, now)?;
    let lacking = Denied::Stranger(answer.status.as_u16(), "a success without a webhook's id");
    whole(&root["data"]["id"]).or_else(|| whole(&root["id"])).ok_or(lacking)
}

/// Whether it was done, where nothing is to be read.
pub fn done(answer: &Answer, now: Timestamp) -> Result<(), Denied> {
    success(answer, now).map(|_| ())
}

/// What was not refused, neither by the status nor by the word in the body.
fn success(answer: &Answer, now: Timestamp) -> Result<Value, Denied> {
    let root = denied::root(answer, now)?;
    match root["status"].as_str() {
        None | Some("success") => Ok(root),
        Some(_) => Err(denied::judge(answer.status.as_u16(), &root, None)),
    }
}

fn webhook(data: &Value) -> Option<Webhook> {
    let retry = &data["retry_conditions"];
    let ids = data["bank_sub_account_ids"].as_array();
    Some(Webhook {
        id: whole(&data["id"])?,
        bank_account_id: whole(&data["bank_account_id"]),
        name: text(&data["name"]),
        event_type: text(&data["event_type"]),
        authen_type: text(&data["authen_type"]),
        webhook_url: text(&data["webhook_url"]),
        is_verify_payment: flag(&data["is_verify_payment"]),
        skip_if_no_code: flag(&data["skip_if_no_code"]),
        active: flag(&data["active"]),
        retry_non_2xx: match retry.as_array() {
            Some(conditions) => Some(conditions.iter().any(|one| one == super::NON_2XX)),
            None => flag(&retry[super::NON_2XX]),
        },
        only_va: flag(&data["only_va"]),
        bank_sub_account_ids: ids.into_iter().flatten().filter_map(whole).collect(),
        created_at: text(&data["created_at"]),
        request_content_type: text(&data["request_content_type"]),
        api_key: secret(&data["api_key"]),
        secret_key: secret(&data["secret_key"]),
        oauth2_access_token_url: text(&data["oauth2_access_token_url"]),
        oauth2_client_id: text(&data["oauth2_client_id"]),
        oauth2_client_secret: secret(&data["oauth2_client_secret"]),
    })
}
