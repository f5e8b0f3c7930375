//! `auth = { type = … }` of a webhook: the written form of how we prove ourselves.

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::{Fault, fault, header_name, web_url};
use crate::{DestinationAuth, Secret};

/// `auth = { type = … }` of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are described in the README")]
pub enum AuthRecord {
    None {},
    #[serde(rename = "apikey")]
    ApiKey {
        key: String,
    },
    #[serde(rename = "oauth2")]
    OAuth2 {
        token_url: String,
        client_id: String,
        client_secret: String,
    },
    Header {
        name: String,
        value: String,
    },
    SepayHmac {
        secret: String,
    },
}

impl AuthRecord {
    pub(super) fn parse(&self) -> Result<DestinationAuth, Fault> {
        let secret = |what: &str, text: &str| {
            Secret::parse(text).ok_or_else(|| {
                fault("auth", format!("{what} is empty; write it between the quotes"))
            })
        };
        Ok(match self {
            Self::None {} => DestinationAuth::None,
            Self::ApiKey { key } => DestinationAuth::ApiKey(secret("key", key)?),
            Self::OAuth2 { token_url, client_id, client_secret } => DestinationAuth::OAuth2 {
                token_url: web_url("auth.token_url", token_url)?,
                client_id: client_id.clone(),
                client_secret: secret("client_secret", client_secret)?,
            },
            Self::Header { name, value } => DestinationAuth::Header {
                name: header_name("auth", name)?,
                value: match HeaderValue::from_str(value) {
                    Ok(_) => secret("value", value)?,
                    Err(_) => return Err(fault("auth", "the value cannot stand in a header")),
                },
            },
            Self::SepayHmac { secret: text } => DestinationAuth::SepayHmac(secret("secret", text)?),
        })
    }
}
