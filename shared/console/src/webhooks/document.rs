//! What the document says of a webhook's fields. Reading them is `form`'s and showing them `view`'s: a
//! test holds these forms against both.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// The `{id}` of a webhook.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "a form for the document alone")]
pub(crate) struct WebhookId {
    /// The webhook.
    id: u64,
}

/// A flag: a boolean, 0 or 1, or either as text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a form for the document alone")]
enum Flag {
    Boolean(bool),
    Number(u8),
}

/// A webhook as it is made or changed: SePay's fields, and ours beside them. For a new one `name`,
/// `bank_account_id`, `event_type`, `webhook_url` and `is_verify_payment` are required, and of a webhook
/// `authen_type` too; a change says only what changes. Null takes a field of ours away.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookForm {
    /// Whether it gets anything.
    active: Option<Flag>,
    /// Of `Api_Key`: sent as `Authorization: Apikey …`.
    api_key: Option<String>,
    /// How we prove ourselves: Api_Key, OAuth2.0, No_Authen, HMAC_SHA256, or our own Header.
    authen_type: Option<String>,
    /// The bank account's number, of `/api/v1/bank-accounts`; 0 is all.
    bank_account_id: Option<u64>,
    /// The numbers of virtual accounts, where `only_va` is 1.
    bank_sub_account_ids: Option<Vec<u64>>,
    /// All, In_only or Out_only: of money. For orders and the rest say `events`, such as `["all"]`.
    event_type: Option<String>,
    /// Of `Header`: the header's name.
    header_name: Option<String>,
    /// Of `Header`: what it says.
    header_value: Option<String>,
    /// Whether a transfer that it took is marked as verified.
    is_verify_payment: Option<Flag>,
    /// What people call it, up to 255 characters.
    name: Option<String>,
    /// Of `OAuth2.0`: where tokens are got.
    oauth2_access_token_url: Option<String>,
    /// Of `OAuth2.0`.
    oauth2_client_id: Option<String>,
    /// Of `OAuth2.0`.
    oauth2_client_secret: Option<String>,
    /// Only transfers on virtual accounts.
    only_va: Option<Flag>,
    /// Json or multipart_form-data.
    request_content_type: Option<String>,
    /// `["non_2xx_status_code"]`, or `[]` to retry only what got no answer; so a new one does where
    /// nothing is said.
    #[schema(value_type = Option<Vec<String>>)]
    retry_conditions: Option<Value>,
    /// Of `HMAC_SHA256`.
    secret_key: Option<String>,
    /// No transfers without a payment code.
    skip_if_no_code: Option<Flag>,
    /// Where it is called; of telegram the chat.
    webhook_url: Option<String>,
    /// Only these accounts, by name.
    accounts: Option<Vec<String>>,
    /// Whether conflicts, gaps, pauses and silence are told here.
    alarms: Option<bool>,
    /// Of telegram: another server than `https://api.telegram.org`.
    api_base: Option<String>,
    /// Of telegram.
    bot_token: Option<String>,
    /// webhook, slack, telegram, lark or preview.
    channel: Option<String>,
    /// How many calls may be under way at once.
    concurrency: Option<u32>,
    /// Kinds, or the senders' words, more finely than `event_type`.
    events: Option<Vec<String>>,
    /// Further headers.
    headers: Option<BTreeMap<String, String>>,
    /// Whether notifications show the balance.
    include_balance: Option<bool>,
    /// vi or en.
    language: Option<String>,
    /// POST or GET.
    method: Option<String>,
    /// Transfers of at least this much.
    #[schema(value_type = Option<f64>)]
    min_amount: Option<Value>,
    /// When to attempt again: `{"ladder": "casso"}`, `{"every": "5m", "times": 3}`, `{"waits": ["10s"]}`.
    #[schema(value_type = Option<Object>)]
    retry: Option<Value>,
    /// Of lark: signs, where the bot asks for it.
    secret: Option<String>,
    /// Of a webhook: Standard Webhooks secrets, one or, while they rotate, two.
    signing_secrets: Option<Vec<String>>,
    /// Only these sources: `casso/shop`.
    sources: Option<Vec<String>>,
    /// Of chats: a summary of each 24 hours to this whole hour of Vietnam's day, `21:00`; `00:00` is the
    /// calendar day.
    summary: Option<String>,
    /// Of telegram: the topic of a group.
    thread: Option<i64>,
    /// How long one attempt may take: `10s`.
    timeout: Option<String>,
    /// A title for money in, of chats.
    title_in: Option<String>,
    /// A title for money out, of chats.
    title_out: Option<String>,
    /// Only these virtual accounts, by name.
    virtual_accounts: Option<Vec<String>>,
}

/// A webhook as it is shown: what was said of it, secrets masked, and what it was given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookShown {
    /// Its number.
    id: u64,
    /// What people call it.
    name: String,
    /// Where it is called, masked where that alone is as good as a password.
    webhook_url: String,
    /// The destination's name, as in files and logs.
    destination: String,
    /// `file`: read-only here. `operator`: made here.
    origin: String,
    /// webhook, slack, telegram, lark or preview.
    channel: String,
    /// Whether it gets anything.
    active: bool,
    /// In Vietnam's time; null where a file made it.
    created_at: Option<String>,
}

/// A page of webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookPage {
    /// `success`.
    status: String,
    /// Newest first.
    data: Vec<WebhookShown>,
    meta: PageMeta,
}

#[derive(Debug, Serialize, ToSchema)]
struct PageMeta {
    pagination: Pagination,
}

/// Where a page is among the others.
#[derive(Debug, Serialize, ToSchema)]
struct Pagination {
    /// Webhooks on all pages.
    total: u64,
    per_page: u64,
    current_page: u64,
    last_page: u64,
}

/// A webhook was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookCreated {
    /// `success`.
    status: String,
    /// What was done, in words.
    message: String,
    /// Its number.
    id: u64,
    data: Numbered,
}

#[derive(Debug, Serialize, ToSchema)]
struct Numbered {
    /// Its number.
    id: u64,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use utoipa::PartialSchema as _;

    use super::*;
    use crate::webhooks::form;

    #[test]
    fn the_document_has_the_fields_that_are_read() {
        let schema = serde_json::to_value(WebhookForm::schema()).unwrap();
        let documented: BTreeSet<&str> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let read = [form::SEPAY, form::OWN].concat().into_iter().collect();
        assert_eq!(documented, read);
    }
}
