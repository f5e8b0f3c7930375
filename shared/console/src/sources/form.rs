//! What is said of a source, as JSON; and whose secret is ours to make.

use domain::{ApiRecord, SourceRecord};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Problem;

/// A source as it is made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceForm)]
pub(crate) struct Form {
    /// abaha, appotapay, casso, sepay or thueapi.
    pub(crate) provider: String,
    /// `[a-z0-9][a-z0-9-]{0,62}`: a part of its URL.
    pub(crate) name: String,
    /// Its secret. Where the provider makes it (thueapi, appotapay, sepay with hmac) it must be said;
    /// else one is made and shown once.
    pub(crate) secret: Option<String>,
    /// Of sepay: api_key, hmac, oauth2 or none.
    pub(crate) auth: Option<String>,
    /// Of sepay with oauth2: the client id that SePay is given.
    pub(crate) client_id: Option<String>,
    /// Of abaha: the header that carries the secret; X-Abaha-Token where nothing is said.
    pub(crate) header: Option<String>,
    /// How old a signed stamp may be: `30d`.
    pub(crate) max_age: Option<String>,
    /// A regular expression that finds the payment code in a memo.
    pub(crate) code_pattern: Option<String>,
    /// When its silence is an alarm: `off`, or `6h`.
    pub(crate) silence: Option<String>,
    /// Credentials of the provider's own API, to be asked for what never came: `{"key": "…"}`.
    #[schema(value_type = Option<Object>)]
    pub(crate) api: Option<ApiRecord>,
}

/// What is changed of a source.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceChange)]
pub(crate) struct Change {
    /// Whether its calls are taken.
    pub(crate) active: Option<bool>,
    /// How old a signed stamp may be: `30d`.
    pub(crate) max_age: Option<String>,
    /// A regular expression that finds the payment code in a memo; empty takes it away.
    pub(crate) code_pattern: Option<String>,
    /// When its silence is an alarm: `off`, or `6h`; empty for its own rhythm.
    pub(crate) silence: Option<String>,
}

/// Which secret is not to be taken any more.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Retirement {
    /// This one, the whole of it; all but the newest where nothing is said. Of ThueAPI one must be said:
    /// each bank account has a token of its own.
    pub(super) secret: Option<String>,
}

/// What is said of a new secret.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rotation {
    /// The new secret, where the provider made it.
    pub(super) secret: Option<String>,
}

impl Form {
    /// The record, without its secret; and the secret that was said.
    pub(super) fn record(self) -> Result<(SourceRecord, Option<String>), Problem> {
        let secret = self.secret.filter(|secret| !secret.trim().is_empty());
        let record = SourceRecord {
            provider: self.provider,
            name: self.name,
            secrets: Vec::new(),
            auth: self.auth,
            client_id: self.client_id,
            header: self.header,
            max_age: self.max_age,
            code_pattern: self.code_pattern,
            api: self.api,
            silence: self.silence,
            active: None,
            created: None,
        };
        let proven = record.auth.as_deref() != Some("none");
        if secret.is_none() && proven && !takes_ours(&record) && is_known(&record.provider) {
            let where_from = "is required: this provider makes it; copy it from its page";
            return Err(Problem::field("secret", where_from));
        }
        Ok((record, secret))
    }
}

impl Change {
    /// A record with what was said.
    pub(super) fn over(self, record: SourceRecord) -> SourceRecord {
        let or = |said: Option<String>, was: Option<String>| match said {
            Some(text) if text.trim().is_empty() => None,
            Some(text) => Some(text),
            None => was,
        };
        let active = self.active.map_or(record.active, |active| (!active).then_some(false));
        SourceRecord {
            active,
            max_age: or(self.max_age, record.max_age),
            code_pattern: or(self.code_pattern, record.code_pattern),
            silence: or(self.silence, record.silence),
            ..record
        }
    }
}

/// Whether the provider takes a secret that we made. ThueAPI and AppotaPay make theirs, and SePay its
/// HMAC keys (providers.md §1, §3, §5).
pub(crate) fn takes_ours(record: &SourceRecord) -> bool {
    match record.provider.as_str() {
        "abaha" | "casso" => true,
        "sepay" => matches!(record.auth.as_deref(), Some("api_key" | "oauth2")),
        _ => false,
    }
}

/// Whether the provider has a secret for each bank account, all good at once (providers.md §1).
pub(crate) fn has_one_each(record: &SourceRecord) -> bool {
    record.provider == "thueapi"
}

fn is_known(provider: &str) -> bool {
    ["abaha", "appotapay", "casso", "sepay", "thueapi"].contains(&provider)
}
