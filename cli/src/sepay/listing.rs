//! SePay's webhooks for people and for programs, under SePay's names, keys masked.

use domain::Secret;
use providers::sepay::webhooks::Webhook;
use serde_json::{Value, json};

use crate::table::table;

/// What of a webhook is listed.
const LISTED: [&str; 6] =
    ["id", "active", "event_type", "authen_type", "bank_account_id", "webhook_url"];

/// Webhooks in a table.
pub(super) fn listed(webhooks: &[Webhook]) -> String {
    if webhooks.is_empty() {
        return "none; make one with `tingting sepay webhooks create`\n".to_owned();
    }
    let row = |webhook: &Webhook| {
        let written = written(webhook);
        let [id, active, event, authen, account, url] = LISTED.map(|name| shown(&written[name]));
        [id, active, event, authen, account, url, shown(&written["name"])]
    };
    let [id, active, event, authen, account, url] = LISTED;
    let rows: Vec<_> = webhooks.iter().map(row).collect();
    table([id, active, event, authen, account, url, "name"], &rows)
}

/// One webhook, field by field.
pub(super) fn described(webhook: &Webhook) -> String {
    let written = written(webhook);
    let fields = written.as_object().into_iter().flatten();
    let rows: Vec<_> = fields
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| [name.clone(), shown(value)])
        .collect();
    table(["field", "value"], &rows)
}

/// One webhook as JSON.
pub(super) fn written(webhook: &Webhook) -> Value {
    let masked = |secret: &Option<Secret>| secret.as_ref().map(Secret::masked);
    json!({
        "id": webhook.id,
        "bank_account_id": webhook.bank_account_id,
        "name": webhook.name,
        "event_type": webhook.event_type,
        "authen_type": webhook.authen_type,
        "webhook_url": webhook.webhook_url,
        "is_verify_payment": webhook.is_verify_payment,
        "skip_if_no_code": webhook.skip_if_no_code,
        "active": webhook.active,
        "retry_conditions": webhook.retry_non_2xx.map(|on| json!({ "non_2xx_status_code": on })),
        "only_va": webhook.only_va,
        "bank_sub_account_ids": webhook.bank_sub_account_ids,
        "created_at": webhook.created_at,
        "request_content_type": webhook.request_content_type,
        "api_key": masked(&webhook.api_key),
        "secret_key": masked(&webhook.secret_key),
        "oauth2_access_token_url": webhook.oauth2_access_token_url,
        "oauth2_client_id": webhook.oauth2_client_id,
        "oauth2_client_secret": masked(&webhook.oauth2_client_secret),
    })
}

/// JSON, for programs.
pub(super) fn as_json(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A value in a table.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            other.to_string()
        }
    }
}
