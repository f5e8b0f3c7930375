//! `[source.api]`: the written form of what opens a provider's own API. Which credentials a provider
//! needs is its protocol's to say.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Fault, duration, fault, web_url};
use crate::{Api, Credentials, Secret};

/// No provider is asked more often, and none more seldom than keys are kept.
const SHORTEST: Duration = Duration::from_secs(5 * 60);
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// A round asks for each account to be looked at, one by one.
const MOST_ACCOUNTS: usize = 10;

/// `[source.api]`, or `api = { … }`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are described in the README")]
pub struct ApiRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
}

impl ApiRecord {
    /// Parses the record.
    pub(crate) fn parse(&self) -> Result<Api, Fault> {
        let every = self.every.as_deref().map(every).transpose()?;
        let base = self.base.as_deref().map(|text| web_url("api", text)).transpose()?;
        if self.accounts.len() > MOST_ACCOUNTS {
            let message = format!("accounts: at most {MOST_ACCOUNTS}; leave the others out");
            return Err(fault("api", message));
        }
        let accounts = self.accounts.clone();
        Ok(Api { credentials: self.credentials()?, base, every, accounts })
    }

    fn credentials(&self) -> Result<Credentials, Fault> {
        let oauth2 = (&self.client_id, &self.client_secret, &self.refresh_token);
        match (&self.key, &self.token, oauth2) {
            (Some(key), None, (None, None, None)) => Ok(Credentials::Key(secret("key", key)?)),
            (None, Some(token), (None, None, None)) => {
                Ok(Credentials::Token(secret("token", token)?))
            }
            (None, None, (Some(id), Some(client), Some(refresh))) if !id.is_empty() => {
                Ok(Credentials::OAuth2 {
                    client_id: id.clone(),
                    client_secret: secret("client_secret", client)?,
                    refresh_token: secret("refresh_token", refresh)?,
                })
            }
            _ => Err(fault(
                "api",
                "write one of { key = \"…\" } (casso), { token = \"…\" } (sepay) or { client_id = \
                 \"…\", client_secret = \"…\", refresh_token = \"…\" } (sepay)",
            )),
        }
    }
}

fn secret(name: &str, text: &str) -> Result<Secret, Fault> {
    let refused = |why: &str| fault("api", format!("{name}: {why}"));
    // It becomes part of a header or a form: what is no visible ASCII cannot be a credential.
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(refused("it holds a blank or another character that no credential has"));
    }
    Secret::parse(text).ok_or_else(|| refused("it is empty; write it between the quotes"))
}

fn every(text: &str) -> Result<Duration, Fault> {
    let every = duration("api", text)?;
    if (SHORTEST..=LONGEST).contains(&every) {
        Ok(every)
    } else {
        Err(fault("api", "every: use at least 5m and at most 24h"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> Result<Api, String> {
        let record: ApiRecord = serde_json::from_str(json).unwrap();
        record.parse().map_err(|fault| fault.to_string())
    }

    #[test]
    fn one_way_of_opening_is_needed_and_no_more() {
        let opens = |json| parsed(json).map(|api| api.credentials).ok();
        let s = |text| Secret::parse(text).unwrap();
        assert_eq!(opens(r#"{"key":"k"}"#), Some(Credentials::Key(s("k"))));
        assert_eq!(opens(r#"{"token":"t"}"#), Some(Credentials::Token(s("t"))));
        let oauth2 = r#"{"client_id":"i","client_secret":"c","refresh_token":"r"}"#;
        let (client_id, client_secret, refresh_token) = ("i".to_owned(), s("c"), s("r"));
        let expected = Credentials::OAuth2 { client_id, client_secret, refresh_token };
        assert_eq!(opens(oauth2), Some(expected));
        for json in [
            "{}",
            r#"{"every":"15m"}"#,
            r#"{"key":"k","token":"t"}"#,
            r#"{"client_id":"i","client_secret":"c"}"#,
            r#"{"client_id":"","client_secret":"c","refresh_token":"r"}"#,
            r#"{"key":"k","refresh_token":"r"}"#,
        ] {
            let told = parsed(json).unwrap_err();
            assert!(told.starts_with("api: write one of { key ="), "{json}: {told}");
        }
    }

    #[test]
    fn settings_out_of_bounds_are_refused_with_a_remedy() {
        let ok = parsed(r#"{"key":"k","every":"5m","base":"https://sandbox.example"}"#).unwrap();
        assert_eq!(ok.every, Some(Duration::from_secs(300)));
        for (more, told) in [
            (r#""every":"1m""#, "api: every: use at least 5m and at most 24h"),
            (r#""every":"25h""#, "api: every: use at least 5m and at most 24h"),
            (r#""every":"soon""#, "api: \"soon\" is no duration; write 10s, 5m, 30d"),
            (r#""base":"ftp://x.example""#, "api: use an https:// URL"),
            (
                r#""accounts":["1","1","1","1","1","1","1","1","1","1","1"]"#,
                "api: accounts: at most 10; leave the others out",
            ),
        ] {
            assert_eq!(parsed(&format!(r#"{{"key":"k",{more}}}"#)), Err(told.to_owned()));
        }
        let blank = "api: key: it holds a blank or another character that no credential has";
        assert_eq!(parsed(r#"{"key":"k\n"}"#), Err(blank.to_owned()));
        let empty = "api: key: it is empty; write it between the quotes";
        assert_eq!(parsed(r#"{"key":""}"#), Err(empty.to_owned()));
    }
}
