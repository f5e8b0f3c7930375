//! A webhook as answers show it: SePay's fields (its own example, providers.md §3), and ours beside
//! them. Secrets are masked, flags are booleans.

use std::cmp::Ordering;

use domain::{AuthRecord, Secret, VIETNAM};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Webhook, auth, form, object};

/// A webhook that is shown.
pub(super) struct Shown(Webhook);

impl Shown {
    pub(super) fn of(found: Webhook) -> Self {
        Self(found)
    }

    /// Its URL, masked where that alone is as good as a password.
    fn url(&self) -> String {
        let url = form::endpoint(&self.0.record);
        match self.0.record.channel.as_str() {
            "webhook" | "telegram" => url,
            _ => auth::masked(&url),
        }
    }

    /// Whether its URL, as it is shown, has this part.
    pub(super) fn url_has(&self, part: &str) -> bool {
        self.url().contains(part)
    }

    /// Whether this is its API key, the whole of it.
    pub(super) fn has_api_key(&self, said: &str) -> bool {
        match &self.0.record.auth {
            Some(AuthRecord::ApiKey { key }) => {
                Secret::parse(key).is_some_and(|key| key.matches(said.as_bytes()))
            }
            Some(
                AuthRecord::None {}
                | AuthRecord::OAuth2 { .. }
                | AuthRecord::Header { .. }
                | AuthRecord::SepayHmac { .. },
            )
            | None => false,
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.0.record.active.unwrap_or(true)
    }

    /// The newest first, then by name; those of a file have no time, and come last.
    pub(super) fn newest_first(&self, other: &Self) -> Ordering {
        let (one, two) = (&self.0.record, &other.0.record);
        two.created.cmp(&one.created).then_with(|| one.name.cmp(&two.name))
    }

    /// The answer.
    pub(super) fn json(&self) -> Map<String, Value> {
        let record = &self.0.record;
        let mut shown = Map::new();
        let mut put = |name: &str, value: Value| _ = shown.insert(name.to_owned(), value);
        put("id", json!(self.0.number().get()));
        put("bank_account_id", json!(record.account_numbers.first().unwrap_or(&0)));
        put("name", json!(record.title.as_ref().unwrap_or(&record.name)));
        put("event_type", json!(event_type(&record.events)));
        put("webhook_url", json!(self.url()));
        put("is_verify_payment", json!(record.verifies.unwrap_or(false)));
        put("skip_if_no_code", json!(record.skip_without_code.unwrap_or(false)));
        let all = record.retry_on.as_ref().is_none_or(|on| on.iter().any(|on| on == "non_2xx"));
        put("retry_conditions", json!({ "non_2xx_status_code": u8::from(all) }));
        put("only_va", json!(record.virtual_only.unwrap_or(false)));
        put("active", json!(self.is_active()));
        put("created_at", json!(record.created.as_deref().and_then(local)));
        let multipart = record.content_type.as_deref().is_some_and(|t| t.starts_with("multipart"));
        let form = if multipart { "multipart_form-data" } else { "Json" };
        put("request_content_type", json!(form));
        put("bank_sub_account_ids", json!(record.virtual_account_numbers));
        put("destination", json!(record.name));
        put("origin", json!(self.0.origin.word()));
        put("channel", json!(record.channel));
        auth::show(record.auth.as_ref(), &mut shown);
        for (key, mut value) in object(record) {
            if form::OWN.contains(&key.as_str()) {
                if form::SECRETS.contains(&key.as_str()) {
                    form::mask(&mut value);
                }
                shown.insert(key, value);
            }
        }
        shown
    }
}

/// SePay's word for what is wanted, where it has one.
pub(super) fn event_type(events: &[String]) -> Option<&'static str> {
    let words: Vec<String> = events.iter().map(|word| word.to_ascii_lowercase()).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["all" | "payment" | "transfer" | "transfer.*"] => Some("All"),
        ["in" | "in_only" | "transfer.in"] => Some("In_only"),
        ["out" | "out_only" | "transfer.out"] => Some("Out_only"),
        _ => None,
    }
}

/// As SePay writes times: in Vietnam's time, without saying so.
fn local(created: &str) -> Option<String> {
    let at: Timestamp = created.parse().ok()?;
    Some(VIETNAM.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string())
}
