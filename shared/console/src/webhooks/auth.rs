//! `authen_type` and the fields that belong to it (SePay's document *API Webhooks*; `HMAC_SHA256` with
//! `secret_key` as SePay's newer pages have it). What comes back masked and is sent back masked is what
//! it was.

use domain::{AuthRecord, Secret};
use serde_json::{Map, Value};

use super::fields::Reader;

/// The values of `authen_type`; the last is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    None,
    ApiKey,
    OAuth2,
    Hmac,
    Header,
}

impl Proof {
    const ALL: [Self; 5] = [Self::None, Self::ApiKey, Self::OAuth2, Self::Hmac, Self::Header];

    fn of(auth: &AuthRecord) -> Self {
        match auth {
            AuthRecord::None {} => Self::None,
            AuthRecord::ApiKey { .. } => Self::ApiKey,
            AuthRecord::OAuth2 { .. } => Self::OAuth2,
            AuthRecord::SepayHmac { .. } => Self::Hmac,
            AuthRecord::Header { .. } => Self::Header,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::None => "No_Authen",
            Self::ApiKey => "Api_Key",
            Self::OAuth2 => "OAuth2.0",
            Self::Hmac => "HMAC_SHA256",
            Self::Header => "Header",
        }
    }
}

/// What proves us.
pub(super) fn read(fields: &mut Reader<'_>, was: Option<&AuthRecord>) -> Option<AuthRecord> {
    let said = fields.word("authen_type", &Proof::ALL.map(Proof::word));
    if fields.value("authen_type").is_some() && said.is_none() {
        return was.cloned();
    }
    let said = Proof::ALL.into_iter().find(|proof| said == Some(proof.word()));
    let proof = said.or_else(|| was.map(Proof::of))?;
    let old = was.filter(|was| Proof::of(was) == proof);
    Some(match proof {
        Proof::ApiKey => {
            let old = match old {
                Some(AuthRecord::ApiKey { key }) => Some(key.as_str()),
                Some(_) | None => None,
            };
            AuthRecord::ApiKey { key: secret(fields, "api_key", old) }
        }
        Proof::OAuth2 => {
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
        Proof::Hmac => {
            let old = match old {
                Some(AuthRecord::SepayHmac { secret }) => Some(secret.as_str()),
                Some(_) | None => None,
            };
            AuthRecord::SepayHmac { secret: secret(fields, "secret_key", old) }
        }
        Proof::Header => {
            let old = match old {
                Some(AuthRecord::Header { name, value }) => Some((name.as_str(), value.as_str())),
                Some(_) | None => None,
            };
            AuthRecord::Header {
                name: text(fields, "header_name", old.map(|old| old.0)),
                value: secret(fields, "header_value", old.map(|old| old.1)),
            }
        }
        Proof::None => AuthRecord::None {},
    })
}

/// The fields that an answer shows.
pub(super) fn show(auth: Option<&AuthRecord>, into: &mut Map<String, Value>) {
    let proof = auth.map_or(Proof::None, Proof::of);
    into.insert("authen_type".to_owned(), proof.word().into());
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
