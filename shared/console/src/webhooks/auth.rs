//! `authen_type` and the fields that belong to it (SePay's document *API Webhooks*; `HMAC_SHA256` with
//! `secret_key` as SePay's newer pages have it). What comes back masked and is sent back masked is what
//! it was.

use domain::{AuthRecord, Secret};
use serde_json::{Map, Value};

use super::fields::Reader;

/// The values of `authen_type`; the last is ours.
const TYPES: [&str; 5] = ["No_Authen", "Api_Key", "OAuth2.0", "HMAC_SHA256", "Header"];

/// What proves us.
pub(super) fn read(fields: &mut Reader<'_>, was: Option<&AuthRecord>) -> Option<AuthRecord> {
    let said = fields.word("authen_type", &TYPES);
    if fields.value("authen_type").is_some() && said.is_none() {
        return was.cloned();
    }
    let kind = said.or_else(|| was.map(word))?;
    let old = was.filter(|was| word(was) == kind);
    Some(match kind {
        "Api_Key" => {
            let old = match old {
                Some(AuthRecord::ApiKey { key }) => Some(key.as_str()),
                Some(_) | None => None,
            };
            AuthRecord::ApiKey { key: secret(fields, "api_key", old) }
        }
        "OAuth2.0" => {
            let old = match old {
                Some(AuthRecord::OAuth2 { token_url, client_id, client_secret }) => {
                    Some((token_url.as_str(), client_id.as_str(), client_secret.as_str()))
                }
                Some(_) | None => None,
            };
            AuthRecord::OAuth2 {
                token_url: text(fields, "oauth2_access_token_url", old.map(|old| old.0)),
                client_id: text(fields, "oauth2_client_id", old.map(|old| old.1)),
                client_secret: secret(fields, "oauth2_client_secret", old.map(|old| old.2)),
            }
        }
        "HMAC_SHA256" => {
            let old = match old {
                Some(AuthRecord::SepayHmac { secret }) => Some(secret.as_str()),
                Some(_) | None => None,
            };
            AuthRecord::SepayHmac { secret: secret(fields, "secret_key", old) }
        }
        "Header" => {
            let old = match old {
                Some(AuthRecord::Header { name, value }) => Some((name.as_str(), value.as_str())),
                Some(_) | None => None,
            };
            AuthRecord::Header {
                name: text(fields, "header_name", old.map(|old| old.0)),
                value: secret(fields, "header_value", old.map(|old| old.1)),
            }
        }
        _ => AuthRecord::None {},
    })
}

/// The fields that an answer shows.
pub(super) fn show(auth: Option<&AuthRecord>, into: &mut Map<String, Value>) {
    let kind = auth.map_or("No_Authen", word);
    into.insert("authen_type".to_owned(), kind.into());
    let mut put = |name: &str, value: String| _ = into.insert(name.to_owned(), value.into());
    match auth {
        None | Some(AuthRecord::None {}) => {}
        Some(AuthRecord::ApiKey { key }) => put("api_key", masked(key)),
        Some(AuthRecord::OAuth2 { token_url, client_id, client_secret }) => {
            put("oauth2_access_token_url", token_url.clone());
            put("oauth2_client_id", client_id.clone());
            put("oauth2_client_secret", masked(client_secret));
        }
        Some(AuthRecord::Header { name, value }) => {
            put("header_name", name.clone());
            put("header_value", masked(value));
        }
        Some(AuthRecord::SepayHmac { secret }) => put("secret_key", masked(secret)),
    }
}

fn word(auth: &AuthRecord) -> &'static str {
    match auth {
        AuthRecord::None {} => "No_Authen",
        AuthRecord::ApiKey { .. } => "Api_Key",
        AuthRecord::OAuth2 { .. } => "OAuth2.0",
        AuthRecord::Header { .. } => "Header",
        AuthRecord::SepayHmac { .. } => "HMAC_SHA256",
    }
}

/// What pages and answers may show of a secret.
pub(super) fn masked(secret: &str) -> String {
    Secret::parse(secret).map(|secret| secret.masked()).unwrap_or_default()
}

fn text(fields: &mut Reader<'_>, name: &str, old: Option<&str>) -> String {
    let text = fields.text(name).or(old).unwrap_or_default();
    if text.is_empty() {
        fields.fault(name, "is required by this authen_type");
    }
    text.to_owned()
}

/// A secret; its mask says that it stays.
fn secret(fields: &mut Reader<'_>, name: &str, old: Option<&str>) -> String {
    let said = text(fields, name, old);
    match old {
        Some(old) if said == masked(old) => old.to_owned(),
        Some(_) | None => said,
    }
}
